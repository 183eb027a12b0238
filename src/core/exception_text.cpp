// SPDX-License-Identifier: MIT
#include <hookd/core/exception_text.hpp>

namespace hookd {

std::string exception_text(const std::exception_ptr& caught) {
    try {
        std::rethrow_exception(caught);
    } catch (const std::exception& known) {
        return known.what();
    } catch (...) {
        return "unknown exception";
    }
}

} // namespace hookd
