// SPDX-License-Identifier: MIT
#pragma once

#include <ostream>
#include <streambuf>
#include <string>
#include <string_view>

namespace hookd::app {

/// Stands before a stream's own buffer and escapes whatever would steer a terminal (hookd/core/escape.hpp): nothing
/// that a daemon, a file or the command line says gets past it. Line feeds pass, and the colours of `coloured` where
/// they are wanted. Puts itself in place while it lives.
///
/// Of a filter it ends the process by SIGPIPE once nobody reads what it writes, as that signal does where no library
/// has it ignored (Asio does): `events list | head` is no error.
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
    std::string begun_; // the first bytes of a character whose others are still to come
};

/// For what is no text of ours: a body that was asked for byte by byte, and the movements of a progress bar.
void write_as_it_is(std::ostream& to, std::string_view bytes);

} // namespace hookd::app
