// SPDX-License-Identifier: MIT
#pragma once

#include <hookd/config/load.hpp>
#include <hookd/sinks/settings.hpp>

#include <string>
#include <vector>

namespace sinks_test {

/// What a configuration with one sink says.
struct sink_reading : hookd::config::outcome {
    std::vector<hookd::sink_settings> sinks;
};

/// `keys`: those of the sink but its name.
inline sink_reading read_sink(const std::string& keys) {
    sink_reading found;
    static_cast<hookd::config::outcome&>(found) = hookd::config::load_text(
        "[[sink]]\nname = \"tested\"\n" + keys + '\n', hookd::config::syntax::toml, "test.toml",
        [&](hookd::config::table& root) { found.sinks = hookd::sinks::read_sinks(root, {}); });
    return found;
}

} // namespace sinks_test
