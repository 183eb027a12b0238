// SPDX-License-Identifier: MIT
#pragma once

#include <hookd/sinks/sink.hpp>

#include <memory>

namespace hookd::sinks {

/// Mails each event over SMTP (RFC 5321), with libcurl.
std::unique_ptr<sink> build_mail_sink(const sink_settings& settings, boost::asio::io_context& worker);

} // namespace hookd::sinks
