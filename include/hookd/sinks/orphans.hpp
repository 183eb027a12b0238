// SPDX-License-Identifier: MIT
#pragma once

namespace hookd::sinks {

/// Reaps ended children that no sink has started: what hooks have left running becomes a child of process 1, which may
/// be this one (a container without an init) or a subreaper. Those that a sink has started are left to it. To be called
/// from time to time; any thread; never blocks.
void reap_orphans();

} // namespace hookd::sinks
