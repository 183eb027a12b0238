// SPDX-License-Identifier: MIT
#include "cli/send/send_report.hpp"

#include "cli/terminal_text.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace hookd::cli {

namespace {

using namespace std::chrono_literals;

constexpr std::uint64_t bar_width = 30;

double in_seconds(std::chrono::nanoseconds time) {
    return std::chrono::duration<double>(time).count();
}

double rate_of(std::uint64_t count, std::chrono::nanoseconds time) {
    return time > 0ns ? static_cast<double>(count) / in_seconds(time) : 0;
}

std::string_view advice_for_status(unsigned status, loadgen::expectation wanted) {
    if (wanted == loadgen::expectation::refused && (status == 401 || (status >= 200 && status < 300))) {
        return status == 401 ? "" : "the receiver accepts events that it must reject: do not trust it";
    }
    switch (status) {
    case 401:
        return "the receiver rejected the signature: check the secret and both clocks; its log has the reason";
    case 404:
        return "the receiver has no endpoint at this path: check the URL";
    case 413:
        return "the body is too large: send a smaller one, or raise the receiver's limit";
    case 503:
        return "the receiver cannot store events now: see its log";
    default:
        return status >= 300 && status < 400
                   ? "the receiver redirects, which senders do not follow: use the URL that it redirects to"
                   : std::string_view{};
    }
}

} // namespace

std::string latency_text(std::chrono::microseconds latency) {
    const double ms = static_cast<double>(latency.count()) / 1000;
    if (latency < 1ms) {
        return fmt::format("{:.2f} ms", ms);
    }
    if (latency < 99'950us) { // not what would be rounded to 100.0
        return fmt::format("{:.1f} ms", ms);
    }
    if (latency < 999'500us) {
        return fmt::format("{:.0f} ms", ms);
    }
    return fmt::format("{:.{}f} s", ms / 1000, latency < 99'995ms ? 2 : 0);
}

std::string event_line(const loadgen::sent_event& event, std::string_view type, loadgen::expectation wanted) {
    const auto latency = latency_text(event.latency);
    const std::string_view again = event.again ? "  repeated" : "";
    const auto shown_type = escaped(type);
    if (!event.response) {
        const auto& error = event.response.error();
        return fmt::format("--- {} {} {:>8}{}  {}: {}\n", event.id, shown_type, latency, again, to_text(error.kind),
                           error.detail);
    }
    const std::string_view judgement = wanted == loadgen::expectation::accepted ? ""
                                       : is_expected(event, wanted)             ? "  as expected"
                                                                                : "  UNEXPECTED";
    return fmt::format("{:3} {} {} {:>8}{}{}\n", event.response->status, event.id, shown_type, latency, again,
                       judgement);
}

std::string bar_line(std::uint64_t done, std::uint64_t count, std::chrono::nanoseconds elapsed) {
    const auto share = static_cast<double>(done) / static_cast<double>(std::max<std::uint64_t>(count, 1));
    const auto filled = static_cast<std::uint64_t>(share * bar_width);
    return fmt::format("[{:#<{}}{:.<{}}] {}/{}  {:.0f}/s", "", filled, "", bar_width - filled, done, count,
                       rate_of(done, elapsed));
}

std::string summary_text(const loadgen::send_tally& tally, const loadgen::load_plan& plan,
                         const loadgen::load_outcome& outcome) {
    std::string text;
    const auto to = std::back_inserter(text);
    fmt::format_to(to, "{} {} in {:.2f} s, {:.0f}/s, over {} connection{}\n", tally.total(),
                   plan.twice ? "requests, each event twice," : "events", in_seconds(outcome.took),
                   rate_of(tally.total(), outcome.took), plan.connections, plan.connections == 1 ? "" : "s");
    if (outcome.interrupted) {
        fmt::format_to(to, "  interrupted: {} not sent\n", plan.requests() - tally.total());
    }
    if (plan.twice || tally.wanted() == loadgen::expectation::refused) {
        fmt::format_to(to, "  {:<12} {:>9}  ({})\n", "as expected", tally.good(),
                       tally.wanted() == loadgen::expectation::refused ? "401" : "2xx");
        fmt::format_to(to, "  {:<12} {:>9}\n", "unexpected", tally.total() - tally.good());
    }
    for (const auto& [status, count] : tally.statuses()) {
        fmt::format_to(to, "  {:<12} {:>9}\n", status, count);
    }
    for (const auto& [error, failures] : tally.errors()) {
        fmt::format_to(to, "  {:<12} {:>9}  {}\n", to_text(error), failures.count, failures.first);
    }
    if (tally.resent() > 0) {
        fmt::format_to(to, "  {:<12} {:>9}  on a new connection: the receiver had closed the old one\n", "resent",
                       tally.resent());
    }
    if (tally.answered() > 0) {
        const auto found = tally.latencies();
        fmt::format_to(to, "  latency      min {}  p50 {}  p90 {}  p99 {}  max {}\n", latency_text(found.min),
                       latency_text(found.p50), latency_text(found.p90), latency_text(found.p99),
                       latency_text(found.max));
    }
    if (plan.rate) {
        fmt::format_to(to, "  schedule     {:.6g}/s; the latest event was sent {} late\n", *plan.rate,
                       latency_text(outcome.behind));
    }
    return text;
}

std::string_view advice_for(http::client_errc error) {
    switch (error) {
    case http::client_errc::authorities:
        return "check the file given with --cacert";
    case http::client_errc::unknown_host:
        return "check the host name in the URL";
    case http::client_errc::unreachable:
        return "check the URL, and that the receiver is running";
    case http::client_errc::tls:
        return "use --cacert with the receiver's CA and the name that its certificate is for, or --insecure for a test";
    case http::client_errc::handshake_closed:
        return "see the receiver's log: it closes connections before a request, perhaps because of a connection limit";
    case http::client_errc::timed_out:
        return "the receiver accepts requests but does not respond in time";
    case http::client_errc::closed:
        return "see the receiver's log: it closes connections without a response";
    case http::client_errc::no_tls:
    case http::client_errc::malformed:
        return "check the scheme and port in the URL: another service listens there";
    }
    return {};
}

std::string advice_text(const loadgen::send_tally& tally) {
    std::string text;
    for (const auto& [status, count] : tally.statuses()) {
        if (const auto advice = advice_for_status(status, tally.wanted()); !advice.empty()) {
            fmt::format_to(std::back_inserter(text), "{}{}: {}", text.empty() ? "" : "\n", status, advice);
        }
    }
    for (const auto& [error, failures] : tally.errors()) {
        fmt::format_to(std::back_inserter(text), "{}{}: {}", text.empty() ? "" : "\n", to_text(error),
                       advice_for(error));
    }
    return text;
}

} // namespace hookd::cli
