#include "http/descriptor_limit.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <sys/resource.h>

namespace hookd::http {

namespace {

/// What the rest of the process needs: journal, sinks, their children's pipes, logs.
constexpr rlim_t other_descriptors = 256;

} // namespace

void raise_descriptor_limit(unsigned max_connections) {
    rlimit limit{};
    getrlimit(RLIMIT_NOFILE, &limit);
    const rlim_t wanted = max_connections + other_descriptors;
    if (limit.rlim_cur < wanted) {
        limit.rlim_cur = std::min(wanted, limit.rlim_max);
        setrlimit(RLIMIT_NOFILE, &limit);
    }
    if (limit.rlim_cur < wanted) {
        spdlog::warn("server.max_connections is {}, but the process may open only {} files; raise LimitNOFILE to {}",
                     max_connections, limit.rlim_cur, wanted);
    }
}

} // namespace hookd::http
