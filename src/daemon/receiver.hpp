// SPDX-License-Identifier: MIT
#pragma once

#include "daemon/liveness_monitor.hpp"
#include "daemon/worker_threads.hpp"

#include <hookd/admin/admin.hpp>
#include <hookd/core/error.hpp>
#include <hookd/core/mutex.hpp>
#include <hookd/core/time.hpp>
#include <hookd/daemon/access_log.hpp>
#include <hookd/daemon/settings.hpp>
#include <hookd/delivery/dispatcher.hpp>
#include <hookd/http/server/server.hpp>
#include <hookd/intake/metrics.hpp>
#include <hookd/intake/rejected_requests.hpp>
#include <hookd/journal/storage.hpp>

#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace hookd::daemon {

/// All modules together: a journal, sinks that are fed from it, and sockets that fill it. Every function blocks, and is
/// for one thread at a time, unless noted otherwise.
class receiver {
public:
    /// `on_failure` is called on the journal's thread when it cannot continue; what was acknowledged is safe.
    /// `access` must outlive it.
    receiver(access_log& access, std::function<void(std::string_view what)> on_failure);

    /// Journal first, sinks next, sockets last: nothing is accepted that could not be stored and delivered.
    result<void> start(const std::shared_ptr<const settings>& settings);

    // These two read files, which may hang; `drain` does not wait for them before they change anything, and they change
    // nothing after it.

    /// Reads the configuration again and activates it, or on errors changes nothing. All errors are returned, with
    /// file, line and column if they have one.
    std::vector<std::string> reload(const std::string& path);
    void renew_certificates();

    /// Any thread: `drain` is about to be called; a running reload must finish quickly and none may begin.
    void expedite();
    /// Any thread. No new connections; requests in progress get their responses, sinks finish their deliveries, the
    /// journal is closed; within drain_timeout.
    void drain();

    /// Any thread; does not block. Reopens the files of the sinks and of the access log.
    void reopen() {
        dispatcher_->reopen();
        access_log_.reopen();
    }
    /// The modules for the admin server. Valid from `start` to the receiver's end, also after `drain`.
    admin::context admin_context() const;
    /// Watchdog thread, from `start` to `drain`; does not block.
    void check_liveness(liveness_monitor& monitor);

    /// Any thread.
    std::shared_ptr<const settings> current() const {
        const mutex_lock lock{mutex_};
        return settings_;
    }

private:
    void recall_newest_events();
    void activate(std::shared_ptr<const settings> next);
    http::handler_factory front_desks(const std::shared_ptr<const settings>& settings);
    result<std::vector<std::unique_ptr<change>>> prepare(const std::shared_ptr<const settings>& next);

    access_log& access_log_;
    std::function<void(std::string_view)> on_failure_;
    wall_clock clock_;
    mutex changing_; // held while modules are changed: by a reload, once all is prepared, and by the drain
    std::atomic<bool> ending_{false};
    mutable mutex mutex_;
    std::shared_ptr<const settings> settings_ HOOKD_GUARDED_BY(mutex_);
    std::unique_ptr<journal::storage> journal_;
    std::unique_ptr<delivery::dispatcher> dispatcher_;
    intake::metrics received_;
    intake::rejected_requests rejected_;
    std::optional<worker_threads> workers_; // for intake: as many as I/O threads
    std::unique_ptr<http::server> server_;
};

} // namespace hookd::daemon
