// SPDX-License-Identifier: MIT
#include "daemon/support.hpp"

#include <catch2/catch.hpp>

#include <atomic>
#include <cstdlib>
#include <malloc.h>
#include <new>
#include <string_view>

namespace {

/// While it is not empty, each block of memory that is given back is searched for it.
std::string_view sought;
std::atomic<int> found;

void give_back(void* block) {
    if (block != nullptr && !sought.empty()) {
        const std::string_view bytes{static_cast<const char*>(block), malloc_usable_size(block)};
        found += bytes.contains(sought) ? 1 : 0;
    }
    std::free(block);
}

} // namespace

// NOLINTBEGIN(misc-new-delete-overloads): the others are the library's, and call these
void* operator new(std::size_t size) {
    void* const block = std::malloc(size);
    if (block == nullptr) {
        throw std::bad_alloc{};
    }
    return block;
}
void* operator new(std::size_t size, const std::nothrow_t& /*none*/) noexcept {
    return std::malloc(size);
}
void operator delete(void* block) noexcept {
    give_back(block);
}
void operator delete(void* block, std::size_t /*size*/) noexcept {
    give_back(block);
}
// NOLINTEND(misc-new-delete-overloads)

using namespace hookd::daemon;
using hookd::config::syntax;

namespace {

/// How many blocks with `what` in them are given back while the file is read.
int left_behind(std::string_view what, const std::string& name, const std::string& text) {
    const scratch directory;
    const auto path = directory.write(name, text);
    found = 0;
    sought = what;
    const auto loaded = load_configuration(path);
    const auto socket = read_admin_socket(path);
    sought = {};
    REQUIRE(loaded.values != nullptr);
    REQUIRE(loaded.values->endpoints.front().secrets.front().text() == test_secret);
    REQUIRE(socket);
    return found;
}

std::string toml_with(const std::string& secret) {
    return "[[listener]]\naddress = \"127.0.0.1:1\"\n[[endpoint]]\nname = \"a\"\npath = \"/\"\nsecrets = [\"" + secret +
           "\"]\n";
}

std::string json_with(const std::string& secret) {
    return R"({"listener":[{"address":"127.0.0.1:1"}],"endpoint":[{"name":"a","path":"/","secrets":[")" + secret +
           R"("]}]})";
}

} // namespace

TEST_CASE("config: of a secret in the file no copy of ours is left in memory that was given back") {
    const environment variables{{{"HOOKD_TEST_SECRET", test_secret}}};
    const std::string_view what = std::string_view{test_secret}.substr(6);
    const std::string secret{test_secret};
    const std::string from_environment = "${HOOKD_TEST_SECRET}";
    // Neither library copies a comment, nor knows the environment.
    CHECK(left_behind(what, "comment.toml", toml_with(from_environment) + "# " + secret + '\n') == 0);
    CHECK(left_behind(what, "variable.toml", toml_with(from_environment)) == 0);
    CHECK(left_behind(what, "variable.json", json_with(from_environment)) == 0);
    // Each of the two readings leaves the library's own buffer, which nobody can reach.
    CHECK(left_behind(what, "inline.toml", toml_with(secret)) <= 2);
    CHECK(left_behind(what, "inline.json", json_with(secret)) <= 2);
    // They are seen where they are.
    found = 0;
    sought = "a copy that nobody wipes";
    {
        const std::string copy{sought};
    }
    sought = {};
    CHECK(found == 1);
}
