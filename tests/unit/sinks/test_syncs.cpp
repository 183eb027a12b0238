// SPDX-License-Identifier: MIT
#include "sinks/file/file_sink.hpp"
#include "sinks/queue/queue_sink.hpp"
#include "sinks/sink_worker.hpp"
#include "sinks/syncs.hpp"

#include <hookd/sinks/event_line.hpp>

using namespace sinks_test;
using hookd::sinks::event_line;

namespace {

using paths = std::vector<std::string>;

const std::string first = "00000000000000000001-msg_1.json";
const std::string second = "00000000000000000002-msg_2.json";

struct sync_fixture {
    temporary_directory directory;
    boost::asio::io_context worker{1};

    template <class Options>
    static hookd::sink_settings settings(const std::string& path) {
        auto options = std::make_shared<Options>();
        options->path = path;
        hookd::sink_settings all;
        all.options = options;
        return all;
    }
    auto file(const std::string& path) {
        return hookd::sinks::build_file_sink(settings<hookd::sinks::file_options>(path), worker);
    }
    auto queue(const std::string& path) {
        return hookd::sinks::build_queue_sink(settings<hookd::sinks::queue_options>(path), worker);
    }
};

} // namespace

TEST_CASE_METHOD(sync_fixture, "file: a batch is delivered only when it and the file's name are synced") {
    const std::string path = directory / "events.jsonl";
    const auto sink = file(path);
    const syncs watch;
    CHECK(all_are(deliver(worker, *sink, batch_of(3)), verdict::delivered));
    CHECK(watch.seen() == paths{directory.path(), path});
    CHECK(all_are(deliver(worker, *sink, batch_of(3, 4)), verdict::delivered));
    CHECK(watch.seen() == paths{directory.path(), path, path});
}

TEST_CASE_METHOD(sync_fixture, "file: a batch that failed to sync is not delivered, and is written and synced again") {
    const std::string path = directory / "events.jsonl";
    const auto sink = file(path);
    CHECK(all_are(deliver(worker, *sink, batch_of(1)), verdict::delivered));
    const auto before = contents(path);
    syncs watch;
    watch.fail(1);
    const auto refused = deliver(worker, *sink, batch_of(2, 2));
    CHECK(all_are(refused, verdict::unavailable));
    CHECK(refused[0].detail == "cannot sync " + path + ": Input/output error");
    CHECK(all_are(deliver(worker, *sink, batch_of(2, 2)), verdict::delivered));
    CHECK(watch.seen().back() == path);
    const auto twice = event_line(sample(2)) + '\n' + event_line(sample(3)) + '\n';
    CHECK(contents(path) == before + twice + twice);
}

TEST_CASE_METHOD(sync_fixture, "file: a name that failed to sync holds no event") {
    const std::string path = directory / "events.jsonl";
    const auto sink = file(path);
    syncs watch;
    watch.fail(1);
    CHECK(all_are(deliver(worker, *sink, batch_of(1)), verdict::unavailable));
    CHECK(contents(path).empty());
    CHECK(all_are(deliver(worker, *sink, batch_of(1)), verdict::delivered));
}

TEST_CASE_METHOD(sync_fixture, "file: the name that a link leads to is synced with the link's own") {
    fs::create_directory(directory / "real");
    put(directory / "real/events.jsonl", "");
    fs::create_symlink(directory / "real/events.jsonl", directory / "events.jsonl");
    const auto sink = file(directory / "events.jsonl");
    const syncs watch;
    CHECK(all_are(deliver(worker, *sink, batch_of(1)), verdict::delivered));
    CHECK(watch.seen() == paths{directory.path(), directory / "real", directory / "real/events.jsonl"});
}

TEST_CASE_METHOD(sync_fixture, "queue: directories that others have created are synced like its own") {
    const std::string spool = directory / "spool";
    fs::create_directories(spool + "/tmp");
    fs::create_directories(spool + "/new");
    fs::create_directories(spool + "/cur");
    const syncs watch;
    const auto sink = queue(spool);
    CHECK(watch.seen() == paths{directory.path(), spool});
}

TEST_CASE_METHOD(sync_fixture, "queue: a directory whose own name failed to sync takes no event") {
    const std::string spool = directory / "spool";
    fs::create_directory(spool);
    syncs watch;
    watch.fail(1);
    const auto sink = queue(spool);
    watch.fail(1);
    CHECK(all_are(deliver(worker, *sink, batch_of(1)), verdict::unavailable));
    CHECK(all_are(deliver(worker, *sink, batch_of(1)), verdict::delivered));
}

TEST_CASE_METHOD(sync_fixture, "queue: each file is synced before it has its name, the directory once a batch") {
    const std::string spool = directory / "spool";
    const syncs watch;
    const auto sink = queue(spool);
    CHECK(watch.seen() == paths{directory.path(), spool});
    CHECK(all_are(deliver(worker, *sink, batch_of(2)), verdict::delivered));
    auto seen = watch.seen();
    REQUIRE(seen.size() == 5);
    for (const auto file : {2U, 3U}) {
        const auto number = seen[file].rfind('/') + 1; // the sink's
        seen[file].erase(number, seen[file].find('.', number) + 1 - number);
    }
    CHECK(seen == paths{directory.path(), spool, spool + "/tmp/" + first, spool + "/tmp/" + second, spool + "/new"});
}

TEST_CASE_METHOD(sync_fixture, "queue: an event whose file failed to sync never gets its name") {
    const std::string spool = directory / "spool";
    const auto sink = queue(spool);
    syncs watch;
    watch.fail(2);
    const auto answers = deliver(worker, *sink, batch_of(3));
    REQUIRE(answers.size() == 3);
    CHECK(answers[0].what == verdict::delivered);
    CHECK(answers[1].what == verdict::unavailable);
    CHECK(answers[2].what == verdict::unavailable);
    CHECK(names_in(spool + "/new") == paths{first});
    CHECK(names_in(spool + "/tmp").empty());
}

TEST_CASE_METHOD(sync_fixture, "queue: names that failed to sync are not delivered") {
    const std::string spool = directory / "spool";
    const auto sink = queue(spool);
    syncs watch;
    watch.fail(3);
    CHECK(all_are(deliver(worker, *sink, batch_of(2)), verdict::unavailable));
    CHECK(all_are(deliver(worker, *sink, batch_of(2)), verdict::delivered));
}
