// SPDX-License-Identifier: MIT
#include "journal/sqlite/write_coalescing_vfs.hpp"
#include "journal/support.hpp"

#include <catch2/catch.hpp>
#include <sqlite3.h>

#include <cstddef>
#include <fstream>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

using namespace hookd::journal;
using namespace hookd::journal::testing;

namespace {

/// A write-ahead log as SQLite has it open.
class open_log {
public:
    explicit open_log(const std::string& journal)
        : vfs_(sqlite3_vfs_find(write_coalescing_vfs())), memory_(static_cast<std::size_t>(vfs_->szOsFile)),
          name_(sqlite3_create_filename(journal.c_str(), "", (journal + "-wal").c_str(), 0, nullptr)) {
        std::ofstream{journal}; // SQLite takes the log's mode from it
        int flags = SQLITE_OPEN_WAL | SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
        REQUIRE(vfs_->xOpen(vfs_, sqlite3_filename_wal(name_), file(), flags, &flags) == SQLITE_OK);
    }
    open_log(const open_log&) = delete;
    open_log& operator=(const open_log&) = delete;
    ~open_log() {
        file()->pMethods->xClose(file());
        sqlite3_free_filename(name_);
    }

    void write(std::string_view bytes, sqlite3_int64 at) {
        CHECK(file()->pMethods->xWrite(file(), bytes.data(), static_cast<int>(bytes.size()), at) == SQLITE_OK);
    }
    /// Also gathered bytes are not written.
    void write_in_vain(const std::string& bytes, sqlite3_int64 at) {
        const auto written = file()->pMethods->xWrite(file(), bytes.data(), static_cast<int>(bytes.size()), at);
        CHECK((written == SQLITE_OK ? file()->pMethods->xSync(file(), SQLITE_SYNC_NORMAL) : written) ==
              SQLITE_IOERR_WRITE);
    }
    void sync() { CHECK(file()->pMethods->xSync(file(), SQLITE_SYNC_NORMAL) == SQLITE_OK); }

private:
    sqlite3_file* file() { return reinterpret_cast<sqlite3_file*>(memory_.data()); }

    sqlite3_vfs* vfs_;
    std::vector<std::max_align_t> memory_; // more than enough
    sqlite3_filename name_;
};

std::string bytes_of(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

} // namespace

TEST_CASE("log file: what is written out of order is stored at its offset") {
    const temporary_directory directory;
    open_log log(directory.journal());
    log.write("one ", 0);
    log.write("two ", 4);
    log.write("ONE", 0);
    log.write("three", 8);
    log.sync();
    CHECK(bytes_of(directory.journal() + "-wal") == "ONE two three");
}

TEST_CASE("log file: if its beginning was truncated nothing is written after the gap") {
    const temporary_directory directory;
    const auto bytes = GENERATE(10U, 100'000U);
    open_log log(directory.journal());
    log.write("header", 0);
    log.sync();
    std::filesystem::resize_file(directory.journal() + "-wal", 3);
    log.write_in_vain(std::string(bytes, 'x'), 6);
    CHECK(bytes_of(directory.journal() + "-wal") == "hea");
}

TEST_CASE("log file: a sync reaches the disk if anything was written since the last one, and only then") {
    const temporary_directory directory;
    open_log log(directory.journal());
    log.write("commit", 0);
    log.sync(); // the first is of the file's name, too
    const auto before = syncs();
    log.sync();
    CHECK(syncs() == before);
    log.write("next", 6);
    log.sync();
    CHECK(syncs() == before + 1);
}

TEST_CASE("log file: more than fits into the buffer is written completely") {
    const temporary_directory directory;
    open_log log(directory.journal());
    const std::string large(100'000, 'x');
    log.write("head", 0);
    log.write(large, 4);
    log.write("tail", 100'004);
    log.sync();
    const bool whole = bytes_of(directory.journal() + "-wal") == "head" + large + "tail";
    CHECK(whole);
}
