// SPDX-License-Identifier: MIT
#include "daemon/support.hpp"

#include <hookd/config/listen_address.hpp>
#include <hookd/config/wording.hpp>

#include <catch2/catch.hpp>

#include <array>

using namespace hookd;
using namespace hookd::daemon;
using hookd::config::syntax;
using namespace std::chrono_literals;
using hookd::config::nearest;
using hookd::config::parse_listen_address;
using strings = std::vector<std::string>;

namespace {

const strings none;

} // namespace

TEST_CASE("load: the smallest configuration has every default of the settings") {
    const environment variables{{{"HOOKD_TEST_SECRET", test_secret}}};
    const loaded outcome = load_configuration_text(smallest(), syntax::toml, "f");
    CHECK(outcome.errors.empty());
    CHECK(outcome.warnings.empty());
    REQUIRE(outcome.values);
    const settings& all = *outcome.values;
    const settings plain;
    CHECK(all.log.level == plain.log.level);
    CHECK(all.log.format == plain.log.format);
    CHECK(all.server.threads == plain.server.threads);
    CHECK(all.server.max_connections == plain.server.max_connections);
    CHECK(all.server.max_connections_per_address == plain.server.max_connections_per_address);
    CHECK(all.server.max_body == plain.server.max_body);
    CHECK(all.server.max_header == plain.server.max_header);
    CHECK(all.server.tls_timeout == plain.server.tls_timeout);
    CHECK(all.server.header_timeout == plain.server.header_timeout);
    CHECK(all.server.body_timeout == plain.server.body_timeout);
    CHECK(all.server.idle_timeout == plain.server.idle_timeout);
    CHECK(all.server.drain_timeout == plain.server.drain_timeout);
    CHECK(all.journal.path == plain.journal.path);
    CHECK(all.journal.retention == plain.journal.retention);
    CHECK(all.journal.max_size == plain.journal.max_size);
    CHECK(all.admin.socket == plain.admin.socket);
    CHECK(all.admin.address == plain.admin.address);
    CHECK_FALSE(all.listeners.at(0).tls);
    CHECK(all.endpoints.at(0).tolerance == 300s);
    CHECK(all.endpoints.at(0).allow_from.empty());
    const sink_settings& sink = all.sinks.at(0);
    const sink_settings plain_sink;
    CHECK(sink.filters.events == strings{"*"});
    CHECK(sink.filters.endpoints == strings{"*"});
    CHECK(sink.timeout == plain_sink.timeout);
    CHECK(sink.concurrency == plain_sink.concurrency);
    CHECK(sink.retry.attempts == plain_sink.retry.attempts);
    CHECK(sink.retry.first == plain_sink.retry.first);
    CHECK(sink.retry.max == plain_sink.retry.max);
    CHECK(sink.options != nullptr);
}

namespace {

/// A value other than the default for every key, in JSON.
constexpr std::string_view everything = R"({
  "log": {"level": "error", "format": "json"},
  "server": {"threads": 3, "max_connections": 11, "max_connections_per_address": 7, "max_body": "2 KiB",
             "max_header": 4096, "tls_timeout": "1s", "header_timeout": "2s", "body_timeout": "3s",
             "idle_timeout": "4s", "drain_timeout": "5s"},
  "listener": [{"address": "[::1]:1", "trusted_proxies": ["10.0.0.0/8", "::1"], "proxy_protocol": true},
               {"address": "unix:/run/h.sock", "trusted_proxies": ["unix:", "10.0.0.0/8"]}],
  "endpoint": [{"name": "e.1", "path": "/p", "secrets": [{"env": "HOOKD_TEST_SECRET"}], "tolerance": "1m",
                "allow_from": ["192.0.2.0/24"]}],
  "journal": {"path": "/j.db", "retention": "72h", "max_size": "1 GiB"},
  "sink": [{"name": "s", "type": "exec", "command": ["/bin/true", ""], "events": ["upsert.*"], "endpoints": ["e.*"],
            "timeout": "6s", "concurrency": 4, "retry": {"attempts": 2, "first": "7s", "max": "8s"}}],
  "admin": {"socket": "/run/a.sock", "address": ""}
})";

} // namespace

TEST_CASE("load: every key arrives in the settings") {
    const environment variables{{{"HOOKD_TEST_SECRET", test_secret}}};
    const loaded outcome = load_configuration_text(everything, syntax::json, "f");
    CHECK(outcome.errors == none);
    REQUIRE(outcome.values);
    const settings& all = *outcome.values;
    CHECK(all.log.level == log_level::error);
    CHECK(all.log.format == log_format::json);
    CHECK(all.server.threads == 3);
    CHECK(all.server.max_connections == 11);
    CHECK(all.server.max_connections_per_address == 7);
    CHECK(all.server.max_body.bytes == 2048);
    CHECK(all.server.max_header.bytes == 4096);
    CHECK(all.server.tls_timeout == 1s);
    CHECK(all.server.header_timeout == 2s);
    CHECK(all.server.body_timeout == 3s);
    CHECK(all.server.idle_timeout == 4s);
    CHECK(all.server.drain_timeout == 5s);
    CHECK(all.listeners.at(0).address == "[::1]:1");
    CHECK(all.listeners.at(0).trusted_proxies.size() == 2);
    CHECK(all.listeners.at(0).proxy_protocol);
    CHECK_FALSE(all.listeners.at(0).trust_unix);
    CHECK(all.listeners.at(1).address == "unix:/run/h.sock");
    CHECK(all.listeners.at(1).trusted_proxies.size() == 1);
    CHECK(all.listeners.at(1).trust_unix);
    CHECK_FALSE(all.listeners.at(1).proxy_protocol);
    CHECK(all.endpoints.at(0).name == "e.1");
    CHECK(all.endpoints.at(0).path == "/p");
    CHECK(all.endpoints.at(0).secrets.at(0).text() == test_secret);
    CHECK(all.endpoints.at(0).tolerance == 1min);
    CHECK(all.endpoints.at(0).allow_from.at(0).text() == "192.0.2.0/24");
    CHECK(all.journal.path == "/j.db");
    CHECK(all.journal.retention == 72h);
    CHECK(all.journal.max_size.bytes == std::uint64_t{1} << 30U);
    const sink_settings& sink = all.sinks.at(0);
    CHECK(sink.name == "s");
    CHECK(sink.type == "exec");
    CHECK(sink.filters.events == strings{"upsert.*"});
    CHECK(sink.filters.endpoints == strings{"e.*"});
    CHECK(sink.timeout == 6s);
    CHECK(sink.concurrency == 4);
    CHECK(sink.retry.attempts == 2);
    CHECK(sink.retry.first == 7s);
    CHECK(sink.retry.max == 8s);
    CHECK(all.admin.socket == "/run/a.sock");
    CHECK(all.admin.address.empty());
}

TEST_CASE("load: the effective values are a configuration that says the same") {
    const environment variables{{{"HOOKD_TEST_SECRET", test_secret}}};
    const loaded first = load_configuration_text(everything, syntax::json, "f");
    const loaded again = load_configuration_text(first.effective, syntax::toml, "f");
    CHECK(again.errors == none);
    CHECK(again.effective == first.effective);
    CHECK(first.effective.contains("max_header = \"4 KiB\""));
    CHECK(first.effective.contains("[[sink]]\nname = \"s\""));
}

TEST_CASE("load: proxy_protocol is taken wherever a trusted proxy can connect") {
    const environment variables{{{"HOOKD_TEST_SECRET", test_secret}}};
    for (const auto* listener : {"address = \"127.0.0.1:8080\"\ntrusted_proxies = [\"127.0.0.1/32\"]",
                                 "address = \"unix:/run/h.sock\"\ntrusted_proxies = [\"unix:\"]",
                                 "address = \"systemd:web\"\ntrusted_proxies = [\"unix:\"]",
                                 "address = \"systemd:web\"\ntrusted_proxies = [\"10.0.0.0/8\"]"}) {
        const std::string text = smallest() + "[[listener]]\n" + std::string{listener} + "\nproxy_protocol = true\n";
        const loaded outcome = load_configuration_text(text.substr(text.find("[[endpoint]]")), syntax::toml, "f");
        INFO(text);
        CHECK(outcome.errors == none);
        CHECK(outcome.warnings == none);
        CHECK(outcome.effective.contains("proxy_protocol = true"));
    }
}

TEST_CASE("load: an unreadable file is reported like any error") {
    const scratch files;
    const std::string gone = files.path("gone.toml");
    CHECK(load_configuration(gone).errors ==
          strings{gone + ": cannot be read: No such file or directory; create it or correct the path"});
    const std::string directory = files.path("");
    CHECK(load_configuration(directory).errors == strings{directory + ": is a directory: expected a file"});
    const loaded huge = load_configuration(files.write("huge.toml", std::string((1U << 20U) + 1, '\n')));
    CHECK(huge.errors.at(0).contains("larger than 1 MiB"));
}

TEST_CASE("load: a file is JSON where its name ends so, else TOML") {
    const scratch files;
    const environment variables{{{"HOOKD_TEST_SECRET", test_secret}}};
    CHECK(load_configuration(files.write("a.json", std::string{everything})).values);
    CHECK(load_configuration(files.write("a.toml", smallest())).values);
    CHECK(load_configuration(files.write("a.conf", smallest())).values);
    CHECK_FALSE(load_configuration(files.write("b.json", smallest())).values);
}

TEST_CASE("load: addresses of listeners are the same however they are written") {
    const auto canonical = [](std::string_view text) { return parse_listen_address(text)->canonical(); };
    CHECK(canonical("127.0.0.1:080") == "127.0.0.1:80");
    CHECK(canonical("[0:0:0::1]:80") == "[::1]:80");
    CHECK(canonical("unix:/run/x") == "unix:/run/x");
    CHECK(canonical("systemd:web") == "systemd:web");
    CHECK(parse_listen_address("127.9.9.9:1")->local());
    CHECK(parse_listen_address("[::1]:1")->local());
    CHECK(parse_listen_address("unix:/run/x")->local());
    CHECK_FALSE(parse_listen_address("0.0.0.0:1")->local());
    CHECK_FALSE(parse_listen_address("[::]:1")->local());
    CHECK_FALSE(parse_listen_address("128.0.0.1:1")->local());
}

TEST_CASE("load: a misspelt word finds the nearest, and only a near one") {
    static constexpr std::array<std::string_view, 4> words{"level", "format", "max_body", "to"};
    CHECK(nearest("levle", words) == "level");
    CHECK(nearest("lvel", words) == "level");
    CHECK(nearest("from", words) == std::nullopt);
    CHECK(nearest("max-body", words) == "max_body");
    CHECK(nearest("maxbody", words) == "max_body");
    CHECK(nearest("ot", words) == "to");
    CHECK(nearest("xyz", words) == std::nullopt);
    CHECK(nearest("", words) == std::nullopt);
    CHECK(nearest(std::string(100'000, 'x'), words) == std::nullopt);
}

TEST_CASE("load: truncated text is an error or read, and never worse") {
    const environment variables{{{"HOOKD_TEST_SECRET", test_secret}}};
    const std::string toml = load_configuration_text(everything, syntax::json, "f").effective;
    for (std::size_t length = 0; length < everything.size(); ++length) {
        CHECK_FALSE(load_configuration_text(everything.substr(0, length), syntax::json, "f").values);
    }
    for (std::size_t length = 0; length < toml.size(); ++length) {
        const loaded outcome = load_configuration_text(std::string_view{toml}.substr(0, length), syntax::toml, "f");
        CHECK((outcome.values != nullptr) == outcome.errors.empty());
    }
}
