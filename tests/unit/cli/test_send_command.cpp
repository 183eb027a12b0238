// SPDX-License-Identifier: MIT
#include "cli/send/send_command.hpp"
#include "http/running_server.hpp"
#include "http/scripted_server.hpp"

#include <hookd/core/time.hpp>
#include <hookd/signature/verifier.hpp>

#include <catch2/catch.hpp>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <limits>
#include <sstream>
#include <sys/stat.h>

using namespace hookd;
using Catch::Matchers::Contains;

namespace {

constexpr std::string_view secret_text = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
constexpr std::string_view other_text = "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYX";

class workplace {
public:
    workplace() {
        std::string pattern = std::filesystem::temp_directory_path() / "hookd-send-XXXXXX";
        REQUIRE(mkdtemp(pattern.data()) != nullptr);
        directory_ = pattern;
    }
    ~workplace() { std::filesystem::remove_all(directory_); }
    workplace(const workplace&) = delete;
    workplace& operator=(const workplace&) = delete;

    std::string file(const std::string& name, std::string_view text, mode_t mode = 0600) const {
        const auto path = directory_ / name;
        std::ofstream{path, std::ios::binary} << text;
        REQUIRE(chmod(path.c_str(), mode) == 0);
        return path;
    }

private:
    std::filesystem::path directory_;
};

struct outcome {
    int code;
    std::string out;
    std::string err;
};

cli::send_arguments to(const std::string& url, std::string secret_file, std::string type = "upsert.fail") {
    cli::send_arguments given;
    given.type = std::move(type);
    given.url = url;
    given.secret_file = std::move(secret_file);
    return given;
}

outcome run(const cli::send_arguments& arguments) {
    std::ostringstream out;
    std::ostringstream err;
    const int code = cli::run_send(arguments, out, err);
    return {code, out.str(), err.str()};
}

/// Responds with 204 to authentic requests and 401 to others, and keeps what it received.
struct receiver {
    explicit receiver(std::string_view text = secret_text)
        : key{signature::key::parse(text).value()}, check{std::span{&key, 1}, std::chrono::seconds{300}},
          server{[this](const request& got) {
              bodies.emplace_back(got.body);
              std::string head{got.method};
              for (const auto& [name, value] : got.fields) {
                  head.append("|").append(name).append("=").append(value);
              }
              heads.push_back(std::move(head));
              const auto now = std::chrono::floor<std::chrono::seconds>(system_now());
              const bool good = check.verify(got.fields, got.body, now).what == signature::verdict::authentic;
              return good ? response{204} : response{401, "unauthorized\n"};
          }} {}

    signature::key key;
    signature::verifier check;
    std::vector<std::string> bodies; // the server's thread writes; read them only when no request is under way
    std::vector<std::string> heads;
    running_server server;
};

std::size_t lines_of(const std::string& text) {
    return static_cast<std::size_t>(std::ranges::count(text, '\n'));
}

} // namespace

TEST_CASE("send: one event is signed, accepted and reported in one line") {
    const workplace here;
    receiver there;
    const auto done = run(to(there.server.url(), here.file("s", secret_text)));
    CHECK(done.code == 0);
    CHECK(done.err.empty());
    CHECK_THAT(done.out, Catch::Matchers::Matches("204 msg_[0-9A-Za-z]{27} upsert\\.fail +[0-9.]+ m?s\n"));
    REQUIRE(there.bodies.size() == 1);
    CHECK_THAT(there.bodies[0], Contains("\"type\":\"upsert.fail\"") && Contains("\"name\":\"report-1.pdf\""));
    CHECK_THAT(there.heads[0], Catch::Matchers::Matches(
                                   "POST\\|Host=127.0.0.1:[0-9]+\\|Accept=\\*/\\*\\|Content-Type=application/json\\|"
                                   "User-Agent=Svix-Webhooks/.*\\|svix-id=msg_[0-9A-Za-z]{27}\\|"
                                   "svix-timestamp=[0-9]{10}\\|svix-signature=v1,[^|]{44}\\|Content-Length=[0-9]+"));
}

TEST_CASE("send: every secret of the file signs") {
    const workplace here;
    receiver there{other_text};
    const auto both = here.file("s", std::string{secret_text} + "\n\n" + std::string{other_text} + "\n");
    CHECK(run(to(there.server.url(), both)).code == 0);
}

TEST_CASE("send: a response other than 2xx is exit 1, with advice") {
    const workplace here;
    receiver there{other_text};
    const auto done = run(to(there.server.url(), here.file("s", secret_text)));
    CHECK(done.code == 1);
    CHECK_THAT(done.out, Catch::Matchers::StartsWith("401 msg_"));
    CHECK_THAT(done.err, Contains("check the secret"));
}

TEST_CASE("send: data is sent unchanged, with a warning if it has another type") {
    const workplace here;
    receiver there;
    const std::string body = "{ \"type\": \"upsert.success\" }\n";
    auto given = to(there.server.url(), here.file("s", secret_text));
    given.data = here.file("d", body);
    const auto done = run(given);
    CHECK(done.code == 0);
    CHECK_THAT(done.err, Contains("upsert.success"));
    CHECK(there.bodies == std::vector{body});
}

TEST_CASE("send: many events make a summary, and lines only when asked") {
    const workplace here;
    receiver there;
    auto many = to(there.server.url(), here.file("s", secret_text), "upsert.success");
    many.count = 200;
    many.connections = 4;
    const auto summary = run(many);
    CHECK(summary.code == 0);
    CHECK_THAT(summary.out, Contains("200 events in ") && Contains("over 4 connections") && Contains("latency"));
    CHECK_THAT(summary.out, !Contains("msg_"));
    CHECK(summary.err.empty());
    many.each = true;
    many.bar = true;
    const auto each = run(many);
    CHECK(lines_of(each.out) > 200);
    CHECK_THAT(each.err, Contains("/200"));
    CHECK(there.bodies.size() == 400);
    many.count = 20;
    CHECK(lines_of(run(many).out) == 20);
}

TEST_CASE("send: a duplicate is the very same message again, and both must be accepted") {
    const workplace here;
    receiver there;
    auto given = to(there.server.url(), here.file("s", secret_text));
    given.duplicate = true;
    given.count = 3;
    given.connections = 2;
    const auto done = run(given);
    CHECK(done.code == 0);
    CHECK(lines_of(done.out) == 6);
    REQUIRE(there.heads.size() == 6);
    for (std::size_t i = 0; i < 6; ++i) {
        CHECK(std::ranges::count(there.heads, there.heads[i]) == 2);
        CHECK(std::ranges::count(there.bodies, there.bodies[i]) == 2);
    }
    const running_server strict{
        [seen = 0](const request&) mutable { return ++seen == 2 ? response{409} : response{204}; }};
    given.url = strict.url();
    given.count = 1;
    const auto refused = run(given);
    CHECK(refused.code == 1);
    CHECK_THAT(refused.out, Contains("204 msg_") && Contains("409 msg_") && Contains("  repeated\n"));
}

TEST_CASE("send: forged and stale events must get 401, and nothing else is expected") {
    const workplace here;
    receiver careful;
    const running_server careless{[](const request&) { return response{204}; }};
    const running_server broken{[](const request&) { return response{503}; }};
    auto given = to(careful.server.url(), here.file("s", secret_text));
    const bool forge = GENERATE(true, false);
    given.forge = forge;
    given.stale = !forge;
    const auto good = run(given);
    CHECK(good.code == 0);
    CHECK(good.err.empty());
    CHECK_THAT(good.out, Catch::Matchers::StartsWith("401 msg_") && Contains("as expected"));
    given.url = careless.url();
    const auto accepted = run(given);
    CHECK(accepted.code == 1);
    CHECK_THAT(accepted.out, Contains("UNEXPECTED"));
    CHECK_THAT(accepted.err, Contains("do not trust it"));
    given.url = broken.url();
    CHECK(run(given).code == 1);
}

TEST_CASE("send: forged events are well-formed, and stale ones correctly signed") {
    const workplace here;
    receiver there;
    auto given = to(there.server.url(), here.file("s", secret_text));
    given.count = 21;
    given.forge = true;
    CHECK_THAT(run(given).out, Contains("  as expected         21  (401)\n") && Contains("  unexpected           0\n"));
    CHECK_THAT(there.heads[0], Catch::Matchers::Matches(".*\\|svix-signature=v1,[^|]{44}\\|.*"));
    given.forge = false;
    given.stale = true;
    there.check = signature::verifier{std::span{&there.key, 1}, signature::any_time};
    CHECK_THAT(run(given).out, Contains("  unexpected          21\n"));
}

TEST_CASE("send: https to a plain port and http to a port of another protocol are reported as such") {
    const workplace here;
    receiver there;
    std::string url = there.server.url();
    const auto secure = run(to(url.replace(0, 4, "https"), here.file("s", secret_text)));
    CHECK(secure.code == 69);
    CHECK_THAT(secure.err,
               Catch::Matchers::Matches("colivara-hookd: 127\\.0\\.0\\.1:[0-9]+: the server does not use TLS; perhaps "
                                        "http:// is meant; check the scheme and port[^\n]*\n"));
    const scripted_server other{[](scripted_peer& peer, int) { peer.send("220 mail.example.com ESMTP\r\n\r\n"); }};
    const auto plain = run(to(other.url(), here.file("s", secret_text)));
    CHECK(plain.code == 1);
    CHECK_THAT(plain.err, Contains("check the scheme and port in the URL"));
}

TEST_CASE("send: a receiver that closes during the TLS handshake is reported as such, without advice about CAs") {
    const workplace here;
    const scripted_server closing{[](scripted_peer&, int) {}};
    std::string url = closing.url();
    const auto done = run(to(url.replace(0, 4, "https"), here.file("s", secret_text)));
    CHECK(done.code == 69);
    CHECK_THAT(done.err,
               Contains(": the server closed the connection during the TLS handshake; see the receiver's log") &&
                   !Contains("--cacert"));
}

TEST_CASE("send: an unreachable receiver is exit 69, at once, whatever the count") {
    const workplace here;
    std::string gone;
    {
        const scripted_server server{[](scripted_peer&, int) {}};
        gone = server.url();
    }
    auto given = to(gone, here.file("s", secret_text));
    given.count = 1'000;
    given.connections = 9;
    const auto done = run(given);
    CHECK(done.code == 69);
    CHECK(done.out.empty());
    CHECK(lines_of(done.err) == 1);
    CHECK_THAT(done.err, Contains("127.0.0.1:"));
}

TEST_CASE("send: wrong usage is exit 2, before any file is read") {
    auto wrong = to("http://h/", "/nonexistent");
    switch (GENERATE(range(0, 8))) {
    case 0:
        wrong.type.clear();
        break;
    case 1:
        wrong.url = "h";
        break;
    case 2:
        wrong.count = 0;
        break;
    case 3:
        wrong.rate = 0;
        break;
    case 4:
        wrong.rate = std::numeric_limits<double>::infinity();
        break;
    case 5:
        wrong.connections = 0;
        break;
    case 6:
        wrong.forge = wrong.stale = true;
        break;
    default:
        wrong.ca_file = "x";
        wrong.insecure = true;
        break;
    }
    const auto done = run(wrong);
    CHECK(done.code == 2);
    CHECK(lines_of(done.err) == 1);
}

TEST_CASE("send: files that cannot be read are exit 74, an invalid secret 78") {
    const workplace here;
    const auto good = here.file("good", secret_text);
    const auto with = [](std::string secret, std::optional<std::string> data = {}, std::vector<std::string> set = {},
                         std::optional<std::string> ca = {}) {
        auto given = to("https://127.0.0.1:9/", std::move(secret));
        given.data = std::move(data);
        given.set = std::move(set);
        given.ca_file = std::move(ca);
        return run(given);
    };
    CHECK(with("/nonexistent/secret").code == 74);
    CHECK(with(good, "/nonexistent/data").code == 74);
    CHECK(with(good, "/").code == 74);
    CHECK(with(good, {}, {}, "/nonexistent/ca.pem").code == 74);
    CHECK(with(here.file("open", secret_text, 0644)).code == 78);
    CHECK(with(here.file("empty", "")).code == 78);
    CHECK(with(good, {}, {"nothing"}).code == 2);
    const auto wrong = with(here.file("wrong", std::string{secret_text} + "\nwhsec_hunter2!"));
    CHECK(wrong.code == 78);
    CHECK_THAT(wrong.err, Contains(":2: ") && !Contains("hunter2"));
}
