// SPDX-License-Identifier: MIT
#include "fuzz/input.hpp"
#include "fuzz/require.hpp"
#include "fuzz/targets.hpp"
#include "signature/body_origins.hpp"
#include "signature/json_spacing.hpp"
#include "signature/json_spelling.hpp"

#include <hookd/intake/body_fields.hpp>
#include <hookd/signature/explain.hpp>

#include <algorithm>
#include <array>

namespace hookd::fuzz {

namespace {

namespace sig = hookd::signature;

bool is_printable(std::string_view text) {
    return std::ranges::none_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == '\x7f'; });
}

void check_spelling(std::string_view body) {
    for (const bool ascii : {false, true}) {
        const auto spelt = sig::respell(body, ascii);
        if (!spelt) {
            continue;
        }
        require(!ascii || std::ranges::none_of(*spelt, [](char c) { return (c & 0x80) != 0; }), "ASCII is ASCII");
        require(sig::respell(*spelt, ascii) == spelt, "what is spelt out stays as it is");
    }
    if (intake::read_body_fields(body).json) {
        require(intake::read_body_fields(sig::respace(body, " ", " ")).json,
                "white space between tokens harms nothing");
    }
}

} // namespace

void explanation(std::string_view bytes) {
    static const auto keys = [] {
        std::array<sig::key, 1> made{*sig::key::parse("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")};
        return made;
    }();
    constexpr unix_seconds now{std::chrono::seconds{1'764'000'000}};
    input parts{bytes};
    const auto kind = parts.byte();
    std::array<header_field, 3> fields{{{"svix-id", parts.line()}, {"svix-timestamp", {}}, {"svix-signature", {}}}};
    fields[1].value = parts.line();
    fields[2].value = parts.line();
    const auto body = parts.rest();
    if (kind == 'E') {
        const auto found = sig::explain(keys, fields, body, now, std::chrono::seconds{300});
        require(found.what != sig::verdict::authentic, "nothing is authentic that was not signed");
        require(!found.findings.empty() && std::ranges::all_of(found.findings, is_printable),
                "there is always something to say, and it is fit for a terminal");
        return;
    }
    check_spelling(body);
    for (const auto& origin : sig::likely_origins(body)) {
        require(origin.body != body && !origin.change.empty(), "an origin is another body, and says how");
    }
}

} // namespace hookd::fuzz
