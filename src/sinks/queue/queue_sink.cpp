// SPDX-License-Identifier: MIT
#include "sinks/queue/queue_sink.hpp"

#include "sinks/batch.hpp"
#include "sinks/file_io.hpp"
#include "sinks/paths.hpp"
#include "sinks/queue/queue_name.hpp"

#include <hookd/core/error.hpp>
#include <hookd/sinks/event_line.hpp>

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <array>
#include <atomic>
#include <fcntl.h>
#include <filesystem>
#include <sys/stat.h>
#include <unistd.h>

namespace hookd::sinks {
namespace asio = boost::asio;
namespace {

constexpr mode_t directory_mode = 0750;
constexpr mode_t file_mode = 0640;

/// Opens it, and creates it before if it does not exist.
io_result<unique_fd> open_directory(int parent, const std::string& path) {
    const bool made = ::mkdirat(parent, path.c_str(), directory_mode) == 0;
    if (!made && errno != EEXIST) {
        return std::unexpected(last_error());
    }
    auto opened = open_at(parent, path, O_RDONLY | O_DIRECTORY);
    if (opened && made) {
        set_mode(opened->get(), directory_mode);
    }
    return opened;
}

/// A file with the unpadded name of an earlier version gets the padded one, so that no event has two files.
void take_new_name(int fresh, const event& what) {
    static_cast<void>(::renameat(fresh, unpadded_queue_name(what).c_str(), fresh, queue_name(what).c_str()));
}

/// While it is written, a file has the number of its sink before its name. A hanging sink may be replaced by another on
/// the same directory, and when it continues it must rename only its own file.
std::string temporary_name(unsigned sink, const std::string& name) {
    return fmt::format("{}.{}", sink, name);
}

bool is_temporary_name(std::string_view name) {
    const auto digits = name.find_first_not_of("0123456789");
    if (digits != std::string_view::npos && name[digits] == '.') {
        name.remove_prefix(digits + 1);
    }
    return is_queue_name(name); // without a number: of an earlier version
}

/// Writes the file of an event and renames it into `fresh`; the name is not durable before `fresh` is synced. On an
/// error nothing is left in `tmp`.
io_result<void> store(int tmp, int fresh, unsigned sink, const event& what) {
    constexpr int flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW;
    const auto name = queue_name(what);
    const auto temporary = temporary_name(sink, name);
    auto file = open_at(tmp, temporary, flags, file_mode);
    if (!file && file.error() == std::errc::file_exists) {
        // Left from a removal that failed: no other event of this sink has this name.
        ::unlinkat(tmp, temporary.c_str(), 0);
        file = open_at(tmp, temporary, flags, file_mode);
    }
    if (!file) {
        return std::unexpected(file.error());
    }
    set_mode(file->get(), file_mode);
    io_result<void> stored;
    if (const auto done = write_all(file->get(), written_line(what)); done.error) {
        stored = std::unexpected(done.error);
    } else if (stored = sync(file->get()); stored && ::renameat(tmp, temporary.c_str(), fresh, name.c_str()) != 0) {
        stored = std::unexpected(last_error());
    }
    if (!stored) {
        ::unlinkat(tmp, temporary.c_str(), 0);
    }
    return stored;
}

class queue_sink final : public sink {
public:
    queue_sink(std::string name, std::string path) : name_(std::move(name)), path_(std::move(path)) {
        if (const auto ready = prepare(); !ready) {
            spdlog::warn("sink {}: {}", name_, ready.error().message);
        }
    }

    asio::awaitable<std::vector<outcome>> deliver(std::vector<delivery> batch) override {
        std::size_t stored = 0;
        const auto done = store_all(batch, stored);
        std::vector<outcome> outcomes(stored);
        if (!done) {
            outcomes.resize(batch.size(), {verdict::unavailable, {}, done.error().message});
        }
        co_return outcomes;
    }

    std::size_t batch_limit() const override { return 64; }
    std::chrono::milliseconds gather_time() const override { return gather_for_a_sync; }

    /// Creates the directories again if they are missing.
    void reopen() override { prepared_ = false; }

private:
    result<void> prepare();
    result<void> make_directories();
    void remove_stale() const;
    result<void> store_all(const std::vector<delivery>& batch, std::size_t& stored);
    error failed(std::string_view what, std::string_view where, std::error_code why) const {
        return {fmt::format("cannot {} {}{}: {}", what, path_, where, why.message())};
    }

    static inline std::atomic<unsigned> sinks_made{0};

    const unsigned number_ = ++sinks_made;
    std::string name_;
    std::string path_;
    /// Directories that existed before are not created again automatically: if a file system was unmounted, the events
    /// would be stored below its mount point.
    bool prepared_ = false;
};

result<void> queue_sink::prepare() {
    if (prepared_) {
        return {};
    }
    if (auto made = make_directories(); !made) {
        return made;
    }
    remove_stale();
    prepared_ = true;
    return {};
}

result<void> queue_sink::make_directories() {
    const auto spool = open_directory(AT_FDCWD, path_);
    if (!spool) {
        return std::unexpected(failed("open", "", spool.error()));
    }
    // No matter who created it (maybe a run that died immediately), its name may not be on disk yet.
    if (const auto synced = sync_name(path_, spool->get()); !synced) {
        return std::unexpected(failed("sync the directory of", "", synced.error()));
    }
    for (const char* each : {"tmp", "new", "cur"}) {
        if (const auto made = open_directory(spool->get(), each); !made) {
            return std::unexpected(failed("open", fmt::format("/{}", each), made.error()));
        }
    }
    if (const auto synced = sync(spool->get()); !synced) {
        return std::unexpected(failed("sync", "", synced.error()));
    }
    return {};
}

/// Removes files that a crash left half-written; their events were not delivered and are retried.
void queue_sink::remove_stale() const {
    std::error_code ignored;
    for (std::filesystem::directory_iterator each(path_ + "/tmp", ignored), end; !ignored && each != end;
         each.increment(ignored)) {
        if (is_temporary_name(each->path().filename().native())) {
            ::unlink(each->path().c_str());
        }
    }
}

/// `stored`: how many, from the beginning of the batch, are durable when this returns.
result<void> queue_sink::store_all(const std::vector<delivery>& batch, std::size_t& stored) {
    if (auto ready = prepare(); !ready) {
        return ready;
    }
    const auto tmp = open_at(AT_FDCWD, path_ + "/tmp", O_RDONLY | O_DIRECTORY);
    if (!tmp) {
        return std::unexpected(failed("open", "/tmp", tmp.error()));
    }
    const auto fresh = open_at(AT_FDCWD, path_ + "/new", O_RDONLY | O_DIRECTORY);
    if (!fresh) {
        return std::unexpected(failed("open", "/new", fresh.error()));
    }
    result<void> done;
    std::size_t renamed = 0;
    for (const auto& each : batch) {
        take_new_name(fresh->get(), *each.what);
        const auto kept = store(tmp->get(), fresh->get(), number_, *each.what);
        if (!kept) {
            done = std::unexpected(failed("store an event in", "", kept.error()));
            break;
        }
        ++renamed;
    }
    if (const auto synced = renamed > 0 ? sync(fresh->get()) : io_result<void>{}; !synced) {
        return std::unexpected(failed("sync", "/new", synced.error()));
    }
    stored = renamed;
    return done;
}

} // namespace

delivery_preview queue_options::preview(const event& what) const {
    return {{{"file", path + "/new/" + queue_name(what)}}, written_line(what)};
}

sink_options_ptr read_queue_options(config::table& keys) {
    auto options = std::make_shared<queue_options>();
    options->path = keys.required_text({"path", config::applies::on_reload, "the directory, laid out like a Maildir"});
    if (!options->path.empty() && check_absolute(keys, "path", options->path) &&
        check_name(keys, "path", options->path, file_type::directory)) {
        struct stat info{};
        const bool exists = ::stat(options->path.c_str(), &info) == 0;
        check_writable_directory(keys, "path", exists ? options->path : parent_of(options->path),
                                 (exists ? "" : "the directory of ") + keys.written("path"));
    }
    return options;
}

std::unique_ptr<sink> build_queue_sink(const sink_settings& settings, asio::io_context&) {
    return std::make_unique<queue_sink>(settings.name, static_cast<const queue_options&>(*settings.options).path);
}

} // namespace hookd::sinks
