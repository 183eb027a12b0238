// SPDX-License-Identifier: MIT
#include "signature/fixture.hpp"

#include <catch2/catch.hpp>

#include <chrono>

using namespace signature_test;

namespace {

struct row {
    std::string header; ///< `GOOD` and `OTHER` are replaced with the 44 characters of a right and a wrong signature.
    verdict answer;
};

std::string filled_in(std::string header) {
    const std::pair<std::string, std::string> names[] = {
        {"GOOD", good_signature().substr(3)},
        {"OTHER", sign(other_secret_text, id, timestamp, body).substr(3)},
    };
    for (const auto& [name, value] : names) {
        for (auto at = header.find(name); at != std::string::npos; at = header.find(name, at + value.size())) {
            header.replace(at, name.size(), value);
        }
    }
    return header;
}

verdict judge_header(const std::string& header) {
    return judge(svix(id, timestamp, header));
}

} // namespace

TEST_CASE("signature header: entries are told apart by single spaces and first commas, and none hides another") {
    const row table[] = {
        {"v1,GOOD", verdict::authentic},
        {"v1,OTHER v1,GOOD", verdict::authentic},
        {"v1,GOOD v1,OTHER", verdict::authentic},
        {"  v1,GOOD", verdict::authentic},
        {"v1,OTHER   v1,GOOD ", verdict::authentic},
        {"garbage v1,GOOD", verdict::authentic},
        {"v1 v1,GOOD", verdict::authentic},
        {"v1, v1,GOOD", verdict::authentic},
        {", ,, v1,GOOD", verdict::authentic},
        {"v2,OTHER v1a,AAAA v1,GOOD", verdict::authentic},
        {"v1,short v1,GOOD", verdict::authentic},
        {"v1,GOOD,extra", verdict::bad_signature},
        {"v1,GOOD, v1,OTHER", verdict::wrong_signature},
        {"v1,OTHER\tv1,GOOD", verdict::bad_signature},
        {"v1,OTHER,v1,GOOD", verdict::bad_signature},
        {"v1,OTHER, v1,GOOD", verdict::authentic},
        {"v1 ,GOOD", verdict::bad_signature},
        {"v1=GOOD", verdict::bad_signature},
        {"GOOD", verdict::bad_signature},
        {",GOOD", verdict::bad_signature},
        {"v1", verdict::bad_signature},
        {"v1,", verdict::bad_signature},
        {" ", verdict::bad_signature},
        {"V1,GOOD", verdict::bad_signature},
        {"v0,GOOD", verdict::bad_signature},
        {"v11,GOOD", verdict::bad_signature},
        {"v,GOOD", verdict::bad_signature},
        {"v1a,GOOD", verdict::bad_signature},
        {"v1,OTHER", verdict::wrong_signature},
    };
    for (const row& each : table) {
        INFO(each.header);
        CHECK(to_text(judge_header(filled_in(each.header))) == to_text(each.answer));
    }
}

TEST_CASE("signature header: no other spelling of a right signature is right") {
    const std::string good = good_signature();
    CHECK(judge_header(good.substr(0, good.size() - 1)) == verdict::bad_signature);            // padding missing
    CHECK(judge_header(good + "=") == verdict::bad_signature);                                 // padding doubled
    CHECK(judge_header(good + "A") == verdict::bad_signature);                                 // garbage behind
    CHECK(judge_header(good.substr(0, 11)) == verdict::bad_signature);                         // a prefix
    CHECK(judge_header(good.substr(0, 10) + "*" + good.substr(10)) == verdict::bad_signature); // junk inside
    std::string unused_bit = good;
    ++unused_bit[unused_bit.size() - 2]; // decodes to the same bytes if unused bits are ignored
    CHECK(judge_header(unused_bit) == verdict::wrong_signature);
    std::string lower = good;
    for (char& c : lower) {
        c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
    }
    CHECK(judge_header(lower) == verdict::wrong_signature);
}

TEST_CASE("signature header: more than 8 KiB is refused, however good its end") {
    const std::string good = good_signature();
    const std::string fits = std::string(8192 - good.size() - 1, 'x') + " " + good;
    CHECK(fits.size() == 8192);
    CHECK(judge_header(fits) == verdict::authentic);
    CHECK(judge_header("x" + fits) == verdict::bad_signature);
}

TEST_CASE("signature header: a full header of wrong entries costs one HMAC's time") {
    const std::string wrong = sign(other_secret_text, id, timestamp, body);
    std::string header;
    while (header.size() + wrong.size() + 1 <= 8192) {
        header += wrong + " ";
    }
    const std::string large(1U << 20U, 'b');
    const auto begun = std::chrono::steady_clock::now();
    CHECK(judge(svix(id, timestamp, header), large) == verdict::wrong_signature);
    CHECK(std::chrono::steady_clock::now() - begun < std::chrono::seconds{1});
}
