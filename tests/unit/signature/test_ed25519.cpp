// SPDX-License-Identifier: MIT
#include "signature/fixture.hpp"

#include <hookd/signature/explain.hpp>

#include <catch2/catch.hpp>
#include <openssl/err.h>

#include <array>

using namespace signature_test;
using hookd::signature::verifier;

namespace {

verdict judge_v1a(std::string_view header) {
    verifier checks(keys_of({public_key_text()}), std::chrono::seconds{300});
    return checks.verify(svix(id, timestamp, header), body, now).what;
}

std::string good_bytes() {
    return bytes_of_base64(sign(private_key_text(), id, timestamp, body).substr(4));
}

std::string entry_of(std::string_view bytes) {
    return "v1a," + base64_of(bytes);
}

/// The group's order L (RFC 8032 section 5.1), little-endian.
constexpr std::array<unsigned char, 32> order{0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7,
                                              0xa2, 0xde, 0xf9, 0xde, 0x14, 0,    0,    0,    0,    0,    0,
                                              0,    0,    0,    0,    0,    0,    0,    0,    0,    0x10};

/// S + L in place of S: the equation still holds.
std::string with_order_added(std::string bytes) {
    unsigned carry = 0;
    for (std::size_t i = 0; i < order.size(); ++i) {
        carry += static_cast<unsigned char>(bytes[32 + i]) + order[i];
        bytes[32 + i] = static_cast<char>(carry & 0xffU);
        carry >>= 8U;
    }
    REQUIRE(carry == 0);
    return bytes;
}

} // namespace

TEST_CASE("v1a: a signature of the key's owner is authentic, alone or among others") {
    const std::string good = entry_of(good_bytes());
    CHECK(judge_v1a(good) == verdict::authentic);
    CHECK(judge_v1a("v1,x " + good) == verdict::authentic);
    CHECK(judge_v1a(entry_of(std::string(64, 'x')) + " " + good) == verdict::authentic);
}

TEST_CASE("v1a: a second spelling of a signature is refused") {
    const std::string bytes = good_bytes();
    CHECK(judge_v1a(entry_of(with_order_added(bytes))) == verdict::wrong_signature); // S >= L
    CHECK(judge_v1a(entry_of(bytes + std::string(1, '\0'))) ==
          verdict::wrong_signature); // 65 bytes, also 88 characters
    CHECK(judge_v1a(entry_of(bytes.substr(0, 63))) == verdict::bad_signature);
    std::string unused_bits = entry_of(bytes);
    ++unused_bits[unused_bits.size() - 3];
    CHECK(judge_v1a(unused_bits) == verdict::wrong_signature);
}

TEST_CASE("v1a: keys of one scheme never serve the other") {
    // Whoever knows the public key could sign v1 with it, if it were taken for a shared secret.
    const std::string forged = sign(public_key_text().substr(5), id, timestamp, body);
    CHECK(judge_v1a(forged) == verdict::bad_signature);
    CHECK(judge(svix(id, timestamp, entry_of(good_bytes()))) == verdict::bad_signature);
    verifier both(keys_of({secret_text, public_key_text()}), std::chrono::seconds{300});
    CHECK(both.verify(svix(id, timestamp, forged), body, now).what == verdict::wrong_signature);
}

TEST_CASE("v1a: no more entries are tried than a sender could have made") {
    const std::string good = entry_of(good_bytes());
    const std::string wrong = entry_of(std::string(64, 'x'));
    const auto behind = [&](unsigned others) {
        std::string header;
        for (unsigned i = 0; i < others; ++i) {
            header += wrong + " ";
        }
        return judge_v1a(header + good);
    };
    CHECK(behind(10) == verdict::authentic); // ten old keys are the most a sender keeps
    CHECK(behind(11) == verdict::wrong_signature);
}

TEST_CASE("v1a: with a large body as many entries are tried, and explain says so") {
    const std::string large(300'000, 'x');
    const auto header = [&](unsigned others) {
        std::string entries;
        for (unsigned i = 0; i < others; ++i) {
            entries += entry_of(std::string(64, 'x')) + " ";
        }
        return entries + sign(private_key_text(), id, timestamp, large);
    };
    const auto keys = keys_of({public_key_text()});
    verifier one(keys, std::chrono::seconds{300});
    const auto last_tried = header(10);
    const auto one_behind = header(11);
    const auto with_eleven = svix(id, timestamp, last_tried);
    const auto with_twelve = svix(id, timestamp, one_behind);
    CHECK(one.verify(with_eleven, large, now).what == verdict::authentic);
    CHECK(one.verify(with_twelve, large, now).what == verdict::wrong_signature);
    CHECK(one.most_work(with_twelve, large.size()) == one.most_work(with_eleven, large.size()));
    CHECK(one.most_work(with_eleven, large.size()) >= 11 * large.size());
    const auto explained = hookd::signature::explain(keys, with_twelve, large, now, std::chrono::seconds{300});
    CHECK(explained.what == verdict::wrong_signature);
    CHECK_THAT(explained.findings.front(), Catch::Contains("12 v1a signatures, but only the first 11 are tried"));
}

TEST_CASE("v1a: what is refused leaves nothing in the thread's OpenSSL error queue") {
    ERR_clear_error();
    CHECK(judge_v1a(entry_of(with_order_added(good_bytes()))) == verdict::wrong_signature);
    CHECK(judge_v1a(entry_of(std::string(64, '\xff'))) == verdict::wrong_signature);
    std::vector<hookd::signature::key> truncated(1);
    truncated[0] = {hookd::signature::scheme::v1a, hookd::secret(std::string_view("too short"))};
    CHECK_THROWS_AS(verifier(truncated, std::chrono::seconds{300}), std::runtime_error);
    CHECK(ERR_peek_error() == 0);
    ERR_raise(ERR_LIB_USER, 42); // and errors that were there before stay
    CHECK(judge_v1a(entry_of(std::string(64, '\xff'))) == verdict::wrong_signature);
    CHECK(ERR_GET_REASON(ERR_peek_error()) == 42);
    CHECK(ERR_peek_error() == ERR_peek_last_error());
    ERR_clear_error();
}
