// SPDX-License-Identifier: MIT
#pragma once

namespace hookd::sinks {

/// Reaps ended children that no sink has started: background processes of hooks become children of process 1, which may
/// be this one (a container without an init), or of a subreaper. Children that a sink has started are left to it. Call
/// it from time to time; any thread; never blocks.
void reap_orphans();

} // namespace hookd::sinks
