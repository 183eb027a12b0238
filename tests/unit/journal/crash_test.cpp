// SPDX-License-Identifier: MIT
#include "journal/support.hpp"

#include <catch2/catch.hpp>

#include <array>
#include <csignal>
#include <set>
#include <sys/wait.h>
#include <unistd.h>

namespace asio = boost::asio;
using namespace hookd;
using namespace hookd::journal;
using namespace hookd::journal::testing;

namespace {

/// A process of its own, with a pipe from it, that ends by SIGKILL.
class victim {
public:
    template <class Life>
    explicit victim(const Life& life) {
        if (::pipe(ends_.data()) != 0) {
            throw std::runtime_error("pipe");
        }
        process_ = ::fork();
        if (process_ == 0) {
            ::close(ends_[0]);
            life(ends_[1]);
            ::_exit(0);
        }
        ::close(ends_[1]);
    }
    victim(const victim&) = delete;
    victim& operator=(const victim&) = delete;
    ~victim() {
        kill();
        ::close(ends_[0]);
    }
    bool read(std::uint64_t& number) { return ::read(ends_[0], &number, sizeof number) == sizeof number; }
    void kill() {
        if (process_ > 0) {
            ::kill(process_, SIGKILL);
            int status = 0;
            ::waitpid(process_, &status, 0);
            process_ = -1;
        }
    }

private:
    std::array<int, 2> ends_{};
    pid_t process_ = -1;
};

void tell(int pipe, std::uint64_t number) {
    if (::write(pipe, &number, sizeof number) != sizeof number) {
        ::_exit(1);
    }
}

std::string id_of(std::uint64_t number) {
    return "msg_" + std::to_string(1'000'000'000 + number);
}

asio::awaitable<void> append_for_ever(storage& into, std::uint64_t& next, int pipe) {
    for (;;) {
        const auto number = next++;
        if (co_await into.append(std::make_shared<event>(sample(id_of(number), 700))) == append_outcome::stored) {
            tell(pipe, number);
        }
    }
}

void live_by_appending(const std::string& path, std::uint64_t first, int pipe) {
    tuning limits;
    limits.checkpoint_frames = 30;
    auto opened = open_journal(settings_for(path), limits);
    asio::io_context context;
    for (int i = 0; i < 8; ++i) {
        asio::co_spawn(context, append_for_ever(*opened, first, pipe), [](const std::exception_ptr&) { ::_exit(2); });
    }
    context.run();
}

void live_by_failing(const std::string& path, int pipe) {
    auto opened = open_journal(settings_for(path));
    if (!opened->open_sink({"audit"})) {
        ::_exit(1);
    }
    for (std::uint64_t i = 1;; ++i) {
        const auto before = syncs();
        if (append(*opened, sample(id_of(i))) != append_outcome::stored) {
            ::_exit(1);
        }
        (void)opened->nack("audit",
                           {.sequence = i, .attempts = 1, .next_try = some_day, .dead = i % 2 == 0, .detail = "no"});
        (void)opened->commit_cursor("audit", i);
        tell(pipe, syncs() - before);
    }
}

} // namespace

TEST_CASE("journal: everything acknowledged before kill -9 is there after it, once") {
    const temporary_directory directory;
    std::set<std::uint64_t> acknowledged;
    std::uint64_t first = 0;
    for (std::uint64_t round = 0; round < 20; ++round) {
        {
            victim process([&](int pipe) { live_by_appending(directory.journal(), first, pipe); });
            std::uint64_t number = 0;
            for (std::uint64_t i = 0; i < 1 + (round * 13) && process.read(number); ++i) {
                acknowledged.insert(number);
            }
            process.kill();
            while (process.read(number)) {
                acknowledged.insert(number);
            }
        }
        first += 1'000'000;
    }
    REQUIRE(acknowledged.size() > 1'000);
    auto opened = open_journal(settings_for(directory.journal()));
    std::multiset<std::string> there;
    std::uint64_t last = 0;
    for (const auto& what : read_all(*opened)) {
        CHECK(what->sequence > last);
        last = what->sequence;
        there.insert(what->id);
    }
    for (const auto number : acknowledged) {
        CHECK(there.count(id_of(number)) == 1);
    }
    CHECK(std::set<std::string>(there.begin(), there.end()).size() == there.size());
    opened->close();
    CHECK(is_sound(directory.journal()));
}

TEST_CASE("journal: after kill -9 no cursor is past an event whose failure is not recorded") {
    for (int round = 0; round < 5; ++round) {
        const temporary_directory directory;
        {
            victim process([&](int pipe) { live_by_failing(directory.journal(), pipe); });
            std::uint64_t syncs_of_one = 0;
            for (int i = 0; i < 10 + (round * 10) && process.read(syncs_of_one); ++i) {
                CHECK(syncs_of_one > 0);
            }
        }
        auto opened = open_journal(settings_for(directory.journal()));
        const auto state = opened->open_sink({"audit"});
        REQUIRE(state);
        CHECK(state->cursor > 0);
        CHECK(state->waiting + state->dead == state->cursor);
    }
}
