// SPDX-License-Identifier: MIT
#pragma once

#include "admin/documents.hpp"
#include "admin/rates.hpp"
#include "admin/route.hpp"

#include <hookd/admin/admin.hpp>

namespace hookd::admin {

/// Gives the requests on an admin socket to the handlers of their routes, if their peers may use them. One per socket,
/// on its server's only thread.
class router final : public http::handler {
public:
    /// The references must outlive it.
    router(const context& what, unix_millis started, reload_handler& reloads, const rates& recent,
           std::atomic<unsigned>& streams);

    std::optional<response> screen(const request& head) override;
    boost::asio::awaitable<response> handle(const request& whole) override;

private:
    document_index documents_;
    const daemon_context daemon_;
    const event_context events_;
};

} // namespace hookd::admin
