// SPDX-License-Identifier: MIT
#pragma once

#include "admin/event_parameters.hpp"
#include "admin/reload_handler.hpp"

#include <hookd/admin/admin.hpp>
#include <hookd/admin/event_api.hpp>
#include <hookd/core/http_message.hpp>

#include <boost/asio/awaitable.hpp>

#include <atomic>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace hookd::admin {

/// Who may use a route.
enum class access : std::uint8_t {
    anyone,      ///< Everybody who can connect.
    unix_socket, ///< Peers on the Unix socket, which control the daemon.
};
std::string_view to_text(access by);

/// A request and what its path contains. The handler may use it until its response is complete.
struct routed_request {
    const request& whole;
    std::vector<std::string> segments; ///< Those in the place of a pattern's `{NAME}`, decoded and never empty.
};

class document_index;
class rates;
inline constexpr unsigned most_streams = 16;

/// What the handlers of a daemon work with.
struct daemon_context {
    const context& daemon;
    unix_millis started;
    reload_handler& reloads;
    document_index& documents; ///< Only for the Unix socket's thread.
    const rates& recent;
    std::atomic<unsigned>& streams; ///< That are open, of at most `most_streams`.
};

/// A handler says by its first parameter what it needs: a running daemon, or only a journal.
using daemon_handler = boost::asio::awaitable<response> (*)(const daemon_context& of, const routed_request& what);
using event_handler = boost::asio::awaitable<response> (*)(const event_context& of, const routed_request& what);
using route_handler = std::variant<daemon_handler, event_handler>;

/// What a response 200 has.
struct content {
    std::string_view schema{}; ///< Its name in the description of the API, for one JSON object; empty: not JSON.
    std::string_view type = "application/json";
};

/// A row of the table of routes. It has only this constructor, so that none can be without `by` or an answer.
struct route {
    constexpr route(std::string_view its_method, std::string_view its_pattern, access who, route_handler handler,
                    content response, std::string_view text, std::optional<request_about_events> parameters = {})
        : method{its_method}, pattern{its_pattern}, by{who}, handle{handler}, answer{response}, help{text},
          takes{parameters} {}

    std::string_view method;  ///< A route for GET also gets the requests with HEAD.
    std::string_view pattern; ///< A path; `{NAME}` in place of a segment matches any that is not empty.
    access by;
    route_handler handle;
    content answer;
    std::string_view help;                     ///< One line.
    std::optional<request_about_events> takes; ///< The parameters of its target; none: only those of the pattern.
};

/// The routes of a path: those with its pattern. A path that matches several patterns belongs to the one that is text
/// where the others have a `{NAME}`, whatever the request's method: no request falls through to another pattern.
class path_routes {
public:
    /// Nothing: the path is unknown. The table must outlive the result.
    static std::optional<path_routes> find(std::span<const route> table, std::string_view path);

    /// Null: the path has no such method.
    const route* find(std::string_view method) const;
    /// Whether a peer of this kind may use any of them.
    bool any_open_to(peer_kind peer) const;
    /// For `Allow`: the methods, separated by commas.
    std::string methods() const;

    std::vector<std::string> segments; ///< For routed_request.

private:
    path_routes(std::span<const route> table, std::string_view pattern) : table_{table}, pattern_{pattern} {}

    std::span<const route> table_;
    std::string_view pattern_;
};

inline bool is_open_to(const route& which, peer_kind peer) {
    return which.by == access::anyone || peer == peer_kind::unix_socket;
}

} // namespace hookd::admin
