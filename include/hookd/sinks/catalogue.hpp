// SPDX-License-Identifier: MIT
#pragma once

#include <hookd/config/load.hpp>
#include <hookd/sinks/sink.hpp>

#include <span>

namespace hookd::sinks {

/// All types of sinks: how the keys are read, and how the sink is built.
struct catalogue_row {
    config::sink_reader reader;
    sink_type type;
};

std::span<const catalogue_row> catalogue();

/// The readers, for config::load.
std::span<const config::sink_reader> readers();

/// Builds the sink of the settings. Its type must be in the catalogue, which config::load has checked.
std::unique_ptr<sink> build(const sink_settings& settings, boost::asio::io_context& worker);

} // namespace hookd::sinks
