// SPDX-License-Identifier: MIT
#include "http/client/response.hpp"

#include "fuzz/feed.hpp"
#include "fuzz/input.hpp"
#include "fuzz/require.hpp"
#include "fuzz/targets.hpp"

namespace hookd::fuzz {

namespace {

using progress = http::response_reader::progress;
constexpr std::size_t kept_body = 64;

/// What the client would make of it once the server has closed. When a malformed header is found does not count.
struct transcript {
    bool answered = false;
    bool has_header = false;
    unsigned status = 0;
    std::string retry_after;
    std::string body;

    bool operator==(const transcript&) const = default;
};

class exchange {
public:
    explicit exchange(bool head_request) : reader_{kept_body} { reader_.expect(head_request); }

    void take(std::string_view bytes) {
        while (!bytes.empty() && reached_ == progress::need_more) {
            bytes = feed(bytes, reader_);
            reached_ = reader_.advance();
        }
    }

    transcript end() {
        transcript seen;
        seen.answered = reached_ == progress::complete || (reached_ == progress::need_more && reader_.ends_here());
        seen.has_header = reader_.has_header();
        require(seen.has_header || !seen.answered, "no answer without a header");
        if (seen.has_header) {
            seen.status = reader_.status();
            seen.retry_after = reader_.retry_after();
            seen.body = reader_.take_body();
            require(seen.status >= 200 && seen.status <= 999, "an interim answer is never the answer");
            require(seen.body.size() <= kept_body, "no more is kept than was asked for");
            seen.body.resize(seen.answered ? seen.body.size() : 0); // a body may be cut anywhere
        }
        return seen;
    }

private:
    http::response_reader reader_;
    progress reached_ = progress::need_more;
};

} // namespace

void response(std::string_view bytes) {
    input parts{bytes};
    const auto seed = parts.byte();
    const bool head_request = parts.byte() == 'H';
    exchange whole{head_request};
    whole.take(parts.rest());
    exchange cut{head_request};
    in_pieces(parts.rest(), seed, [&](std::string_view piece) { cut.take(piece); });
    require(whole.end() == cut.end(), "the same is seen however the bytes are cut");
}

} // namespace hookd::fuzz
