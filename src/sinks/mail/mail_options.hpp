// SPDX-License-Identifier: MIT
#pragma once

#include "sinks/authorities.hpp"

#include <hookd/config/table.hpp>
#include <hookd/core/secret.hpp>
#include <hookd/sinks/settings.hpp>

#include <optional>
#include <string>
#include <vector>

namespace hookd::sinks {

/// The keys of a `mail` sink.
struct mail_options final : sink_options_of<mail_options> {
    std::string server;   ///< `smtp://HOST[:PORT]` or `smtps://HOST[:PORT]`.
    bool starttls = true; ///< smtp: no mail is sent unless the server offers STARTTLS.
    std::string username; ///< Empty: no authentication.
    std::optional<secret> password;
    std::string from;
    std::vector<std::string> to;
    std::string subject; ///< Templates, see mail_text.hpp.
    std::string text;
    authorities ca;

    delivery_preview preview(const event& what) const override;
    bool operator==(const mail_options&) const = default;
};

sink_options_ptr read_mail_options(config::table& keys);

} // namespace hookd::sinks
