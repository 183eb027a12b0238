// SPDX-License-Identifier: MIT
#pragma once

#include <hookd/core/event.hpp>
#include <hookd/sinks/sink.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <catch2/catch.hpp>

#include <chrono>
#include <csignal>
#include <exception>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <sstream>
#include <stdlib.h>
#include <string>
#include <vector>

/// What the tests of all sinks share: a sink worker, events, and directories of their own.
namespace sinks_test {

namespace fs = std::filesystem;
using hookd::sinks::delivery;
using hookd::sinks::outcome;
using hookd::sinks::verdict;
using outcomes = std::vector<outcome>;

class temporary_directory {
public:
    explicit temporary_directory(const fs::path& below = fs::temp_directory_path()) {
        std::string name = below / "hookd-sinks-XXXXXX";
        REQUIRE(::mkdtemp(name.data()) != nullptr);
        path_ = name;
    }
    temporary_directory(const temporary_directory&) = delete;
    temporary_directory& operator=(const temporary_directory&) = delete;
    ~temporary_directory() {
        std::error_code ignored;
        fs::remove_all(path_, ignored);
    }
    const fs::path& path() const { return path_; }
    fs::path operator/(const std::string& name) const { return path_ / name; }

private:
    fs::path path_;
};

inline std::string contents(const fs::path& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

inline void put(const fs::path& path, const std::string& bytes) {
    std::ofstream(path, std::ios::binary) << bytes;
}

inline std::vector<std::string> lines_of(const std::string& text) {
    std::vector<std::string> lines;
    std::istringstream in(text);
    for (std::string line; std::getline(in, line);) {
        lines.push_back(line);
    }
    return lines;
}

inline std::vector<std::string> names_in(const fs::path& directory) {
    std::vector<std::string> names;
    for (const auto& each : fs::directory_iterator(directory)) {
        names.push_back(each.path().filename());
    }
    return names;
}

inline std::size_t open_descriptors() {
    return static_cast<std::size_t>(std::distance(fs::directory_iterator("/proc/self/fd"), {}));
}

inline hookd::event sample(std::uint64_t sequence = 1) {
    hookd::event what;
    what.sequence = sequence;
    what.endpoint = "colivara";
    what.id = "msg_" + std::to_string(sequence);
    what.type = "upsert.success";
    what.collection = "default_collection";
    what.document = "report.pdf";
    what.accepted = hookd::unix_millis(std::chrono::milliseconds(1'795'387'681'123));
    what.json = true;
    what.body = R"({"type":"upsert.success","name":"report.pdf"})";
    return what;
}

inline delivery on_its_way(hookd::event what, unsigned attempt = 1) {
    return {std::make_shared<const hookd::event>(std::move(what)), attempt};
}

inline std::vector<delivery> batch_of(std::size_t count, std::uint64_t first = 1) {
    std::vector<delivery> batch;
    batch.reserve(count);
    for (std::size_t i = 0; i < count; ++i) {
        batch.push_back(on_its_way(sample(first + i)));
    }
    return batch;
}

/// Runs one delivery to its end, as a sink worker would; SIGPIPE is ignored as in the daemon.
inline outcomes deliver(boost::asio::io_context& worker, hookd::sinks::sink& to, std::vector<delivery> batch) {
    std::signal(SIGPIPE, SIG_IGN);
    std::optional<outcomes> answer;
    std::exception_ptr thrown;
    boost::asio::co_spawn(worker, to.deliver(std::move(batch)), [&](std::exception_ptr error, outcomes what) {
        thrown = std::move(error);
        answer = std::move(what);
    });
    worker.restart();
    worker.run_for(std::chrono::seconds(30));
    REQUIRE_FALSE(thrown);
    REQUIRE(answer.has_value());
    return *answer;
}

inline bool all_are(const outcomes& what, verdict wanted) {
    return !what.empty() && std::ranges::all_of(what, [&](const outcome& each) { return each.what == wanted; });
}

} // namespace sinks_test
