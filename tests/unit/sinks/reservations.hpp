#pragma once

#include <functional>

namespace sinks_test {

/// Stands between the sinks and fallocate(2). While it lives, `instead` is called where space is reserved, and what it
/// returns is the call's errno; on 0 the call is passed on, and what `instead` has done has come between reserving and
/// writing.
class reservations {
public:
    explicit reservations(std::function<int()> instead);
    reservations(const reservations&) = delete;
    reservations& operator=(const reservations&) = delete;
    ~reservations();

    int call() const { return instead_(); }

private:
    std::function<int()> instead_;
};

} // namespace sinks_test
