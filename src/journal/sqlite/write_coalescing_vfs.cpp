// SPDX-License-Identifier: MIT
#include "journal/sqlite/write_coalescing_vfs.hpp"

#include "journal/sqlite/file_names.hpp"

#include <sqlite3.h>

#include <cstring>
#include <memory>
#include <new>
#include <utility>

namespace hookd::journal {

namespace {

constexpr auto vfs_name = "gathering";

// Eleven pages; a larger commit is written in several pieces. SQLite's VFS for Unix takes less than 128 KiB at a time.
constexpr int most_gathered = 96 << 10;

sqlite3_vfs* below() {
    static sqlite3_vfs* const found = sqlite3_vfs_find(nullptr);
    return found;
}

// SQLite keeps room for it and, right behind, for the file of the VFS below.
struct log_file {
    sqlite3_file base{};
    std::unique_ptr<char[]> gathered{new (std::nothrow) char[most_gathered]};
    sqlite3_int64 begin = 0; // where in the file it belongs
    int count = 0;
    bool synced = false; // nothing was written since
    const char* name = nullptr;

    sqlite3_file* under() { return reinterpret_cast<sqlite3_file*>(this + 1); }
    const sqlite3_io_methods& methods() { return *under()->pMethods; }

    // What could not be written is dropped: its transaction has failed.
    int flush() {
        if (count == 0) {
            return SQLITE_OK;
        }
        return put(gathered.get(), std::exchange(count, 0), begin);
    }

    // SQLite leaves no gaps. A gap means that the log was truncated, and what was there is gone.
    int put(const void* from, int bytes, sqlite3_int64 at) {
        synced = false;
        if (at > 0 && file_names::size_of(name) < static_cast<std::uint64_t>(at)) {
            return SQLITE_IOERR_WRITE;
        }
        return methods().xWrite(under(), from, bytes, at);
    }
};

log_file& of(sqlite3_file* handle) {
    return *reinterpret_cast<log_file*>(handle);
}

// Calls the log after everything collected is written; or returns why it cannot be written.
template <class Ask>
int flushed(sqlite3_file* handle, Ask&& ask) {
    auto& log = of(handle);
    const auto code = log.flush();
    return code == SQLITE_OK ? ask(log.methods(), log.under()) : code;
}

int write(sqlite3_file* handle, const void* from, int count, sqlite3_int64 at) {
    auto& log = of(handle);
    if (at != log.begin + log.count || count > most_gathered - log.count) {
        if (const auto code = log.flush(); code != SQLITE_OK) {
            return code;
        }
    }
    if (count > most_gathered) {
        return log.put(from, count, at);
    }
    if (log.count == 0) {
        log.begin = at;
    }
    std::memcpy(log.gathered.get() + log.count, from, static_cast<std::size_t>(count));
    log.count += count;
    return SQLITE_OK;
}

int read(sqlite3_file* handle, void* into, int count, sqlite3_int64 at) {
    return flushed(handle, [&](auto& on, auto* log) { return on.xRead(log, into, count, at); });
}
int truncate(sqlite3_file* handle, sqlite3_int64 size) {
    of(handle).synced = false;
    return flushed(handle, [&](auto& on, auto* log) { return on.xTruncate(log, size); });
}
int sync(sqlite3_file* handle, int flags) {
    // A checkpoint syncs what each commit has synced already.
    return flushed(handle, [&](auto& on, auto* log) {
        bool& synced = of(handle).synced;
        const auto code = synced ? SQLITE_OK : on.xSync(log, flags);
        synced = code == SQLITE_OK;
        return code;
    });
}
int size(sqlite3_file* handle, sqlite3_int64* bytes) {
    return flushed(handle, [&](auto& on, auto* log) { return on.xFileSize(log, bytes); });
}
int control(sqlite3_file* handle, int what, void* with) {
    if (what == SQLITE_FCNTL_LAST_ERRNO) { // asked after a failure, after which nothing more may be written
        return of(handle).methods().xFileControl(of(handle).under(), what, with);
    }
    return flushed(handle, [&](auto& on, auto* log) { return on.xFileControl(log, what, with); });
}
int sector_size(sqlite3_file* handle) {
    return of(handle).methods().xSectorSize(of(handle).under());
}
int characteristics(sqlite3_file* handle) {
    return of(handle).methods().xDeviceCharacteristics(of(handle).under());
}

int close(sqlite3_file* handle) {
    const auto code = of(handle).flush();
    const auto closed = of(handle).methods().xClose(of(handle).under());
    std::destroy_at(&of(handle));
    return code == SQLITE_OK ? closed : code;
}

// SQLite locks the file, never its log. Version 1: without shared memory and mappings, which a log does not have.
constexpr sqlite3_io_methods log_methods{
    1,           close,           read,    write,   truncate, sync,    size,    nullptr, nullptr, nullptr, control,
    sector_size, characteristics, nullptr, nullptr, nullptr,  nullptr, nullptr, nullptr};

int open(sqlite3_vfs* /*self*/, sqlite3_filename name, sqlite3_file* handle, int flags, int* flags_out) {
    if ((flags & SQLITE_OPEN_WAL) == 0) {
        return below()->xOpen(below(), name, handle, flags, flags_out);
    }
    auto* const log = new (handle) log_file;
    const auto code =
        log->gathered == nullptr ? SQLITE_NOMEM : below()->xOpen(below(), name, log->under(), flags, flags_out);
    if (code == SQLITE_OK) {
        log->name = name;
        log->base.pMethods = &log_methods;
    } else {
        std::destroy_at(log);
        handle->pMethods = nullptr; // it must not be closed
    }
    return code;
}

} // namespace

const char* write_coalescing_vfs() {
    [[maybe_unused]] static const int registered = [] {
        static sqlite3_vfs mine = *below();
        mine.zName = vfs_name;
        mine.pNext = nullptr;
        mine.szOsFile = static_cast<int>(sizeof(log_file)) + below()->szOsFile;
        mine.xOpen = open;
        return sqlite3_vfs_register(&mine, 0);
    }();
    return vfs_name;
}

} // namespace hookd::journal
