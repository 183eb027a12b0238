// SPDX-License-Identifier: MIT
#include "cli/register/register_command.hpp"

#include "cli/command_end.hpp"
#include "cli/command_input.hpp"
#include "cli/options.hpp"
#include "cli/register/register_call.hpp"
#include "cli/register/register_response.hpp"
#include "cli/register/secret_saver.hpp"

#include <hookd/core/address.hpp>
#include <hookd/core/http_message.hpp>
#include <hookd/core/json_text.hpp>
#include <hookd/core/time.hpp>
#include <hookd/daemon/configuration.hpp>
#include <hookd/http/client/client.hpp>
#include <hookd/http/client/url.hpp>
#include <hookd/intake/endpoint_paths.hpp>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <filesystem>
#include <iostream>
#include <memory>
#include <ostream>
#include <system_error>
#include <unistd.h>

namespace hookd::cli {

namespace {

/// The checked arguments.
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
        return fail(exit_usage, "--api: " + where.error().message);
    }
    if (base.find_first_of("?#") != std::string::npos) {
        return fail(exit_usage, "--api: expected a base URL without ? and #");
    }
    if (!where->tls && !is_loopback(where->host)) {
        return fail(
            exit_usage,
            "--api: http:// is only allowed on this machine, since others could read the API key: use https://");
    }
    where->target.erase(where->target.find_last_not_of('/') + 1);
    where->target += "/v1/webhook/";
    return *where;
}

command_result<plan> check_arguments(const register_arguments& given) {
    auto webhook = http::parse_url(given.url);
    if (!webhook) {
        return fail(exit_usage, "--url: " + webhook.error().message);
    }
    if (given.url.contains('#')) {
        return fail(exit_usage, "--url: a fragment is never sent: omit the # and everything after it");
    }
    const auto timeout = parse_duration(given.timeout);
    if (!timeout || timeout->count() <= 0) {
        return fail(exit_usage, "--timeout: expected a duration such as 30s");
    }
    std::error_code ignored;
    if (std::filesystem::equivalent(given.api_key_file, given.save_secret, ignored)) {
        return fail(exit_usage, "--save-secret: this is the file of the API key: choose another one");
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

/// Events for a URL without an endpoint get 404 until an operator notices. It is registered all the same: the endpoint
/// may be added later, or be on another machine.
void warn_of_unserved_path(const register_arguments& given, const plan& what, std::ostream& err) {
    const auto paths = daemon::read_endpoint_paths(given.config);
    const auto path = path_of(what.webhook);
    if (!paths || std::ranges::find(*paths, path) != paths->end()) {
        return;
    }
    const auto near = intake::endpoint_paths{*paths}.near(path);
    print_error(
        err,
        fmt::format("warning: no endpoint in {} has the path {}{}: unless a proxy changes the path, events get "
                    "404",
                    given.config, json_line(path),
                    near ? fmt::format(" (similar to {}: {})", json_line((*paths)[near->endpoint]), near->difference)
                         : ""));
}

/// One word of visible ASCII: it goes into a header field.
command_result<secret> read_api_key(const std::string& path) {
    auto key = read_secret(path, "the API key file");
    if (!key) {
        return key;
    }
    const std::string_view text = key->text();
    if (!std::ranges::all_of(text, [](char c) { return c > ' ' && c <= '~'; }) ||
        text.find_first_of("\"'") != std::string_view::npos) {
        return fail(exit_config, path + " is not an API key: write only the key, on one line, without quotes, white "
                                        "space, \"Bearer\" or a byte order mark");
    }
    if (text.starts_with("whsec_")) {
        return fail(exit_config,
                    path + " contains a webhook's secret: write the API key of your ColiVara account into it");
    }
    return key;
}

command_result<http::destination_ptr> find_api(const plan& what, const register_arguments& given) {
    auto found = http::find_destination(what.api, {.ca_file = given.ca_file.value_or("")});
    if (!found) {
        const auto& [kind, detail] = found.error();
        return fail(kind == http::client_errc::authorities ? exit_io : exit_unreachable,
                    fmt::format("{}; {}", detail, register_advice(kind)));
    }
    return *found;
}

std::string next_steps(const plan& what, const std::string& url, const secret_saver& file) {
    const auto quoted = [](const std::string& text) { return json_line(text); }; // JSON strings are valid TOML
    const auto path = path_of(what.webhook);
    return fmt::format("\nNext:\n"
                       "  - Make the file readable for the daemon's user only:\n"
                       "      chgrp colivara-hookd FILE; chmod 0640 FILE\n"
                       "  - Add it to the configuration:\n"
                       "      [[endpoint]]\n"
                       "      name    = \"colivara\"\n"
                       "      path    = {}\n"
                       "      secrets = [{{ file = {} }}]\n"
                       "  - Check and reload it:  colivara-hookd check; colivara-hookd reload\n"
                       "  - Send a test event:  colivara-hookd send upsert.success --secret-file FILE\n"
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
        print_error(err, fmt::format("warning: {}: ask ColiVara for a longer secret", made.doubt));
    }
}

/// The signal that interrupted it, or 0. In any case no incomplete file is left.
command_result<int> call_and_save(const register_arguments& given, const plan& what, const http::destination_ptr& where,
                                  const secret& key, std::ostream& out, std::ostream& err) {
    auto file = secret_saver::prepare(
        given.save_secret); // before the call, so that no secret is requested that cannot be saved
    if (!file) {
        return fail(exit_io, file.error().message);
    }
    auto [response, signal] = call_add_webhook(where, what.api.target, given.url, key, what.timeout);
    if (signal != 0) {
        return signal;
    }
    if (!response) {
        const auto& [kind, detail] = response.error();
        return fail(exit_unreachable, fmt::format("{}: {}; {}", what.api.authority(), detail, register_advice(kind)));
    }
    const auto made = read_registration(*response, key.text());
    if (!made) {
        return std::unexpected{made.error()};
    }
    const bool same = file->holds(made->webhook_secret.text());
    if (const auto saved = same ? result<void>{} : file->save(made->webhook_secret.text()); !saved) {
        return fail(exit_io, saved.error().message + "; then register again: ColiVara returns the same secret");
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

void add_register(CLI::App& line, command_choice& choice) {
    auto* const command = line.add_subcommand("register", "Register a webhook with ColiVara and save its secret");
    auto given = std::make_shared<register_arguments>();
    command->add_option("--url", given->url, "The URL that ColiVara sends its events to")->required();
    command->add_option("--api-key-file", given->api_key_file, "File with the ColiVara API key, readable only by you")
        ->type_name(file_name)
        ->required();
    command
        ->add_option("--save-secret", given->save_secret,
                     "File to save the webhook's secret in; overwritten if the secret has changed")
        ->type_name(file_name)
        ->required();
    command->add_option("--api", given->api, "Base URL of the ColiVara API")->capture_default_str();
    command->add_option("--cacert", given->ca_file, "PEM file with the CA certificates to trust")->type_name(file_name);
    command->add_option("--timeout", given->timeout, "Timeout for the whole call")->capture_default_str();
    command->footer("Example:\n  colivara-hookd register --url https://hooks.example.com/webhooks/colivara "
                    "--api-key-file api-key --save-secret webhook-secret");
    command->callback([&choice, given] {
        given->config = choice.config;
        choice.run = [given] { return run_register(*given, std::cout, std::cerr); };
    });
}

} // namespace hookd::cli
