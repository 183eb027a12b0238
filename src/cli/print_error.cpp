// SPDX-License-Identifier: MIT
#include <hookd/cli/command_line.hpp>
#include <hookd/core/escape.hpp>

#include <algorithm>
#include <ostream>

namespace hookd::cli {

void print_error(std::ostream& err, std::string_view message) {
    while (!message.empty()) {
        const auto end = std::min(message.find('\n'), message.size());
        err << "colivara-hookd: " << escaped(message.substr(0, end)) << '\n';
        message.remove_prefix(std::min(end + 1, message.size()));
    }
}

} // namespace hookd::cli
