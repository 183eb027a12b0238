// SPDX-License-Identifier: MIT
#include "file_size_limit.hpp"
#include "sinks/file/append_file.hpp"
#include "sinks/file/file_sink.hpp"
#include "sinks/reservations.hpp"
#include "sinks/sink_worker.hpp"
#include "sinks/small_disk.hpp"

#include <hookd/sinks/event_line.hpp>

#include <cerrno>
#include <fcntl.h>
#include <optional>
#include <sys/stat.h>

using namespace sinks_test;
using hookd::sinks::append_file;
using hookd::sinks::event_line;

namespace {

struct file_fixture {
    temporary_directory directory;
    boost::asio::io_context worker{1};
    std::unique_ptr<hookd::sinks::sink> sink;

    hookd::sinks::sink& at(const std::string& path, mode_t mode = 0640) {
        auto options = std::make_shared<hookd::sinks::file_options>();
        options->path = path;
        options->mode = mode;
        hookd::sink_settings settings;
        settings.name = "audit";
        settings.options = options;
        sink = hookd::sinks::build_file_sink(settings, worker);
        return *sink;
    }
    bool delivers(std::size_t count, std::uint64_t first = 1) {
        return all_are(deliver(worker, *sink, batch_of(count, first)), verdict::delivered);
    }
};

std::string lines_for(std::size_t count, std::uint64_t first = 1) {
    std::string text;
    for (const auto& each : batch_of(count, first)) {
        text += event_line(*each.what) + '\n';
    }
    return text;
}

} // namespace

TEST_CASE_METHOD(file_fixture, "file: every event of a batch is a line, in order, after what was there") {
    at(directory / "events.jsonl");
    CHECK(delivers(3));
    CHECK(delivers(200, 4));
    CHECK(contents(directory / "events.jsonl") == lines_for(203));
}

TEST_CASE_METHOD(file_fixture, "file: it is created with the mode that was asked for, whatever the umask") {
    const auto mask = ::umask(077);
    at(directory / "plain", 0664);
    CHECK(delivers(1));
    ::umask(mask);
    struct stat info{};
    REQUIRE(::stat((directory / "plain").c_str(), &info) == 0);
    CHECK((info.st_mode & 07777U) == 0664U);
}

TEST_CASE_METHOD(file_fixture, "file: a large batch is written in bounded pieces and still counts as one") {
    auto what = sample();
    what.body = '"' + std::string(700'000, 'x') + '"';
    at(directory / "large");
    CHECK(all_are(deliver(worker, *sink, {on_its_way(what), on_its_way(what), on_its_way(sample(2))}),
                  verdict::delivered));
    CHECK(contents(directory / "large") == event_line(what) + '\n' + event_line(what) + '\n' + lines_for(1, 2));
}

TEST_CASE_METHOD(file_fixture, "file: moved away or removed, it is created again, and the old one stays as it was") {
    const auto path = directory / "events.jsonl";
    at(path);
    CHECK(delivers(1));
    fs::rename(path, directory / "events.jsonl.1");
    CHECK(delivers(1, 2));
    CHECK(contents(directory / "events.jsonl.1") == lines_for(1));
    CHECK(contents(path) == lines_for(1, 2));

    fs::remove(path);
    put(path, "begun by logrotate\n");
    CHECK(delivers(1, 3));
    CHECK(contents(path) == "begun by logrotate\n" + lines_for(1, 3));
}

TEST_CASE_METHOD(file_fixture, "file: reopening holds no descriptor until the next batch") {
    at(directory / "events.jsonl");
    const auto before = open_descriptors();
    CHECK(delivers(1));
    CHECK(open_descriptors() == before + 1);
    sink->reopen();
    CHECK(open_descriptors() == before);
    CHECK(delivers(1, 2));
    CHECK(contents(directory / "events.jsonl") == lines_for(2));
}

TEST_CASE_METHOD(file_fixture, "file: a line that a crash tore is ended before the next one") {
    const auto path = directory / "events.jsonl";
    put(path, lines_for(1) + "{\"specversion\":\"1.");
    at(path);
    CHECK(delivers(1, 2));
    CHECK(contents(path) == lines_for(1) + "{\"specversion\":\"1.\n" + lines_for(1, 2));
}

TEST_CASE_METHOD(file_fixture, "file: a directory that is missing makes the sink unavailable until it is there") {
    at(directory / "logs/events.jsonl");
    const auto refused = deliver(worker, *sink, batch_of(2));
    REQUIRE(refused.size() == 2);
    CHECK(all_are(refused, verdict::unavailable));
    CHECK(refused[0].detail.ends_with("logs/events.jsonl: No such file or directory"));
    fs::create_directory(directory / "logs");
    CHECK(delivers(2));
}

TEST_CASE_METHOD(file_fixture, "file: a path that became a FIFO neither blocks the sink worker nor takes an event") {
    REQUIRE(::mkfifo((directory / "pipe").c_str(), 0600) == 0);
    at(directory / "pipe");
    const auto refused = deliver(worker, *sink, batch_of(1));
    CHECK(all_are(refused, verdict::unavailable));
    CHECK(refused[0].detail.contains("is not a regular file"));
}

TEST_CASE_METHOD(file_fixture,
                 "file: on a full disk a batch leaves no trace, and is delivered once when there is space") {
    const small_disk disk;
    if (!disk.there()) {
        return;
    }
    std::optional<reservations> unsupported;
    if (GENERATE(false, true)) {
        unsupported.emplace([] { return EOPNOTSUPP; });
    }
    const auto path = disk.path() + "/events.jsonl";
    at(path);
    CHECK(delivers(2));
    disk.fill();
    for (int attempt = 0; attempt < 3; ++attempt) {
        // The last page of the file still has space: the write is a short one before it fails.
        const auto refused = deliver(worker, *sink, batch_of(100, 3));
        REQUIRE(refused.size() == 100);
        CHECK(all_are(refused, verdict::unavailable));
        CHECK(refused[0].detail.contains("No space left on device"));
        CHECK(contents(path) == lines_for(2));
    }
    disk.free();
    CHECK(delivers(100, 3));
    CHECK(contents(path) == lines_for(102));
}

TEST_CASE_METHOD(file_fixture, "file: at a limit for the size of files a batch leaves no trace, and is delivered once "
                               "it fits") {
    const auto path = directory / "events.jsonl";
    at(path);
    CHECK(delivers(2));
    {
        const file_size_limit limit{lines_for(4).size() + 10};
        for (int attempt = 0; attempt < 3; ++attempt) {
            const auto refused = deliver(worker, *sink, batch_of(4, 3));
            CHECK(all_are(refused, verdict::unavailable));
            CHECK(refused[0].detail.contains("File too large"));
            CHECK(contents(path) == lines_for(2));
        }
        CHECK(delivers(2, 3));
    }
    CHECK(delivers(2, 5));
    CHECK(contents(path) == lines_for(6));
}

TEST_CASE_METHOD(file_fixture, "file: where a batch breaks off, the events whose lines are whole are delivered, once") {
    const auto path = directory / "events.jsonl";
    at(path);
    CHECK(delivers(2));
    const auto size = lines_for(4).size() + 10;
    {
        std::optional<file_size_limit> limit;
        const reservations too_late{[&] { return limit.emplace(size), 0; }};
        const auto refused = deliver(worker, *sink, batch_of(4, 3));
        REQUIRE(refused.size() == 4);
        CHECK(refused[1].what == verdict::delivered);
        CHECK(refused[2].what == verdict::unavailable);
        CHECK(refused[2].detail.contains("File too large"));
    }
    const auto torn = lines_for(6).substr(0, size);
    CHECK(contents(path) == torn);
    CHECK(delivers(2, 5));
    CHECK(contents(path) == torn + '\n' + lines_for(2, 5));
}

TEST_CASE("file: whatever becomes of a batch, other writers' lines stay, whole") {
    const temporary_directory directory;
    const auto path = directory / "shared";
    append_file ours(path, 0640);
    REQUIRE(ours.begin());
    REQUIRE(ours.write("ours\n"));
    std::ofstream(path, std::ios::app) << "theirs\n";
    {
        std::optional<file_size_limit> limit;
        const reservations too_late{[&] { return limit.emplace(100U), 0; }};
        CHECK_FALSE(ours.write(std::string(8192, 'x') + '\n'));
    }
    CHECK(ours.arrived() == 93);
    const auto torn = "ours\ntheirs\n" + std::string(88, 'x');
    CHECK(contents(path) == torn);
    REQUIRE(ours.commit());
    std::ofstream(path, std::ios::app) << "\ntheirs again\n{\"torn by them";

    REQUIRE(ours.begin());
    REQUIRE(ours.write("next\n"));
    REQUIRE(ours.commit());
    CHECK(contents(path) == torn + "\ntheirs again\n{\"torn by them\nnext\n");
}

TEST_CASE_METHOD(file_fixture, "file: 200 deliveries and rotations leave no descriptor behind") {
    const temporary_directory in_memory("/dev/shm"); // because of the time for this many syncs
    const auto path = in_memory / "events.jsonl";
    at(path);
    CHECK(delivers(1));
    const auto before = open_descriptors();
    for (std::uint64_t i = 0; i < 200; ++i) {
        fs::remove(path);
        REQUIRE(delivers(1, i + 2));
    }
    CHECK(open_descriptors() == before);
}
