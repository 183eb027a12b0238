#include "app/daemon.hpp"

#include "app/exit_code.hpp"
#include "app/last_resort.hpp"
#include "app/logging.hpp"
#include "app/receiver.hpp"
#include "app/service_manager.hpp"
#include "app/vital_signs.hpp"

#include <hookd/admin/admin.hpp>
#include <hookd/core/limited_log.hpp>
#include <hookd/sinks/orphans.hpp>

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/thread_pool.hpp>
#include <spdlog/spdlog.h>

#include <atomic>
#include <csignal>
#include <mutex>
#include <thread>

namespace hookd::app {

namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;

/// Past drain_timeout the process ends all the same: a disk or a reader of the log that hangs must not hold it.
constexpr std::chrono::milliseconds grace_after_drain{3'000};
/// Between two looks at threads and certificate files.
constexpr std::chrono::milliseconds tick_period{500};
/// How long a thread may be silent where no watchdog says so.
constexpr std::chrono::milliseconds silence_limit{20'000};

/// A reader of the log that hangs holds up the end at a second signal for so long.
constexpr std::chrono::milliseconds for_last_words{200};

/// Whoever watches the drain gets the last answer within this.
constexpr std::chrono::milliseconds for_administration{500};

/// The main thread waits for signals, feeds the watchdog, and never blocks; what blocks is done by one worker, one
/// after another: reloads, and looks at the certificates. The drain has a thread of its own, and waits for neither.
class daemon {
public:
    daemon(std::string path, const service_manager& manager)
        : path_{std::move(path)}, manager_{manager}, signs_{silence_allowed(manager)},
          receiver_{[this](std::string_view what) { on_journal_failure(what); }} {}

    int run(std::shared_ptr<const settings> settings) {
        if (const auto started = receiver_.start(std::move(settings)); !started) {
            spdlog::critical("{}", started.error().message);
            return exit_io;
        }
        if (const auto opened = open_administration(); !opened) {
            spdlog::critical("{}", opened.error().message);
            receiver_.drain();
            return exit_io;
        }
        const auto status = summary();
        spdlog::info("{}", status);
        manager_.ready(status);
        wait_for_signal();
        tick();
        main_.run();
        draining_.join();
        worker_.join();
        return failed_ ? exit_io : exit_done;
    }

private:
    /// Half of the watchdog's time: what it finds out late it must still be able to say.
    static std::chrono::milliseconds silence_allowed(const service_manager& manager) {
        const auto watchdog = manager.watchdog();
        return watchdog
                   ? std::max(std::chrono::duration_cast<std::chrono::milliseconds>(*watchdog / 2), 2 * tick_period)
                   : silence_limit;
    }

    std::string summary() const {
        const auto now = receiver_.in_force();
        return "ready: " + std::to_string(now->listeners.size()) + " listener(s), " +
               std::to_string(now->endpoints.size()) + " endpoint(s), " + std::to_string(now->sinks.size()) +
               " sink(s)";
    }

    result<void> open_administration() {
        reloaded({.applied = true, .at = system_now()});
        auto what = receiver_.watched();
        what.not_ready = [this] {
            return stopping_ ? std::vector<std::string>{"stopping"} : std::vector<std::string>{};
        };
        what.not_alive = [this] { return signs_.fault(); };
        what.reloaded = [this] {
            const std::lock_guard lock{mutex_};
            return last_reload_;
        };
        what.reload = [this](auto answer) {
            if (stopping_) {
                answer({.applied = false, .faults = {"the daemon is stopping"}});
                return;
            }
            asio::post(worker_, [this, answer = std::move(answer)]() mutable { answer(reload()); });
        };
        auto opened = admin::start(receiver_.in_force()->admin, std::move(what));
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
                hang_up();
            } else if (stopping_) {
                spdlog::warn("a second signal: ending at once");
                end_process_after(for_last_words, exit_no);
                stop_logging();
                end_process(exit_no);
            } else {
                begin_drain("a signal");
            }
            wait_for_signal();
        });
    }

    void tick() {
        timer_.expires_after(tick_period);
        timer_.async_wait([this](const boost::system::error_code& fault) {
            if (fault || stopping_) {
                return;
            }
            limited_log::shared().report(limited_log::clock::now());
            sinks::reap_orphans();
            receiver_.look(signs_);
            if (signs_.looked()) {
                manager_.alive();
            }
            if (!looking_.exchange(true)) {
                asio::post(worker_, [this] {
                    receiver_.renew_certificates();
                    looking_ = false;
                });
            }
            tick();
        });
    }

    /// Signals that come while a reload waits for its turn are about the same file as that one.
    void hang_up() {
        if (!reload_waits_.exchange(true)) {
            asio::post(worker_, [this] {
                reload_waits_ = false;
                reload();
            });
        }
    }

    /// On the worker. The sinks' files are wanted anew also when the configuration has a fault.
    admin::reload_verdict reload() {
        if (stopping_) {
            return {.applied = false, .faults = {"the daemon is stopping"}};
        }
        receiver_.reopen();
        tell([this] { manager_.reloading(); });
        auto faults = receiver_.reload(path_);
        for (const auto& one : faults) {
            spdlog::error("{}", one);
        }
        auto status = summary();
        if (faults.empty()) {
            spdlog::info("reloaded {}; {}", path_, status);
        } else {
            spdlog::error("not reloaded, everything stays as it was: {} fault(s) in {}", faults.size(), path_);
            status += "; the last reload was refused: " + faults.front();
        }
        tell([&] { manager_.ready(status); });
        const bool applied = faults.empty();
        reloaded({.applied = applied, .at = system_now()});
        return {.applied = applied, .faults = std::move(faults)};
    }

    /// What would take STOPPING=1 back is not told behind it.
    template <class Tell>
    void tell(Tell&& manager) {
        const std::lock_guard lock{mutex_};
        if (!stopping_) {
            std::forward<Tell>(manager)();
        }
    }

    void reloaded(const admin::last_reload& what) {
        const std::lock_guard lock{mutex_};
        last_reload_ = what;
    }

    /// The administration goes last: it shows the others stopping.
    void begin_drain(std::string_view why) {
        const auto patience = receiver_.in_force()->server.drain_timeout;
        spdlog::info("{}: draining for at most {}", why, to_text(patience));
        {
            const std::lock_guard lock{mutex_};
            stopping_ = true;
            manager_.stopping("draining");
        }
        timer_.cancel();
        end_process_after(patience + grace_after_drain, exit_no);
        receiver_.hurry();
        draining_ = std::thread{[this] {
            receiver_.drain();
            administration_->drain(for_administration);
            spdlog::info("stopped");
            asio::post(main_, [this] { signals_.cancel(); });
        }};
    }

    /// On the journal's thread. What was acknowledged is safe; what can still be is unknown: end, and recover.
    void on_journal_failure(std::string_view what) {
        spdlog::critical("the journal failed: {}; nothing more is acknowledged, ending", what);
        asio::post(main_, [this] {
            failed_ = true;
            if (!stopping_) {
                begin_drain("the journal failed");
            }
        });
    }

    const std::string path_;
    const service_manager& manager_;
    vital_signs signs_;
    asio::io_context main_{1};
    asio::signal_set signals_{main_, SIGTERM, SIGINT, SIGHUP};
    asio::steady_timer timer_{main_};
    receiver receiver_;
    std::atomic<bool> reload_waits_{false};
    std::atomic<bool> looking_{false};
    std::atomic<bool> stopping_{false};
    std::mutex mutex_; // over last_reload_, and what a reload and the drain tell the service manager
    admin::last_reload last_reload_;
    std::unique_ptr<admin::administration> administration_; // watches all of the above
    bool failed_ = false;
    std::thread draining_;
    asio::thread_pool worker_{1};
};

} // namespace

int run_daemon(const std::string& path, std::shared_ptr<const settings> settings) {
    std::signal(SIGPIPE, SIG_IGN);
    std::signal(SIGXFSZ, SIG_IGN); // a file size limit is a failed write, not the end
    std::signal(SIGCHLD, SIG_DFL); // whoever started us may have ignored it: hooks would lose their exit codes
    const service_manager manager;
    return daemon{path, manager}.run(std::move(settings));
}

} // namespace hookd::app
