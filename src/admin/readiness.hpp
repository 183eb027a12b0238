#pragma once

#include <hookd/admin/admin.hpp>

#include <string>
#include <vector>

namespace hookd::admin {

/// Why an event that came now would not be taken, a line each; empty: it would be.
std::vector<std::string> reasons_not_ready(const watched& what);

} // namespace hookd::admin
