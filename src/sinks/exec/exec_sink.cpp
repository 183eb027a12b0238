// SPDX-License-Identifier: MIT
#include "sinks/exec/exec_sink.hpp"

#include "sinks/batch.hpp"
#include "sinks/exec/hook_program.hpp"
#include "sinks/exec/hook_run.hpp"
#include "sinks/file_io.hpp"
#include "sinks/paths.hpp"

#include <hookd/core/answers.hpp>
#include <hookd/core/text.hpp>
#include <hookd/sinks/event_line.hpp>

#include <fmt/format.h>

#include <cstdlib>
#include <sys/stat.h>
#include <unistd.h>

namespace hookd::sinks {
namespace asio = boost::asio;
namespace {

/// The kernel does not accept an environment string of 128 KiB; subject and type come from the uploader of a document.
constexpr std::size_t variable_limit = 32U << 10U;

std::string variable(std::string_view name, std::string_view value) {
    std::string text;
    text.reserve(name.size() + value.size() + 1);
    text.append(name).append("=");
    for (const char c : utf8_prefix(value, variable_limit)) {
        if (c == '\0') {
            text += "\xEF\xBF\xBD"; // U+FFFD
        } else {
            text += c;
        }
    }
    return text;
}

class exec_sink final : public sink {
public:
    exec_sink(std::string name, std::vector<std::string> command, std::chrono::milliseconds timeout)
        : name_(std::move(name)), command_(std::move(command)), timeout_(timeout) {}

    asio::awaitable<std::vector<outcome>> deliver(std::vector<delivery> batch) override {
        return singly(std::move(batch), [this](const delivery& each) {
            return run_hook({command_, hook_environment(*each.what, each.attempt)}, written_line(*each.what),
                            fmt::format("sink {}: {}", name_, each.what->id), timeout_, *background_);
        });
    }

    std::size_t batch_limit() const override { return 1; }

private:
    std::string name_;
    std::vector<std::string> command_;
    std::chrono::milliseconds timeout_;
    std::shared_ptr<background_output> background_ = background_output::shared();
};

constexpr config::key command_key{"command", config::applies::on_reload,
                                  "a program and its arguments, run for each event"};
constexpr config::key shell_key{"shell", config::applies::on_reload, "a line for /bin/sh, instead of command"};
constexpr std::string_view wanted_command =
    "expected the absolute path of a program and its arguments, for example [\"/etc/colivara-hookd/hooks/notify\"]";

void check_executable(config::table& keys, const std::string& path) {
    if (!answers(path)) {
        keys.warning("command", 0, keys.written("command", 0) + " is on a file system that does not respond");
        return;
    }
    keys.uses_file("command", path);
    struct stat info{};
    std::string wrong;
    if (!path.starts_with('/')) {
        wrong = " is not an absolute path";
    } else if (::stat(path.c_str(), &info) != 0) {
        wrong = ": " + last_error().message();
    } else if (!S_ISREG(info.st_mode)) {
        wrong = " is not a regular file";
    } else if (!may(path, X_OK)) {
        wrong = " cannot be executed";
    } else {
        if (const auto doubt = doubt_of_program(path)) {
            keys.warning("command", 0, fmt::format("{} {}", keys.written("command", 0), *doubt));
        }
        return;
    }
    keys.error("command", 0, fmt::format("{}{}; {}", keys.written("command", 0), wrong, wanted_command));
}

std::vector<std::string> read_command(config::table& keys) {
    auto command = keys.texts(command_key, {});
    if (command.empty()) {
        keys.error("command", fmt::format("must not be empty: {}", wanted_command));
    } else {
        check_executable(keys, command.front());
    }
    return command;
}

} // namespace

std::vector<std::string> hook_environment(const event& what, unsigned attempt) {
    const char* home = std::getenv("HOME");
    std::vector<std::string> variables{
        fmt::format("PATH={}", hook_path),
        fmt::format("HOME={}", home != nullptr && *home != '\0' ? home : "/"),
        "LANG=C.UTF-8",
        variable("HOOKD_ID", what.id),
        variable("HOOKD_TYPE", what.type),
        variable("HOOKD_TIME", to_rfc3339(what.accepted)),
        variable("HOOKD_ENDPOINT", what.endpoint),
        variable("HOOKD_SEQUENCE", std::to_string(what.sequence)),
        variable("HOOKD_ATTEMPT", std::to_string(attempt)),
        variable("HOOKD_SUBJECT", what.subject()),
    };
    if (!what.traceparent.empty()) {
        variables.push_back(variable("TRACEPARENT", what.traceparent));
    }
    return variables;
}

delivery_preview exec_options::preview(const event& what) const {
    delivery_preview shown{{}, written_line(what)};
    for (const auto& each : command) {
        shown.fields.emplace_back("command", each);
    }
    for (auto& each : hook_environment(what, 1)) {
        shown.fields.emplace_back("environment", std::move(each));
    }
    return shown;
}

sink_options_ptr read_exec_options(config::table& keys) {
    auto options = std::make_shared<exec_options>();
    keys.optional(command_key, "array of strings");
    keys.optional(shell_key, "string");
    if (keys.has("command") && keys.has("shell")) {
        keys.error("shell", "cannot be used together with command: remove one of the two");
    } else if (keys.has("shell")) {
        options->command = {"/bin/sh", "-c", keys.required_text(shell_key)};
    } else if (keys.has("command")) {
        options->command = read_command(keys);
    } else {
        keys.error("command", fmt::format("is missing: {}, or shell = \"a line for /bin/sh\"", wanted_command));
    }
    return options;
}

std::unique_ptr<sink> build_exec_sink(const sink_settings& settings, asio::io_context&) {
    return std::make_unique<exec_sink>(settings.name, static_cast<const exec_options&>(*settings.options).command,
                                       settings.timeout);
}

} // namespace hookd::sinks
