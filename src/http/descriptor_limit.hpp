#pragma once

namespace hookd::http {

/// Lets the process open as many files as so many connections need, as far as the hard limit allows; warns where that
/// is too low.
void raise_descriptor_limit(unsigned max_connections);

} // namespace hookd::http
