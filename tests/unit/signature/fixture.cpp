// SPDX-License-Identifier: MIT
#include "signature/fixture.hpp"

#include <hookd/core/base64.hpp>

#include <catch2/catch.hpp>

namespace signature_test {

namespace {

std::string from_hex(std::string_view hex) {
    std::string bytes;
    for (std::size_t i = 0; i < hex.size(); i += 2) {
        bytes += static_cast<char>(std::stoi(std::string(hex.substr(i, 2)), nullptr, 16));
    }
    return bytes;
}

const std::string seed = from_hex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60");
const std::string public_key = from_hex("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a");

} // namespace

std::string private_key_text() {
    return "whsk_" + base64_of(seed + public_key);
}

std::string public_key_text() {
    return "whpk_" + base64_of(public_key);
}

std::vector<hookd::signature::key> keys_of(std::initializer_list<std::string_view> texts) {
    std::vector<hookd::signature::key> keys;
    for (const std::string_view text : texts) {
        auto key = hookd::signature::key::parse(text);
        REQUIRE(key.has_value());
        keys.push_back(std::move(*key));
    }
    return keys;
}

std::string sign(std::string_view key, std::string_view message_id, std::string_view time, std::string_view payload) {
    auto signer = hookd::signature::signer::parse(key);
    REQUIRE(signer.has_value());
    return signer->sign(message_id, time, payload);
}

std::string good_signature() {
    return sign(secret_text, id, timestamp, body);
}

std::vector<header_field> svix(std::string_view message_id, std::string_view time, std::string_view signature) {
    return {{"svix-id", message_id}, {"svix-timestamp", time}, {"svix-signature", signature}};
}

std::vector<header_field> webhook(std::string_view message_id, std::string_view time, std::string_view signature) {
    return {{"webhook-id", message_id}, {"webhook-timestamp", time}, {"webhook-signature", signature}};
}

verdict judge(const std::vector<header_field>& fields, std::string_view payload, unix_seconds clock,
              std::chrono::seconds tolerance) {
    hookd::signature::verifier verifier(keys_of({secret_text}), tolerance);
    return verifier.verify(fields, payload, clock).what;
}

std::string base64_of(std::string_view bytes) {
    std::string text(hookd::base64::encoded_size(bytes.size()), '\0');
    hookd::base64::encode(std::as_bytes(std::span(bytes)), text.data());
    return text;
}

std::string bytes_of_base64(std::string_view text) {
    std::string bytes(hookd::base64::decoded_size(text).value_or(0), '\0');
    REQUIRE(hookd::base64::decode(text, std::as_writable_bytes(std::span(bytes))));
    return bytes;
}

} // namespace signature_test
