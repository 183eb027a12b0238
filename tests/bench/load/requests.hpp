// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <string_view>
#include <vector>

/// Requests that were signed ahead: a file of them, each behind its 32-bit length.
class requests {
public:
    explicit requests(const std::string& file);
    ~requests();
    requests(const requests&) = delete;
    requests& operator=(const requests&) = delete;

    std::size_t size() const { return all_.size(); }
    std::string_view operator[](std::size_t number) const { return all_[number]; }

private:
    std::string_view mapped_;
    std::vector<std::string_view> all_;
};

struct signing {
    std::size_t count = 0;
    std::size_t body_size = 0;
    std::string secret_file;
    std::string target;
    std::string body_signature; ///< The name of a header for the body's own HMAC in hexadecimal; empty: none.
};

/// Writes distinct requests to standard output, signed for now, their ids rising with time as the sender's do.
void sign(const signing& what);
