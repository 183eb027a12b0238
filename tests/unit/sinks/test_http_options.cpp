// SPDX-License-Identifier: MIT
#include "sinks/http/http_message.hpp"
#include "sinks/http/http_options.hpp"
#include "sinks/read_sink.hpp"
#include "sinks/sink_worker.hpp"

#include <hookd/sinks/event_line.hpp>

using namespace sinks_test;
using hookd::sinks::compose;
using hookd::sinks::http_format;
using hookd::sinks::http_options;

namespace {

sink_reading read(const std::string& keys) {
    return read_sink("type = \"http\"\n" + keys);
}

std::shared_ptr<const http_options> options_of(const std::string& keys) {
    const auto config = read(keys);
    for (const auto& each : config.errors) {
        UNSCOPED_INFO(each);
    }
    REQUIRE(config.errors.empty());
    return std::dynamic_pointer_cast<const http_options>(config.sinks.at(0).options);
}

std::string error_of(const std::string& keys) {
    const auto errors = read(keys).errors;
    REQUIRE(errors.size() == 1);
    return errors[0].substr(errors[0].find(": ") + 2);
}

constexpr auto url = "url = \"http://app.example:3000/events?a=b\"\n";

std::vector<std::string> lines_of_fields(const hookd::sinks::http_message& message) {
    std::vector<std::string> lines;
    for (const auto& [name, value] : message.fields) {
        lines.push_back(std::string{name} + ": " + std::string{value});
    }
    return lines;
}

} // namespace

TEST_CASE("http: its keys and their defaults") {
    const auto plain = options_of(url);
    CHECK(plain->where.authority() == "app.example:3000");
    CHECK(plain->where.target == "/events?a=b");
    CHECK_FALSE(plain->where.tls);
    CHECK(plain->format == http_format::cloudevents);
    CHECK(plain->content_type == "application/cloudevents+json");
    CHECK(plain->reject == std::vector<std::uint64_t>{400, 413, 415, 422});
    CHECK(plain->headers.empty());
    CHECK(plain->connect_timeout == std::chrono::seconds(10));

    const auto full = options_of("url = \"https://app.example\"\nformat = \"original\"\nconnect_timeout = \"250ms\"\n"
                                 "headers = { Authorization = \"Bearer abc\", X-Api-Key = \"k y\" }");
    CHECK(full->where.tls);
    CHECK(full->format == http_format::original);
    CHECK(full->connect_timeout == std::chrono::milliseconds(250));
    REQUIRE(full->headers.size() == 2);
    CHECK(full->headers[0].first == "Authorization");
    CHECK(full->headers[0].second.text() == "Bearer abc");
    CHECK(full->headers[1].second.text() == "k y");
}

TEST_CASE("http: what it could not send is an error, and no error quotes a value") {
    CHECK(error_of("").contains("sink[0].url: is missing"));
    CHECK(error_of("url = \"ftp://x\"")
              .contains("sink[0].url: invalid URL: expected one that begins with https:// or http://"));
    CHECK_FALSE(error_of("url = \"http://u:hidden@x\"").contains("hidden"));
    CHECK(error_of(std::string{url} + "format = \"orignal\"").contains("did you mean \"original\""));
    for (const char* const own : {"Host", "content-length", "Idempotency-Key", "Transfer-Encoding", "svix-id",
                                  "Webhook-Signature", "Content-Type"}) {
        CHECK(error_of(url + ("headers = { " + std::string{own} + " = \"x\" }")).contains("is set by the sink itself"));
    }
    CHECK(error_of(std::string{url} + "headers = { \"X Y\" = \"x\" }").contains("invalid header name"));
    CHECK(error_of(std::string{url} + "headers = { X-A = \"x\", x-a = \"y\" }").contains("duplicate header"));
    for (const char* const bad : {"hidden\\r\\nX: y", "hidden\\n", " hidden", "hidden\\u00e4", "hidden\\u0007"}) {
        const auto error = error_of(std::string{url} + "headers = { X-A = \"" + bad + "\" }");
        CHECK(error.contains("sink[0].headers.X-A: invalid header value"));
        CHECK_FALSE(error.contains("hidden"));
    }
    CHECK(error_of(std::string{url} + "headers = { X-A = 5 }").contains("headers.X-A: expected "));
    CHECK(error_of(std::string{url} + "headers = \"X-A: y\"")
              .contains("sink[0].headers: expected a table, got a string"));
}

TEST_CASE("http: which statuses reject an event, and what a CloudEvent is called, are the operator's to say") {
    const auto options =
        options_of(std::string{url} + "reject = [404, 410, 599]\ncontent_type = \"application/json; charset=utf-8\"");
    CHECK(options->reject == std::vector<std::uint64_t>{404, 410, 599});
    CHECK(lines_of_fields(*compose(*options, sample())).at(0) == "Content-Type: application/json; charset=utf-8");
    CHECK(options_of(std::string{url} + "reject = []")->reject.empty());
    CHECK(read(std::string{url} + "reject = [404, 410]").effective.contains("reject = [404, 410]"));
    CHECK(error_of(std::string{url} + "reject = [200]")
              .contains("sink[0].reject[0]: 200 is out of range: expected a whole number from 300 to 599"));
    CHECK(error_of(std::string{url} + "reject = [-400]").contains("-400 is out of range"));
    CHECK(error_of(std::string{url} + "reject = [\"4xx\"]")
              .contains("reject[0]: expected a whole number from 300 to 599, got a string"));
    CHECK(error_of(std::string{url} + "reject = 404")
              .contains("reject: expected an array of whole numbers from 300 to 599, got a whole number"));
    for (const char* const bad : {"", "json", "application/", "/json", "a b/json", "application/json\\r\\nX: y"}) {
        CHECK(error_of(url + ("content_type = \"" + std::string{bad} + '"')).contains("invalid media type"));
    }
    CHECK(error_of(std::string{url} + "format = \"original\"\ncontent_type = \"application/json\"")
              .contains("content_type: cannot be used together with format"));
}

TEST_CASE("http: header values come from where secrets come from, and are never shown") {
    const temporary_directory directory;
    put(directory / "token", "Bearer hidden\n");
    fs::permissions(directory / "token", fs::perms::owner_read);
    const auto from = "{ file = \"" + (directory / "token").string() + "\" }";
    const auto keys = std::string{url} + "headers = { Authorization = " + from + ", X-Inline = \"hidden\" }";
    const auto options = options_of(keys);
    REQUIRE(options->headers.size() == 2);
    CHECK(options->headers[0].second.text() == "Bearer hidden");

    const auto shown = read(keys).effective;
    CHECK_FALSE(shown.contains("hidden"));
    CHECK(shown.contains("[sink.headers]\nAuthorization = " + from + "\nX-Inline = \"<secret>\"\n"));

    fs::permissions(directory / "token", fs::perms::owner_read | fs::perms::others_read);
    CHECK(error_of(keys).contains("headers.Authorization.file: is accessible to others"));
}

TEST_CASE("http: an authorities' file must hold certificates") {
    const temporary_directory directory;
    put(directory / "empty.pem", "");
    const auto with = [](const fs::path& file) { return "url = \"https://x\"\nca_file = \"" + file.string() + "\""; };
    CHECK(error_of(with(directory / "empty.pem")).contains("has no readable certificates in PEM format"));
    CHECK(error_of(with(directory / "missing.pem")).contains("sink[0].ca_file: "));
    CHECK(error_of(with("ca.pem")).contains("expected an absolute path"));
    const auto idle = read(std::string{url} + "ca_file = \"/nowhere\"");
    CHECK(idle.errors.empty());
    REQUIRE(idle.warnings.size() == 1);
    CHECK(idle.warnings[0].contains("has no effect: url does not begin with https://"));
}

TEST_CASE("http: a reload sees every difference, the values of secrets included") {
    const auto same = [](const std::string& a, const std::string& b) { return *options_of(a) == *options_of(b); };
    const std::string base = std::string{url} + "headers = { X-A = \"one\" }\n";
    CHECK(same(base, base));
    CHECK_FALSE(same(base, std::string{url} + "headers = { X-A = \"two\" }\n"));
    CHECK_FALSE(same(base, std::string{url} + "headers = { X-B = \"one\" }\n"));
    CHECK_FALSE(same(base, url));
    CHECK_FALSE(same(base, base + "format = \"original\"\n"));
    CHECK_FALSE(same(base, base + "connect_timeout = \"9s\"\n"));
    CHECK_FALSE(same(base, base + "content_type = \"application/json\"\n"));
    CHECK_FALSE(same(base, base + "reject = []\n"));
    for (const char* const other : {"https://app.example:3000/events?a=b", "http://b.example:3000/events?a=b",
                                    "http://app.example:3001/events?a=b", "http://app.example:3000/events"}) {
        CHECK_FALSE(same(url, "url = \"" + std::string{other} + '"'));
    }
}

TEST_CASE("http: a CloudEvent is the event line, with the message id as its key") {
    const auto options = options_of(std::string{url} + "headers = { X-A = \"one\" }");
    const auto what = sample(7);
    const auto message = compose(*options, what);
    REQUIRE(message);
    CHECK(message->body == hookd::sinks::event_line(what));
    CHECK(lines_of_fields(*message) == std::vector<std::string>{"Content-Type: application/cloudevents+json",
                                                                "Idempotency-Key: msg_7", "User-Agent: colivara-hookd",
                                                                "X-A: one"});
}

TEST_CASE("http: the original is the very body, with its signature headers under the names they came by") {
    const auto options = options_of(std::string{url} + "format = \"original\"\nheaders = { user-agent = \"mine\" }");
    auto what = sample(7);
    what.body = " {\"a\" : 1}\r\n";
    what.timestamp = "1795387681";
    what.signature = "v1,abc v1a,def";
    CHECK(compose(*options, what)->body == what.body);
    CHECK(lines_of_fields(*compose(*options, what)) ==
          std::vector<std::string>{"Content-Type: application/json", "svix-id: msg_7", "svix-timestamp: 1795387681",
                                   "svix-signature: v1,abc v1a,def", "Idempotency-Key: msg_7", "user-agent: mine"});
    what.unbranded = true;
    what.json = false;
    CHECK(lines_of_fields(*compose(*options, what))[0] == "Content-Type: application/octet-stream");
    CHECK(lines_of_fields(*compose(*options, what))[1] == "webhook-id: msg_7");
    what.signature = "v1,abc\r\nX-Forged: 1";
    CHECK_FALSE(compose(*options, what));
}
