// SPDX-License-Identifier: MIT
#include "cli/events/offline_journal.hpp"

#include <hookd/admin/event_api.hpp>
#include <hookd/core/exit_code.hpp>
#include <hookd/daemon/clock.hpp>
#include <hookd/daemon/configuration.hpp>
#include <hookd/daemon/logging.hpp>
#include <hookd/journal/stopped_journal.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <exception>
#include <filesystem>
#include <system_error>
#include <utility>
#include <vector>

namespace hookd::cli {

namespace {

class offline_source final : public event_source {
public:
    offline_source(std::unique_ptr<journal::stopped_journal> opened, std::vector<journal::sink_scope> sinks)
        : journal_{std::move(opened)}, sinks_{std::move(sinks)}, context_{.events = *journal_,
                                                                          .clock = daemon::choose_clock(),
                                                                          .sinks = [this] { return sinks_; },
                                                                          .look_again = [](std::string_view) {},
                                                                          .explain = &journal::storage_error::message} {
    }
    ~offline_source() override { daemon::stop_logging(); }
    offline_source(const offline_source&) = delete;
    offline_source& operator=(const offline_source&) = delete;

    command_result<std::string> ask(std::string_view method, std::string_view target) override {
        boost::asio::io_context worker{1};
        const request asked{.method = method, .target = target, .fields = {}, .client = {}, .body = {}};
        response given;
        boost::asio::co_spawn(worker, admin::answer_about_events(context_, asked),
                              [&](const std::exception_ptr& thrown, response made) {
                                  if (thrown) {
                                      std::rethrow_exception(thrown);
                                  }
                                  given = std::move(made);
                              });
        worker.run();
        auto body = given.made ? *given.made : std::string{given.body};
        if (given.status == 200) {
            return body;
        }
        auto refused = refusal_of(given.status, body);
        if (given.status >= 500) { // the files cannot be read or changed
            refused.code = exit_io;
        }
        return std::unexpected{std::move(refused)};
    }

private:
    std::unique_ptr<journal::stopped_journal> journal_;
    std::vector<journal::sink_scope> sinks_;
    admin::event_context context_;
};

std::string lines_of(const std::vector<std::string>& errors) {
    std::string text;
    for (const auto& each : errors) {
        text += (text.empty() ? "" : "\n") + each;
    }
    return text;
}

} // namespace

command_result<std::unique_ptr<event_source>> open_offline_journal(const std::string& config_path) {
    const auto loaded = daemon::load_configuration(config_path);
    if (!loaded.values) {
        return fail_in_configuration(lines_of(loaded.errors));
    }
    const auto& settings = *loaded.values;
    if (settings.journal.type == journal_type::memory) {
        return fail(exit_unreachable, "nothing listens on " + settings.admin.socket +
                                          ", and journal.type = \"memory\" keeps nothing: is the daemon running?");
    }
    std::error_code ec;
    if (!std::filesystem::exists(settings.journal.path, ec)) {
        return fail(exit_unreachable, "nothing listens on " + settings.admin.socket + " and there is no journal " +
                                          settings.journal.path + " yet: is the daemon running?");
    }
    daemon::start_logging({.level = log_level::error, .format = log_format::text});
    std::vector<journal::sink_scope> sinks;
    sinks.reserve(settings.sinks.size());
    for (const auto& each : settings.sinks) {
        sinks.push_back({.name = each.name, .filters = each.filters});
    }
    return std::make_unique<offline_source>(journal::open_stopped(settings.journal, daemon::choose_clock()),
                                            std::move(sinks));
}

} // namespace hookd::cli
