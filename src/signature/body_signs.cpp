// SPDX-License-Identifier: MIT
#include "signature/body_signs.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <string>

namespace hookd::signature {

namespace {

constexpr std::string_view gzip_magic = "\x1f\x8b"; // RFC 1952 section 2.3.1
constexpr std::size_t telling_members = 4;          // fewer may be sorted by chance

/// The names of the members of the outermost object, in their order.
class member_names final : public nlohmann::json_sax<nlohmann::json> {
public:
    const std::vector<std::string>& names() const { return names_; }

    bool null() override { return true; }
    bool boolean(bool /*v*/) override { return true; }
    bool number_integer(number_integer_t /*v*/) override { return true; }
    bool number_unsigned(number_unsigned_t /*v*/) override { return true; }
    bool number_float(number_float_t /*v*/, const string_t& /*text*/) override { return true; }
    bool string(string_t& /*v*/) override { return true; }
    bool binary(binary_t& /*v*/) override { return false; }
    bool start_object(std::size_t /*elements*/) override { return ++depth_ > 0; }
    bool end_object() override { return --depth_ >= 0; }
    bool start_array(std::size_t /*elements*/) override { return ++depth_ > 1; } // not allowed as the outermost value
    bool end_array() override { return --depth_ >= 0; }
    bool key(string_t& name) override {
        if (depth_ == 1) {
            names_.push_back(name);
        }
        return true;
    }
    bool parse_error(std::size_t /*position*/, const std::string& /*token*/,
                     const nlohmann::detail::exception& /*why*/) override {
        return false;
    }

private:
    std::vector<std::string> names_;
    int depth_ = 0;
};

bool has_sorted_members(std::string_view body) {
    member_names found;
    return nlohmann::json::sax_parse(body, &found) && found.names().size() >= telling_members &&
           std::ranges::is_sorted(found.names());
}

} // namespace

std::vector<std::string_view> signs_of_change(std::string_view body) {
    std::vector<std::string_view> signs;
    if (body.starts_with(gzip_magic)) {
        signs.emplace_back("The body is compressed with gzip, but the sender signs the JSON that it sends: take the "
                           "body before anything compresses it.");
    }
    if (has_sorted_members(body)) {
        signs.emplace_back("The JSON may have been re-serialised by a program that sorts: its members are in "
                           "alphabetical order. The original order is lost, so this cannot be checked; find that "
                           "program.");
    }
    return signs;
}

} // namespace hookd::signature
