// SPDX-License-Identifier: MIT
#pragma once

#include <hookd/config/table.hpp>
#include <hookd/core/address.hpp>
#include <hookd/core/secret.hpp>

#include <chrono>
#include <cstddef>
#include <string>
#include <vector>

namespace hookd {

struct endpoint_settings {
    std::string name;
    std::string path;
    std::vector<secret> secrets; ///< The texts, `whsec_…` or `whpk_…`, already checked.
    std::chrono::seconds tolerance{300};
    std::vector<cidr> allow_from; ///< Empty: any address.

    bool operator==(const endpoint_settings&) const = default;
};

/// Which rejected requests are kept in memory.
struct rejected_settings {
    std::size_t keep = 256; ///< 0: none.
    bool keep_bodies = false;

    bool operator==(const rejected_settings&) const = default;
};

namespace intake {

/// All [[endpoint]] tables; at least one is required. Blocking: secrets are read.
std::vector<endpoint_settings> read_endpoints(config::table& root);
/// Only their paths: before a webhook is registered its secret does not exist.
std::vector<std::string> read_endpoint_paths(config::table& root);

rejected_settings read_rejected(config::table keys);

} // namespace intake

} // namespace hookd
