// SPDX-License-Identifier: MIT
#include "http/server/certificate_watch.hpp"

#include <catch2/catch.hpp>

#include <filesystem>
#include <fstream>
#include <unistd.h>

using namespace hookd;

namespace {

class certificate_files {
public:
    certificate_files() {
        std::string name = (std::filesystem::temp_directory_path() / "hookd-watch-XXXXXX").string();
        directory_ = mkdtemp(name.data());
        add("certificate", "old");
        add("private_key", "old");
    }
    certificate_files(const certificate_files&) = delete;
    certificate_files& operator=(const certificate_files&) = delete;
    ~certificate_files() { std::filesystem::remove_all(directory_); }

    void add(const char* file, const char* text) { std::ofstream{directory_ / file, std::ios::app} << text; }
    tls_settings paths() const {
        return {.certificate = directory_ / "certificate", .private_key = directory_ / "private_key"};
    }

private:
    std::filesystem::path directory_;
};

} // namespace

TEST_CASE("certificate watch: files that are still being written are not used") {
    certificate_files files;
    http::certificate_watch watch{files.paths()};
    CHECK_FALSE(watch.changed());
    files.add("certificate", "half of it");
    CHECK_FALSE(watch.changed());
    files.add("certificate", "the other half");
    CHECK_FALSE(watch.changed());
    files.add("private_key", "last");
    CHECK_FALSE(watch.changed());
    CHECK(watch.changed());
    CHECK_FALSE(watch.changed());
}

TEST_CASE("certificate watch: what was written before the first look is known") {
    certificate_files files;
    http::certificate_watch watch{files.paths()};
    CHECK_FALSE(watch.changed());
    CHECK_FALSE(watch.changed());
}
