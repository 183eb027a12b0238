// SPDX-License-Identifier: MIT
#pragma once

#include <functional>

namespace sinks_test {

/// Stands between the sinks and fallocate(2). While it lives, `meanwhile` is called where space has been reserved, and
/// before it is written to; unless 0, what it returns is the call's errno.
class reservations {
public:
    explicit reservations(std::function<int()> meanwhile);
    reservations(const reservations&) = delete;
    reservations& operator=(const reservations&) = delete;
    ~reservations();

    int call() const { return meanwhile_(); }

private:
    std::function<int()> meanwhile_;
};

} // namespace sinks_test
