#include "admin/sink_desk.hpp"

#include "admin/event_view.hpp"
#include "admin/target.hpp"

#include <algorithm>
#include <memory>
#include <utility>

namespace hookd::admin {

namespace {

constexpr std::string_view root = "/v1/sinks/";
constexpr std::string_view pause_suffix = "/pause";
constexpr std::string_view resume_suffix = "/resume";

constexpr std::string_view json_type = "application/json";

answer made(unsigned status, std::string body) {
    return {status, {}, {}, {}, json_type, std::make_shared<const std::string>(std::move(body))};
}

bool is_in_force(const watched& what, const std::string& sink) {
    return std::ranges::any_of(what.dispatcher.figures(), [&](const auto& each) { return each.name == sink; });
}

} // namespace

bool is_about_one_sink(std::string_view target) {
    return path_of(target).starts_with(root);
}

boost::asio::awaitable<answer> answer_about_one_sink(const watched& what, std::string_view target) {
    auto rest = path_of(target).substr(root.size());
    const bool pause = rest.ends_with(pause_suffix);
    if (!pause && !rest.ends_with(resume_suffix)) {
        co_return made(404, error_json("a sink can be asked to pause or to resume"));
    }
    rest.remove_suffix(pause ? pause_suffix.size() : resume_suffix.size());
    const auto sink = percent_decoded(rest);
    if (!sink || !is_in_force(what, *sink)) {
        co_return made(404, error_json("no sink of this name is in force"));
    }
    const auto noted = co_await what.journal.pause(*sink, pause);
    if (noted == journal::repair_outcome::full) {
        co_return made(503, error_json("the journal's disk is full, nothing was changed"));
    }
    if (noted == journal::repair_outcome::stopped) {
        co_return made(503, error_json("the journal is closing or has failed"));
    }
    what.dispatcher.pause(*sink, pause); // a lane that is new since then has begun as the journal says
    co_return made(200, pause ? "{\"paused\":true}\n" : "{\"paused\":false}\n");
}

} // namespace hookd::admin
