// SPDX-License-Identifier: MIT
#include "cli/verify/verify_command.hpp"
#include "signature/fixture.hpp"

#include <catch2/catch.hpp>

#include <filesystem>
#include <fstream>
#include <iostream>
#include <sstream>
#include <stdlib.h>
#include <sys/stat.h>

using namespace signature_test;
using Catch::Contains;
using hookd::cli::verify_arguments;

namespace {

/// A directory of this test's own, gone with it.
class directory {
public:
    directory() {
        std::string name = (std::filesystem::temp_directory_path() / "hookd-verify-XXXXXX").string();
        REQUIRE(::mkdtemp(name.data()) != nullptr);
        path_ = name;
    }
    directory(const directory&) = delete;
    directory& operator=(const directory&) = delete;
    ~directory() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }

    std::string path(const std::string& name) const { return path_ / name; }

    std::string write(const std::string& name, std::string_view text, mode_t mode = 0600) const {
        std::ofstream(path(name), std::ios::binary) << text;
        REQUIRE(::chmod(path(name).c_str(), mode) == 0);
        return path(name);
    }

private:
    std::filesystem::path path_;
};

/// Standard input for as long as it lives.
class standard_input {
public:
    explicit standard_input(const std::string& text) : text_(text), before_(std::cin.rdbuf(text_.rdbuf())) {}
    standard_input(const standard_input&) = delete;
    standard_input& operator=(const standard_input&) = delete;
    ~standard_input() {
        std::cin.rdbuf(before_);
        std::cin.clear();
    }

private:
    std::istringstream text_;
    std::streambuf* before_;
};

struct ending {
    int code;
    std::string out;
    std::string err;
};

ending run(const verify_arguments& arguments) {
    std::ostringstream out;
    std::ostringstream err;
    const int code = run_verify(arguments, out, err);
    return {code, out.str(), err.str()};
}

std::vector<std::string> good_headers() {
    return {"svix-id: " + std::string(id), "Svix-Timestamp:" + std::string(timestamp),
            "svix-signature:\t" + good_signature() + " "};
}

std::string captured(std::string_view line_end, std::string_view payload, const std::string& more = {}) {
    std::string text = "POST /webhooks/colivara HTTP/1.1";
    text.append(line_end).append("Host: hooks.example.com").append(line_end);
    for (const std::string& header : good_headers()) {
        text.append(header).append(line_end);
    }
    return text.append(more.empty() ? "" : more + std::string(line_end)).append(line_end).append(payload);
}

} // namespace

TEST_CASE("verify: a message from headers and a body file, or standard input, is judged") {
    const directory own;
    verify_arguments arguments{.secret_file = own.write("secret", std::string(secret_text) + "\n"),
                               .headers = good_headers(),
                               .request_file = {},
                               .body = own.write("body", body),
                               .at = 1'760'000'000};
    CHECK(run(arguments).code == 0);
    CHECK(run(arguments).out == "valid\n");
    arguments.at = 1'770'000'000;
    CHECK(run(arguments).code == 1);
    CHECK(run(arguments).out == "not valid: too_old\n");
    arguments.ignore_time = true;
    CHECK(run(arguments).code == 0);
    arguments.body = "-";
    {
        const standard_input in{std::string(body)};
        CHECK(run(arguments).code == 0);
    }
    arguments.body.reset();
    {
        const standard_input in{std::string(body) + "\n"};
        arguments.explain = true;
        const auto changed = run(arguments);
        CHECK(changed.code == 1);
        CHECK_THAT(changed.out, Catch::StartsWith("not valid: wrong_signature\n") && Contains("line break was added"));
        CHECK(changed.err.empty());
    }
}

TEST_CASE("verify: any of several secrets, one a line, may match") {
    const directory own;
    const verify_arguments arguments{.secret_file = own.write("secret", "\n" + std::string(other_secret_text) +
                                                                            "\r\n\n  " + std::string(secret_text)),
                                     .headers = good_headers(),
                                     .request_file = {},
                                     .body = own.write("body", body),
                                     .at = 1'760'000'000,
                                     .explain = true};
    const auto ended = run(arguments);
    CHECK(ended.code == 0);
    CHECK_THAT(ended.out, Catch::StartsWith("valid\n") && Contains("secret 2 of 2"));
}

TEST_CASE("verify: a captured request is read with either line end, its body as far as Content-Length says") {
    const directory own;
    verify_arguments arguments{.secret_file = own.write("secret", secret_text),
                               .headers = {},
                               .request_file = own.path("request"),
                               .body = {},
                               .at = 1'760'000'000};
    const std::string length = "Content-Length: " + std::to_string(body.size());
    for (const std::string_view line_end : {"\n", "\r\n"}) {
        own.write("request", captured(line_end, body));
        CHECK(run(arguments).out == "valid\n");
        own.write("request", captured(line_end, std::string(body) + "\n"));
        CHECK(run(arguments).out == "not valid: wrong_signature\n");
        own.write("request", captured(line_end, std::string(body) + "\n", length));
        CHECK(run(arguments).out == "valid\n");
    }
    own.write("request", captured("\n", body.substr(1), length));
    CHECK(run(arguments).code == 2);
    own.write("request", captured("\n", body, "Transfer-Encoding: chunked"));
    CHECK(run(arguments).code == 2);
    own.write("request", captured("\n", body, "Content-Length: 1x"));
    CHECK(run(arguments).code == 2);
    own.write("request", captured("\n", body, " folded"));
    CHECK_THAT(run(arguments).err, Contains("line 6"));
    own.write("request", body);
    CHECK_THAT(run(arguments).err, Contains("not a request line"));
    own.write("request", captured("\n", body));
    arguments.headers = {"svix-id: again"};
    CHECK(run(arguments).out == "not valid: repeated_header\n");
}

TEST_CASE("verify: the explanation of a captured request names the error, whatever it is") {
    const directory own;
    verify_arguments arguments{.secret_file = own.write("secret", secret_text),
                               .headers = {},
                               .request_file = own.path("request"),
                               .body = {},
                               .at = 1'760'000'000,
                               .explain = true};
    const auto explained = [&](std::string_view payload, std::string_view removed = {}, std::string_view put = {}) {
        std::string text = captured("\r\n", payload);
        if (!removed.empty()) {
            text.replace(text.find(removed), removed.size(), put);
        }
        own.write("request", text);
        const auto ended = run(arguments);
        CHECK(ended.err.empty());
        CHECK_THAT(ended.out, !Contains(good_signature()) || Contains("valid\n"));
        return ended.out;
    };
    CHECK_THAT(explained(body), Catch::StartsWith("valid\n"));
    CHECK_THAT(explained(body, "HTTP/1.1", "HTTP/2"), Catch::StartsWith("valid\n"));
    CHECK_THAT(explained(std::string(body) + "\n"), Contains("line break was added at its end"));
    CHECK_THAT(explained(body, "svix-id", "x-id"), Contains("svix-id is missing"));
    CHECK_THAT(explained(body, "svix-signature", "webhook-signature"), Contains("the two are never mixed"));
    arguments.at = 1'760'000'000 + 4'000;
    CHECK_THAT(explained(body), Contains("4000 s (1h6m) older") && Contains("the signature itself matches"));
    arguments.at = 1'760'000'000 - 4'000;
    CHECK_THAT(explained(body), Contains("4000 s (1h6m) ahead"));
    arguments.at = 1'760'000'000;
    arguments.secret_file = own.write("other", other_secret_text);
    CHECK_THAT(explained(body), Contains("The configured secret may be wrong"));
    arguments.secret_file = own.write("public", public_key_text());
    CHECK_THAT(explained(body), Contains("configure the endpoint's secret (whsec_"));
}

TEST_CASE("verify: on a terminal, findings are broken at its width") {
    const directory own;
    verify_arguments arguments{.secret_file = own.write("secret", other_secret_text),
                               .headers = good_headers(),
                               .request_file = {},
                               .body = own.write("body", body),
                               .at = 1'760'000'000,
                               .explain = true};
    const auto whole = run(arguments).out;
    arguments.width = 40;
    std::istringstream lines{run(arguments).out};
    std::string joined;
    for (std::string line; std::getline(lines, line);) {
        CHECK(line.size() <= 40);
        joined += line.starts_with("  ") ? line.substr(1) : (joined.empty() ? "" : "\n") + line;
    }
    CHECK(joined + "\n" == whole);
}

TEST_CASE("verify: what an editor did to a secret's file is named, and CR LF is not an error") {
    const directory own;
    const std::string text{secret_text};
    verify_arguments arguments{.secret_file = own.path("secret"),
                               .headers = good_headers(),
                               .request_file = {},
                               .body = own.write("body", body),
                               .at = 1'760'000'000};
    std::string utf16 = "\xff\xfe";
    for (const char c : text) {
        utf16.append({c, '\0'});
    }
    const std::vector<std::pair<std::string, std::string>> errors{
        {"\xef\xbb\xbf" + text, "byte order mark"},
        {'"' + text + "\"\r\n", "quotes around it"},
        {'\'' + text + '\'', "quotes around it"},
        {"“" + text + "”", "quotes around it"},
        {utf16, "UTF-16"},
        {"SECRET=" + text, "there is something before whsec_"},
        {text + '\r' + text, "it contains white space"}};
    for (const auto& [bytes, words] : errors) {
        own.write("secret", bytes);
        const auto ended = run(arguments);
        CHECK(ended.code == 78);
        CHECK_THAT(ended.err, Contains(words) && !Contains(text.substr(6, 12)));
    }
    own.write("secret", text + "\r\n");
    CHECK(run(arguments).code == 0);
}

TEST_CASE("verify: what keeps it from judging has exit codes of its own") {
    const directory own;
    const verify_arguments good{.secret_file = own.write("secret", secret_text),
                                .headers = good_headers(),
                                .request_file = {},
                                .body = own.write("body", body),
                                .at = 1'760'000'000};
    const auto changed = [&](auto change) {
        verify_arguments arguments = good;
        change(arguments);
        const auto ended = run(arguments);
        CHECK(ended.out.empty());
        CHECK_FALSE(ended.err.empty());
        CHECK_THAT(ended.err, !Contains(std::string(secret_text.substr(6, 12))));
        return ended.code;
    };
    CHECK(changed([](auto& a) { a.headers.emplace_back("svix-id"); }) == 2);
    CHECK(changed([&](auto& a) { a.request_file = own.path("body"); }) == 2);
    CHECK(changed([&](auto& a) { a.body = own.path("absent"); }) == 74);
    CHECK(changed([&](auto& a) { a.body = own.path(""); }) == 74);
    CHECK(changed([&](auto& a) { a.secret_file = own.path("absent"); }) == 74);
    CHECK(changed([&](auto& a) { a.secret_file = own.write("open", secret_text, 0644); }) == 78);
    CHECK(changed([&](auto& a) { a.secret_file = own.write("empty", "\n"); }) == 78);
    CHECK(changed([&](auto& a) { a.secret_file = own.write("half", secret_text.substr(0, 20)); }) == 78);
    CHECK(changed([&](auto& a) { a.secret_file = own.write("private", private_key_text()); }) == 78);
}
