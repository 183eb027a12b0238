#pragma once

#include <hookd/sinks/sink.hpp>

#include <vector>

namespace hookd::sinks {

/// The same outcome for every event of the batch.
inline std::vector<outcome> all(const std::vector<delivery>& batch, const outcome& what) {
    return std::vector<outcome>(batch.size(), what);
}

} // namespace hookd::sinks
