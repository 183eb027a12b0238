#include "app/run_command.hpp"

#include "app/core_dump.hpp"
#include "app/daemon.hpp"
#include "app/last_resort.hpp"
#include "app/logging.hpp"

#include <hookd/core/settings.hpp>
#include <hookd/core/stray_thread.hpp>

namespace hookd::app {

int run_run(const std::string& config_path, std::ostream& err, held_signals& held) {
    keep_secrets_out_of_core_dumps();
    start_logging({});
    exit_watchdog last_resort;
    const int code = run_daemon(config_path, err, held, last_resort);
    last_resort.end_process_after(for_last_lines, code);
    stop_logging();
    if (stray_thread::any()) {
        end_process(code);
    }
    return code;
}

} // namespace hookd::app
