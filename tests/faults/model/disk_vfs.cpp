// SPDX-License-Identifier: MIT
// SQLite's side of the disk: a VFS in front of the one for Unix, which is the default in this whole program.

#include "disk.hpp"

#include <sqlite3.h>

#include <algorithm>
#include <new>
#include <stdexcept>

namespace hookd::model {

namespace {

sqlite3_vfs* below() {
    static sqlite3_vfs* const found = sqlite3_vfs_find("unix");
    return found;
}

struct file {
    sqlite3_file base;
    disk::book* book; // null: not one of the journal's

    sqlite3_file* real() { return reinterpret_cast<sqlite3_file*>(this + 1); }
    const sqlite3_io_methods& on() { return *real()->pMethods; }
};

file& of(sqlite3_file* handle) {
    return *reinterpret_cast<file*>(handle);
}

void note_size(file& in, std::int64_t before) {
    sqlite3_int64 now = before;
    in.on().xFileSize(in.real(), &now);
    if (in.book != nullptr && now != before) {
        in.book->unsynced.push_back({.at = now, .resize = true, .bytes = {}});
        in.book->size = now;
    }
}

int close(sqlite3_file* handle) {
    return of(handle).on().xClose(of(handle).real());
}

int read(sqlite3_file* handle, void* into, int count, sqlite3_int64 at) {
    return of(handle).on().xRead(of(handle).real(), into, count, at);
}

int write(sqlite3_file* handle, const void* from, int count, sqlite3_int64 at) {
    auto& to = of(handle);
    if (to.book == nullptr) {
        return to.on().xWrite(to.real(), from, count, at);
    }
    auto& under = disk::instance();
    disk::change what{.at = at, .bytes = std::string(static_cast<const char*>(from), static_cast<std::size_t>(count))};
    if (!under.called(to.book, &what)) {
        return SQLITE_IOERR_WRITE;
    }
    if (!under.may_grow(*to.book, at + count)) {
        return SQLITE_FULL;
    }
    to.book->size = std::max<std::int64_t>(to.book->size, at + count);
    to.book->unsynced.push_back(std::move(what));
    return to.on().xWrite(to.real(), from, count, at);
}

int truncate(sqlite3_file* handle, sqlite3_int64 size) {
    auto& what = of(handle);
    if (what.book != nullptr && !disk::instance().called(what.book, nullptr)) {
        return SQLITE_IOERR_TRUNCATE;
    }
    const auto before = what.book != nullptr ? what.book->size : 0;
    const auto done = what.on().xTruncate(what.real(), size);
    note_size(what, before);
    return done;
}

int sync(sqlite3_file* handle, int flags) {
    auto& what = of(handle);
    if (what.book == nullptr) {
        return what.on().xSync(what.real(), flags);
    }
    if (!disk::instance().called(what.book, nullptr)) {
        return SQLITE_IOERR_FSYNC;
    }
    disk::instance().synced(*what.book);
    return SQLITE_OK;
}

int file_size(sqlite3_file* handle, sqlite3_int64* size) {
    return of(handle).on().xFileSize(of(handle).real(), size);
}
int lock(sqlite3_file* handle, int level) {
    return of(handle).on().xLock(of(handle).real(), level);
}
int unlock(sqlite3_file* handle, int level) {
    return of(handle).on().xUnlock(of(handle).real(), level);
}
int check_lock(sqlite3_file* handle, int* held) {
    return of(handle).on().xCheckReservedLock(of(handle).real(), held);
}

int control(sqlite3_file* handle, int what, void* with) {
    auto& in = of(handle);
    if (in.book == nullptr || what != SQLITE_FCNTL_SIZE_HINT) {
        return in.on().xFileControl(in.real(), what, with);
    }
    if (disk::instance().dead()) {
        return SQLITE_IOERR_WRITE;
    }
    if (!disk::instance().may_grow(*in.book, *static_cast<sqlite3_int64*>(with))) {
        return SQLITE_FULL;
    }
    const auto before = in.book->size;
    const auto done = in.on().xFileControl(in.real(), what, with);
    note_size(in, before);
    return done;
}

int sector_size(sqlite3_file* handle) {
    return of(handle).on().xSectorSize(of(handle).real());
}
int characteristics(sqlite3_file* handle) {
    return of(handle).on().xDeviceCharacteristics(of(handle).real());
}

// Of version 1: without shared memory, which the journal does not use, and without mappings.
constexpr sqlite3_io_methods methods{
    1,           close,           read,    write,   truncate, sync,    file_size, lock,   unlock, check_lock, control,
    sector_size, characteristics, nullptr, nullptr, nullptr,  nullptr, nullptr,   nullptr};

int open(sqlite3_vfs* /*self*/, sqlite3_filename name, sqlite3_file* handle, int flags, int* flags_out) {
    auto& made = *new (handle) file{};
    const auto code = below()->xOpen(below(), name, made.real(), flags, flags_out);
    if (code == SQLITE_OK) {
        made.base.pMethods = &methods;
        if ((flags & (SQLITE_OPEN_MAIN_DB | SQLITE_OPEN_WAL)) != 0) {
            made.book = &disk::instance().opened(name);
        }
    }
    return code;
}

int remove(sqlite3_vfs* /*self*/, const char* name, int sync_directory) {
    disk::instance().removed(name);
    return below()->xDelete(below(), name, sync_directory);
}

} // namespace

disk& disk::instance() {
    static disk only;
    [[maybe_unused]] static const int registered = [] {
        static sqlite3_vfs mine = *below();
        mine.zName = "disk";
        mine.pNext = nullptr;
        mine.szOsFile = static_cast<int>(sizeof(file)) + below()->szOsFile;
        mine.xOpen = open;
        mine.xDelete = remove;
        return sqlite3_vfs_register(&mine, 1);
    }();
    return only;
}

} // namespace hookd::model
