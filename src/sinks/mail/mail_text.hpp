// SPDX-License-Identifier: MIT
#pragma once

#include "sinks/mail/mail_options.hpp"

#include <hookd/core/event.hpp>

#include <optional>
#include <string>
#include <string_view>

/// The text of mails. Pure: no I/O, no clock.
namespace hookd::sinks {

/// What is wrong with a template, in which `{name}` stands for a value of the event; nothing if it can be filled in.
std::optional<std::string> check_template(std::string_view text);

/// The template with the event's values. A value is as long as its sender made it, up to 4 KiB; control characters
/// other than line ends and tabs become spaces.
std::string fill_in(std::string_view text, const event& what);

/// The whole mail, header and text, with CRLF as line ends (RFC 5322, RFC 2045). Nothing in the event can begin a
/// header field or end the mail. Its Message-ID is the same at each attempt, so that a mail program shows only one of
/// two.
std::string compose_mail(const mail_options& options, const event& what);

} // namespace hookd::sinks
