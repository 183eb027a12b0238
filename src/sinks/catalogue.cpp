// SPDX-License-Identifier: MIT
#include "sinks/exec/exec_sink.hpp"
#include "sinks/file/file_sink.hpp"
#include "sinks/http/http_options.hpp"
#include "sinks/http/http_sink.hpp"
#ifdef HOOKD_WITH_MAIL
#include "sinks/mail/mail_options.hpp"
#include "sinks/mail/mail_sink.hpp"
#endif
#include "sinks/queue/queue_sink.hpp"
#include "sinks/stdout/stdout_sink.hpp"

#include <hookd/sinks/catalogue.hpp>

#include <algorithm>
#include <array>
#include <stdexcept>

namespace hookd::sinks {
namespace {

#ifndef HOOKD_WITH_MAIL
/// Reads a type that this build has left out, because it needs a library.
sink_options_ptr left_out(config::table& keys) {
    keys.error("type", "this build has no sinks of type " + keys.written("type") +
                           ": use one that was built with HOOKD_WITH_MAIL=ON");
    return {};
}
#endif

/// A new type of sink needs a row here.
constexpr std::array rows{
    catalogue_row{"stdout", read_stdout_options, build_stdout_sink},
    catalogue_row{"file", read_file_options, build_file_sink},
    catalogue_row{"exec", read_exec_options, build_exec_sink},
    catalogue_row{"queue", read_queue_options, build_queue_sink},
    catalogue_row{"http", read_http_options, build_http_sink},
#ifdef HOOKD_WITH_MAIL
    catalogue_row{"mail", read_mail_options, build_mail_sink},
#else
    catalogue_row{"mail", left_out, nullptr},
#endif
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
