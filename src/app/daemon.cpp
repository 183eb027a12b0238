#include "app/daemon.hpp"

#include "app/clock.hpp"
#include "app/exit_code.hpp"
#include "app/last_resort.hpp"
#include "app/logging.hpp"

#include <hookd/admin/admin.hpp>
#include <hookd/delivery/dispatcher.hpp>
#include <hookd/http/server.hpp>
#include <hookd/intake/intake.hpp>
#include <hookd/journal/journal.hpp>
#include <hookd/signature/key.hpp>
#include <hookd/sinks/catalogue.hpp>

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>
#include <spdlog/spdlog.h>

#include <atomic>
#include <csignal>
#include <optional>
#include <thread>
#include <unistd.h>

namespace hookd::app {

namespace {

namespace asio = boost::asio;
using clock = std::chrono::steady_clock;

/// What the sinks get at the least when the connections have used up the drain time.
constexpr std::chrono::milliseconds least_for_sinks{1'000};
/// Past drain_timeout the process ends all the same: a disk or a reader of the log that hangs must not hold it.
constexpr std::chrono::milliseconds grace_after_drain{3'000};
/// Whoever watches the drain gets the last answer within this.
constexpr std::chrono::milliseconds for_administration{500};

/// Brings a request from the wire to the intake: the http and intake rooms do not know each other.
class front_desk final : public http::handler {
public:
    front_desk(const settings& settings, journal::journal& journal, wall_clock clock, intake::figures& counted)
        : intake_{settings.endpoints, journal, clock, counted} {}

    std::optional<answer> screen(const request& head) override { return intake_.screen(head); }
    asio::awaitable<answer> handle(const request& whole) override { return intake_.take(whole); }

private:
    intake::intake intake_;
};

void warn_about_keys(const settings& settings) {
    for (const auto& endpoint : settings.endpoints) {
        for (const auto& text : endpoint.secrets) {
            const auto key = signature::key::parse(text.text());
            if (key && !key->doubt().empty()) {
                spdlog::warn("endpoint {}: a secret {}", endpoint.name, key->doubt());
            }
        }
    }
}

class daemon {
public:
    explicit daemon(std::shared_ptr<const settings> settings) : settings_{std::move(settings)} {}

    int run() {
        if (const auto started = start(); !started) {
            spdlog::critical("{}", started.error().message);
            return exit_io;
        }
        wait_for_signal();
        main_.run();
        if (draining_.joinable()) {
            draining_.join();
        }
        return failed_ ? exit_io : exit_done;
    }

private:
    /// Journal first, sinks next, sockets last: nothing is taken that could not be kept and passed on.
    result<void> start() {
        const auto clock = choose_clock();
        warn_about_keys(*settings_);
        auto journal =
            journal::open(settings_->journal, clock,
                          {.committed = [this](std::span<const event_ptr> events) { dispatcher_->committed(events); },
                           .failed = [this](std::string_view what) { on_journal_failure(std::string{what}); }});
        if (!journal) {
            return std::unexpected{journal.error()};
        }
        journal_ = std::move(*journal);
        auto dispatcher = delivery::start(settings_->sinks, sinks::build, *journal_, clock);
        if (!dispatcher) {
            return std::unexpected{dispatcher.error()};
        }
        dispatcher_ = std::move(*dispatcher);
        recall_newest_events();
        auto server = http::start(settings_->server, settings_->listeners, [this, clock] {
            return std::make_unique<front_desk>(*settings_, *journal_, clock, received_);
        });
        if (!server) {
            return std::unexpected{server.error()};
        }
        server_ = std::move(*server);
        if (auto opened = open_administration(clock); !opened) {
            return opened;
        }
        spdlog::info("ready: {} listener(s), {} endpoint(s), {} sink(s)", settings_->listeners.size(),
                     settings_->endpoints.size(), settings_->sinks.size());
        return {};
    }

    /// So that a restart does not look like silence.
    void recall_newest_events() {
        for (const auto& endpoint : settings_->endpoints) {
            const auto& newest = journal_->newest_at_start();
            if (const auto found = newest.find(endpoint.name); found != newest.end()) {
                received_.of(endpoint.name).authentic(std::chrono::floor<std::chrono::seconds>(found->second));
            }
        }
    }

    result<void> open_administration(wall_clock clock) {
        auto opened = admin::start(
            settings_->admin,
            {.version = HOOKD_VERSION,
             .clock = clock,
             .server = *server_,
             .intake = received_,
             .journal = *journal_,
             .dispatcher = *dispatcher_,
             .not_ready =
                 [this] { return stopping_ ? std::vector<std::string>{"stopping"} : std::vector<std::string>{}; },
             .not_alive = [] { return std::optional<std::string>{}; },
             .reloaded = [at = clock()] { return admin::last_reload{.applied = true, .at = at}; },
             .reload = [](auto answer) { answer({.applied = false, .faults = {"this build cannot reload"}}); },
             .log_lines_dropped = dropped_log_lines});
        if (!opened) {
            return std::unexpected{opened.error()};
        }
        administration_ = std::move(*opened);
        return {};
    }

    void wait_for_signal() {
        signals_.async_wait([this](const boost::system::error_code& fault, int signal) {
            if (fault) {
                return;
            }
            if (signal == SIGHUP) {
                spdlog::info("SIGHUP: the sinks' files are opened anew");
                dispatcher_->reopen();
            } else if (draining_.joinable()) {
                spdlog::warn("a second signal: ending at once");
                _exit(exit_no);
            } else {
                spdlog::info("draining for at most {}", to_text(settings_->server.drain_timeout));
                begin_drain();
            }
            wait_for_signal();
        });
    }

    /// Not on the main thread: that one listens for the second signal meanwhile.
    void begin_drain() {
        stopping_ = true;
        end_process_after(settings_->server.drain_timeout + grace_after_drain, exit_no);
        draining_ = std::thread{[this] {
            const auto deadline = clock::now() + settings_->server.drain_timeout;
            server_->drain(settings_->server.drain_timeout);
            const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(deadline - clock::now());
            dispatcher_->stop(std::max(left, least_for_sinks));
            journal_->close();
            administration_->drain(for_administration); // last: it shows the others stopping
            spdlog::info("stopped");
            asio::post(main_, [this] { signals_.cancel(); });
        }};
    }

    /// On the journal's thread. What was acknowledged is safe; what can still be is unknown: end, and recover.
    void on_journal_failure(std::string what) {
        spdlog::critical("the journal failed: {}; nothing more is acknowledged, ending", what);
        asio::post(main_, [this] {
            failed_ = true;
            if (!draining_.joinable()) {
                begin_drain();
            }
        });
    }

    std::shared_ptr<const settings> settings_;
    asio::io_context main_{1};
    asio::signal_set signals_{main_, SIGTERM, SIGINT, SIGHUP};
    std::unique_ptr<journal::journal> journal_;
    std::unique_ptr<delivery::dispatcher> dispatcher_;
    intake::figures received_;
    std::unique_ptr<http::server> server_;
    std::unique_ptr<admin::administration> administration_; // watches all of the above
    std::thread draining_;
    std::atomic<bool> stopping_ = false;
    bool failed_ = false;
};

} // namespace

int run_daemon(std::shared_ptr<const settings> settings) {
    std::signal(SIGPIPE, SIG_IGN);
    std::signal(SIGXFSZ, SIG_IGN); // a file size limit is a failed write, not the end
    std::signal(SIGCHLD, SIG_DFL); // whoever started us may have ignored it: hooks would lose their exit codes
    return daemon{std::move(settings)}.run();
}

} // namespace hookd::app
