#include "app/last_resort.hpp"

#include "app/exit_code.hpp"

#include <spdlog/spdlog.h>

#include <thread>
#include <unistd.h>

namespace hookd::app {

void end_process_after(std::chrono::milliseconds patience) {
    std::thread{[patience] {
        std::this_thread::sleep_for(patience);
        spdlog::critical("not stopped in time: ending the process");
        _exit(exit_no);
    }}.detach();
}

} // namespace hookd::app
