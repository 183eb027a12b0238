// SPDX-License-Identifier: MIT
#include "sinks/exec_sink.hpp"
#include "sinks/file_sink.hpp"
#include "sinks/http_options.hpp"
#include "sinks/http_sink.hpp"
#include "sinks/queue_sink.hpp"
#include "sinks/stdout_sink.hpp"

#include <hookd/sinks/catalogue.hpp>

#include <algorithm>
#include <array>
#include <stdexcept>

namespace hookd::sinks {
namespace {

/// A new type of sink needs a row here.
constexpr std::array rows{
    catalogue_row{"stdout", read_stdout_options, build_stdout_sink},
    catalogue_row{"file", read_file_options, build_file_sink},
    catalogue_row{"exec", read_exec_options, build_exec_sink},
    catalogue_row{"queue", read_queue_options, build_queue_sink},
    catalogue_row{"http", read_http_options, build_http_sink},
};

} // namespace

std::span<const catalogue_row> catalogue() {
    return rows;
}

std::unique_ptr<sink> build(const sink_settings& settings, boost::asio::io_context& worker) {
    const auto row = std::ranges::find(rows, settings.type, &catalogue_row::name);
    if (row == rows.end()) {
        throw std::logic_error("unknown sink type: " + settings.type);
    }
    return row->build(settings, worker);
}

} // namespace hookd::sinks
