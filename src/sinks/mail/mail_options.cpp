// SPDX-License-Identifier: MIT
#include "sinks/mail/mail_options.hpp"

#include "sinks/mail/mail_text.hpp"

#include <hookd/config/wording.hpp>
#include <hookd/http/client/url.hpp>

#include <algorithm>
#include <array>

namespace hookd::sinks {

namespace {

using enum config::applies;

constexpr std::string_view usual_subject = "ColiVara: {type}: {document}";
constexpr std::string_view usual_text = "Document    {document}\n"
                                        "Collection  {collection}\n"
                                        "Result      {type}: {message}\n"
                                        "Error       {error}\n"
                                        "Received    {time}\n"
                                        "Event       {id} at {endpoint} (colivara-hookd events show {sequence})\n";

/// An address without a display name. SMTP commands are lines: white space or an angle bracket would end it.
bool is_address(std::string_view text) {
    const auto at = text.find('@');
    return text.size() <= 254 && at != 0 && at != std::string_view::npos && at + 1 < text.size() &&
           std::ranges::all_of(text, [](char c) { return c > ' ' && c < '\x7F' && c != '<' && c != '>' && c != ','; });
}

constexpr std::string_view wanted_address = ": expected an address without a name, such as \"ops@example.org\"";

std::string read_server(config::table& keys) {
    auto server =
        keys.required_text({"server", on_reload, "the mail server: smtp://HOST[:PORT] or smtps://HOST[:PORT]"});
    constexpr std::string_view plain = "smtp://";
    constexpr std::string_view over_tls = "smtps://";
    const auto scheme = server.starts_with(plain) ? plain : over_tls;
    if (server.empty()) {
        return server;
    }
    // The rest is as in an http URL; a user and password in it, or a path, would not be what a key says.
    const auto rest = server.starts_with(scheme) ? std::string_view{server}.substr(scheme.size()) : std::string_view{};
    const auto where = http::parse_url("http://" + std::string{rest});
    if (rest.empty() || rest.contains('/') || rest.contains('?') || !where || where->port == 0) {
        keys.error("server", "invalid server: expected smtp://HOST, smtp://HOST:PORT or smtps://HOST");
    }
    return server;
}

std::string read_template(config::table& keys, const config::key& declared, std::string_view usual) {
    auto text = keys.text(declared, usual);
    if (const auto wrong = check_template(text)) {
        keys.error(declared.name, *wrong);
    }
    return text;
}

std::vector<std::string> read_recipients(config::table& keys) {
    const config::key declared{"to", on_reload, "the addresses that get each mail"};
    constexpr std::string_view wanted = "expected at least one address, such as [\"ops@example.org\"]";
    if (!keys.has("to")) {
        keys.missing(declared, "array of strings", "is missing: " + std::string{wanted});
        return {};
    }
    auto to = keys.texts(declared, {});
    if (to.empty()) {
        keys.error("to", "must not be empty: " + std::string{wanted});
    }
    for (std::size_t i = 0; i < to.size(); ++i) {
        if (!is_address(to[i])) {
            keys.error("to", i, "invalid address " + keys.written("to", i) + std::string{wanted_address});
        }
    }
    return to;
}

void read_login(config::table& keys, mail_options& options) {
    options.username = keys.text({"username", on_reload, "the account at the server; \"\": none"}, "");
    options.password =
        keys.optional_secret({"password", on_reload, "its password, written like an endpoint's secrets"});
    if (options.username.empty() == keys.has("password")) {
        keys.error(options.username.empty() ? "password" : "username",
                   "expected username and password, or neither of them");
    }
}

} // namespace

sink_options_ptr read_mail_options(config::table& keys) {
    static constexpr std::array<std::string_view, 2> starttls{"required", "off"};
    auto options = std::make_shared<mail_options>();
    options->server = read_server(keys);
    options->starttls =
        keys.choice({"starttls", on_reload, "smtp: whether mail is sent only over TLS"}, starttls, 0) == 0;
    read_login(keys, *options);
    options->from = keys.required_text({"from", on_reload, "the sender's address"});
    if (!options->from.empty() && !is_address(options->from)) {
        keys.error("from", "invalid address " + keys.written("from") + std::string{wanted_address});
    }
    options->to = read_recipients(keys);
    options->subject =
        read_template(keys, {"subject", on_reload, "the subject, with names of values in braces"}, usual_subject);
    options->text = read_template(keys, {"text", on_reload, "the text, in the same way"}, usual_text);
    options->ca = read_authorities(keys, "a PEM file of the certificates to trust; \"\": the system's");
    if (!options->starttls && !options->username.empty() && options->server.starts_with("smtp://")) {
        keys.warning("starttls", "\"off\" sends the password unencrypted; use it only for a server on this machine");
    }
    return options;
}

} // namespace hookd::sinks
