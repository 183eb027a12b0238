// SPDX-License-Identifier: MIT
#include "signature/json_spelling.hpp"

#include <nlohmann/json.hpp>

namespace hookd::signature {

namespace {

using nlohmann::json;

/// Writes what the parser reads, value by value, without a document in memory.
class writer final : public nlohmann::json_sax<json> {
public:
    explicit writer(bool ascii) : ascii_(ascii) {}

    bool null() override { return value("null"); }
    bool boolean(bool v) override { return value(v ? "true" : "false"); }
    bool number_integer(number_integer_t v) override { return value(json(v).dump()); }
    bool number_unsigned(number_unsigned_t v) override { return value(json(v).dump()); }
    bool number_float(number_float_t v, const string_t& /*text*/) override { return value(json(v).dump()); }
    bool string(string_t& v) override { return value(quoted(v)); }
    bool binary(binary_t& /*v*/) override { return false; }
    bool start_object(std::size_t /*elements*/) override { return open('{'); }
    bool end_object() override { return close('}'); }
    bool start_array(std::size_t /*elements*/) override { return open('['); }
    bool end_array() override { return close(']'); }
    bool parse_error(std::size_t /*position*/, const std::string& /*token*/,
                     const nlohmann::detail::exception& /*why*/) override {
        return false;
    }

    bool key(string_t& v) override {
        value(quoted(v));
        out_ += ':';
        first_ = true;
        return true;
    }

    std::string take() { return std::move(out_); }

private:
    std::string quoted(const string_t& v) const {
        return json(v).dump(-1, ' ', ascii_, json::error_handler_t::replace);
    }

    void separate() {
        if (!first_) {
            out_ += ',';
        }
        first_ = false;
    }

    bool value(std::string_view text) {
        separate();
        out_ += text;
        return true;
    }

    bool open(char bracket) {
        separate();
        out_ += bracket;
        first_ = true;
        return true;
    }

    bool close(char bracket) {
        out_ += bracket;
        first_ = false;
        return true;
    }

    std::string out_;
    bool ascii_;
    bool first_ = true; ///< No comma before the next value.
};

} // namespace

std::optional<std::string> respell(std::string_view text, bool ascii) {
    writer out(ascii);
    if (!json::sax_parse(text.begin(), text.end(), &out)) {
        return std::nullopt;
    }
    return out.take();
}

} // namespace hookd::signature
