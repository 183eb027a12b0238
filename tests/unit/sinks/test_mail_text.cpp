// SPDX-License-Identifier: MIT
#include "sinks/mail/mail_text.hpp"
#include "sinks/read_sink.hpp"

#include <catch2/catch.hpp>

#include <sstream>

using namespace hookd;
using namespace hookd::sinks;

namespace {

event failure_with(std::string body) {
    event what;
    what.sequence = 7;
    what.id = "msg_1";
    what.type = "upsert.fail";
    what.document = "a.pdf";
    what.json = true;
    what.body = std::move(body);
    return what;
}

std::vector<std::string> lines_of(const std::string& mail) {
    std::vector<std::string> lines;
    std::istringstream in{mail};
    for (std::string line; std::getline(in, line);) {
        REQUIRE(line.ends_with('\r'));
        line.pop_back();
        lines.push_back(line);
    }
    return lines;
}

} // namespace

TEST_CASE("mail: names in braces stand for values, and doubled braces for themselves") {
    const auto what = failure_with(R"({"error":"no text","message":7})");
    CHECK(fill_in("{{{type}}} {document}: {error} {message} {sequence}", what) == "{upsert.fail} a.pdf: no text 7 7");
    CHECK_FALSE(check_template("{{}} {type}"));
    CHECK(check_template("{documnet}") == R"(unknown name "documnet" in braces; did you mean "document"?)");
    for (const auto* open : {"{", "}", "{type", "a } b"}) {
        CHECK(check_template(open).value_or("").contains("a brace is not closed"));
    }
}

TEST_CASE("mail: a value that is nested without end, or that is no text, is left out") {
    const auto deep = R"({"error":)" + std::string(200'000, '[') + std::string(200'000, ']') + '}';
    CHECK(fill_in("<{error}>", failure_with(deep)) == "<>");
    CHECK(fill_in("<{error}>", failure_with(R"({"error":{"a":1}})")) == "<>");
    CHECK(fill_in("<{error}>", failure_with(R"(["error"])")) == "<>");
    CHECK(fill_in("<{error}>", failure_with(R"({"error":"\ud800"})")) == "<(cannot be shown)>");
}

TEST_CASE("mail: lines are short, and no value can begin a field or end the mail") {
    mail_options options;
    options.from = "hookd@example.org";
    options.to = {"a@example.org", "b@example.org"};
    options.subject = "{error}";
    options.text = "{error}\r\n.\r\n";
    const auto what = failure_with(R"({"error":"x\r\nBcc: y@example.org\r\n.\r\n)" + std::string(3000, 'z') + "\"}");
    const auto lines = lines_of(compose_mail(options, what));
    const auto blank = std::ranges::find(lines, "");
    REQUIRE(blank != lines.end());
    for (const auto& line : lines) {
        CHECK(line.size() <= 78);
        CHECK_FALSE(line.starts_with('.'));
        CHECK_FALSE(line.starts_with("Bcc"));
    }
    CHECK(std::ranges::count_if(lines.begin(), blank, [](const auto& line) { return line.starts_with("Subject: "); }) ==
          1);
    CHECK(std::ranges::find(lines, "Message-ID: <msg_1.7@colivara-hookd.invalid>") < blank);
    CHECK(std::ranges::find(lines, " b@example.org") < blank);
}

TEST_CASE("mail: a server that cannot be one, and half a login, are errors of the configuration") {
    const auto error_with = [](const std::string& keys) {
        const auto read = sinks_test::read_sink("type = \"mail\"\nfrom = \"a@b.c\"\nto = [\"a@b.c\"]\n" + keys);
        return read.errors.empty() ? std::string{} : read.errors.front();
    };
    for (const auto* const good : {"smtp://mail.example.org", "smtps://mail.example.org:465", "smtp://[::1]:2525"}) {
        CHECK(error_with("server = \"" + std::string{good} + '"').empty());
    }
    for (const auto* const bad : {"mail.example.org", "http://h", "smtp://", "smtp://h:99999", "smtp://h:x",
                                  "smtp://:25", "smtp://h/x", "smtp://u:p@h"}) {
        INFO(bad);
        CHECK(error_with("server = \"" + std::string{bad} + '"').contains("invalid server: expected smtp://HOST"));
    }
    CHECK(error_with("server = \"smtp://h\"\nusername = \"u\"").contains("expected username and password"));
    CHECK(error_with("server = \"smtp://h\"\nusername = \"u\"\npassword = { file = \"/nowhere\" }")
              .contains("cannot be read"));
}
