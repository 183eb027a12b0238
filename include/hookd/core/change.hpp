// SPDX-License-Identifier: MIT
#pragma once

namespace hookd {

/// A prepared change of a running part: everything that can fail is done. If it is destroyed without `commit`, nothing
/// has changed.
class change {
public:
    virtual ~change() = default;

    /// Cannot fail. Call it at most once.
    virtual void commit() = 0;
};

} // namespace hookd
