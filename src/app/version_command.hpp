#pragma once

#include <iosfwd>

namespace hookd::app {

/// The program's version and those of the libraries it runs with.
int run_version(std::ostream& out);

} // namespace hookd::app
