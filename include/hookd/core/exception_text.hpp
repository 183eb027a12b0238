// SPDX-License-Identifier: MIT
#pragma once

#include <exception>
#include <string>

namespace hookd {

/// What an exception that was caught says, whatever its type.
std::string exception_text(const std::exception_ptr& caught);

} // namespace hookd
