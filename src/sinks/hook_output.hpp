// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace hookd::sinks {

/// What one run of a hook prints: line by line to the log, bounded, with the rest counted; and the end of its standard
/// error, which tells why it failed. Nothing of it is trusted.
class hook_output {
public:
    enum class stream : std::uint8_t { output, error };

    /// `prefix` begins each of its log lines.
    explicit hook_output(std::string prefix) : prefix_(std::move(prefix)) {}

    const std::string& prefix() const { return prefix_; }

    void take(stream from, std::string_view bytes);
    /// Nothing more comes: logs lines without an end, and how much was left out.
    void finish();

    /// The last line on standard error that is not blank, fit to be shown; empty where there is none.
    std::string last_error_line() const;

private:
    void log_lines(std::string& unfinished, std::string_view bytes);
    void log(std::string& line);

    std::string prefix_;
    std::array<std::string, 2> unfinished_; // a line of each stream that has not ended
    std::string error_tail_;
    std::size_t lines_ = 0;
    std::size_t logged_ = 0;
    std::size_t left_out_ = 0;
};

} // namespace hookd::sinks
