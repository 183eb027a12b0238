// SPDX-License-Identifier: MIT
#include "journal/support.hpp"

#include <catch2/catch.hpp>

#include <fstream>
#include <set>
#include <sys/mount.h>
#include <unistd.h>

using Catch::Matchers::Contains;
using namespace hookd;
using namespace hookd::journal;
using namespace hookd::journal::testing;

namespace {

/// A real file system of 4 MiB.
class small_disk {
public:
    small_disk() : mounted_(::mount("none", directory_.path().c_str(), "tmpfs", 0, "size=4m") == 0) {}
    small_disk(const small_disk&) = delete;
    small_disk& operator=(const small_disk&) = delete;
    ~small_disk() {
        if (mounted_) {
            ::umount(directory_.path().c_str());
        }
    }
    bool mounted() const { return mounted_; }
    std::string journal() const { return directory_.journal(); }
    void take(std::size_t bytes) const {
        std::ofstream(directory_.file("ballast")) << std::string(bytes, 'b') << std::flush;
    }
    void take_all() const { take(5U << 20U); }
    void give_back() const { std::filesystem::remove(directory_.file("ballast")); }

private:
    temporary_directory directory_;
    bool mounted_;
};

struct tally {
    std::set<std::string> stored;
    std::set<std::string> refused;
    int next = 0;

    append_outcome one(storage& into, std::size_t body) {
        const auto id = "msg_" + std::to_string(next++);
        const auto outcome = append(into, sample(id, body));
        REQUIRE((outcome == append_outcome::stored || outcome == append_outcome::full));
        (outcome == append_outcome::stored ? stored : refused).insert(id);
        return outcome;
    }
    /// A rejection makes the journal empty its log, which may free space; several in a row mean that there is none.
    void until_full(storage& into, std::size_t body) {
        for (int in_a_row = 0, tries = 0; in_a_row < 4; ++tries) {
            REQUIRE(tries < 20'000);
            in_a_row = one(into, body) == append_outcome::full ? in_a_row + 1 : 0;
        }
    }
    void until_stored(storage& into, std::size_t body) {
        for (int tries = 0; one(into, body) != append_outcome::stored; ++tries) {
            REQUIRE(tries < 3);
        }
    }
};

std::set<std::string> ids(storage& from) {
    std::set<std::string> found;
    for (const auto& what : read_all(from)) {
        found.insert(what->id);
    }
    return found;
}

} // namespace

TEST_CASE("journal: on a full disk it rejects events, recovers by itself and loses nothing it acknowledged") {
    const small_disk disk;
    if (!disk.mounted()) {
        WARN("skipped: mounting a file system takes root");
        return;
    }
    const std::size_t body = GENERATE(300U, 3'000U, 60'000U);
    tally counted;
    {
        disk.take(3'000U << 10U);
        auto opened = open_journal(settings_for(disk.journal()));
        REQUIRE(opened->open_sink({"audit"}));
        for (int round = 0; round < 5; ++round) {
            counted.until_full(*opened, body);
            CHECK(append(*opened, sample(*counted.stored.begin())) == append_outcome::duplicate);
            CHECK(opened->commit_cursor("audit", opened->last_sequence()));
            CHECK(wait_for(opened->state("audit")).cursor == opened->last_sequence());
            disk.give_back();
            disk.take((2'500U - (500U * static_cast<unsigned>(round))) << 10U);
            counted.until_stored(*opened, body);
        }
        CHECK(opened->last_sequence() == counted.stored.size());
        CHECK(ids(*opened) == counted.stored);
        disk.give_back();
        opened->close();
    }
    auto opened = open_journal(settings_for(disk.journal()));
    CHECK(ids(*opened) == counted.stored);
    CHECK(opened->last_sequence() == counted.stored.size());
    opened->close();
    CHECK(is_sound(disk.journal()));
}

TEST_CASE("journal: on a full disk a cursor is kept, though events are still rejected") {
    const small_disk disk;
    if (!disk.mounted()) {
        WARN("skipped: mounting a file system takes root");
        return;
    }
    disk.take(3'000U << 10U);
    tuning limits;
    limits.own_thread = false;
    auto opened = open_journal(settings_for(disk.journal()), limits);
    REQUIRE(opened->open_sink({"audit"}));
    boost::asio::io_context context;
    const auto refused = [&](int number) {
        auto what = std::make_shared<event>(sample("msg_" + std::to_string(number), 60'000));
        auto outcome = boost::asio::co_spawn(context, opened->append(std::move(what)), boost::asio::use_future);
        context.restart();
        context.poll();
        opened->turn();
        context.restart();
        context.poll();
        return outcome.get() == append_outcome::full;
    };
    int number = 0;
    for (int in_a_row = 0; in_a_row < 4;) {
        REQUIRE(number < 1'000);
        in_a_row = refused(number++) ? in_a_row + 1 : 0;
    }
    const auto last = opened->last_sequence();
    REQUIRE(last > 0);
    CHECK(opened->commit_cursor("audit", last));
    REQUIRE(refused(number));
    CHECK(opened->metrics().sinks.find("audit")->cursor == last);
}

TEST_CASE("journal: it closes and opens on a full disk too, with everything in it") {
    const small_disk disk;
    if (!disk.mounted()) {
        WARN("skipped: mounting a file system takes root");
        return;
    }
    tally counted;
    std::uint64_t cursor = 0;
    {
        auto opened = open_journal(settings_for(disk.journal()));
        REQUIRE(opened->open_sink({"audit"}));
        counted.until_full(*opened, 3'000);
        cursor = opened->last_sequence();
        CHECK(opened->commit_cursor("audit", cursor));
    }
    disk.take_all();
    {
        auto opened = open_journal(settings_for(disk.journal()));
        CHECK(ids(*opened) == counted.stored);
        CHECK(opened->open_sink({"audit"})->cursor == cursor);
        CHECK_FALSE(opened->open_sink({"new"}));
        CHECK(append(*opened, sample(*counted.refused.begin())) == append_outcome::full);
        CHECK(append(*opened, sample(*counted.stored.begin())) == append_outcome::duplicate);
    }
    disk.give_back();
    auto opened = open_journal(settings_for(disk.journal()));
    CHECK(ids(*opened) == counted.stored);
    CHECK(opened->open_sink({"new"}));
}

TEST_CASE("journal: without space for a new one it says so, and what to do") {
    const small_disk disk;
    if (!disk.mounted()) {
        WARN("skipped: mounting a file system takes root");
        return;
    }
    disk.take_all();
    CHECK_THAT(refusal(disk.journal()), Contains("no space") || Contains("No space"));
    disk.give_back();
    CHECK_NOTHROW(open_journal(settings_for(disk.journal())));
}
