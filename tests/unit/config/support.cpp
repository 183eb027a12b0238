// SPDX-License-Identifier: MIT
#include "support.hpp"

#include <catch2/catch.hpp>

#include <array>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sys/stat.h>

namespace hookd::config {

namespace {

struct no_options final : sink_options_of<no_options> {
    bool operator==(const no_options&) const = default;
};

std::shared_ptr<const sink_options> read_stdout(table&) {
    return std::make_shared<const no_options>();
}

std::shared_ptr<const sink_options> read_path(table& keys) {
    keys.required_text("path");
    return std::make_shared<const no_options>();
}

std::shared_ptr<const sink_options> read_file(table& keys) {
    keys.required_text("path");
    keys.text("mode", "0640");
    return std::make_shared<const no_options>();
}

std::shared_ptr<const sink_options> read_exec(table& keys) {
    if (keys.has("command") == keys.has("shell")) {
        keys.error("command", "expected either command or shell");
    }
    for (const std::string_view key : {"command", "shell"}) {
        if (!keys.has(key)) {
            keys.optional(key);
        } else if (key == "command") {
            keys.texts(key, {});
        } else {
            keys.text(key, "");
        }
    }
    return std::make_shared<const no_options>();
}

std::shared_ptr<const sink_options> read_http(table& keys) {
    constexpr std::array<std::string_view, 2> formats{"cloudevents", "original"};
    keys.required_text("url");
    keys.choice("format", formats, 0);
    keys.named_secrets("headers", nullptr);
    keys.text("ca_file", "");
    keys.text("content_type", "application/cloudevents+json");
    keys.counts("reject", {400, 413, 415, 422}, 300, 599);
    keys.duration("connect_timeout", std::chrono::seconds{10}, {}, std::chrono::hours{1});
    return std::make_shared<const no_options>();
}

constexpr std::array<sink_reader, 5> readers{
    {{"stdout", read_stdout}, {"file", read_file}, {"exec", read_exec}, {"queue", read_path}, {"http", read_http}}};

std::optional<std::string> check_secret(std::string_view text) {
    if (!text.starts_with("whsec_") || text.size() < 22) {
        return "invalid key: expected the endpoint's secret as the sender shows it, whsec_ and base64";
    }
    return std::nullopt;
}

std::optional<std::string> check_tls(const tls_settings& files, std::vector<std::string>& /*doubts*/) {
    if (files.certificate.contains("mismatch")) {
        return "certificate and private key do not belong together";
    }
    return std::nullopt;
}

} // namespace

checks test_checks() {
    return {.secret = check_secret, .tls = check_tls, .sinks = readers};
}

environment::environment(const std::vector<std::pair<std::string, const char*>>& variables) {
    for (const auto& [name, value] : variables) {
        const char* const old = std::getenv(name.c_str());
        before_.emplace_back(name, old == nullptr ? std::nullopt : std::optional<std::string>{old});
        value == nullptr ? ::unsetenv(name.c_str()) : ::setenv(name.c_str(), value, 1);
    }
}

environment::~environment() {
    for (const auto& [name, value] : before_) {
        value ? ::setenv(name.c_str(), value->c_str(), 1) : ::unsetenv(name.c_str());
    }
}

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

} // namespace hookd::config
