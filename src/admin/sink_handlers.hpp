// SPDX-License-Identifier: MIT
#pragma once

#include <hookd/admin/admin.hpp>

#include <boost/asio/awaitable.hpp>

#include <string_view>

namespace hookd::admin {

/// Pauses or resumes a sink: durably first, then its sink worker. The target must outlive the response.
boost::asio::awaitable<response> answer_about_one_sink(const context& what, std::string_view target);

} // namespace hookd::admin
