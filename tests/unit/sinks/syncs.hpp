// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <vector>

namespace sinks_test {

/// Stands between the sinks and fsync(2), fdatasync(2): while it lives it notes what is synced, and makes a sync fail
/// as a disk does.
class syncs {
public:
    syncs();
    syncs(const syncs&) = delete;
    syncs& operator=(const syncs&) = delete;
    ~syncs();

    /// Paths, in order.
    const std::vector<std::string>& seen() const { return seen_; }
    /// The `count`-th from now, counted from 1, fails with EIO.
    void fail(int count) { countdown_ = count; }

    int pass(int fd, long number);

private:
    std::vector<std::string> seen_;
    int countdown_ = 0;
};

} // namespace sinks_test
