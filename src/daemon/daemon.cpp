// SPDX-License-Identifier: MIT
#include "daemon/daemon.hpp"

#include "daemon/exit_watchdog.hpp"
#include "daemon/liveness_monitor.hpp"
#include "daemon/receiver.hpp"
#include "daemon/service_manager.hpp"
#include "daemon/worker.hpp"

#include <hookd/admin/admin.hpp>
#include <hookd/core/exit_code.hpp>
#include <hookd/core/limited_log.hpp>
#include <hookd/core/mutex.hpp>
#include <hookd/daemon/configuration.hpp>
#include <hookd/daemon/logging.hpp>
#include <hookd/sinks/orphans.hpp>

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <spdlog/spdlog.h>

#include <atomic>
#include <csignal>
#include <latch>
#include <ostream>

namespace hookd::daemon {

namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;

/// After drain_timeout the process exits in any case: a disk or a reader of the log that hangs must not block it.
constexpr std::chrono::milliseconds grace_after_drain{3'000};
/// Between two checks of threads and certificate files.
constexpr std::chrono::milliseconds tick_period{500};
/// How long a thread may not respond if there is no watchdog timeout.
constexpr std::chrono::milliseconds silence_limit{20'000};

/// How long a hanging reader of the log delays the exit at a second signal.
constexpr std::chrono::milliseconds for_last_words{200};

/// For the last responses of the admin server after a drain.
constexpr std::chrono::milliseconds for_administration{500};

/// For a reload or a check of the certificates to finish after everything else.
constexpr std::chrono::milliseconds for_last_task{500};
/// A task that takes longer counts as hanging. A reload may wait 8 s for sinks to stop.
constexpr std::chrono::seconds task_limit{10};

constexpr std::string_view starting = "start";
constexpr std::string_view reloading = "reload";
constexpr std::string_view looking_at_certificates = "certificates";
constexpr std::string_view draining = "drain";

/// The main thread handles signals from the beginning, notifies the watchdog once the daemon is up, and never blocks.
/// Blocking tasks run on one worker thread, one after another: the start, reloads and checks of the certificates; each
/// may hang. The drain has a thread of its own, and waits only for the start. All these threads exist from the start,
/// since at a stop it may be impossible to create one.
class daemon {
public:
    daemon(std::string path, std::ostream& err, const service_manager& manager, exit_watchdog& exit_watchdog,
           access_log& access)
        : path_{std::move(path)}, err_{err}, manager_{manager}, last_resort_{exit_watchdog},
          liveness_{silence_allowed(manager)},
          receiver_{access, [this](std::string_view what) { on_journal_failure(what); }} {
        signals_.add(SIGUSR1);
    }

    int run() {
        wait_for_signal();
        tick();
        post(worker_, starting, [this] { start(); });
        main_.run();
        if (!worker_.end_before(worker::clock::now() + for_last_task)) {
            const auto task = worker_.running();
            spdlog::warn("{}, exiting without it", task ? hanging(*task) : "the last task has not finished");
            leave(for_last_lines, code_);
        }
        drainer_.end_before(worker::clock::now());
        return code_;
    }

private:
    /// Half of the watchdog timeout, so that there is time to report it.
    static std::chrono::milliseconds silence_allowed(const service_manager& manager) {
        const auto watchdog = manager.watchdog();
        return watchdog
                   ? std::max(std::chrono::duration_cast<std::chrono::milliseconds>(*watchdog / 2), 2 * tick_period)
                   : silence_limit;
    }

    std::string summary() const {
        const auto now = receiver_.current();
        return "ready: " + std::to_string(now->listeners.size()) + " listener(s), " +
               std::to_string(now->endpoints.size()) + " endpoint(s), " + std::to_string(now->sinks.size()) +
               " sink(s)";
    }

    void start() {
        int code = exit_io;
        try {
            code = try_to_start();
        } catch (const std::exception& caught) {
            spdlog::critical("cannot start: {}", caught.what());
        }
        start_is_over_.count_down();
        asio::post(main_, [this, code] { started(code); });
    }

    int try_to_start() {
        const auto loaded = load_configuration(path_);
        if (!loaded.values) {
            for (const auto& error : loaded.errors) {
                err_ << error << '\n';
            }
            return exit_config;
        }
        change_logging(loaded.values->log);
        spdlog::info("colivara-hookd {} with {}", HOOKD_VERSION, path_);
        for (const auto& warning : loaded.warnings) {
            spdlog::warn("{}", warning);
        }
        if (stopping_) {
            return exit_done;
        }
        if (const auto done = receiver_.start(loaded.values); !done) {
            spdlog::critical("{}", done.error().message);
            return exit_io;
        }
        receives_ = true;
        if (const auto opened = try_to_open_administration(); !opened) {
            spdlog::critical("{}", opened.error().message);
            receiver_.drain();
            receives_ = false;
            return exit_io;
        }
        const auto status = summary();
        spdlog::info("{}", status);
        tell([&] { manager_.ready(status); });
        return exit_done;
    }

    void started(int code) {
        if (code != exit_done) {
            code_ = code;
            if (!stopping_) {
                end();
            }
        } else if (receives_) {
            up_ = true;
            if (stopping_) {
                receiver_.expedite();
            }
        }
    }

    /// Ends the main thread's loop. To cancel the timer and the signals would not: a handler that waits for its turn by
    /// then still runs, and starts the next wait.
    void end() { main_.stop(); }

    /// Exits even if something hangs.
    [[noreturn]] void leave(std::chrono::milliseconds patience, int code) {
        last_resort_.end_process_after(patience, code);
        stop_logging();
        end_process(code);
    }

    /// An exception from a task stops the daemon: no external condition should cause one.
    void post(worker& to, std::string_view name, std::move_only_function<void()> task) {
        to.post(name, [this, name, task = std::move(task)]() mutable {
            try {
                task();
            } catch (const std::exception& caught) {
                spdlog::critical("{}: {}, exiting", name, caught.what());
                asio::post(main_, [this] { fail(); });
            }
        });
    }

    /// An exception, when no thread can be created, is treated like other errors: the receiver must be drained.
    result<void> try_to_open_administration() {
        try {
            return open_administration();
        } catch (const std::exception& caught) {
            return std::unexpected{error{std::string{"cannot start: "} + caught.what()}};
        }
    }

    result<void> open_administration() {
        reloaded({.applied = true, .at = system_now()});
        auto what = receiver_.admin_context();
        what.not_ready = [this] {
            return stopping_ ? std::vector<std::string>{"stopping"} : std::vector<std::string>{};
        };
        what.not_alive = [this] { return liveness_.error(); };
        what.reloaded = [this] {
            const mutex_lock lock{mutex_};
            return last_reload_;
        };
        what.task = [this] { return worker_.running(); };
        what.allowed_hosts = [this] { return receiver_.current()->admin.allowed_hosts; };
        what.reload = [this](auto done) {
            if (stopping_) {
                done({.applied = false, .errors = {"the daemon is stopping"}});
                return;
            }
            receiver_.reopen();
            if (const auto task = hanging_task()) {
                done({.applied = false, .errors = {hanging(*task) + ": no reload can start before it finishes"}});
                return;
            }
            post(worker_, reloading, [this, done = std::move(done)]() mutable { done(reload()); });
        };
        auto opened = admin::start(receiver_.current()->admin, std::move(what));
        if (!opened) {
            return std::unexpected{opened.error()};
        }
        administration_ = std::move(*opened);
        return {};
    }

    void wait_for_signal() {
        signals_.async_wait([this](const boost::system::error_code& ec, int signal) {
            if (ec) {
                return;
            }
            if (signal == SIGHUP) {
                on_sighup();
            } else if (signal == SIGUSR1) {
                reopen();
            } else if (stopping_) {
                spdlog::warn("received a second signal, exiting immediately");
                leave(for_last_words, exit_no);
            } else {
                begin_drain(signal == SIGINT ? "received SIGINT" : "received SIGTERM");
            }
            wait_for_signal();
        });
    }

    void tick() {
        timer_.expires_after(tick_period);
        timer_.async_wait([this](const boost::system::error_code& ec) {
            if (ec) {
                return;
            }
            limited_log::shared().report(limited_log::clock::now());
            sinks::reap_orphans();
            if (up_) { // until then the worker makes it
                administration_->sample();
            }
            look();
            tick();
        });
    }

    /// During a drain the other threads end, and only this one notifies the watchdog.
    void look() {
        if (up_ && !stopping_) {
            receiver_.check_liveness(liveness_);
        }
        if (liveness_.looked() && up_) {
            manager_.alive();
        }
        if (const auto task = hanging_task(); task && task->since != told_since_) {
            told_since_ = task->since;
            spdlog::error(
                "{}: {}", hanging(*task),
                up_ ? "a file that it reads or a sink that it stops does not respond; the daemon continues without it"
                    : "a file that it reads does not respond, or the journal takes long to recover");
        }
        if (up_ && !stopping_ && !looking_.exchange(true)) {
            post(worker_, looking_at_certificates, [this] {
                receiver_.renew_certificates();
                looking_ = false;
            });
        }
    }

    std::optional<worker::task> hanging_task() const {
        const auto task = worker_.running();
        return task && worker::clock::now() - task->since > task_limit ? task : std::nullopt;
    }

    static std::string hanging(const worker::task& task) {
        const auto age = std::chrono::floor<std::chrono::milliseconds>(worker::clock::now() - task.since);
        const auto what = task.name == looking_at_certificates ? "a check of the certificate files"
                          : task.name == reloading             ? "a reload"
                                                               : "the start";
        return std::string{what} + " has been running for " + to_short_text(age);
    }

    /// The sinks' files are reopened whatever the result of the reload. Signals that arrive while a reload is queued
    /// are covered by it.
    void on_sighup() {
        reopen();
        if (!reload_waits_.exchange(true)) {
            post(worker_, reloading, [this] {
                reload_waits_ = false;
                reload();
            });
        }
    }

    /// During the start they are opened anyway.
    void reopen() {
        if (up_) {
            spdlog::info("reopening the files of the sinks and of the access log");
            receiver_.reopen();
        }
    }

    /// On the worker.
    admin::reload_verdict reload() {
        if (stopping_) {
            return {.applied = false, .errors = {"the daemon is stopping"}};
        }
        if (administration_ == nullptr) { // the main thread is about to exit
            return {.applied = false, .errors = {"the daemon failed to start"}};
        }
        if (const auto opened = administration_->open_again(); !opened) {
            spdlog::error("{}", opened.error().message);
        }
        tell([this] { manager_.reloading(); });
        auto errors = receiver_.reload(path_);
        for (const auto& one : errors) {
            spdlog::error("{}", one);
        }
        auto status = summary();
        if (errors.empty()) {
            spdlog::info("reloaded {}; {}", path_, status);
        } else {
            spdlog::error("reload failed with {} error(s) in {}, nothing was changed", errors.size(), path_);
            status += "; the last reload failed: " + errors.front();
        }
        tell([&] { manager_.ready(status); });
        const bool applied = errors.empty();
        reloaded({.applied = applied, .at = system_now()});
        return {.applied = applied, .file = path_, .errors = std::move(errors)};
    }

    /// Nothing that would revoke STOPPING=1 is sent after it.
    template <class Tell>
    void tell(Tell&& manager) {
        const mutex_lock lock{mutex_};
        if (!stopping_) {
            std::forward<Tell>(manager)();
        }
    }

    void reloaded(const admin::last_reload& what) {
        const mutex_lock lock{mutex_};
        last_reload_ = what;
    }

    /// The admin server stops last: it shows the state of the others.
    void begin_drain(std::string_view why) {
        const auto known = receiver_.current(); // by a start that is not over, too
        const auto patience = (known ? known->server : server_settings{}).drain_timeout;
        spdlog::info("{}, draining for at most {}", why, to_text(patience));
        {
            const mutex_lock lock{mutex_};
            stopping_ = true;
            manager_.stopping("draining");
        }
        last_resort_.end_process_after(patience + grace_after_drain, exit_no);
        if (up_) {
            receiver_.expedite();
        }
        post(drainer_, draining, [this] {
            start_is_over_.wait();
            if (receives_) {
                receiver_.drain();
                administration_->drain(for_administration);
            }
            spdlog::info("stopped");
            asio::post(main_, [this] { end(); });
        });
    }

    void fail() {
        code_ = exit_io;
        if (!stopping_) {
            begin_drain("internal error");
        }
    }

    /// On the journal's thread. What was acknowledged is safe; anything else is unknown: exit, and recover at the next
    /// start.
    void on_journal_failure(std::string_view what) {
        spdlog::critical("the journal failed: {}; nothing more is acknowledged, exiting", what);
        asio::post(main_, [this] { fail(); });
    }

    const std::string path_;
    std::ostream& err_;
    const service_manager& manager_;
    exit_watchdog& last_resort_;
    liveness_monitor liveness_;
    asio::io_context main_{1};
    asio::signal_set signals_{main_, SIGTERM, SIGINT, SIGHUP};
    asio::steady_timer timer_{main_};
    receiver receiver_;
    std::latch start_is_over_{1};
    bool receives_ = false; // used by the worker until the start is over
    bool up_ = false;       // this and the next two: used by the main thread
    int code_ = exit_done;
    worker::clock::time_point told_since_; // of the task that was last reported as hanging
    std::atomic<bool> reload_waits_{false};
    std::atomic<bool> looking_{false};
    std::atomic<bool> stopping_{false};
    mutex mutex_; // also held while a reload or the drain notifies the service manager
    admin::last_reload last_reload_ HOOKD_GUARDED_BY(mutex_);
    std::unique_ptr<admin::administration> administration_; // uses all of the above
    worker worker_;
    worker drainer_;
};

} // namespace

int run_daemon(const std::string& path, std::ostream& err, held_signals& held, exit_watchdog& exit_watchdog,
               access_log& access) {
    std::signal(SIGPIPE, SIG_IGN);
    std::signal(SIGXFSZ, SIG_IGN); // a file size limit is a failed write, not the end
    std::signal(SIGCHLD, SIG_DFL); // it may be inherited as ignored, and hooks would lose their exit codes
    const service_manager manager;
    daemon running{path, err, manager, exit_watchdog, access};
    held.release();
    return running.run();
}

} // namespace hookd::daemon
