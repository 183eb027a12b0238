// SPDX-License-Identifier: MIT
#include <hookd/core/escape.hpp>
#include <hookd/core/joinable_thread.hpp>
#include <hookd/core/json_text.hpp>
#include <hookd/core/limited_log.hpp>
#include <hookd/core/log_line.hpp>
#include <hookd/core/time.hpp>
#include <hookd/daemon/logging.hpp>

#include <spdlog/async.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <atomic>
#include <cstdlib>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>

namespace hookd::daemon {

namespace {

constexpr std::size_t most_waiting = 8192;
constexpr const char* logger_name = "hookd";

void append(spdlog::memory_buf_t& out, std::string_view text) {
    out.append(text.data(), text.data() + text.size());
}

std::string_view level_name(spdlog::level::level_enum level) {
    const auto name = spdlog::level::to_string_view(level);
    return {name.data(), name.size()};
}

std::string time_of(const spdlog::details::log_msg& line) {
    return to_rfc3339(std::chrono::floor<std::chrono::milliseconds>(line.time));
}

/// Fields are only in lines of a moment ago, when the format was JSON.
void append_message(spdlog::memory_buf_t& out, const spdlog::details::log_msg& line) {
    const auto [message, fields] = parts_of(line);
    append(out, escaped(message));
    if (!fields.empty()) {
        append(out, " ");
        append(out, fields);
    }
    out.push_back('\n');
}

/// `2026-11-22T22:48:01.123Z warning 401 refused: …`
void format_text(const spdlog::details::log_msg& line, spdlog::memory_buf_t& out) {
    append(out, time_of(line));
    out.push_back(' ');
    append(out, level_name(line.level));
    out.push_back(' ');
    append_message(out, line);
}

/// `{"time":"…","level":"warning","message":"401 refused: …","endpoint":"colivara","status":401}`
void format_json(const spdlog::details::log_msg& line, spdlog::memory_buf_t& out) {
    nlohmann::ordered_json object;
    object["time"] = time_of(line);
    object["level"] = level_name(line.level);
    const auto [message, fields] = parts_of(line);
    object["message"] = message;
    auto text = json_line(object);
    if (!fields.empty()) { // one object of the two
        text.back() = ',';
        text += fields.substr(1);
    }
    append(out, text);
    out.push_back('\n');
}

/// Whether standard error is a stream of the systemd journal (systemd.exec(5), $JOURNAL_STREAM): a program that has
/// inherited the variable may write elsewhere.
bool writes_to_systemd_journal() {
    const char* const stream = std::getenv("JOURNAL_STREAM");
    struct stat own{};
    return stream != nullptr && ::fstat(STDERR_FILENO, &own) == 0 &&
           stream == std::to_string(own.st_dev) + ':' + std::to_string(own.st_ino);
}

/// `<4>401 refused: …`: the journal knows the time, and takes the severity from the prefix (sd-daemon(3)).
void format_for_journal(const spdlog::details::log_msg& line, spdlog::memory_buf_t& out) {
    append(out, line.level >= spdlog::level::err    ? "<3>"
                : line.level == spdlog::level::warn ? "<4>"
                : line.level == spdlog::level::info ? "<6>"
                                                    : "<7>");
    append_message(out, line);
}

/// The current format. Not one formatter per format: replacing a formatter waits for the writing thread, which may take
/// long.
std::atomic<log_format> current_format{log_format::text};

class line_formatter final : public spdlog::formatter {
public:
    void format(const spdlog::details::log_msg& line, spdlog::memory_buf_t& out) override {
        if (current_format == log_format::json) {
            format_json(line, out);
        } else if (for_journal_) {
            format_for_journal(line, out);
        } else {
            format_text(line, out);
        }
    }
    std::unique_ptr<formatter> clone() const override { return std::make_unique<line_formatter>(); }

private:
    bool for_journal_ = writes_to_systemd_journal();
};

spdlog::level::level_enum to_spdlog(log_level level) {
    switch (level) {
    case log_level::trace:
        return spdlog::level::trace;
    case log_level::debug:
        return spdlog::level::debug;
    case log_level::info:
        return spdlog::level::info;
    case log_level::warning:
        return spdlog::level::warn;
    case log_level::error:
        break;
    }
    return spdlog::level::err;
}

} // namespace

log_settings read_log(config::table keys) {
    using enum config::applies;
    static constexpr std::array<std::string_view, 5> levels{"trace", "debug", "info", "warning", "error"};
    static constexpr std::array<std::string_view, 2> formats{"text", "json"};
    log_settings log;
    log.level = static_cast<log_level>(keys.choice({"level", on_reload, "the least severity of a line that is logged"},
                                                   levels, static_cast<std::size_t>(log.level)));
    log.format = static_cast<log_format>(keys.choice({"format", on_reload, "text, or json: one object per line"},
                                                     formats, static_cast<std::size_t>(log.format)));
    keys.finish();
    return log;
}

void start_logging(const log_settings& settings) {
    spdlog::drop_all();
    try {
        spdlog::init_thread_pool(most_waiting, 1);
    } catch (const std::system_error& why) {
        throw no_thread(why);
    }
    auto logger = spdlog::create_async_nb<spdlog::sinks::stderr_sink_st>(logger_name);
    logger->set_formatter(std::make_unique<line_formatter>());
    spdlog::set_default_logger(std::move(logger));
    change_logging(settings);
}

void change_logging(const log_settings& settings) {
    current_format = settings.format;
    write_log_fields_as_json(settings.format == log_format::json);
    spdlog::default_logger_raw()->set_level(to_spdlog(settings.level));
}

std::uint64_t dropped_log_lines() {
    const auto pool = spdlog::thread_pool();
    return pool != nullptr ? pool->overrun_counter() : 0;
}

void stop_logging() {
    limited_log::shared().report_all();
    if (const auto dropped = dropped_log_lines(); dropped > 0) {
        spdlog::warn("{} log lines were dropped: the reader of standard error is too slow", dropped);
    }
    // The logger stays, for detached threads. They may be about to use it.
    spdlog::default_logger_raw()->set_level(spdlog::level::off);
    spdlog::details::registry::instance().set_tp(nullptr);
}

} // namespace hookd::daemon
