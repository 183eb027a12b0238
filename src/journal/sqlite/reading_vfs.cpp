// SPDX-License-Identifier: MIT
#include "journal/sqlite/reading_vfs.hpp"

#include <sqlite3.h>

namespace hookd::journal {

namespace {

sqlite3_vfs* below() {
    static sqlite3_vfs* const found = sqlite3_vfs_find("unix-none"); // without locks
    return found;
}

// Where there is no log an empty one is read.
int open(sqlite3_vfs* /*self*/, sqlite3_filename name, sqlite3_file* handle, int flags, int* flags_out) {
    if ((flags & (SQLITE_OPEN_MAIN_DB | SQLITE_OPEN_WAL)) == 0) {
        return below()->xOpen(below(), name, handle, flags, flags_out);
    }
    flags = (flags & ~(SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE)) | SQLITE_OPEN_READONLY;
    int there = 1;
    if ((flags & SQLITE_OPEN_WAL) != 0) {
        below()->xAccess(below(), name, SQLITE_ACCESS_EXISTS, &there);
        flags ^= SQLITE_OPEN_WAL | SQLITE_OPEN_SUBJOURNAL; // as root SQLite gives a log to the file's owner
    }
    return below()->xOpen(below(), there != 0 ? name : "/dev/null", handle, flags, flags_out);
}

int remove(sqlite3_vfs* /*self*/, const char* /*name*/, int /*sync_directory*/) {
    return SQLITE_IOERR_DELETE;
}

} // namespace

const char* reading_vfs() {
    static const char* const name = []() -> const char* {
        if (below() == nullptr) {
            return nullptr;
        }
        static sqlite3_vfs mine = *below();
        mine.zName = "reading";
        mine.pNext = nullptr;
        mine.xOpen = open;
        mine.xDelete = remove;
        return sqlite3_vfs_register(&mine, 0) == SQLITE_OK ? mine.zName : nullptr;
    }();
    return name;
}

} // namespace hookd::journal
