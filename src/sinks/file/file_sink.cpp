// SPDX-License-Identifier: MIT
#include "sinks/file/file_sink.hpp"

#include "sinks/batch.hpp"
#include "sinks/file/append_file.hpp"
#include "sinks/paths.hpp"

#include <hookd/core/file_system.hpp>
#include <hookd/sinks/event_line.hpp>

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <sys/stat.h>
#include <unistd.h>

namespace hookd::sinks {
namespace asio = boost::asio;
namespace {

/// Lines are collected up to this size before they are written, so that a batch of large bodies is not in memory twice.
constexpr std::size_t buffer_limit = 256U << 10U;

class file_sink final : public sink {
public:
    explicit file_sink(const file_options& options) : file_(options.path, options.mode) {}

    asio::awaitable<std::vector<outcome>> deliver(std::vector<delivery> batch) override {
        std::size_t whole = 0;
        const auto done = append(batch, whole);
        std::vector<outcome> outcomes(whole);
        if (!done) {
            outcomes.resize(batch.size(), {verdict::unavailable, {}, done.error().message});
        }
        co_return outcomes;
    }

    std::size_t batch_limit() const override { return 256; }
    std::chrono::milliseconds gather_time() const override { return gather_for_a_sync; }

    void reopen() override { file_.close(); }

private:
    /// `whole`: how many events, from the beginning of the batch, are on disk when this returns.
    result<void> append(const std::vector<delivery>& batch, std::size_t& whole) {
        if (auto begun = file_.begin(); !begun) {
            return begun;
        }
        std::vector<std::uint64_t> ends;
        auto done = write(batch, ends);
        if (auto committed = file_.commit(); !committed) {
            return committed;
        }
        whole = static_cast<std::size_t>(std::ranges::upper_bound(ends, file_.arrived()) - ends.begin());
        return done;
    }

    /// `ends`: the end of each event's line, from the beginning of the batch.
    result<void> write(const std::vector<delivery>& batch, std::vector<std::uint64_t>& ends) {
        std::string lines;
        for (const auto& each : batch) {
            const auto before = lines.size();
            lines += written_line(*each.what);
            ends.push_back((ends.empty() ? 0 : ends.back()) + lines.size() - before);
            if (lines.size() >= buffer_limit || &each == &batch.back()) {
                if (auto done = file_.write(lines); !done) {
                    return done;
                }
                lines.clear();
            }
        }
        return {};
    }

    append_file file_;
};

std::optional<mode_t> parse_mode(std::string_view text) {
    mode_t mode = 0;
    const auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), mode, 8);
    if (ec != std::errc{} || end != text.data() + text.size() || mode > 0777 || (mode & 0600U) != 0600U) {
        return std::nullopt;
    }
    return mode;
}

/// A standard stream of this process, by any of its names, or by a link to one.
bool is_standard_stream(const std::string& path) {
    return std::ranges::any_of(follow_links(path), [](const std::filesystem::path& link) {
        const auto name = link.lexically_normal().string();
        return name == "/dev/stdout" || name == "/dev/stderr" || name == "/dev/stdin" || name.starts_with("/dev/fd/") ||
               (name.starts_with("/proc/") && name.contains("/fd/"));
    });
}

bool check_no_stream(config::table& keys, const std::string& path) {
    if (is_standard_stream(path)) {
        keys.error("path", keys.written("path") + " is a standard stream, not a file that can be synced or rotated; "
                                                  "use type = \"stdout\" without a path, or another file");
        return false;
    }
    return true;
}

void check_file(config::table& keys, const std::string& path) {
    struct stat info{};
    if (::stat(path.c_str(), &info) != 0) {
        return;
    }
    if (S_ISDIR(info.st_mode)) {
        keys.error("path", keys.written("path") + " is a directory: expected a file in it");
    } else if (!S_ISREG(info.st_mode)) {
        keys.error("path",
                   keys.written("path") + " is not a regular file: expected one, or a path that does not exist yet");
    } else if (!may(path, R_OK | W_OK)) {
        keys.error("path", keys.written("path") + ": " + last_error().message() +
                               "; use a file that the daemon's user can read and write");
    }
}

} // namespace

sink_options_ptr read_file_options(config::table& keys) {
    using enum config::applies;
    auto options = std::make_shared<file_options>();
    options->path = keys.required_text({"path", on_reload, "the file to which a line is appended for each event"});
    if (!options->path.empty() && check_absolute(keys, "path", options->path) && check_no_stream(keys, options->path) &&
        check_name(keys, "path", options->path, file_type::file) &&
        check_writable_directory(keys, "path", parent_of(options->path), "the directory of " + keys.written("path"))) {
        check_file(keys, options->path);
    }
    if (const auto mode = parse_mode(keys.text({"mode", on_reload, "the mode of a new file, in octal"}, "0640"))) {
        options->mode = *mode;
    } else {
        keys.error("mode", "invalid mode " + keys.written("mode") +
                               ": expected octal digits with read and write permission for "
                               "the owner, for example \"0640\"");
    }
    return options;
}

std::unique_ptr<sink> build_file_sink(const sink_settings& settings, asio::io_context&) {
    return std::make_unique<file_sink>(static_cast<const file_options&>(*settings.options));
}

} // namespace hookd::sinks
