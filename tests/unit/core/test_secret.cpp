// SPDX-License-Identifier: MIT
#include <hookd/core/secret.hpp>

#include <catch2/catch.hpp>

#include <fstream>
#include <string>

namespace {

/// The VmFlags line of the mapping that holds `address` (proc(5), smaps).
std::string vm_flags(const void* address) {
    std::ifstream maps{"/proc/self/smaps"};
    const auto wanted = reinterpret_cast<std::uintptr_t>(address);
    bool inside = false;
    for (std::string line; std::getline(maps, line);) {
        std::uintptr_t begin = 0;
        std::uintptr_t end = 0;
        if (std::sscanf(line.c_str(), "%lx-%lx ", &begin, &end) == 2) {
            inside = wanted >= begin && wanted < end;
        } else if (inside && line.starts_with("VmFlags:")) {
            return line + ' ';
        }
    }
    return {};
}

} // namespace

TEST_CASE("secret: its page is left out of core dumps") {
    const hookd::secret secret{"whsec_something"};
    CHECK(secret.text() == "whsec_something");
    CHECK(vm_flags(secret.bytes().data()).find(" dd ") != std::string::npos);
}

TEST_CASE("secret: moving leaves nothing behind") {
    hookd::secret first{"one"};
    hookd::secret second{std::move(first)};
    CHECK(first.empty()); // NOLINT(bugprone-use-after-move): that is what is tested
    CHECK(second.text() == "one");
    second = hookd::secret{"two"};
    CHECK(second.text() == "two");
    CHECK(hookd::secret{""}.empty());
}

TEST_CASE("secret: cleansing overwrites") {
    std::string text = "whsec_something";
    hookd::cleanse(std::span<char>{text});
    CHECK(text == std::string(15, '\0'));
}
