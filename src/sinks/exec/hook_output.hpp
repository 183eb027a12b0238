// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace hookd::sinks {

/// The output of a run of a hook: logged line by line up to a limit, the rest is counted; keeps the end of its standard
/// error, which explains a failure. The output is not trusted.
class hook_output {
public:
    enum class stream : std::uint8_t { output, error };

    /// Each of its log lines begins with `prefix`.
    explicit hook_output(std::string prefix) : prefix_(std::move(prefix)) {}

    const std::string& prefix() const { return prefix_; }

    void take(stream from, std::string_view bytes);
    /// At the end of the output: logs unfinished lines, and how much was not logged.
    void finish();

    /// The last line on standard error that is not blank, escaped; empty if there is none.
    std::string last_error_line() const;

private:
    void log_lines(std::string& unfinished, std::string_view bytes);
    void log(std::string& line);

    std::string prefix_;
    std::array<std::string, 2> unfinished_; // the unfinished line of each stream
    std::string error_tail_;
    std::size_t lines_ = 0;
    std::size_t logged_ = 0;
    std::size_t left_out_ = 0;
};

} // namespace hookd::sinks
