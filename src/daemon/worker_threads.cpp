// SPDX-License-Identifier: MIT
#include "daemon/worker_threads.hpp"

namespace hookd::daemon {

worker_threads::worker_threads(unsigned count) : guard_{context_.get_executor()} {
    for (unsigned i = 0; i < count; ++i) {
        threads_.emplace_back().start([this] { context_.run(); });
    }
}

} // namespace hookd::daemon
