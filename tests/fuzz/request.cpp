// SPDX-License-Identifier: MIT
#include "fuzz/feed.hpp"
#include "fuzz/input.hpp"
#include "fuzz/reference_framing.hpp"
#include "fuzz/require.hpp"
#include "fuzz/targets.hpp"
#include "http/server/client_address.hpp"
#include "http/server/request_reader.hpp"

#include <algorithm>
#include <utility>

namespace hookd::fuzz {

namespace {

using progress = http::request_reader::progress;

/// What a connection comes to see: each request written out, and the refusal that ends it.
struct transcript {
    std::vector<std::string> requests;
    std::vector<std::string> bodies;
    std::string open_head; ///< Of a request whose body is not all there.
    unsigned refused = 0;
    std::string_view reason;

    /// Whether the same requests are in it and it ends in the same way. Where a chunk's extension opens a quote and the
    /// line ends within, Beast waits for the quote's end in what follows if that has not come yet: such a body is never
    /// whole, but how soon it is refused, and whether as malformed or as too large, hangs on the packets.
    bool agrees_with(const transcript& other) const {
        const bool in_body = !open_head.empty();
        return requests == other.requests && bodies == other.bodies && open_head == other.open_head &&
               (in_body || (refused == other.refused && reason == other.reason));
    }
};

/// Small, so that small inputs reach them.
server_settings limits() {
    server_settings made;
    made.max_header = byte_size{512};
    made.max_body = byte_size{256};
    return made;
}

std::string written_out(const hookd::request& what) {
    std::string text;
    text.append(what.method).append(" ").append(what.target);
    for (const auto& [name, value] : what.fields) {
        text.append("\n").append(name).append(":").append(value);
    }
    return text;
}

void check_client(const hookd::request& what) {
    static const std::vector<cidr> trusted{*cidr::parse("10.0.0.0/8"), *cidr::parse("fd00::/8")};
    const auto client = [&](forwarded_header which) -> std::optional<ip_address> {
        auto address = ip_address::parse("10.0.0.1");
        return http::find_client_behind(address, trusted, what.fields, which) ? address : std::nullopt;
    };
    const auto by_any = client(forwarded_header::any);
    const auto by_one = client(forwarded_header::forwarded);
    const auto by_other = client(forwarded_header::x_forwarded_for);
    require(by_other.has_value(), "X-Forwarded-For alone is never refused");
    require(!by_any || by_any == by_one || by_any == by_other, "nobody but who one of the fields names is the client");
    require(by_any || by_one != by_other, "fields that agree are believed");
}

/// Whether the request line asks for that: the target as it is written, or behind `http://` and the host.
bool asks_for(std::string_view line, std::string_view method_and_target) {
    line.remove_suffix(std::min(line.size(), std::string_view{" HTTP/1.1"}.size()));
    if (line == method_and_target) {
        return true;
    }
    const auto target_begin = method_and_target.find(' ') + 1;
    const auto target = method_and_target.substr(target_begin);
    const auto scheme_end = line.find("://");
    if (!line.starts_with(method_and_target.substr(0, target_begin)) || scheme_end == std::string_view::npos) {
        return false;
    }
    const auto path = line.substr(std::min(line.find_first_of("/?", scheme_end + 3), line.size()));
    return path == target || (target == "/" && !path.starts_with('/'));
}

class connection {
public:
    explicit connection(http::leniency allowed) : reader_{limits(), allowed} {}

    void take(std::string_view bytes) {
        while (!bytes.empty() && seen_.refused == 0) {
            bytes = feed(bytes, reader_);
            advance();
        }
    }
    const transcript& seen() const { return seen_; }

private:
    void advance() {
        for (;;) {
            switch (reader_.advance()) {
            case progress::need_more:
                return;
            case progress::head:
                seen_.open_head = written_out(reader_.current());
                check_client(reader_.current());
                break;
            case progress::complete:
                require(written_out(reader_.current()) == seen_.open_head, "a body, or a trailer, changes no header");
                require(reader_.current().body.size() <= limits().max_body.bytes, "max_body");
                seen_.requests.push_back(std::exchange(seen_.open_head, {}));
                seen_.bodies.emplace_back(reader_.current().body);
                reader_.next();
                break;
            case progress::refused:
                seen_.refused = reader_.why().status;
                seen_.reason = reader_.why().reason;
                return;
            }
        }
    }

    http::request_reader reader_;
    transcript seen_;
};

/// No request is two, and no two are one: each ends where the letter of the RFC says.
void compare_with_reference(const transcript& seen, std::string_view bytes) {
    for (std::size_t i = 0; i < seen.requests.size(); ++i) {
        const auto framed = frame(bytes);
        require(framed.has_value(), "an accepted request is framed in one way only");
        const auto& written = seen.requests[i];
        require(asks_for(framed->request_line, written.substr(0, written.find('\n'))), "it begins there");
        require(framed->body == seen.bodies[i], "it has that body");
        bytes = framed->rest;
    }
}

} // namespace

void request(std::string_view bytes) {
    input parts{bytes};
    const auto seed = parts.byte();
    for (const auto allowed : {http::leniency::none, http::leniency::health_checks}) {
        connection whole{allowed};
        whole.take(parts.rest());
        connection cut{allowed};
        in_pieces(parts.rest(), seed, [&](std::string_view piece) { cut.take(piece); });
        require(whole.seen().agrees_with(cut.seen()), "the same is seen however the bytes are cut");
        compare_with_reference(whole.seen(), parts.rest());
    }
}

} // namespace hookd::fuzz
