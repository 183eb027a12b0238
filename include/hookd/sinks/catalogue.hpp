// SPDX-License-Identifier: MIT
#pragma once

#include <hookd/config/load.hpp>
#include <hookd/sinks/sink.hpp>

#include <span>

namespace hookd::sinks {

/// Every type of sink there is: how its keys are read, and how it is built.
struct catalogue_row {
    config::sink_reader reader;
    sink_type type;
};

std::span<const catalogue_row> catalogue();

/// The readers alone, as config::load wants them.
std::span<const config::sink_reader> readers();

/// Builds the sink that the settings name. The type must be in the catalogue: config::load has seen to that.
std::unique_ptr<sink> build(const sink_settings& settings, boost::asio::io_context& worker);

} // namespace hookd::sinks
