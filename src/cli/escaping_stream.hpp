// SPDX-License-Identifier: MIT
#pragma once

#include <ostream>
#include <streambuf>
#include <string>
#include <string_view>

namespace hookd::cli {

/// Replaces a stream's buffer, while it exists, and escapes everything that would control a terminal
/// (hookd/core/escape.hpp), whether it comes from a daemon, a file or the command line. Line feeds pass, and the colors
/// of `colored` if enabled. As a filter it ends the process by SIGPIPE once its reader is gone, as that signal does if
/// no library ignores it (Asio does): `events list | head` is no error.
class escaping_stream final : public std::streambuf {
public:
    enum class role : bool { messages, filter };

    escaping_stream(std::ostream& stream, bool colour, role what = role::messages);
    escaping_stream(const escaping_stream&) = delete;
    escaping_stream& operator=(const escaping_stream&) = delete;
    ~escaping_stream() override;

protected:
    int_type overflow(int_type c) override;
    std::streamsize xsputn(const char* bytes, std::streamsize count) override;
    int sync() override;

private:
    friend void write_as_it_is(std::ostream& to, std::string_view bytes);
    bool pass_on(std::string_view text);
    bool write_behind(std::string_view bytes);
    bool checked(bool written) const;

    std::ostream& stream_;
    std::streambuf& behind_;
    const bool colour_;
    const role role_;
    std::string begun_; // the first bytes of an incomplete character
};

/// For data that must not be escaped: a requested body, and the control sequences of a progress bar.
void write_as_it_is(std::ostream& to, std::string_view bytes);

} // namespace hookd::cli
