// SPDX-License-Identifier: MIT
#include <hookd/config/shared_keys.hpp>
#include <hookd/core/counter.hpp>
#include <hookd/core/json_text.hpp>
#include <hookd/core/limited_log.hpp>
#include <hookd/core/mutex.hpp>
#include <hookd/core/text.hpp>
#include <hookd/core/unique_fd.hpp>
#include <hookd/daemon/access_log.hpp>

#include <spdlog/async.h>
#include <spdlog/sinks/sink.h>

#include <array>
#include <cerrno>
#include <fcntl.h>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>

namespace hookd::daemon {

namespace {

constexpr std::size_t most_waiting = 8192;
constexpr std::size_t longest_method = 32;
constexpr std::size_t longest_path = 512;
constexpr mode_t file_mode = 0640;
/// Between two looks whether the path still leads to the open file, or tries to open it.
constexpr std::chrono::seconds between_looks{1};
constexpr log_kind errors{.name = "the access log", .subject = "", .level = spdlog::level::err};

/// Why nothing can be appended to what is open; 0: something can.
int check_regular(int file) {
    struct stat info{};
    return ::fstat(file, &info) != 0 ? errno : S_ISREG(info.st_mode) ? 0 : EINVAL;
}

std::string line_of(const http::served_request& served, unix_millis now) {
    const auto& [what, outcome, header_bytes, body_bytes, whole, duration] = served;
    const auto& found = outcome.found;
    const auto path = what.target.substr(0, what.target.find('?'));
    nlohmann::ordered_json line{{"time", to_rfc3339(now)}, {"client", what.client}};
    const auto add = [&](const char* name, std::string_view text) {
        if (!text.empty()) {
            line[name] = text;
        }
    };
    add("endpoint", found.endpoint);
    add("method", utf8_prefix(what.method, longest_method));
    add("path", utf8_prefix(path, longest_path));
    line["status"] = outcome.status;
    add("reason", found.rejected.reason);
    line["bytes"] = header_bytes + body_bytes;
    constexpr double microseconds_in_one = 1e3;
    line["ms"] = static_cast<double>(std::chrono::duration_cast<std::chrono::microseconds>(duration).count()) /
                 microseconds_in_one;
    add("id", outcome.authentic ? found.message_id : std::string_view{});
    return json_line(line);
}

} // namespace

/// Where the lines go. All but `lead_to`, `reopen` and `lost` on the writing thread.
class access_log::line_file final : public spdlog::sinks::sink {
public:
    /// An empty path: standard error.
    void lead_to(std::string path) {
        const mutex_lock lock{mutex_};
        path_ = std::move(path);
        changed_ = true;
    }
    void reopen() { changed_ = true; }
    std::uint64_t lost() const { return lost_.value(); }

    void log(const spdlog::details::log_msg& line) override {
        look_at_path();
        open_if_changed();
        const int file = to_standard_error_ ? STDERR_FILENO : file_.get();
        if (file < 0) {
            lost_.add();
            return;
        }
        std::string text{torn_ ? "\n" : ""};
        text.append(line.payload.data(), line.payload.size());
        text += '\n';
        write(file, text);
    }
    void flush() override { open_if_changed(); }
    void set_pattern(const std::string& /*pattern*/) override {}
    void set_formatter(std::unique_ptr<spdlog::formatter> /*formatter*/) override {}

private:
    void open_if_changed() {
        if (!changed_.exchange(false)) {
            return;
        }
        const auto path = this->path();
        file_.reset();
        torn_ = false;
        to_standard_error_ = path.empty();
        if (to_standard_error_) {
            return;
        }
        looked_ = std::chrono::steady_clock::now();
        // Of anything but a regular file neither opening nor writing may block, and no terminal becomes the daemon's.
        unique_fd opened{
            ::open(path.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NONBLOCK | O_NOCTTY, file_mode)};
        const int why = opened ? check_regular(opened.get()) : errno;
        if (why != 0) {
            fail("open", path, why == EINVAL ? "not a regular file" : std::generic_category().message(why));
            return;
        }
        file_ = std::move(opened);
    }

    std::string path() {
        const mutex_lock lock{mutex_};
        return path_;
    }

    /// The file may have been moved away, or a missing directory created.
    void look_at_path() {
        const auto now = std::chrono::steady_clock::now();
        if (to_standard_error_ || now - looked_ < between_looks) {
            return;
        }
        looked_ = now;
        struct stat named{};
        struct stat open{};
        if (!file_ || ::stat(path().c_str(), &named) != 0 || ::fstat(file_.get(), &open) != 0 ||
            named.st_dev != open.st_dev || named.st_ino != open.st_ino) {
            changed_ = true;
        }
    }

    void write(int file, std::string_view text) {
        const bool whole_before = !torn_;
        bool any = false;
        while (!text.empty()) {
            const auto count = ::write(file, text.data(), text.size());
            if (count < 0 && errno == EINTR) {
                continue;
            }
            if (count <= 0) {
                torn_ = any || !whole_before; // the next line begins with a line end
                lost_.add();
                fail("write", {}, std::generic_category().message(errno));
                return;
            }
            any = true;
            text.remove_prefix(static_cast<std::size_t>(count));
        }
        torn_ = false;
    }

    static void fail(std::string_view what, std::string_view path, const std::string& why) {
        limited_log::shared().write({errors}, "access log: cannot {}{}{}: {}; its lines are dropped", what,
                                    path.empty() ? "" : " ", path, why);
    }

    std::atomic<bool> changed_{true};
    mutex mutex_;
    std::string path_ HOOKD_GUARDED_BY(mutex_);
    bool to_standard_error_ = true;
    unique_fd file_;
    bool torn_ = false; // the last write ended within a line
    std::chrono::steady_clock::time_point looked_;
    counter lost_;
};

/// The order of the members is that of their construction; the queue ends first.
struct access_log::writer {
    std::shared_ptr<line_file> file = std::make_shared<line_file>();
    std::shared_ptr<spdlog::details::thread_pool> queue =
        std::make_shared<spdlog::details::thread_pool>(most_waiting, 1);
    std::shared_ptr<spdlog::async_logger> lines =
        std::make_shared<spdlog::async_logger>("access", file, queue, spdlog::async_overflow_policy::overrun_oldest);
};

access_log_settings read_access_log(config::table keys) {
    using enum config::applies;
    static constexpr std::array<std::string_view, 3> choices{"off", "rejected", "all"};
    access_log_settings log;
    log.requests = static_cast<logged_requests>(
        keys.choice({"requests", on_reload, "the requests that have a line: off, rejected or all"}, choices,
                    static_cast<std::size_t>(log.requests)));
    log.file = keys.text({"file", on_reload, "the file of the lines; \"\": standard error"}, log.file);
    if (!log.file.empty()) {
        if (!log.file.starts_with('/')) {
            keys.error("file", "invalid path " + keys.written("file") + ": expected an absolute path");
        } else if (const auto user = keys.user_of(log.file)) {
            keys.error("file", keys.written("file") + " is already used by " + *user + "; use another file");
        } else {
            keys.uses_file("file", log.file);
            config::check_place(keys, "file", log.file);
        }
    }
    keys.finish();
    return log;
}

access_log::access_log() = default;
access_log::~access_log() = default;

void access_log::prepare(const access_log_settings& settings) {
    if (settings.requests != logged_requests::off && writer_ == nullptr) {
        writer_ = std::make_unique<writer>();
        started_ = true;
    }
}

void access_log::configure(const access_log_settings& settings) {
    if (started_) {
        writer_->file->lead_to(settings.file);
    }
    requests_ = settings.requests;
}

void access_log::write(const http::served_request& what, unix_millis now) {
    const auto wanted = requests_.load();
    if (wanted == logged_requests::all ||
        (wanted == logged_requests::rejected && !what.outcome.found.rejected.reason.empty())) {
        writer_->lines->log(spdlog::level::info, line_of(what, now));
    }
}

void access_log::reopen() {
    if (started_) {
        writer_->file->reopen();
        writer_->lines->flush();
    }
}

std::uint64_t access_log::dropped() const {
    return started_ ? writer_->queue->overrun_counter() + writer_->file->lost() : 0;
}

void access_log::stop() {
    requests_ = logged_requests::off;
    started_ = false;
    writer_.reset();
}

} // namespace hookd::daemon
