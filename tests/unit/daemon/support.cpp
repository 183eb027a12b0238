// SPDX-License-Identifier: MIT
#include "daemon/support.hpp"

#include <catch2/catch.hpp>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sys/stat.h>

namespace hookd::daemon {

scratch::scratch() {
    std::string pattern = std::filesystem::temp_directory_path() / "hookd-config-XXXXXX";
    REQUIRE(::mkdtemp(pattern.data()) != nullptr);
    path_ = pattern;
}

scratch::~scratch() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
}

std::string scratch::write(const std::string& name, const std::string& content, unsigned mode) const {
    const std::string file = path(name);
    std::filesystem::create_directories(std::filesystem::path{file}.parent_path());
    std::ofstream{file, std::ios::binary} << content;
    REQUIRE(::chmod(file.c_str(), mode) == 0);
    return file;
}

std::string smallest() {
    return "[[listener]]\naddress = \"127.0.0.1:8080\"\n"
           "[[endpoint]]\nname = \"colivara\"\npath = \"/hook\"\nsecrets = [{ env = \"HOOKD_TEST_SECRET\" }]\n"
           "[[sink]]\nname = \"out\"\ntype = \"stdout\"\n";
}

std::string content_of(const std::string& path) {
    std::ifstream file{path, std::ios::binary};
    INFO(path);
    REQUIRE(file);
    return {std::istreambuf_iterator<char>{file}, {}};
}

} // namespace hookd::daemon
