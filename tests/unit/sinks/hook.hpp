// SPDX-License-Identifier: MIT
#pragma once

#include "sinks/exec/exec_sink.hpp"
#include "sinks/exec/process.hpp"
#include "sinks/log_capture.hpp"
#include "sinks/sink_worker.hpp"

#include <memory>
#include <poll.h>
#include <string>
#include <utility>
#include <vector>

namespace sinks_test {

/// Waits for a process to end (it may stay a zombie of somebody's). False: it still runs after ten seconds.
inline bool ends(pid_t process) {
    const auto watched = hookd::sinks::process_descriptor(process);
    if (!watched) {
        return errno == ESRCH;
    }
    pollfd ended{watched.get(), POLLIN, 0};
    return ::poll(&ended, 1, 10'000) == 1;
}

/// Hooks are scripts in a directory of their own; they leave their traces there, as `$0.something`.
struct hook_fixture {
    temporary_directory directory;
    boost::asio::io_context worker{1};
    log_capture log;

    std::string script(const std::string& name, const std::string& text) const {
        const auto path = directory / name;
        put(path, "#!/bin/sh\n" + text);
        fs::permissions(path, fs::perms::owner_all);
        return path;
    }

    std::unique_ptr<hookd::sinks::sink> command(std::vector<std::string> arguments, int timeout_ms = 20'000) {
        auto options = std::make_shared<hookd::sinks::exec_options>();
        options->command = std::move(arguments);
        hookd::sink_settings settings;
        settings.name = "hook";
        settings.timeout = std::chrono::milliseconds(timeout_ms);
        settings.options = options;
        return hookd::sinks::build_exec_sink(settings, worker);
    }
    std::unique_ptr<hookd::sinks::sink> shell(const std::string& line) { return command({"/bin/sh", "-c", line}); }

    outcome run(hookd::sinks::sink& sink, const hookd::event& what = sample(), unsigned attempt = 1) {
        const auto answers = deliver(worker, sink, {on_its_way(what, attempt)});
        REQUIRE(answers.size() == 1);
        return answers.front();
    }
    outcome run_script(const std::string& text, int timeout_ms = 20'000) {
        return run(*command({script("hook", text)}, timeout_ms));
    }
    std::string trace(const std::string& name) const { return contents(directory / name); }
    pid_t traced_process(const std::string& name) const { return std::stoi(trace(name)); }
};

} // namespace sinks_test
