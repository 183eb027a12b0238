// SPDX-License-Identifier: MIT
#include "fuzz/reference_json.hpp"

#include <algorithm>
#include <cstddef>
#include <vector>

namespace hookd::fuzz {

namespace {

class reader {
public:
    explicit reader(std::string_view text) : rest_{text} {}

    /// The stack holds what is open: `[`, or `{`.
    bool read() {
        std::vector<char> open;
        bool value_wanted = true; // else: a comma, or an end
        bool may_end = false;     // directly behind an opening bracket
        skip_space();
        while (value_wanted || !open.empty()) {
            if ((!value_wanted || may_end) && !open.empty() && take(open.back() == '[' ? ']' : '}')) {
                open.pop_back();
                value_wanted = may_end = false;
            } else if (!value_wanted) {
                if (!take(',')) {
                    return false;
                }
                value_wanted = true;
            } else {
                may_end = false;
                if (!open.empty() && open.back() == '{' && !(string() && space() && take(':') && space())) {
                    return false;
                }
                const char next = rest_.empty() ? '\0' : rest_[0];
                if (take('[') || take('{')) {
                    open.push_back(next);
                    may_end = true;
                } else if (scalar()) {
                    value_wanted = false;
                } else {
                    return false;
                }
            }
            skip_space();
        }
        return rest_.empty();
    }

private:
    void skip_space() {
        while (!rest_.empty() && std::string_view{" \t\r\n"}.contains(rest_[0])) {
            rest_.remove_prefix(1);
        }
    }
    bool space() {
        skip_space();
        return true;
    }
    bool take(char c) { return take(std::string_view{&c, 1}); }
    bool take(std::string_view word) {
        const bool there = rest_.starts_with(word);
        rest_.remove_prefix(there ? word.size() : 0);
        return there;
    }
    bool scalar() { return string() || number() || take("true") || take("false") || take("null"); }
    bool digits() {
        const auto count = std::min(rest_.find_first_not_of("0123456789"), rest_.size());
        rest_.remove_prefix(count);
        return count > 0;
    }
    bool number() {
        const bool negative = take('-');
        if (!take('0') && !digits()) {
            return negative && fail();
        }
        if (take('.') && !digits()) {
            return fail();
        }
        if (take('e') || take('E')) {
            if (!take('+')) {
                take('-');
            }
            return digits() || fail();
        }
        return true;
    }
    bool string() {
        if (!take('"')) {
            return false;
        }
        while (!take('"')) {
            if (rest_.empty() || !(take('\\') ? escape() : character())) {
                return fail();
            }
        }
        return true;
    }
    bool escape() {
        if (take('u')) {
            const auto hex = rest_.substr(0, 4);
            const bool good = hex.size() == 4 && hex.find_first_not_of("0123456789abcdefABCDEF") == hex.npos;
            rest_.remove_prefix(hex.size());
            return good;
        }
        const bool good = !rest_.empty() && std::string_view{"\"\\/bfnrt"}.contains(rest_[0]);
        rest_.remove_prefix(good ? 1 : 0);
        return good;
    }
    /// RFC 3629 section 4, production by production.
    bool character() {
        const auto byte = [&](std::size_t at) {
            return at < rest_.size() ? static_cast<unsigned char>(rest_[at]) : 0U;
        };
        const auto tail = [&](std::size_t at, unsigned low = 0x80, unsigned high = 0xbf) {
            return byte(at) >= low && byte(at) <= high;
        };
        const auto lead = byte(0);
        std::size_t size = 0;
        if (lead >= 0x20 && lead < 0x80) {
            size = 1;
        } else if (lead >= 0xc2 && lead <= 0xdf && tail(1)) {
            size = 2;
        } else if (((lead == 0xe0 && tail(1, 0xa0)) || (lead == 0xed && tail(1, 0x80, 0x9f)) ||
                    (lead >= 0xe1 && lead <= 0xef && lead != 0xed && tail(1))) &&
                   tail(2)) {
            size = 3;
        } else if (((lead == 0xf0 && tail(1, 0x90)) || (lead >= 0xf1 && lead <= 0xf3 && tail(1)) ||
                    (lead == 0xf4 && tail(1, 0x80, 0x8f))) &&
                   tail(2) && tail(3)) {
            size = 4;
        }
        rest_.remove_prefix(size);
        return size > 0;
    }
    /// What was begun cannot be anything else: nothing may be read from here on.
    bool fail() {
        rest_ = std::string_view{"\0", 1};
        return false;
    }

    std::string_view rest_;
};

} // namespace

bool is_json_by_grammar(std::string_view text) {
    return reader{text}.read();
}

} // namespace hookd::fuzz
