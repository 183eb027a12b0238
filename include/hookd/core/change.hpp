// SPDX-License-Identifier: MIT
#pragma once

namespace hookd {

/// A change of a running part that is ready to be made: all that could fail has been done. Destroyed without `commit`,
/// nothing has happened.
class change {
public:
    virtual ~change() = default;

    /// Cannot fail. Once.
    virtual void commit() = 0;
};

} // namespace hookd
