// SPDX-License-Identifier: MIT
#include <hookd/core/file_system.hpp>

#include <catch2/catch.hpp>

#include <filesystem>
#include <stdlib.h>

namespace {

namespace fs = std::filesystem;
using names = std::vector<std::string>;

class place {
public:
    place() { REQUIRE(::mkdtemp(path_.data()) != nullptr); }
    place(const place&) = delete;
    place& operator=(const place&) = delete;
    ~place() { fs::remove_all(path_); }

    std::string operator/(const std::string& name) const { return path_ + "/" + name; }

private:
    std::string path_ = (fs::temp_directory_path() / "hookd.XXXXXX").string();
};

} // namespace

TEST_CASE("file system: links are followed one by one, to what is not there yet as well") {
    const place here;
    fs::create_symlink("deep/second", here / "first");
    fs::create_directory(here / "deep");
    fs::create_symlink(here / "third", here / "deep/second");
    CHECK(hookd::follow_links(here / "first") == names{here / "first", here / "deep/second", here / "third"});
    CHECK(hookd::follow_links(here / "third") == names{here / "third"});
    CHECK(hookd::follow_links("") == names{""});
}

TEST_CASE("file system: links in a circle are followed as far as the kernel does") {
    const place here;
    fs::create_symlink("ring", here / "ring");
    const auto followed = hookd::follow_links(here / "ring");
    CHECK(followed.size() == 1 + 40); // the kernel's limit
    CHECK(fs::is_symlink(followed.back()));
}
