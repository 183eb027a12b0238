// SPDX-License-Identifier: MIT
#include "daemon/support.hpp"
#include "http/authority.hpp"

#include <hookd/config/secret_file.hpp>

#include <catch2/catch.hpp>

#include <sys/stat.h>
#include <unistd.h>

using namespace hookd;
using namespace hookd::daemon;
using hookd::config::syntax;
using strings = std::vector<std::string>;

namespace {

std::string with_secrets(const std::string& list) {
    return "[[listener]]\naddress = \"127.0.0.1:8080\"\n[[sink]]\nname = \"out\"\ntype = \"stdout\"\n"
           "[[endpoint]]\nname = \"e\"\npath = \"/e\"\nsecrets = [" +
           list + "]\n";
}

loaded load_secrets(const std::string& list) {
    return load_configuration_text(with_secrets(list), syntax::toml, "f");
}

strings texts_of(const loaded& from) {
    strings texts;
    for (const std::string& each : from.errors) {
        UNSCOPED_INFO(each);
    }
    REQUIRE(from.values);
    for (const secret& each : from.values->endpoints.at(0).secrets) {
        texts.emplace_back(each.text());
    }
    return texts;
}

std::string only_error(const loaded& from) {
    REQUIRE(from.errors.size() == 1);
    CHECK_FALSE(from.values);
    CHECK(from.effective.empty());
    return from.errors.front();
}

} // namespace

TEST_CASE("secrets: they come from files, the environment, systemd's credentials and the configuration itself") {
    const scratch files;
    const std::string in_file = "whsec_dGhlIHNlY3JldCBvZiBhIGZpbGUsIDMyIGJ5dGVzLi4=";
    const std::string in_credential = "whsec_dGhlIHNlY3JldCBvZiBhIGNyZWRlbnRpYWwsIDMyIGI=";
    const std::string path = files.write("secret", " \t\r\n" + in_file + "\n\n", 0640);
    files.write("webhook", in_credential, 0400);
    const environment variables{{{"HOOKD_TEST_SECRET", test_secret},
                                 {"HOOKD_TEST_DIR", files.path("").c_str()},
                                 {"CREDENTIALS_DIRECTORY", files.path("").c_str()}}};
    const loaded outcome = load_secrets("{ file = \"" + path +
                                        "\" }, { file = \"${HOOKD_TEST_DIR}secret\" }, { env = \"HOOKD_TEST_SECRET\" },"
                                        "{ credential = \"webhook\" }, \"whsec_aW5saW5lLWlubGluZQ==\","
                                        "\"${HOOKD_TEST_SECRET}\"");
    CHECK(texts_of(outcome) ==
          strings{in_file, in_file, test_secret, in_credential, "whsec_aW5saW5lLWlubGluZQ==", test_secret});

    CHECK(outcome.effective.contains("secrets = [{ file = \"" + path +
                                     "\" }, { file = \"${HOOKD_TEST_DIR}secret\" }, { env = \"HOOKD_TEST_SECRET\" }, "
                                     "{ credential = \"webhook\" }, \"<secret>\", \"<secret>\"]"));
    CHECK_FALSE(outcome.effective.contains("whsec_"));
}

TEST_CASE("secrets: a file that gives others anything is refused") {
    const scratch files;
    for (const unsigned mode : {0644U, 0604U, 0602U, 0601U}) {
        const std::string path = files.write("secret", test_secret, mode);
        CHECK(only_error(load_secrets("{ file = \"" + path + "\" }")) ==
              "f:9:21: endpoint[0].secrets[0].file: is accessible to others; run chmod o= " + path);
    }
    for (const unsigned mode : {0600U, 0640U, 0660U, 0400U}) {
        const std::string path = files.write("secret", test_secret, mode);
        CHECK(texts_of(load_secrets("{ file = \"" + path + "\" }")).size() == 1);
    }
}

TEST_CASE("secrets: a file that is empty, too large or no file is refused") {
    const scratch files;
    const std::string largest = std::string(64 * 1024 - 60, ' ') + test_secret;
    const auto error_of = [&](const std::string& path) {
        return only_error(load_secrets("{ file = \"" + path + "\" }"))
            .substr(sizeof("f:9:21: endpoint[0].secrets[0].file:"));
    };
    CHECK(error_of(files.write("empty", "")) == "is empty; write the secret into it");
    CHECK(error_of(files.write("blank", " \n\t\n")) == "is empty; write the secret into it");
    CHECK(error_of(files.write("large", largest + std::string(100, '\n'))) ==
          "is larger than 64 KiB: expected one short line");
    CHECK(texts_of(load_secrets("{ file = \"" + files.write("fits", largest) + "\" }")) == strings{test_secret});

    const std::string fifo = files.path("fifo");
    REQUIRE(::mkfifo(fifo.c_str(), 0600) == 0);
    CHECK(error_of(fifo) == "is not a regular file: expected one for a secret");
    if (::geteuid() != 0) {
        CHECK(error_of(files.write("closed", test_secret, 0)).contains("Permission denied"));
    }
}

TEST_CASE("secrets: a command that reads a secret's file is told which, and why not") {
    const scratch files;
    CHECK(hookd::config::read_secret_file(files.write("good", " x\n"))->text() == "x");
    const std::string open = files.write("open secret", "x", 0644);
    const auto refused = hookd::config::read_secret_file(open);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().message == '"' + open + "\": is accessible to others; run chmod o= \"" + open + '"');
}

TEST_CASE("secrets: what is wrong with one is told at its place without quoting it") {
    const scratch files;
    const std::string path = files.write("secret", "hunter2hunter2hunter2\n");
    const environment variables{{{"HOOKD_TEST_SECRET", "hunter2hunter2"}}};
    const loaded outcome =
        load_secrets("{ file = \"" + path + "\" },\n\"hunter2\",\n  { env = \"HOOKD_TEST_SECRET\" }");
    const std::string what = "invalid secret: characters or the \"=\" at its end are missing: copy the secret whole";
    CHECK(outcome.errors == strings{"f:9:12: endpoint[0].secrets[0]: " + what,
                                    "f:10:1: endpoint[0].secrets[1]: " + what,
                                    "f:11:3: endpoint[0].secrets[2]: " + what});
}

TEST_CASE("secrets: a secret in the wrong place is never shown") {
    const std::string key = "whsec_c2VjcmV0LXNlY3JldC1zZWNyZXQ=";
    const environment variables{{{"K", "c2VjcmV0LXNlY3JldC1zZWNyZXQ="}}};
    const strings wrong{
        "secrets = " + key,
        "secrets = [" + key + "]",
        "\"" + key + "\" = 1",
        key + " = 1",
        "[" + key + "]",
        "[log]\nlevel = \"" + key + "\"",
        "[log]\nlevel = \"${K}\"",
        "[server]\nidle_timeout = \"${K}\"\nmax_body = \"${K}\"",
        "[admin]\naddress = \"${K}\"\nsocket = \"${K}\"",
        "[[listener]]\naddress = \"${K}:80\"\ntrusted_proxies = [\"${K}\"]",
        "[[listener]]\naddress = \"127.0.0.1:80\"\ntls = { certificate = \"${K}\", private_key = \"${K}\" }",
        "[[endpoint]]\nname = \"${K}\"\npath = \"${K}\"",
        "[[endpoint]]\nsecrets = [{ file = \"${K}\" }, { env = \"${K}\" }, { credential = \"/${K}\" }]",
        "[[sink]]\nname = \"${K}\"\ntype = \"${K}\"\nendpoints = [\"${K}\"]",
    };
    for (const std::string& text : wrong) {
        const loaded outcome = load_configuration_text(text, syntax::toml, "f");
        CHECK_FALSE(outcome.errors.empty());
        std::string all;
        for (const auto* const lines : {&outcome.errors, &outcome.warnings}) {
            for (const std::string& line : *lines) {
                all += line + '\n';
            }
        }
        INFO(all);
        CHECK_FALSE(all.contains("c2VjcmV0"));
    }
}

TEST_CASE("secrets: the configuration that holds one itself must not be readable for others") {
    const scratch files;
    const environment variables{{{"HOOKD_TEST_SECRET", test_secret}}};
    const std::string text = with_secrets(std::string{"\""} + test_secret + "\"");
    const loaded open = load_configuration(files.write("open.toml", text, 0644));
    CHECK(only_error(open).contains("open.toml:9:12: endpoint[0].secrets[0]: secret in a file that others can read"));
    CHECK(texts_of(load_configuration(files.write("closed.toml", text, 0640))).size() == 1);
    const std::string referring = with_secrets("\"${HOOKD_TEST_SECRET}\", { env = \"HOOKD_TEST_SECRET\" }");
    CHECK(texts_of(load_configuration(files.write("refers.toml", referring, 0644))).size() == 2);
}

TEST_CASE("secrets: a private key that others can read is refused, and files must belong together") {
    const scratch files;
    const environment variables{{{"HOOKD_TEST_SECRET", test_secret}}};
    const auto with_tls = [&](const std::string& certificate, const std::string& key) {
        return load_configuration_text(smallest() +
                                           "[[listener]]\naddress = \"0.0.0.0:8443\"\ntls = { certificate = \"" +
                                           certificate + "\", private_key = \"" + key + "\" }\n",
                                       syntax::toml, "f");
    };
    authority own;
    const auto pair = own.issue("DNS:localhost");
    const loaded good = with_tls(pair.certificate, pair.private_key);
    REQUIRE(good.values);
    CHECK(good.values->listeners.at(1).tls->private_key == pair.private_key);

    const std::string open = files.write("open.pem", content_of(pair.private_key), 0644);
    CHECK(only_error(with_tls(pair.certificate, open)).ends_with("chmod o= " + open));
    const auto other = own.issue("DNS:localhost");
    CHECK(only_error(with_tls(other.certificate, pair.private_key)).contains("f:12:7: listener[1].tls: "));
}

TEST_CASE("secrets: a table gives each of its secrets a name, in the file's order, and shows none") {
    const environment variables{{{"HOOKD_TEST_SECRET", test_secret}}};
    const auto in_headers = [](const std::string& headers) {
        return load_configuration_text(smallest() + "[[sink]]\nname = \"app\"\ntype = \"http\"\nurl = \"http://x\"\n" +
                                           headers,
                                       syntax::toml, "f");
    };
    const auto found = in_headers("[sink.headers]\nZ = \"hidden\"\nX-B = { env = \"HOOKD_TEST_SECRET\" }\n");
    CHECK(found.errors == strings{});
    CHECK(found.effective.contains("[sink.headers]\nZ = \"<secret>\"\nX-B = { env = \"HOOKD_TEST_SECRET\" }\n"));
    CHECK_FALSE(found.effective.contains("hidden"));
    CHECK(only_error(in_headers("headers = { Z = { env = \"HOOKD_TEST_NONE\" } }"))
              .contains("sink[1].headers.Z.env: this environment variable is not set, or empty"));
    CHECK(only_error(in_headers("headers = { Z = \"\" }")).contains("sink[1].headers.Z: must not be empty"));
    CHECK(only_error(in_headers("headers = { Z = true }"))
              .ends_with("sink[1].headers.Z: expected { file = \"…\" }, { env = \"…\" }, { credential = \"…\" } or a "
                         "string, got a boolean"));
}
