// SPDX-License-Identifier: MIT
#include "admin/rejected_handlers.hpp"

#include "admin/responses.hpp"

#include <hookd/core/base64.hpp>
#include <hookd/core/json_text.hpp>
#include <hookd/core/number.hpp>
#include <hookd/core/time.hpp>

#include <algorithm>

namespace hookd::admin {

namespace asio = boost::asio;

namespace {

using json = nlohmann::ordered_json;

json json_of(const intake::rejected_request& from) {
    json shown{{"id", from.id},
               {"time", to_rfc3339(from.at)},
               {"client", from.client},
               {"status", from.status},
               {"reason", from.why.reason}};
    const auto detail = from.why.detail == from.why.reason ? std::string_view{} : from.why.detail;
    for (const auto& [name, text] : {std::pair<const char*, std::string_view>{"detail", detail},
                                     {"endpoint", from.endpoint},
                                     {"method", from.method},
                                     {"path", from.path}}) {
        if (!text.empty()) {
            shown[name] = text;
        }
    }
    shown["header_bytes"] = from.header_bytes;
    shown["body_bytes"] = from.body_bytes;
    shown["header_names"] = from.header_names;
    shown["signature_headers"] = json::array();
    for (const auto& [name, value] : from.signature_headers) {
        shown["signature_headers"].push_back({{"name", name}, {"value", value}});
    }
    shown["shortened"] = from.shortened;
    shown["body_kept"] = from.body.has_value();
    return shown;
}

} // namespace

asio::awaitable<response> list_rejected(const daemon_context& of, const routed_request&) {
    const auto& kept = of.daemon.rejected;
    json all{{"keep", kept.keep()}, {"missed", kept.missed()}, {"rejected", json::array()}};
    for (const auto& each : kept.list()) {
        all["rejected"].push_back(json_of(*each));
    }
    co_return with_body(200, json_line(all) + '\n');
}

asio::awaitable<response> show_rejected(const daemon_context& of, const routed_request& what) {
    const auto id = whole_number(what.segments.front());
    const auto found = id ? of.daemon.rejected.find(*id) : nullptr;
    if (found == nullptr) {
        co_return with_error(404, "no rejected request with this id: only the last ones are kept, until a restart");
    }
    auto shown = json_of(*found);
    if (found->body) {
        shown["body_base64"] = base64::encoded(std::as_bytes(std::span{*found->body}));
    }
    co_return with_body(200, json_line(shown) + '\n');
}

} // namespace hookd::admin
