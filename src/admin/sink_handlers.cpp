// SPDX-License-Identifier: MIT
#include "admin/sink_handlers.hpp"

#include "admin/answers.hpp"
#include "admin/target.hpp"

#include <hookd/core/percent_encoding.hpp>

#include <algorithm>

namespace hookd::admin {

namespace {

constexpr std::string_view root = "/v1/sinks/";
constexpr std::string_view pause_suffix = "/pause";
constexpr std::string_view resume_suffix = "/resume";

bool is_active(const context& what, const std::string& sink) {
    return std::ranges::any_of(what.dispatcher.metrics(), [&](const auto& each) { return each.name == sink; });
}

} // namespace

boost::asio::awaitable<response> answer_about_one_sink(const context& what, std::string_view target) {
    auto rest = path_of(target).substr(root.size());
    const bool pause = rest.ends_with(pause_suffix);
    if (!pause && !rest.ends_with(resume_suffix)) {
        co_return refused(404, "unknown action: expected pause or resume");
    }
    rest.remove_suffix(pause ? pause_suffix.size() : resume_suffix.size());
    const auto sink = percent_decoded(rest);
    if (!sink || !is_active(what, *sink)) {
        co_return refused(404, "unknown sink '" + sink.value_or(std::string{rest}) + "'");
    }
    if (const auto noted = co_await what.deliveries.pause(*sink, pause); !noted) {
        co_return journal_refused(noted.error());
    }
    what.dispatcher.pause(*sink, pause); // a sink worker created since then has begun with the journal's state
    co_return made(200, pause ? "{\"paused\":true}\n" : "{\"paused\":false}\n");
}

} // namespace hookd::admin
