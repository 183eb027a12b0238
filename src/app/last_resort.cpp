#include "app/last_resort.hpp"

#include <thread>
#include <unistd.h>

namespace hookd::app {

void end_process_after(std::chrono::milliseconds patience, int code) {
    std::thread{[patience, code] {
        std::this_thread::sleep_for(patience);
        _exit(code);
    }}.detach();
}

} // namespace hookd::app
