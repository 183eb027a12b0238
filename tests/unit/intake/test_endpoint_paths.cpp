// SPDX-License-Identifier: MIT
#include <hookd/intake/endpoint_paths.hpp>

#include <catch2/catch.hpp>

using namespace hookd;

namespace {

const std::vector<std::string> configured{"/webhooks/colivara", "/Hooks/Other/", "/a%20b", "/"};

std::string advice(std::string_view path) {
    const auto near = intake::endpoint_paths{configured}.near(path);
    return near ? configured[near->endpoint] + ": " + near->difference : "none";
}

} // namespace

TEST_CASE("endpoint paths: the difference to an endpoint's path is named") {
    CHECK(advice("/webhooks/colivara/") == "/webhooks/colivara: the path ends with a slash");
    CHECK(advice("//webhooks/colivara") == "/webhooks/colivara: the path has a double slash");
    CHECK(advice("/webhooks//colivara//") == "/webhooks/colivara: the path has a double slash, ends with a slash");
    CHECK(advice("/Webhooks/ColiVara") == "/webhooks/colivara: the path differs in upper and lower case");
    CHECK(advice("/webhooks%2Fcolivara") == "/webhooks/colivara: the path is percent-encoded differently");
    CHECK(advice("/web%68ooks/colivara/") == "/webhooks/colivara: the path ends with a slash");
    CHECK(advice("/Hooks/Other") == "/Hooks/Other/: the path lacks the slash at the end");
    CHECK(advice("/hooks/other/") == "/Hooks/Other/: the path differs in upper and lower case");
    CHECK(advice("/a b") == "/a%20b: the path is percent-encoded differently");
    CHECK(advice("/%61%20b") == "/a%20b: the path is spelled differently");
    CHECK(advice("//") == "/: the path has a double slash");
}

TEST_CASE("endpoint paths: a prefix that a proxy adds or removes is named") {
    CHECK(advice("/hookd/webhooks/colivara") ==
          "/webhooks/colivara: the path has an additional prefix, which a proxy should remove");
    CHECK(advice("/colivara") == "/webhooks/colivara: the path lacks the beginning, which a proxy may have removed");
    CHECK(advice("/webhooks") == "/webhooks/colivara: the path lacks the end");
    CHECK(advice("/webhooks/colivara/events") == "/webhooks/colivara: the path has an additional suffix");
}

TEST_CASE("endpoint paths: the nearest of several is named") {
    const std::vector<std::string> nested{"/hooks", "/hooks/a", "/x/hooks/a"};
    const auto near = intake::endpoint_paths{nested}.near("/hooks/a/");
    REQUIRE(near);
    CHECK(near->endpoint == 1);
}

TEST_CASE("endpoint paths: paths of scanners are not similar to any") {
    for (const auto* path : {"/favicon.ico", "/wp-login.php", "/webhooks2", "/webhooks/colivara2",
                             "/colivara2/webhooks", "/notwebhooks/colivar", "/..", "/%00", "/%zz"}) {
        CHECK(advice(path) == "none");
    }
    CHECK(advice("/webhooks/colivara" + std::string(5000, '/')) == "none");
    CHECK_FALSE(intake::endpoint_paths{{}}.near("/"));
}
