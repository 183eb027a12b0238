// SPDX-License-Identifier: MIT
#include "cli/sinks/test_command.hpp"

#include "cli/command_end.hpp"
#include "cli/command_input.hpp"
#include "cli/terminal_text.hpp"

#include <hookd/core/json_pointer.hpp>
#include <hookd/core/json_text.hpp>
#include <hookd/core/pattern.hpp>
#include <hookd/core/text.hpp>
#include <hookd/daemon/configuration.hpp>
#include <hookd/daemon/logging.hpp>
#include <hookd/daemon/settings.hpp>
#include <hookd/intake/body_fields.hpp>
#include <hookd/signature/signer.hpp>
#include <hookd/sinks/catalogue.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <csignal>
#include <exception>
#include <memory>
#include <ostream>
#include <utility>
#include <vector>

namespace hookd::cli {

namespace {

using json = nlohmann::ordered_json;

/// A filter and whether it holds.
struct finding {
    std::string key;
    std::string wanted;
    std::string value;
    bool holds = false;
};

std::vector<finding> look_at_filters(const sink_filters& filters, const event& what) {
    std::vector<finding> all;
    for (const auto& each : pattern_filters) {
        const auto& patterns = filters.*each.patterns;
        const auto& value = what.*each.text;
        all.push_back(
            {std::string{each.key}, fmt::format("{}", patterns), json_line(value), matches_any(patterns, value)});
    }
    for (const auto& [pointer, wanted] : filters.match) {
        const auto found = what.json ? find_json(what.body, pointer) : std::nullopt;
        all.push_back({"match " + pointer, wanted,
                       found       ? std::string{utf8_prefix(*found, 200)}
                       : what.json ? "nothing"
                                   : "nothing, because the body is not JSON",
                       found && is_same_scalar(wanted, *found)});
    }
    return all;
}

/// Signed like a sender's message, as far as the endpoint's secrets can sign.
void sign(event& what, const endpoint_settings& by) {
    std::vector<signature::signer> keys;
    for (const auto& each : by.secrets) {
        if (auto key = signature::signer::parse(each.text())) {
            keys.push_back(std::move(*key));
        }
    }
    auto headers =
        signature::sign_message(keys, what.id, std::chrono::floor<std::chrono::seconds>(what.accepted), what.body);
    what.timestamp = std::move(headers.timestamp);
    what.signature = std::move(headers.signature);
}

command_result<event> make_event(const sink_test_arguments& given, const settings& from) {
    const auto& endpoints = from.endpoints;
    const auto endpoint =
        given.endpoint ? std::ranges::find(endpoints, *given.endpoint, &endpoint_settings::name) : endpoints.begin();
    if (endpoint == endpoints.end()) {
        return fail(exit_usage, fmt::format("unknown endpoint '{}': the configuration has no such [[endpoint]]",
                                            given.endpoint.value_or("")));
    }
    auto body = read_input(given.event);
    if (!body) {
        return std::unexpected{body.error()};
    }
    auto fields = intake::read_body_fields(*body);
    event made;
    made.accepted = system_now();
    made.endpoint = endpoint->name;
    made.id = fmt::format("test_{}", made.accepted.time_since_epoch().count());
    made.type = given.type.value_or(std::move(fields.type));
    made.collection = std::move(fields.collection);
    made.document = std::move(fields.document);
    made.peer = "127.0.0.1";
    made.json = fields.json;
    made.body = std::move(*body);
    sign(made, *endpoint);
    return made;
}

std::string text_of(const sink_settings& sink, const std::vector<finding>& filters, bool wanted,
                    const delivery_preview& shown) {
    auto text = fmt::format("sink {} ({}): {}\n", escaped(sink.name), sink.type,
                            wanted ? "its filters match the event" : "its filters do not match the event");
    for (const auto& each : filters) {
        text += fmt::format("  {:3} {}: {} {} {}\n", each.holds ? "yes" : "no", escaped(each.key), escaped(each.value),
                            each.holds ? "matches" : "does not match", escaped(each.wanted));
    }
    text += wanted ? "It would get:\n" : "Otherwise it would get:\n";
    for (const auto& [name, value] : shown.fields) {
        text += fmt::format("  {}: {}\n", name, escaped(value));
    }
    text += escaped_paragraph(shown.content);
    return text + (text.ends_with('\n') ? "" : "\n");
}

std::string json_of(const sink_settings& sink, const std::vector<finding>& filters, bool wanted,
                    const delivery_preview& shown) {
    auto findings = json::array();
    for (const auto& each : filters) {
        findings.push_back({{"key", each.key}, {"wanted", each.wanted}, {"value", each.value}, {"holds", each.holds}});
    }
    auto fields = json::array();
    for (const auto& [name, value] : shown.fields) {
        fields.push_back({{"name", name}, {"value", value}});
    }
    return json_line({{"sink", sink.name},
                      {"type", sink.type},
                      {"matches", wanted},
                      {"filters", std::move(findings)},
                      {"fields", std::move(fields)},
                      {"content", shown.content}}) +
           '\n';
}

sinks::outcome deliver_once(const sink_settings& settings, event what) {
    std::signal(SIGPIPE, SIG_IGN); // as in the daemon: a hook need not read its input
    daemon::start_logging({.level = log_level::info, .format = log_format::text});
    sinks::outcome became{.what = sinks::verdict::unavailable, .retry_after = {}, .detail = "it has not ended"};
    {
        boost::asio::io_context worker{1};
        const auto built = sinks::build(settings, worker);
        boost::asio::co_spawn(worker, built->deliver({{.what = std::make_shared<const event>(std::move(what))}}),
                              [&](const std::exception_ptr& thrown, const std::vector<sinks::outcome>& outcomes) {
                                  if (thrown) {
                                      std::rethrow_exception(thrown);
                                  }
                                  became = outcomes.at(0);
                              });
        worker.run();
    }
    daemon::stop_logging();
    return became;
}

std::string_view word_of(sinks::verdict what) {
    switch (what) {
    case sinks::verdict::delivered:
        return "delivered";
    case sinks::verdict::retry:
        return "failed, would be retried";
    case sinks::verdict::reject:
        return "rejected, would be a dead letter";
    case sinks::verdict::unavailable:
        return "not delivered, the sink is unavailable";
    }
    return {};
}

} // namespace

int run_sink_test(const sink_test_arguments& given, std::ostream& out, std::ostream& err) {
    const auto loaded = daemon::load_configuration(given.config_path);
    if (!loaded.values) {
        return end(fail_in_configuration(fmt::format("{}", fmt::join(loaded.errors, "\n"))).error(), err);
    }
    const auto& all = loaded.values->sinks;
    const auto sink = std::ranges::find(all, given.name, &sink_settings::name);
    if (sink == all.end()) {
        return end({exit_usage, "unknown sink '" + given.name + "': the configuration has no such [[sink]]"}, err);
    }
    auto what = make_event(given, *loaded.values);
    if (!what) {
        return end(what.error(), err);
    }
    const bool wanted = wants(sink->filters, *what);
    const auto filters = look_at_filters(sink->filters, *what);
    const auto shown = sink->options->preview(*what);
    out << (given.json ? json_of(*sink, filters, wanted, shown) : text_of(*sink, filters, wanted, shown)) << std::flush;
    if (!given.deliver || !wanted) {
        return wanted ? exit_done : exit_no;
    }
    const auto became = deliver_once(*sink, std::move(*what));
    const bool delivered = became.what == sinks::verdict::delivered;
    if (given.json) {
        out << json_line({{"delivered", delivered}, {"outcome", word_of(became.what)}, {"detail", became.detail}})
            << '\n';
    } else {
        out << word_of(became.what) << (became.detail.empty() ? "" : ": ") << escaped(became.detail) << '\n';
    }
    return delivered ? exit_done : exit_no;
}

} // namespace hookd::cli
