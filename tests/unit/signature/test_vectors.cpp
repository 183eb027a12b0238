// SPDX-License-Identifier: MIT
#include "signature/fixture.hpp"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include <chrono>
#include <fstream>

using namespace signature_test;
using nlohmann::json;

namespace {

std::string expand(const json& recipe) {
    std::string text = recipe.value("prefix", "");
    const auto repeated = recipe.at("repeat").get<std::string>();
    for (auto left = recipe.at("times").get<std::size_t>(); left > 0; --left) {
        text += repeated;
    }
    return text + recipe.value("suffix", "");
}

/// The names and values of a vector's headers, repeated ones as often as they come.
std::vector<std::pair<std::string, std::string>> headers_of(const json& vector) {
    std::vector<std::pair<std::string, std::string>> headers;
    for (const auto& [name, value] : vector.value("headers", json::object()).items()) {
        for (const auto& each : value.is_array() ? value : json::array({value})) {
            headers.emplace_back(name, each.get<std::string>());
        }
    }
    for (const auto& [name, recipe] : vector.value("headers_recipe", json::object()).items()) {
        headers.emplace_back(name, expand(recipe));
    }
    return headers;
}

std::string body_of(const json& vector) {
    return vector.contains("body_recipe") ? expand(vector["body_recipe"])
                                          : bytes_of_base64(vector.value("body_base64", ""));
}

/// What this receiver answers; nothing where a secret is refused at configuration time.
std::optional<bool> answer_to(const json& vector) {
    std::vector<hookd::signature::key> keys;
    const json& secrets = vector.at("secret");
    for (const auto& text : secrets.is_array() ? secrets : json::array({secrets})) {
        auto key = hookd::signature::key::parse(text.get<std::string>());
        if (!key) {
            return std::nullopt;
        }
        keys.push_back(std::move(*key));
    }
    const auto headers = headers_of(vector);
    std::vector<header_field> fields;
    fields.reserve(headers.size());
    for (const auto& [name, value] : headers) {
        fields.push_back({name, value});
    }
    hookd::signature::verifier verifier(keys, std::chrono::seconds{300});
    return verifier.verify(fields, body_of(vector), at(vector.at("now").get<std::int64_t>())).what ==
           verdict::authentic;
}

} // namespace

TEST_CASE("signature: every known answer of the sender's libraries is met") {
    std::ifstream file(HOOKD_TEST_DATA "/vectors.json");
    const json all = json::parse(file);
    std::size_t judged = 0;
    for (const json& vector : all.at("vectors")) {
        INFO(vector.at("name").get<std::string>() << ": " << vector.value("why", ""));
        const auto begun = std::chrono::steady_clock::now();
        const auto answer = answer_to(vector);
        CHECK(std::chrono::steady_clock::now() - begun < std::chrono::seconds{2});
        if (vector.value("stage", "") == "secret") {
            CHECK_FALSE(answer.has_value());
        } else if (!vector.value("either_ok", false)) {
            CHECK(answer == vector.at("recommended").get<bool>());
        }
        ++judged;
    }
    CHECK(judged == all.at("count").get<std::size_t>());
}
