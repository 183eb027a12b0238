// SPDX-License-Identifier: MIT
#include "signature/fixture.hpp"

#include <catch2/catch.hpp>

#include <random>

using namespace signature_test;
using hookd::signature::verifier;

namespace {

/// Names, values and body of an authentic message: seven parts that may be mutated.
struct message {
    std::vector<std::string> parts;

    static message make(std::string_view key, bool unbranded) {
        auto signer = hookd::signature::signer::parse(key);
        REQUIRE(signer.has_value());
        const auto headers = hookd::signature::sign_message({&*signer, 1}, id, now, body);
        message made;
        for (const header_field& field : headers.fields(unbranded)) {
            made.parts.emplace_back(field.name);
            made.parts.emplace_back(field.value);
        }
        made.parts.emplace_back(body);
        return made;
    }

    verdict judged_by(verifier& checks) const {
        const header_field fields[] = {{parts[0], parts[1]}, {parts[2], parts[3]}, {parts[4], parts[5]}};
        return checks.verify(fields, parts[6], now).what;
    }
};

class mutator {
public:
    explicit mutator(std::uint64_t seed) : random_(seed) {}

    /// Flips a bit, removes, inserts or swaps, once.
    message mutate(message what) {
        std::string& part = what.parts[below(what.parts.size())];
        const std::size_t place = below(part.size());
        switch (below(4)) {
        case 0:
            part[place] = static_cast<char>(part[place] ^ (1 << below(8)));
            break;
        case 1:
            part.erase(place, 1 + below(part.size() - place));
            break;
        case 2:
            part.insert(below(part.size() + 1), 1, static_cast<char>(below(256)));
            break;
        default:
            std::swap(part[place], part[below(part.size())]);
        }
        return what;
    }

private:
    std::size_t below(std::size_t end) { return std::uniform_int_distribution<std::size_t>(0, end - 1)(random_); }

    std::mt19937_64 random_;
};

std::string_view without_spaces(std::string_view text) {
    const auto first = text.find_first_not_of(' ');
    return first == std::string_view::npos ? std::string_view{}
                                           : text.substr(first, text.find_last_not_of(' ') - first + 1);
}

/// Names differ in case alone and spaces around the signature's only entry mean nothing: then the message is the same.
bool same_meaning(const message& a, const message& b) {
    return hookd::same_field_name(a.parts[0], b.parts[0]) && hookd::same_field_name(a.parts[2], b.parts[2]) &&
           hookd::same_field_name(a.parts[4], b.parts[4]) && a.parts[1] == b.parts[1] && a.parts[3] == b.parts[3] &&
           without_spaces(a.parts[5]) == without_spaces(b.parts[5]) && a.parts[6] == b.parts[6];
}

void refuses_all(std::string_view signing_key, std::string_view verifying_key, unsigned rounds, std::uint64_t seed) {
    verifier checks(keys_of({verifying_key, other_secret_text}), std::chrono::seconds{300});
    const message originals[] = {message::make(signing_key, false), message::make(signing_key, true)};
    mutator random(seed);
    unsigned accepted = 0;
    for (unsigned done = 0; done < rounds;) {
        const message& original = originals[done % 2];
        const message mutated = random.mutate(original);
        if (same_meaning(original, mutated)) {
            continue;
        }
        ++done;
        if (mutated.judged_by(checks) == verdict::authentic) {
            ++accepted;
            UNSCOPED_INFO("accepted: " << mutated.parts[1] << '|' << mutated.parts[3] << '|' << mutated.parts[5] << '|'
                                       << mutated.parts[6]);
        }
    }
    CHECK(accepted == 0);
    for (const message& original : originals) {
        CHECK(original.judged_by(checks) == verdict::authentic);
    }
}

} // namespace

TEST_CASE("verifier: 100,000 single mutations of an authentic v1 message are all refused") {
    refuses_all(secret_text, secret_text, 100'000, 20'261'122);
}

TEST_CASE("verifier: 20,000 single mutations of an authentic v1a message are all refused") {
    refuses_all(private_key_text(), public_key_text(), 20'000, 20'261'123);
}
