#pragma once

namespace hookd::app {

/// Before OpenSSL is first used. The kernel writes no core dump of this process (its children are free to have theirs),
/// and the keys that OpenSSL holds lie where a debugger's core dump does not reach: beside them `secret` has the rest.
void keep_secrets_out_of_core_dumps();

} // namespace hookd::app
