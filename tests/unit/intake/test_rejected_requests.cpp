// SPDX-License-Identifier: MIT
#include <hookd/intake/rejected_requests.hpp>

#include <catch2/catch.hpp>

#include <algorithm>
#include <set>
#include <string>

using namespace hookd;
using intake::rejected_requests;

namespace {

constexpr std::string_view secret_value = "Bearer 4711";

/// A request that is rejected; the texts live as long as it does.
struct given {
    std::string client = "192.0.2.1";
    std::string_view reason = "wrong_signature";
    std::string target = "/webhooks/colivara?token=secret";
    std::string id = "msg_1";
    std::string body = "{}";
    bool whole = true;

    void add_to(rejected_requests& list) const {
        const std::vector<header_field> fields{
            {"Authorization", secret_value}, {"svix-id", id}, {"Svix-Signature", "v1,AAAA"}, {"Cookie", secret_value}};
        const request what{.method = "POST", .target = target, .fields = fields, .client = client, .body = body};
        const request_findings found{.endpoint = "colivara", .rejected = {.reason = reason, .detail = {}}};
        list.add({.what = what,
                  .status = 401,
                  .found = found,
                  .header_bytes = 100,
                  .body_bytes = body.size(),
                  .whole = whole},
                 unix_millis{std::chrono::seconds{1}});
    }
};

std::size_t number_from(const rejected_requests& list, std::string_view client) {
    const auto all = list.list();
    return static_cast<std::size_t>(
        std::ranges::count_if(all, [&](const auto& each) { return each->client == client; }));
}

std::size_t memory_of(const rejected_requests& list) {
    std::size_t sum = 0;
    for (const auto& each : list.list()) {
        sum += each->memory();
    }
    return sum;
}

} // namespace

TEST_CASE("rejected requests: what is kept of one has no query, and no header value but those of the signature") {
    rejected_requests list{{.keep = 10, .keep_bodies = false}};
    given{}.add_to(list);
    const auto one = list.find(1);
    REQUIRE(one != nullptr);
    CHECK(one->path == "/webhooks/colivara");
    CHECK(one->header_names == std::vector<std::string>{"Authorization", "svix-id", "Svix-Signature", "Cookie"});
    CHECK(one->signature_headers ==
          std::vector<std::pair<std::string, std::string>>{{"svix-id", "msg_1"}, {"Svix-Signature", "v1,AAAA"}});
    CHECK_FALSE(one->body);
    CHECK_FALSE(one->shortened);
    CHECK(list.find(2) == nullptr);
}

TEST_CASE("rejected requests: a body is kept only if that is wanted, and only as a whole") {
    rejected_requests list{{.keep = 10, .keep_bodies = true}};
    given{}.add_to(list);
    given{.whole = false}.add_to(list);
    given{.body = std::string(rejected_requests::largest_body + 1, 'x')}.add_to(list);
    CHECK(list.find(1)->body == "{}");
    CHECK_FALSE(list.find(2)->body);
    CHECK_FALSE(list.find(3)->body);
    list.configure({.keep = 10, .keep_bodies = false});
    given{}.add_to(list);
    CHECK_FALSE(list.find(4)->body);
}

TEST_CASE("rejected requests: a flood of one client, under any reason, pushes out nobody else's") {
    rejected_requests list{{.keep = 64, .keep_bodies = false}};
    for (int i = 0; i < 5; ++i) {
        given{.client = "192.0.2.1"}.add_to(list);
    }
    for (int i = 0; i < 1000; ++i) {
        given{.client = "198.51.100.7"}.add_to(list);
        given{.client = "198.51.100.7", .reason = "unknown_path"}.add_to(list);
    }
    CHECK(number_from(list, "192.0.2.1") == 5);
    CHECK(list.list().size() == 64);
    CHECK(list.list().front()->id == 2005);
}

TEST_CASE("rejected requests: the addresses of an IPv6 network share, and many clients with one reason, too") {
    rejected_requests list{{.keep = 32, .keep_bodies = false}};
    given{.client = "192.0.2.1"}.add_to(list);
    for (int i = 0; i < 1000; ++i) {
        given{.client = "2001:db8:0:1::" + std::to_string(i)}.add_to(list);
    }
    CHECK(number_from(list, "192.0.2.1") == 1);
    for (int i = 0; i < 1000; ++i) {
        given{.client = "198.51." + std::to_string(i / 250) + '.' + std::to_string(i % 250), .reason = "unknown_path"}
            .add_to(list);
    }
    CHECK(number_from(list, "192.0.2.1") == 1);
    CHECK(list.list().size() == 32);
}

TEST_CASE("rejected requests: they never need more memory than their bound, whatever a client sends") {
    rejected_requests list{{.keep = 1024, .keep_bodies = true}};
    const given small{.client = "192.0.2.1"};
    small.add_to(list);
    const std::string longest(std::size_t{1} << 20U, 'x');
    given{.target = '/' + longest, .id = longest, .body = {}}.add_to(list);
    CHECK(list.find(2)->memory() < std::size_t{16} << 10U);
    CHECK(list.find(2)->shortened);
    const given large{.client = "198.51.100.7", .body = std::string(rejected_requests::largest_body, 'x')};
    for (int i = 0; i < 100; ++i) {
        large.add_to(list);
    }
    CHECK(memory_of(list) <= rejected_requests::most_bytes);
    CHECK(memory_of(list) > rejected_requests::most_bytes / 2);
    CHECK(list.find(1) != nullptr);
}

TEST_CASE("rejected requests: a smaller number applies at once, and 0 keeps none") {
    rejected_requests list{{.keep = 10, .keep_bodies = false}};
    for (int i = 0; i < 10; ++i) {
        given{}.add_to(list);
    }
    list.configure({.keep = 3, .keep_bodies = false});
    REQUIRE(list.list().size() == 3);
    CHECK(list.list().back()->id == 8);
    list.configure({.keep = 0, .keep_bodies = false});
    given{}.add_to(list);
    CHECK(list.list().empty());
}
