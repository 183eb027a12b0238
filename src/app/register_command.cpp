// SPDX-License-Identifier: MIT
#include "app/register_command.hpp"

#include "app/command_end.hpp"
#include "app/command_input.hpp"
#include "app/register_call.hpp"
#include "app/register_response.hpp"
#include "app/secret_saver.hpp"

#include <hookd/config/load.hpp>
#include <hookd/core/address.hpp>
#include <hookd/core/http_message.hpp>
#include <hookd/core/json_text.hpp>
#include <hookd/core/time.hpp>
#include <hookd/http/client.hpp>
#include <hookd/http/url.hpp>
#include <hookd/intake/endpoint_paths.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <filesystem>
#include <ostream>
#include <system_error>
#include <unistd.h>

namespace hookd::app {

namespace {

/// What was given, checked.
struct plan {
    http::url webhook;
    http::url api; ///< The target is that of add_webhook.
    std::chrono::milliseconds timeout{};
};

bool is_loopback(const std::string& host) {
    const auto address = ip_address::parse(host);
    if (!address) {
        return same_field_name(host, "localhost");
    }
    return address->is_v4() ? address->text().starts_with("127.") : address->text() == "::1";
}

command_result<http::url> find_call(const std::string& base) {
    auto where = http::parse_url(base);
    if (!where) {
        return fail(exit_usage, "Check --api: " + where.error().message);
    }
    if (base.find_first_of("?#") != std::string::npos) {
        return fail(exit_usage, "Check --api: give the base of the URL only, without ? and #");
    }
    if (!where->tls && !is_loopback(where->host)) {
        return fail(exit_usage,
                    "Check --api: give https://, since anyone on the way could read the API key; http:// is "
                    "for this machine alone");
    }
    where->target.erase(where->target.find_last_not_of('/') + 1);
    where->target += "/v1/webhook/";
    return *where;
}

command_result<plan> check_arguments(const register_arguments& given) {
    auto webhook = http::parse_url(given.url);
    if (!webhook) {
        return fail(exit_usage, "Check --url: " + webhook.error().message);
    }
    if (given.url.contains('#')) {
        return fail(exit_usage, "Check --url: leave the # and what is behind it out; no sender sends it");
    }
    const auto timeout = parse_duration(given.timeout);
    if (!timeout || timeout->count() <= 0) {
        return fail(exit_usage, "Give --timeout as a duration, such as 30s");
    }
    std::error_code ignored;
    if (std::filesystem::equivalent(given.api_key_file, given.save_secret, ignored)) {
        return fail(exit_usage, "Give --save-secret a file of its own: it is the API key's");
    }
    auto api = find_call(given.api);
    if (!api) {
        return std::unexpected{api.error()};
    }
    return plan{.webhook = std::move(*webhook), .api = std::move(*api), .timeout = *timeout};
}

std::string path_of(const http::url& webhook) {
    return webhook.target.substr(0, webhook.target.find('?'));
}

/// A URL that no endpoint serves is answered 404, event by event, for as long as nobody looks. It is registered all the
/// same: the endpoint may be about to be added, or be another machine's.
void warn_of_unserved_path(const register_arguments& given, const plan& what, std::ostream& err) {
    const auto paths = config::read_endpoint_paths(given.config);
    const auto path = path_of(what.webhook);
    if (!paths || std::ranges::find(*paths, path) != paths->end()) {
        return;
    }
    const auto near = intake::endpoint_paths{*paths}.near(path);
    err << fmt::format(
        "warning: no endpoint in {} has the path {}{}; unless a proxy changes the path, events are answered "
        "404\n",
        given.config, json_line(path),
        near ? fmt::format(" ({} is near: {})", json_line((*paths)[near->endpoint]), near->difference) : "");
}

/// One word of visible ASCII: it goes into a header field.
command_result<secret> read_api_key(const std::string& path) {
    auto key = read_secret(path, "the API key's file");
    if (!key) {
        return key;
    }
    const std::string_view text = key->text();
    if (!std::ranges::all_of(text, [](char c) { return c > ' ' && c <= '~'; }) ||
        text.find_first_of("\"'") != std::string_view::npos) {
        return fail(exit_config, "Write the API key alone into " + path +
                                     ", on one line: without quotes, white space, \"Bearer\" or a byte order mark");
    }
    if (text.starts_with("whsec_")) {
        return fail(exit_config,
                    "Write the API key of your ColiVara account into " + path + ": a webhook's secret is in it");
    }
    return key;
}

command_result<http::destination_ptr> find_api(const plan& what, const register_arguments& given) {
    auto found = http::find_destination(what.api, {.ca_file = given.ca_file.value_or("")});
    if (!found) {
        const auto& [kind, detail] = found.error();
        return fail(kind == http::client_errc::authorities ? exit_io : exit_unreachable,
                    fmt::format("{}. {}", detail, register_advice(kind)));
    }
    return *found;
}

std::string next_steps(const plan& what, const std::string& url, const secret_saver& file) {
    const auto quoted = [](const std::string& text) { return json_line(text); }; // JSON's strings are TOML's, too
    const auto path = path_of(what.webhook);
    return fmt::format("\nNext:\n"
                       "  - Let the daemon's user read the file, and no others:\n"
                       "      chgrp colivara-hookd FILE; chmod 0640 FILE\n"
                       "  - Name it in the configuration:\n"
                       "      [[endpoint]]\n"
                       "      path    = {}\n"
                       "      secrets = [{{ file = {} }}]\n"
                       "  - Have it checked and taken up:  colivara-hookd check; colivara-hookd reload\n"
                       "  - Try the way through:  colivara-hookd send upsert.success --secret-file FILE\n"
                       "      --to {}\n",
                       quoted(path), quoted(file.path()), url);
}

void report(const register_arguments& given, const plan& what, const registration& made, const secret_saver& file,
            bool same, std::ostream& out, std::ostream& err) {
    out << "registered  " << given.url << '\n';
    if (same) {
        out << "secret      unchanged, in " << file.path() << '\n';
    } else {
        out << fmt::format("secret      {} {} (mode {:04o})\n", file.replaces() ? "replaced in" : "saved in",
                           file.path(), file.mode())
            << next_steps(what, given.url, file);
    }
    if (!made.doubt.empty()) {
        err << "Ask for a longer secret: " << made.doubt << ".\n";
    }
}

/// The number of the signal that interrupted it, or 0. Whichever way it ends, no half-made file is left.
command_result<int> call_and_save(const register_arguments& given, const plan& what, const http::destination_ptr& where,
                                  const secret& key, std::ostream& out, std::ostream& err) {
    auto file = secret_saver::prepare(given.save_secret); // before the call: a secret that cannot be saved is a trap
    if (!file) {
        return fail(exit_io, file.error().message);
    }
    auto [response, signal] = call_add_webhook(where, what.api.target, given.url, key, what.timeout);
    if (signal != 0) {
        return signal;
    }
    if (!response) {
        const auto& [kind, detail] = response.error();
        return fail(exit_unreachable, fmt::format("{}: {}. {}", what.api.authority(), detail, register_advice(kind)));
    }
    const auto made = read_registration(*response, key.text());
    if (!made) {
        return std::unexpected{made.error()};
    }
    const bool same = file->holds(made->webhook_secret.text());
    if (const auto saved = same ? result<void>{} : file->save(made->webhook_secret.text()); !saved) {
        return fail(exit_io, saved.error().message + ". Then register again: ColiVara gives the same secret again");
    }
    report(given, what, *made, *file, same, out, err);
    return 0;
}

command_result<int> do_register(const register_arguments& given, std::ostream& out, std::ostream& err) {
    const auto what = check_arguments(given);
    if (!what) {
        return std::unexpected{what.error()};
    }
    warn_of_unserved_path(given, *what, err);
    const auto key = read_api_key(given.api_key_file);
    if (!key) {
        return std::unexpected{key.error()};
    }
    const auto where = find_api(*what, given);
    if (!where) {
        return std::unexpected{where.error()};
    }
    return call_and_save(given, *what, *where, *key, out, err);
}

} // namespace

int run_register(const register_arguments& arguments, std::ostream& out, std::ostream& err) {
    std::signal(SIGPIPE, SIG_IGN); // OpenSSL writes to its sockets without MSG_NOSIGNAL
    const auto done = do_register(arguments, out, err);
    if (!done) {
        return end(done.error(), err);
    }
    if (*done != 0) {
        std::signal(*done, SIG_DFL);
        std::raise(*done);
    }
    return exit_done;
}

} // namespace hookd::app
