// SPDX-License-Identifier: MIT
#include "admin/responses.hpp"
#include "admin/routes.hpp"
#include "admin/target.hpp"

#include <hookd/admin/event_api.hpp>

#include <utility>

namespace hookd::admin {

boost::asio::awaitable<response> answer_about_events(const event_context& of, const request& what) {
    auto found = path_routes::find(routes(), path_of(what.target));
    if (!found) {
        co_return with_error(404, "not found");
    }
    const route* const wanted = found->find(what.method);
    if (wanted == nullptr) {
        co_return method_not_allowed(found->methods());
    }
    const auto* const handle = std::get_if<event_handler>(&wanted->handle);
    if (handle == nullptr) {
        co_return with_error(404, "this request needs a running daemon");
    }
    const routed_request routed{.whole = what, .segments = std::move(found->segments)};
    co_return co_await (*handle)(of, routed);
}

} // namespace hookd::admin
