// SPDX-License-Identifier: MIT
#include "cli/escaping_stream.hpp"

#include "cli/terminal_text.hpp"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <utility>

namespace hookd::cli {

namespace {

/// How many bytes at the end begin a character that further ones could complete.
std::size_t unfinished(std::string_view text) {
    constexpr std::size_t longest = 4;
    for (std::size_t count = 1; count < longest && count <= text.size(); ++count) {
        const auto lead = static_cast<unsigned char>(text[text.size() - count]);
        if (lead >= 0xc0U) {
            const std::size_t whole = lead >= 0xf0U ? 4 : lead >= 0xe0U ? 3 : 2;
            return count < whole ? count : 0;
        }
    }
    return 0;
}

} // namespace

escaping_stream::escaping_stream(std::ostream& stream, bool colour, role what)
    : stream_{stream}, behind_{*stream.rdbuf()}, colour_{colour}, role_{what} {
    stream_.rdbuf(this);
}

escaping_stream::~escaping_stream() {
    const auto state = stream_.rdstate();
    sync();
    stream_.rdbuf(&behind_); // which clears the state
    stream_.setstate(state);
}

escaping_stream::int_type escaping_stream::overflow(int_type c) {
    const char byte = traits_type::to_char_type(c);
    const bool written = traits_type::eq_int_type(c, traits_type::eof()) || xsputn(&byte, 1) == 1;
    return written ? traits_type::not_eof(c) : traits_type::eof();
}

std::streamsize escaping_stream::xsputn(const char* bytes, std::streamsize count) {
    auto text = std::exchange(begun_, {});
    text.append(bytes, static_cast<std::size_t>(count));
    const auto left = unfinished(text);
    begun_ = text.substr(text.size() - left);
    text.resize(text.size() - left);
    return pass_on(text) ? count : 0;
}

int escaping_stream::sync() {
    return pass_on(std::exchange(begun_, {})) && checked(behind_.pubsync() == 0) ? 0 : -1;
}

bool escaping_stream::pass_on(std::string_view text) {
    std::string shown;
    while (!text.empty()) {
        const auto until = std::min(text.find('\x1b'), text.size());
        shown += escaped_paragraph(text.substr(0, until));
        text.remove_prefix(until);
        const auto code = colour_ ? colour_code_at_front(text) : std::string_view{};
        const auto taken = code.empty() ? std::min<std::size_t>(text.size(), 1) : code.size();
        shown += code.empty() ? escaped(text.substr(0, taken)) : std::string{code};
        text.remove_prefix(taken);
    }
    return write_behind(shown);
}

bool escaping_stream::write_behind(std::string_view bytes) {
    const auto size = static_cast<std::streamsize>(bytes.size());
    const char* const begin = bytes.data();
    return checked(behind_.sputn(begin, size) == size);
}

/// Ends the process if the reader is gone.
bool escaping_stream::checked(bool written) const {
    if (!written && role_ == role::filter && errno == EPIPE) {
        sigset_t pipe{};
        sigemptyset(&pipe);
        sigaddset(&pipe, SIGPIPE);
        std::signal(SIGPIPE, SIG_DFL);
        pthread_sigmask(SIG_UNBLOCK, &pipe, nullptr);
        std::raise(SIGPIPE);
    }
    return written;
}

void write_as_it_is(std::ostream& to, std::string_view bytes) {
    auto* const guard = dynamic_cast<escaping_stream*>(to.rdbuf());
    if (guard == nullptr) {
        to << bytes;
        return;
    }
    if (!guard->pass_on(std::exchange(guard->begun_, {})) || !guard->write_behind(bytes)) {
        to.setstate(std::ios_base::badbit);
    }
}

} // namespace hookd::cli
