// SPDX-License-Identifier: MIT
#include "config/files.hpp"

#include <hookd/config/wording.hpp>
#include <hookd/core/text.hpp>
#include <hookd/core/unique_fd.hpp>

#include <algorithm>
#include <array>
#include <cerrno>
#include <fcntl.h>
#include <optional>
#include <span>
#include <string_view>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>

namespace hookd::config {

namespace {

struct opened {
    unique_fd file;
    struct stat about;
};

std::unexpected<error> failure(const std::string& what) {
    return std::unexpected{error{what}};
}

std::unexpected<error> system_failure() {
    const int code = errno;
    std::string what = "cannot be read: " + std::generic_category().message(code);
    if (code == EACCES) {
        what += "; give the daemon's user read access to it, and search access to its directories";
    } else if (code == ENOENT) {
        what += "; create it or correct the path";
    }
    return failure(what);
}

/// Does not block on a FIFO.
result<opened> open_file(const std::string& path) {
    unique_fd file{::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK)};
    struct stat about{};
    if (!file || ::fstat(file.get(), &about) != 0) {
        return system_failure();
    }
    if (S_ISDIR(about.st_mode)) {
        return failure("is a directory: expected a file");
    }
    return opened{std::move(file), about};
}

result<opened> open_secret(const std::string& path) {
    auto file = open_file(path);
    if (!file) {
        return file;
    }
    if (!S_ISREG(file->about.st_mode)) {
        return failure("is not a regular file: expected one for a secret");
    }
    if ((file->about.st_mode & S_IRWXO) != 0) {
        return failure("is accessible to others; run chmod o= " + file_name(path));
    }
    return file;
}

/// Reads until the buffer is full or the file ends. Returns the number of bytes; nothing on an error, with errno set.
std::optional<std::size_t> read_into(int file, std::span<char> buffer) {
    std::size_t filled = 0;
    while (filled < buffer.size()) {
        const ssize_t got = ::read(file, buffer.data() + filled, buffer.size() - filled);
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got < 0) {
            return std::nullopt;
        }
        if (got == 0) {
            break;
        }
        filled += static_cast<std::size_t>(got);
    }
    return filled;
}

} // namespace

std::string file_name(const std::string& path) {
    const bool plain =
        !path.empty() && std::ranges::all_of(path, [](char c) { return c > ' ' && c != '"' && c != '\x7F'; });
    return plain ? path : quoted(path);
}

result<secret> read_secret_file(const std::string& path) {
    auto read = read_secret(path);
    if (!read) {
        read.error().message.insert(0, file_name(path) + ": ");
    }
    return read;
}

result<secret> read_secret(const std::string& path) {
    const auto file = open_secret(path);
    if (!file) {
        return std::unexpected{file.error()};
    }
    std::array<char, largest_secret + 1> buffer{};
    const auto filled = read_into(file->file.get(), buffer);
    result<secret> outcome;
    if (!filled) {
        outcome = system_failure();
    } else if (*filled > largest_secret) {
        outcome = failure("is larger than 64 KiB: expected one short line");
    } else if (const auto text = trimmed({buffer.data(), *filled}, " \t\r\n\v\f"); text.empty()) {
        outcome = failure("is empty; write the secret into it");
    } else {
        outcome = secret{text};
    }
    cleanse(std::span<char>{buffer});
    return outcome;
}

std::string check_file(const std::string& path, file_kind kind) {
    const auto file = kind == file_kind::secret ? open_secret(path) : open_file(path);
    return file ? std::string{} : file.error().message;
}

std::string_view public_content(const std::string& path) {
    const auto file = open_file(path);
    if (!file || !S_ISREG(file->about.st_mode)) {
        return {};
    }
    std::array<char, std::size_t{16} << 10U> buffer{};
    const std::string_view text{buffer.data(), read_into(file->file.get(), buffer).value_or(0)};
    std::string_view content;
    const bool is_private = text.contains("PRIVATE KEY-----");
    if (!is_private && text.contains("-----BEGIN CERTIFICATE-----")) {
        content = "a certificate";
    } else if (!is_private && (text.contains("PUBLIC KEY-----") || is_ssh_public_key(text))) {
        content = "a public key";
    }
    cleanse(std::span<char>{buffer});
    return content;
}

result<configuration_file> read_configuration_file(const std::string& path, std::size_t most) {
    const auto file = open_file(path);
    if (!file) {
        return std::unexpected{file.error()};
    }
    if (!S_ISREG(file->about.st_mode)) {
        return failure("is not a regular file: expected one, because a reload reads it again");
    }
    configuration_file read;
    read.open_to_others = (file->about.st_mode & S_IROTH) != 0;
    read.text.resize(most + 1);
    const auto filled = read_into(file->file.get(), read.text);
    if (!filled) {
        cleanse(std::span<char>{read.text});
        return system_failure();
    }
    read.text.resize(*filled);
    return read;
}

} // namespace hookd::config
