// SPDX-License-Identifier: MIT
#include "daemon/core_dump.hpp"
#include "daemon/daemon.hpp"
#include "daemon/exit_watchdog.hpp"

#include <hookd/core/detached_thread_guard.hpp>
#include <hookd/daemon/logging.hpp>
#include <hookd/daemon/run.hpp>
#include <hookd/daemon/settings.hpp>

namespace hookd::daemon {

int run(const std::string& config_path, std::ostream& err, held_signals& held) {
    keep_secrets_out_of_core_dumps();
    start_logging({});
    exit_watchdog exit_watchdog;
    access_log access;
    const int code = run_daemon(config_path, err, held, exit_watchdog, access);
    exit_watchdog.end_process_after(for_last_lines, code);
    access.stop();
    stop_logging();
    if (detached_thread_guard::any()) {
        end_process(code);
    }
    return code;
}

} // namespace hookd::daemon
