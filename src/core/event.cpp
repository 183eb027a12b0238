// SPDX-License-Identifier: MIT
#include <hookd/core/event.hpp>

namespace hookd {

std::string event::subject() const {
    if (collection.empty() || document.empty()) {
        return collection + document;
    }
    return collection + '/' + document;
}

} // namespace hookd
