// SPDX-License-Identifier: MIT
#include "sinks/hostile.hpp"
#include "sinks/queue/queue_sink.hpp"
#include "sinks/sink_worker.hpp"
#include "sinks/small_disk.hpp"

#include <hookd/sinks/event_line.hpp>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <sys/stat.h>

using namespace sinks_test;
using hookd::sinks::event_line;

namespace {

struct queue_fixture {
    temporary_directory directory;
    boost::asio::io_context worker{1};
    std::unique_ptr<hookd::sinks::sink> sink;
    fs::path spool;

    hookd::sinks::sink& at(const fs::path& path) {
        spool = path;
        auto options = std::make_shared<hookd::sinks::queue_options>();
        options->path = path;
        hookd::sink_settings settings;
        settings.name = "inbox";
        settings.options = options;
        sink = hookd::sinks::build_queue_sink(settings, worker);
        return *sink;
    }
    std::vector<std::string> fresh() const {
        auto names = names_in(spool / "new");
        std::ranges::sort(names);
        return names;
    }
};

/// Of sample(sequence).
std::string name_of(std::uint64_t sequence) {
    return fmt::format("{:020}-msg_{}.json", sequence, sequence);
}

} // namespace

TEST_CASE_METHOD(queue_fixture, "queue: the directories are there before the first event, closed to others") {
    const auto mask = ::umask(GENERATE(022U, 077U, 0U));
    at(directory / "spool");
    CHECK(all_are(deliver(worker, *sink, batch_of(1)), verdict::delivered));
    ::umask(mask);
    struct stat file{};
    REQUIRE(::stat((spool / "new" / name_of(1)).c_str(), &file) == 0);
    CHECK((file.st_mode & 07777U) == 0640U);
    for (const char* each : {"", "tmp", "new", "cur"}) {
        struct stat info{};
        REQUIRE(::stat((spool / each).c_str(), &info) == 0);
        CHECK((info.st_mode & 07777U) == 0750U);
    }
}

TEST_CASE_METHOD(queue_fixture, "queue: what is made in a set-group-ID directory belongs to that one's group") {
    REQUIRE(::chmod(directory.path().c_str(), 02770) == 0);
    at(directory / "spool");
    struct stat info{};
    REQUIRE(::stat((spool / "new").c_str(), &info) == 0);
    CHECK((info.st_mode & 07777U) == 02750U);
}

TEST_CASE_METHOD(queue_fixture, "queue: each event is a file of its own, whole, named by sequence and id") {
    at(directory / "spool");
    CHECK(all_are(deliver(worker, *sink, batch_of(3)), verdict::delivered));
    CHECK(fresh() == std::vector<std::string>{name_of(1), name_of(2), name_of(3)});
    CHECK(contents(spool / "new" / name_of(2)) == event_line(sample(2)) + '\n');
    CHECK(names_in(spool / "tmp").empty());
}

TEST_CASE_METHOD(queue_fixture, "queue: sorted by name, as ls and globs do, events are in journal order") {
    at(directory / "spool");
    const std::vector<std::uint64_t> sequences{1, 9, 10, 99, 100, 12'345, 9'999'999'999, 10'000'000'000};
    std::vector<std::string> named;
    for (const auto sequence : sequences) {
        CHECK(all_are(deliver(worker, *sink, batch_of(1, sequence)), verdict::delivered));
        named.push_back(name_of(sequence));
    }
    CHECK(fresh() == named);
}

TEST_CASE_METHOD(queue_fixture, "queue: an event that lies there under its unpadded name is never there under both") {
    at(directory / "spool");
    put(spool / "new/1-msg_1.json", "as an older version has delivered it");
    put(spool / "new/2-msg_2.json", "as an older version has delivered it");
    CHECK(all_are(deliver(worker, *sink, batch_of(1)), verdict::delivered));
    CHECK(fresh() == std::vector<std::string>{name_of(1), "2-msg_2.json"});
    CHECK(contents(spool / "new" / name_of(1)) == event_line(sample(1)) + '\n');
}

TEST_CASE_METHOD(queue_fixture, "queue: an event that is delivered again takes its own name") {
    at(directory / "spool");
    CHECK(all_are(deliver(worker, *sink, batch_of(1)), verdict::delivered));
    CHECK(all_are(deliver(worker, *sink, batch_of(2)), verdict::delivered));
    CHECK(fresh().size() == 2);
}

TEST_CASE_METHOD(queue_fixture, "queue: neither an id nor a document name leads out of the directory") {
    at(directory / "spool");
    auto slashes = sample(1);
    slashes.id = "../../../" + std::string(247, '/');
    auto longest = sample(2);
    longest.id = std::string(256, 'a');
    CHECK(all_are(deliver(worker, *sink, {on_its_way(slashes), on_its_way(longest)}), verdict::delivered));
    std::uint64_t sequence = 3;
    for (const auto& name : hostile_names()) {
        auto what = sample(sequence++);
        what.document = name;
        what.body = nlohmann::json{{"name", name}}.dump();
        CHECK(all_are(deliver(worker, *sink, {on_its_way(what)}), verdict::delivered));
        const auto file = spool / "new" / name_of(what.sequence);
        CHECK(nlohmann::json::parse(contents(file))["data"]["name"] == name);
    }
    CHECK(names_in(directory.path()) == std::vector<std::string>{"spool"});
    CHECK(names_in(spool).size() == 3);
    CHECK(fresh().size() == 2 + hostile_names().size());
}

TEST_CASE_METHOD(queue_fixture, "queue: what a crash left half-written is removed at the start, and nothing else") {
    fs::create_directories(directory / "spool/tmp");
    put(directory / "spool/tmp/7-msg_7.json", "{\"spec");
    put(directory / "spool/tmp" / name_of(8), "{\"spec");
    put(directory / "spool/tmp" / ("3." + name_of(9)), "{\"spec");
    put(directory / "spool/tmp/somebody's.json", "x");
    at(directory / "spool");
    CHECK(names_in(spool / "tmp") == std::vector<std::string>{"somebody's.json"});
}

TEST_CASE_METHOD(queue_fixture, "queue: half-written files in the way do not stop an event") {
    at(directory / "spool");
    for (int sink = 1; sink < 300; ++sink) { // its number is one of these
        put(spool / "tmp" / (std::to_string(sink) + '.' + name_of(1)), "{\"spec");
    }
    CHECK(all_are(deliver(worker, *sink, batch_of(1)), verdict::delivered));
    CHECK(contents(spool / "new" / name_of(1)) == event_line(sample(1)) + '\n');
}

TEST_CASE_METHOD(queue_fixture,
                 "queue: on a full disk it says so, leaves nothing half-written, and goes on when there is space") {
    const small_disk disk;
    if (!disk.there()) {
        return;
    }
    at(disk.path() + "/spool");
    disk.fill();
    const auto refused = deliver(worker, *sink, batch_of(2));
    REQUIRE(refused.size() == 2);
    CHECK(all_are(refused, verdict::unavailable));
    CHECK(refused[0].detail.contains("No space left on device"));
    CHECK(names_in(spool / "tmp").empty());
    CHECK(fresh().empty());
    disk.free();
    CHECK(all_are(deliver(worker, *sink, batch_of(2)), verdict::delivered));
    CHECK(fresh().size() == 2);
}

TEST_CASE_METHOD(queue_fixture, "queue: when the disk fills within a batch, exactly the delivered events are there") {
    const small_disk disk;
    if (!disk.there()) {
        return;
    }
    at(disk.path() + "/spool");
    const auto answers = deliver(worker, *sink, batch_of(60));
    const auto stored = fresh().size();
    REQUIRE(answers.size() == 60);
    REQUIRE(stored > 0);
    REQUIRE(stored < 60);
    for (std::size_t i = 0; i < answers.size(); ++i) {
        CHECK(answers[i].what == (i < stored ? verdict::delivered : verdict::unavailable));
    }
    CHECK(names_in(spool / "tmp").empty());
}

TEST_CASE_METHOD(queue_fixture, "queue: directories that go missing are not made again unasked") {
    at(directory / "spool");
    fs::remove_all(spool);
    CHECK(all_are(deliver(worker, *sink, batch_of(1)), verdict::unavailable));
    CHECK_FALSE(fs::exists(spool));
    sink->reopen();
    CHECK(all_are(deliver(worker, *sink, batch_of(1)), verdict::delivered));
}

TEST_CASE_METHOD(queue_fixture, "queue: a place that is not there at the start makes it unavailable, not fail") {
    at(directory / "missing/spool");
    const auto refused = deliver(worker, *sink, batch_of(1));
    CHECK(all_are(refused, verdict::unavailable));
    CHECK(refused[0].detail.contains("No such file or directory"));
    fs::create_directory(directory / "missing");
    CHECK(all_are(deliver(worker, *sink, batch_of(1)), verdict::delivered));
}

TEST_CASE_METHOD(queue_fixture, "queue: 200 deliveries leave no descriptor behind") {
    const temporary_directory in_memory("/dev/shm"); // because of the time for this many syncs
    at(in_memory / "spool");
    const auto before = open_descriptors();
    for (std::uint64_t i = 0; i < 200; ++i) {
        REQUIRE(all_are(deliver(worker, *sink, batch_of(1, i + 1)), verdict::delivered));
    }
    CHECK(open_descriptors() == before);
}
