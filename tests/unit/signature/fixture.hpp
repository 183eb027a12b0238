// SPDX-License-Identifier: MIT
#pragma once

#include <hookd/core/http_message.hpp>
#include <hookd/signature/key.hpp>
#include <hookd/signature/signer.hpp>
#include <hookd/signature/verifier.hpp>

#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

namespace signature_test {

using hookd::header_field;
using hookd::unix_seconds;
using hookd::signature::verdict;

inline constexpr std::string_view secret_text = "whsec_Pybd+/T5WTE8f7PIvfkSFugVuCjllAXF";
inline constexpr std::string_view other_secret_text = "whsec_Y5qRD+We9tgD+usc+nH6KAIF4WxmbaSA";
inline constexpr std::string_view id = "msg_2Kd81lVpJXtWkQ9nYb3RzHfA0cE";
inline constexpr std::string_view timestamp = "1760000000";
inline constexpr std::string_view body = R"({"type":"upsert.success","name":"q3-report.pdf","num_pages":12})";

/// RFC 8032 section 7.1, test 1, as the sender writes key pairs.
std::string private_key_text();
std::string public_key_text();

constexpr unix_seconds at(std::int64_t seconds) {
    return unix_seconds{std::chrono::seconds{seconds}};
}

inline constexpr unix_seconds now = at(1'760'000'000);

std::vector<hookd::signature::key> keys_of(std::initializer_list<std::string_view> texts);

/// `v1,…` or `v1a,…` over the three parts, whatever they are.
std::string sign(std::string_view key, std::string_view message_id, std::string_view time, std::string_view payload);
/// Over this file's id, timestamp and body with this file's secret.
std::string good_signature();

std::vector<header_field> svix(std::string_view message_id, std::string_view time, std::string_view signature);
std::vector<header_field> webhook(std::string_view message_id, std::string_view time, std::string_view signature);

/// With the fixture's secret, 300 s and the fixture's `now`, unless given.
verdict judge(const std::vector<header_field>& fields, std::string_view payload = body, unix_seconds clock = now,
              std::chrono::seconds tolerance = std::chrono::seconds{300});

std::string base64_of(std::string_view bytes);
std::string bytes_of_base64(std::string_view text);

} // namespace signature_test
