// SPDX-License-Identifier: MIT
#pragma once

#include <exception>
#include <string>

namespace hookd {

/// The text of a caught exception, whatever its type.
std::string exception_text(const std::exception_ptr& caught);

} // namespace hookd
