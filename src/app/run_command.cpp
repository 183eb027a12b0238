#include "app/run_command.hpp"

#include "app/configuration.hpp"
#include "app/core_dump.hpp"
#include "app/daemon.hpp"
#include "app/exit_code.hpp"
#include "app/last_resort.hpp"
#include "app/logging.hpp"

#include <hookd/core/stray_thread.hpp>

#include <spdlog/spdlog.h>

#include <ostream>

namespace hookd::app {

namespace {

/// Log lines that wait when all else has ended are worth this long.
constexpr std::chrono::milliseconds log_patience{2'000};

} // namespace

int run_run(const std::string& config_path, std::ostream& err) {
    keep_secrets_out_of_core_dumps();
    const auto loaded = load_configuration(config_path);
    if (!loaded.values) {
        for (const auto& fault : loaded.faults) {
            err << fault << '\n';
        }
        return exit_config;
    }
    start_logging(loaded.values->log);
    spdlog::info("colivara-hookd {} with {}", HOOKD_VERSION, config_path);
    for (const auto& warning : loaded.warnings) {
        spdlog::warn("{}", warning);
    }
    const int code = run_daemon(config_path, loaded.values);
    end_process_after(log_patience, code);
    stop_logging();
    if (stray_thread::any()) {
        end_process(code);
    }
    return code;
}

} // namespace hookd::app
