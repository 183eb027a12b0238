// SPDX-License-Identifier: MIT
#include "app/send_report.hpp"

#include "app/terminal_text.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace hookd::app {

namespace {

using namespace std::chrono_literals;

constexpr std::uint64_t bar_width = 30;

double in_seconds(std::chrono::nanoseconds time) {
    return std::chrono::duration<double>(time).count();
}

double rate_of(std::uint64_t count, std::chrono::nanoseconds time) {
    return time > 0ns ? static_cast<double>(count) / in_seconds(time) : 0;
}

std::string_view advice_for_status(unsigned status, expectation wanted) {
    if (wanted == expectation::refused && (status == 401 || (status >= 200 && status < 300))) {
        return status == 401 ? "" : "Do not trust this receiver: it accepts events that it must refuse";
    }
    switch (status) {
    case 401:
        return "Check the secret and both clocks: the receiver refused the signature, and its log says why";
    case 404:
        return "Check the URL's path: the receiver has no endpoint there";
    case 413:
        return "Send a smaller body, or raise the receiver's limit";
    case 503:
        return "Look at the receiver: it cannot store events now";
    default:
        return status >= 300 && status < 400 ? "Give the URL that the receiver redirects to: senders do not follow it"
                                             : std::string_view{};
    }
}

} // namespace

std::string latency_text(std::chrono::microseconds latency) {
    const double ms = static_cast<double>(latency.count()) / 1000;
    if (latency < 1ms) {
        return fmt::format("{:.2f} ms", ms);
    }
    if (latency < 99'950us) { // what would be rounded to 100.0 is not
        return fmt::format("{:.1f} ms", ms);
    }
    if (latency < 999'500us) {
        return fmt::format("{:.0f} ms", ms);
    }
    return fmt::format("{:.{}f} s", ms / 1000, latency < 99'995ms ? 2 : 0);
}

std::string event_line(const sent_event& event, std::string_view type, expectation wanted) {
    const auto latency = latency_text(event.latency);
    const std::string_view again = event.again ? "  again" : "";
    const auto shown_type = escaped(type);
    if (!event.response) {
        const auto& error = event.response.error();
        return fmt::format("--- {} {} {:>8}{}  {}: {}\n", event.id, shown_type, latency, again, to_text(error.kind),
                           error.detail);
    }
    const std::string_view judgement = wanted == expectation::accepted ? ""
                                       : is_expected(event, wanted)    ? "  as expected"
                                                                       : "  UNEXPECTED";
    return fmt::format("{:3} {} {} {:>8}{}{}\n", event.response->status, event.id, shown_type, latency, again,
                       judgement);
}

std::string bar_line(std::uint64_t done, std::uint64_t count, std::chrono::nanoseconds elapsed) {
    const auto share = static_cast<double>(done) / static_cast<double>(std::max<std::uint64_t>(count, 1));
    const auto filled = static_cast<std::uint64_t>(share * bar_width);
    return fmt::format("[{:#<{}}{:.<{}}] {}/{}  {:.0f} a second", "", filled, "", bar_width - filled, done, count,
                       rate_of(done, elapsed));
}

std::string summary_text(const send_tally& tally, const load_plan& plan, const load_outcome& outcome) {
    std::string text;
    const auto to = std::back_inserter(text);
    fmt::format_to(to, "{} {} in {:.2f} s, {:.0f} a second, over {} connection{}\n", tally.total(),
                   plan.twice ? "requests, each event twice," : "events", in_seconds(outcome.took),
                   rate_of(tally.total(), outcome.took), plan.connections, plan.connections == 1 ? "" : "s");
    if (outcome.interrupted) {
        fmt::format_to(to, "  interrupted: {} were not sent\n", plan.requests() - tally.total());
    }
    if (plan.twice || tally.wanted() == expectation::refused) {
        fmt::format_to(to, "  {:<12} {:>9}  ({})\n", "as expected", tally.good(),
                       tally.wanted() == expectation::refused ? "401" : "2xx");
        fmt::format_to(to, "  {:<12} {:>9}\n", "unexpected", tally.total() - tally.good());
    }
    for (const auto& [status, count] : tally.statuses()) {
        fmt::format_to(to, "  {:<12} {:>9}\n", status, count);
    }
    for (const auto& [error, failures] : tally.errors()) {
        fmt::format_to(to, "  {:<12} {:>9}  {}\n", to_text(error), failures.count, failures.first);
    }
    if (tally.resent() > 0) {
        fmt::format_to(to, "  {:<12} {:>9}  on a new connection: the receiver had closed the old one\n", "sent again",
                       tally.resent());
    }
    if (tally.answered() > 0) {
        const auto found = tally.latencies();
        fmt::format_to(to, "  latency      min {}  p50 {}  p90 {}  p99 {}  max {}\n", latency_text(found.min),
                       latency_text(found.p50), latency_text(found.p90), latency_text(found.p99),
                       latency_text(found.max));
    }
    if (plan.rate) {
        fmt::format_to(to, "  schedule     {:.6g} a second; the latest event left {} late\n", *plan.rate,
                       latency_text(outcome.behind));
    }
    return text;
}

std::string_view advice_for(http::client_errc error) {
    switch (error) {
    case http::client_errc::authorities:
        return "Check the file of --cacert";
    case http::client_errc::unknown_host:
        return "Check the URL's host";
    case http::client_errc::unreachable:
        return "Check the URL, and that the receiver runs and listens there";
    case http::client_errc::tls:
        return "Give the receiver's authority with --cacert and use the name that its certificate is for; for a test, "
               "--insecure";
    case http::client_errc::handshake_closed:
        return "See the receiver's log: it closes connections before a request, perhaps for a limit of connections";
    case http::client_errc::timed_out:
        return "Look at the receiver: it accepts requests and does not answer them in time";
    case http::client_errc::closed:
        return "Look at the receiver's log: it closes connections without an answer";
    case http::client_errc::no_tls:
    case http::client_errc::malformed:
        return "Check the URL's scheme and port: something else listens there";
    }
    return {};
}

std::string advice_text(const send_tally& tally) {
    std::string text;
    for (const auto& [status, count] : tally.statuses()) {
        if (const auto advice = advice_for_status(status, tally.wanted()); !advice.empty()) {
            fmt::format_to(std::back_inserter(text), "{} ({}).\n", advice, status);
        }
    }
    for (const auto& [error, failures] : tally.errors()) {
        fmt::format_to(std::back_inserter(text), "{} ({}).\n", advice_for(error), to_text(error));
    }
    return text;
}

} // namespace hookd::app
