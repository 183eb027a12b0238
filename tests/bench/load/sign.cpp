// SPDX-License-Identifier: MIT
#include "requests.hpp"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <ctime>
#include <fstream>
#include <iostream>
#include <iterator>
#include <random>
#include <stdexcept>

namespace {

std::string encode(std::string_view bytes) {
    std::string text((bytes.size() + 2) / 3 * 4 + 1, '\0');
    text.resize(static_cast<std::size_t>(EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()),
                                                         reinterpret_cast<const unsigned char*>(bytes.data()),
                                                         static_cast<int>(bytes.size()))));
    return text;
}

std::string hexadecimal(std::string_view bytes) {
    constexpr std::string_view digits = "0123456789abcdef";
    std::string text;
    for (const char byte : bytes) {
        text += digits[static_cast<unsigned char>(byte) >> 4U];
        text += digits[static_cast<unsigned char>(byte) & 15U];
    }
    return text;
}

std::string read_secret(const std::string& file) {
    std::ifstream in(file, std::ios::binary);
    std::string text{std::istreambuf_iterator<char>(in), {}};
    text.erase(text.find_last_not_of(" \r\n") + 1);
    return text;
}

std::string decode(std::string text) {
    if (text.starts_with("whsec_")) {
        text.erase(0, 6);
    }
    std::string key(text.size(), '\0');
    const int size =
        EVP_DecodeBlock(reinterpret_cast<unsigned char*>(key.data()),
                        reinterpret_cast<const unsigned char*>(text.data()), static_cast<int>(text.size()));
    if (size <= 0) {
        throw std::runtime_error("the secret is not base64");
    }
    key.resize(static_cast<std::size_t>(size) - static_cast<std::size_t>(std::ranges::count(text, '=')));
    return key;
}

std::string hmac(std::string_view key, std::string_view content) {
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned size = 0;
    HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), reinterpret_cast<const unsigned char*>(content.data()),
         content.size(), digest.data(), &size);
    return {reinterpret_cast<const char*>(digest.data()), size};
}

/// A KSUID's shape: the time first, then what tells ids of one second apart; here a counter, as in one sender's stream.
class id_maker {
public:
    std::string next(std::time_t now) {
        constexpr std::string_view digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
        constexpr std::size_t time_digits = 6;
        constexpr std::size_t counter_digits = 8;
        std::string id = "msg_";
        const auto append = [&](std::uint64_t number, std::size_t width) {
            std::string text(width, digits[0]);
            for (auto place = text.rbegin(); place != text.rend(); ++place, number /= digits.size()) {
                *place = digits[number % digits.size()];
            }
            id += text;
        };
        append(static_cast<std::uint64_t>(now) - 1'400'000'000U, time_digits);
        append(++counter_, counter_digits);
        append(random_(), 27 - time_digits - counter_digits);
        return id;
    }

private:
    std::uint64_t counter_ = 0;
    std::mt19937_64 random_{std::random_device{}()};
};

std::string make_body(std::size_t number, std::size_t size) {
    const auto text = std::to_string(number);
    const std::string type = number % 10 == 9 ? "upsert.fail" : "upsert.success"; // for a sink that takes every tenth
    std::string body = R"({"type":")" + type + R"(","message":"Document upserted successfully","id":)" + text +
                       R"(,"name":"report-)" + text +
                       R"(.pdf","metadata":{"department":"finance","tags":["quarterly","final"]},"url":)" +
                       R"("https://storage.example/documents/report-)" + text +
                       R"(.pdf","num_pages":12,"collection_name":"default_collection","note":")";
    body.append(std::max(size, body.size() + 2) - 2 - body.size(), 'x');
    return body + "\"}";
}

} // namespace

void sign(const signing& what) {
    const auto secret = read_secret(what.secret_file);
    const auto key = decode(secret);
    const auto now = std::time(nullptr);
    const auto timestamp = std::to_string(now);
    id_maker ids;
    for (std::size_t number = 0; number < what.count; ++number) {
        const auto id = ids.next(now);
        const auto body = make_body(number, what.body_size);
        auto request = "POST " + what.target + " HTTP/1.1\r\nhost: 127.0.0.1\r\nuser-agent: Svix-Webhooks/1.100.0\r\n" +
                       "accept: */*\r\ncontent-type: application/json\r\nsvix-id: " + id +
                       "\r\nsvix-timestamp: " + timestamp + "\r\nsvix-signature: v1," +
                       encode(hmac(key, id + '.' + timestamp + '.' + body));
        if (!what.body_signature.empty()) {
            request += "\r\n" + what.body_signature + ": sha256=" + hexadecimal(hmac(secret, body));
        }
        request += "\r\ncontent-length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
        const auto length = static_cast<std::uint32_t>(request.size());
        std::cout.write(reinterpret_cast<const char*>(&length), sizeof length) << request;
    }
}
