// SPDX-License-Identifier: MIT
#include "cli/try/try_command.hpp"

#include "cli/command_end.hpp"
#include "cli/options.hpp"

#include <hookd/core/base64.hpp>
#include <hookd/core/exit_code.hpp>
#include <hookd/core/json_text.hpp>
#include <hookd/core/unique_fd.hpp>
#include <hookd/daemon/run.hpp>

#include <fmt/format.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <fcntl.h>
#include <filesystem>
#include <iostream>
#include <memory>
#include <netinet/in.h>
#include <string>
#include <string_view>
#include <sys/file.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <system_error>
#include <unistd.h>

namespace hookd::cli {

namespace {

namespace fs = std::filesystem;

struct try_arguments {
    std::uint16_t port = 8080;
    bool memory = false;
};

/// Where a try keeps its files, by the XDG Base Directory Specification.
command_result<fs::path> state_directory() {
    const char* const state = std::getenv("XDG_STATE_HOME");
    if (state != nullptr && *state == '/') {
        return fs::path{state} / "colivara-hookd/try";
    }
    const char* const home = std::getenv("HOME");
    if (home == nullptr || *home != '/') { // a directory that others can write to would let them choose the files
        return fail(exit_io, "neither HOME nor XDG_STATE_HOME is set: set one of them to a directory of yours");
    }
    return fs::path{home} / ".local/state/colivara-hookd/try";
}

/// Creates it if it is missing. Only its owner may use it.
command_result<void> prepare(const fs::path& directory) {
    std::error_code ec;
    fs::create_directories(directory, ec);
    if (!ec) {
        fs::permissions(directory, fs::perms::owner_all, ec);
    }
    return ec ? command_result<void>{fail(exit_io,
                                          "cannot use the directory " + directory.string() + ": " + ec.message())}
              : command_result<void>{};
}

/// Writes a file that only its owner can read; `if_missing`: leaves one that is there.
command_result<void> write_private(const fs::path& path, std::string_view text, bool if_missing) {
    const unique_fd file{::open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC | (if_missing ? O_EXCL : O_TRUNC), 0600)};
    if (!file && if_missing && errno == EEXIST) {
        return {};
    }
    if (!file || ::write(file.get(), text.data(), text.size()) != static_cast<ssize_t>(text.size())) {
        return fail(exit_io, "cannot write " + path.string() + ": " + std::generic_category().message(errno));
    }
    return {};
}

std::string new_secret() {
    std::array<std::byte, 32> bytes{};
    if (::getrandom(bytes.data(), bytes.size(), 0) != static_cast<ssize_t>(bytes.size())) {
        throw std::system_error{errno, std::generic_category(), "getrandom"};
    }
    return "whsec_" + base64::encoded(bytes) + '\n';
}

/// Locks the directory against another try, until the process ends.
command_result<void> lock(const fs::path& directory) {
    const int file = ::open((directory / "lock").c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600); // never closed
    if (file < 0 || ::flock(file, LOCK_EX | LOCK_NB) != 0) {
        return fail(exit_io,
                    errno == EWOULDBLOCK
                        ? "another try is running with " + directory.string() + ": stop it, or set XDG_STATE_HOME"
                        : "cannot lock " + directory.string() + ": " + std::generic_category().message(errno));
    }
    return {};
}

/// The first port from `wanted` on at which nothing listens. Other errors are left to the daemon.
std::uint16_t free_port(std::uint16_t wanted) {
    constexpr int most_tries = 100;
    for (int tries = 0; tries < most_tries; ++tries, ++wanted) {
        const unique_fd probe{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)};
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(wanted);
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        const int on = 1;
        ::setsockopt(probe.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
        if (::bind(probe.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0 ||
            errno != EADDRINUSE) {
            break;
        }
    }
    return wanted;
}

/// A string of TOML: one of JSON is.
std::string quoted(const fs::path& path) {
    return json_line(path.string());
}

/// A word for a shell.
std::string pasted(const fs::path& path) {
    std::string word;
    for (const char c : path.string()) {
        word += c == '\'' ? "'\\''" : std::string{c};
    }
    return word.find_first_of(" '\"\\$`&|;<>()*?[]#~!") == std::string::npos ? word : '\'' + word + '\'';
}

std::string configuration(const fs::path& directory, std::uint16_t port, bool memory) {
    return fmt::format("# Written by `colivara-hookd try` at each start.\n"
                       "[log]\nlevel = \"error\"\n"
                       "[[listener]]\naddress = \"127.0.0.1:{}\"\n"
                       "[[endpoint]]\nname = \"try\"\npath = \"/webhooks/colivara\"\nsecrets = [{{ file = {} }}]\n"
                       "[journal]\n{}\n"
                       "[[sink]]\nname = \"terminal\"\ntype = \"stdout\"\n"
                       "[admin]\nsocket = {}\naddress = \"\"\n",
                       port, quoted(directory / "secret"),
                       memory ? "type = \"memory\"" : "path = " + quoted(directory / "journal.db"),
                       quoted(directory / "admin.sock"));
}

std::string welcome(const fs::path& directory, std::uint16_t port, bool memory) {
    const auto secret = pasted(directory / "secret");
    return fmt::format(
        "Receiving on http://127.0.0.1:{}/webhooks/colivara, from this machine only: this is for trying, not "
        "for production.\n"
        "Each event is printed here as one JSON line{}. Stop with Ctrl-C.\n\n"
        "In another terminal, send an event and look at it:\n\n"
        "  colivara-hookd send upsert.fail --to http://127.0.0.1:{}/webhooks/colivara --secret-file {}\n"
        "  colivara-hookd events list --socket {}\n\n",
        port, memory ? "" : " and kept in " + (directory / "journal.db").string(), port, secret,
        (directory / "admin.sock").string());
}

command_result<std::string> prepare_try(const try_arguments& given) {
    const auto found = state_directory();
    if (!found) {
        return std::unexpected{found.error()};
    }
    const auto& directory = *found;
    const auto file = directory / "colivara-hookd.toml";
    const auto port = free_port(given.port);
    auto done = prepare(directory);
    if (done) {
        done = lock(directory);
    }
    if (done) {
        done = write_private(directory / "secret", new_secret(), true);
    }
    if (done) {
        done = write_private(file, configuration(directory, port, given.memory), false);
    }
    if (!done) {
        return std::unexpected{done.error()};
    }
    std::cerr << welcome(directory, port, given.memory) << std::flush;
    return file.string();
}

int run_try(const try_arguments& given, daemon::held_signals& held) {
    const auto file = prepare_try(given);
    if (!file) {
        return end(file.error(), std::cerr);
    }
    return daemon::run(*file, std::cerr, held);
}

} // namespace

void add_try(CLI::App& line, command_choice& choice, daemon::held_signals& held) {
    auto* const command = line.add_subcommand("try", "Receive test events on this machine, without a configuration");
    auto given = std::make_shared<try_arguments>();
    command->add_option("--port", given->port, "The port; the next free one if something listens there")
        ->check(number_between(1, 65'000))
        ->capture_default_str();
    command->add_flag("--memory", given->memory, "Keep events only until the daemon stops");
    command->callback([&choice, &held, given] { choice.run = [&held, given] { return run_try(*given, held); }; });
}

} // namespace hookd::cli
