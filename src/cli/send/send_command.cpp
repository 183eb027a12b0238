// SPDX-License-Identifier: MIT
#include "cli/send/send_command.hpp"

#include "cli/command_end.hpp"
#include "cli/command_input.hpp"
#include "cli/escaping_stream.hpp"
#include "cli/options.hpp"
#include "cli/send/send_report.hpp"
#include "cli/terminal_text.hpp"

#include <hookd/core/text.hpp>
#include <hookd/daemon/clock.hpp>
#include <hookd/http/client/client.hpp>
#include <hookd/http/client/url.hpp>
#include <hookd/loadgen/body.hpp>
#include <hookd/loadgen/load.hpp>
#include <hookd/loadgen/tally.hpp>
#include <hookd/signature/signer.hpp>

#include <CLI/CLI.hpp>

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <csignal>
#include <iostream>
#include <memory>
#include <ostream>
#include <string_view>
#include <sys/resource.h>
#include <system_error>
#include <unistd.h>

namespace hookd::cli {

namespace {

constexpr std::uint64_t most_events = 1'000'000'000;

/// With more events than this a summary is printed, not lines.
constexpr std::uint64_t most_lines = 20;
constexpr unsigned most_connections = 10'000;

command_result<http::url> check_arguments(const send_arguments& given) {
    if (given.type.empty()) {
        return fail(exit_usage, "type: expected an event type such as upsert.fail");
    }
    if (given.count == 0) {
        return fail(exit_usage, "--count: expected a number of at least 1");
    }
    if (given.rate && (!std::isfinite(*given.rate) || *given.rate <= 0)) {
        return fail(exit_usage, "--rate: expected a number of events per second, more than 0");
    }
    if (given.connections == 0 || given.connections > most_connections) {
        return fail(exit_usage, "--connections: expected a number from 1 to " + std::to_string(most_connections));
    }
    if (given.ca_file && given.insecure) {
        return fail(exit_usage, "--cacert and --insecure exclude each other");
    }
    if (given.forge && given.stale) {
        return fail(exit_usage,
                    "--forge and --stale exclude each other: the reason for the rejection would be unknown");
    }
    auto where = http::parse_url(given.url);
    if (!where) {
        return fail(exit_usage, "--to: " + where.error().message);
    }
    return *where;
}

command_result<std::vector<signature::signer>> read_keys(const std::string& path) {
    const auto secret = read_secret(path, "the secret file");
    if (!secret) {
        return std::unexpected{secret.error()};
    }
    std::vector<signature::signer> keys;
    std::string_view rest = secret->text();
    for (unsigned number = 1; !rest.empty(); ++number) {
        const auto end = std::min(rest.find('\n'), rest.size());
        const auto line = trimmed(rest.substr(0, end), " \t\r");
        rest.remove_prefix(std::min(end + 1, rest.size()));
        if (line.empty()) {
            continue;
        }
        auto key = signature::signer::parse(line);
        if (!key) {
            return fail(exit_config, path + ":" + std::to_string(number) + ": " + key.error().message);
        }
        keys.push_back(std::move(*key));
    }
    return keys;
}

command_result<loadgen::send_body> make_body(const send_arguments& given) {
    result<loadgen::send_body> made;
    if (given.data) {
        auto bytes = read_input(*given.data);
        if (!bytes) {
            return std::unexpected{bytes.error()};
        }
        made = loadgen::send_body::given(std::move(*bytes), given.set);
    } else {
        made = loadgen::send_body::ready_made(given.type, given.set);
    }
    if (!made) {
        return fail(exit_usage, made.error().message);
    }
    return std::move(*made);
}

command_result<http::destination_ptr> find_receiver(const send_arguments& given, const http::url& where) {
    auto found = http::find_destination(where, {.ca_file = given.ca_file.value_or(""), .verify = !given.insecure});
    if (!found) {
        const auto& [kind, detail] = found.error();
        return fail(kind == http::client_errc::authorities ? exit_io : exit_unreachable,
                    detail + "; " + std::string{advice_for(kind)});
    }
    return *found;
}

/// The usual soft limit of 1024 descriptors is for programs that use select(2); this one does not.
void allow_descriptors(unsigned connections) {
    constexpr rlim_t others = 64;
    rlimit limit{};
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < connections + others) {
        limit.rlim_cur = std::min<rlim_t>(limit.rlim_max, connections + others);
        setrlimit(RLIMIT_NOFILE, &limit);
    }
}

/// Sends, with a line per event or a progress bar, and then prints the summary.
exit_code carry_out(const send_arguments& given, const loadgen::load_plan& plan, loadgen::send_load& load,
                    std::ostream& out, std::ostream& err) {
    const bool many = plan.count > most_lines;
    const bool lines = !many || given.each;
    loadgen::send_tally tally{given.forge || given.stale ? loadgen::expectation::refused
                                                         : loadgen::expectation::accepted};
    const auto on_sent = [&](const loadgen::sent_event& event) {
        tally.add(event);
        if (lines) {
            out << event_line(event, given.type, tally.wanted());
        }
    };
    loadgen::send_load::tick_observer on_tick;
    if (many && given.bar) {
        on_tick = [&](loadgen::send_load::clock::duration elapsed) {
            write_as_it_is(err, '\r' + bar_line(tally.total(), plan.requests(), elapsed) + "\x1b[K");
            err.flush();
        };
    }
    const auto outcome = load.run(on_sent, on_tick);
    if (on_tick) {
        write_as_it_is(err, "\r\x1b[K");
    }
    if (many) {
        out << summary_text(tally, plan, outcome);
    }
    print_error(err, advice_text(tally));
    if (!out.flush()) {
        print_error(err, output_error);
        return exit_io;
    }
    return tally.good() == plan.requests() ? exit_done : exit_no;
}

command_result<exit_code> send_all(const send_arguments& given, std::ostream& out, std::ostream& err) {
    const auto where = check_arguments(given);
    if (!where) {
        return std::unexpected{where.error()};
    }
    auto keys = read_keys(given.secret_file);
    if (!keys) {
        return std::unexpected{keys.error()};
    }
    auto body = make_body(given);
    if (!body) {
        return std::unexpected{body.error()};
    }
    if (const auto type = loadgen::type_of(body->of(1)); type && *type != given.type) {
        print_error(err, "warning: the body has the type " + *type + ", not " + given.type + "; it is sent unchanged");
    }
    auto receiver = find_receiver(given, *where);
    if (!receiver) {
        return std::unexpected{receiver.error()};
    }
    const loadgen::load_plan plan{.count = given.count,
                                  .rate = given.rate,
                                  .connections =
                                      static_cast<unsigned>(std::min<std::uint64_t>(given.connections, given.count)),
                                  .twice = given.duplicate};
    allow_descriptors(plan.connections);
    loadgen::send_load load{plan,
                            {.where = std::move(*receiver),
                             .target = where->target,
                             .keys = std::move(*keys),
                             .body = std::move(*body),
                             .error = given.forge   ? loadgen::message_error::forged
                                      : given.stale ? loadgen::message_error::stale
                                                    : loadgen::message_error::none,
                             .clock = daemon::choose_clock()}};
    if (const auto connected = load.connect(); !connected) {
        const auto& [kind, detail] = connected.error();
        return fail(exit_unreachable, where->authority() + ": " + detail + "; " + std::string{advice_for(kind)});
    }
    return carry_out(given, plan, load, out, err);
}

} // namespace

int run_send(const send_arguments& arguments, std::ostream& out, std::ostream& err) {
    std::signal(SIGPIPE, SIG_IGN); // OpenSSL writes to its sockets without MSG_NOSIGNAL
    const auto done = send_all(arguments, out, err);
    if (!done) {
        return end(done.error(), err);
    }
    return *done;
}

void add_send(CLI::App& line, command_choice& choice) {
    auto* const command = line.add_subcommand("send", "Sign and send test events as ColiVara does");
    auto given = std::make_shared<send_arguments>();
    command->add_option("type", given->type, "upsert.success, upsert.fail, or any other type")
        ->required()
        ->type_name("upsert.success|upsert.fail|TYPE");
    command->add_option("--to", given->url, "URL of the receiver's endpoint")->required();
    command->add_option("--secret-file", given->secret_file, "File with one or more secrets, one per line")
        ->type_name(file_name)
        ->required();
    command->add_option("--data", given->data, "File with the body to send unchanged (-: standard input)")
        ->type_name(file_name);
    command->add_option("--set", given->set, "key=value: set a member of the body (repeatable)")
        ->allow_extra_args(false);
    command->add_option("--count", given->count, "Number of events")
        ->capture_default_str()
        ->check(number_between(1, most_events));
    command->add_option("--rate", given->rate,
                        "Events per second, regardless of the response times (default: as fast as possible)");
    command->add_option("--connections", given->connections, "Number of concurrent connections")->capture_default_str();
    command->add_flag("--each", given->each, "Print one line per event even if there are many");
    command->add_flag("--duplicate", given->duplicate, "Send each event twice; the receiver must accept both");
    auto* const forge =
        command->add_flag("--forge", given->forge, "Send a wrong signature; the receiver must respond with 401");
    command->add_flag("--stale", given->stale, "Send a signature that is a day old; the receiver must respond with 401")
        ->excludes(forge);
    auto* const authorities =
        command->add_option("--cacert", given->ca_file, "PEM file with the CA certificates to trust")
            ->type_name(file_name);
    command->add_flag("--insecure", given->insecure, "Trust any certificate")->excludes(authorities);
    command->footer("Example:\n  colivara-hookd send upsert.fail --to https://localhost:8443/webhooks/colivara "
                    "--secret-file secret --set name=report.pdf");
    command->callback([&choice, given] {
        const bool lines_there = given->each && isatty(STDOUT_FILENO) == 1; // the progress bar would mix with them
        given->bar = isatty(STDERR_FILENO) == 1 && !lines_there;
        choice.run = [given] { return run_send(*given, std::cout, std::cerr); };
    });
}

} // namespace hookd::cli
