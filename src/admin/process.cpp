// SPDX-License-Identifier: MIT
#include "admin/process.hpp"

#include <chrono>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <string>
#include <sys/resource.h>
#include <sys/time.h>
#include <unistd.h>

namespace hookd::admin {

namespace {

double in_seconds(const timeval& time) {
    constexpr double micro = 1e-6;
    return static_cast<double>(time.tv_sec) + micro * static_cast<double>(time.tv_usec);
}

double now(clockid_t clock) {
    constexpr double nano = 1e-9;
    timespec time{};
    clock_gettime(clock, &time);
    return static_cast<double>(time.tv_sec) + nano * static_cast<double>(time.tv_nsec);
}

/// Field 22 of proc_pid_stat(5), in ticks since boot. Not by /proc/stat's btime, which a sandbox may hide.
double start_time() {
    constexpr int fields_between = 19; // from the third field, which follows the program's name in parentheses
    std::ifstream file{"/proc/self/stat"};
    std::string line;
    std::getline(file, line);
    const auto name_end = line.rfind(')');
    if (name_end == std::string::npos) {
        return 0;
    }
    std::istringstream fields{line.substr(name_end + 1)};
    std::string skipped;
    for (int i = 0; i < fields_between; ++i) {
        fields >> skipped;
    }
    double ticks = 0;
    fields >> ticks;
    const double age = now(CLOCK_BOOTTIME) - ticks / static_cast<double>(sysconf(_SC_CLK_TCK));
    return now(CLOCK_REALTIME) - age;
}

std::uint64_t resident_bytes() {
    std::ifstream file{"/proc/self/statm"};
    std::uint64_t size = 0;
    std::uint64_t resident = 0;
    file >> size >> resident;
    return resident * static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
}

std::uint64_t open_descriptors() {
    std::error_code ec;
    std::filesystem::directory_iterator each{"/proc/self/fd", ec};
    std::uint64_t count = 0;
    for (; !ec && each != std::filesystem::directory_iterator{}; each.increment(ec)) {
        ++count;
    }
    return count == 0 ? 0 : count - 1; // without the one that lists them
}

} // namespace

process_figures look_at_process() {
    rusage used{};
    getrusage(RUSAGE_SELF, &used);
    rlimit descriptors{};
    getrlimit(RLIMIT_NOFILE, &descriptors);
    return {.started = start_time(),
            .cpu_seconds = in_seconds(used.ru_utime) + in_seconds(used.ru_stime),
            .resident_bytes = resident_bytes(),
            .open_descriptors = open_descriptors(),
            .most_descriptors = descriptors.rlim_cur};
}

} // namespace hookd::admin
