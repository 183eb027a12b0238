// SPDX-License-Identifier: MIT
#include "cli/events/event_source.hpp"

#include "cli/admin_client.hpp"
#include "cli/events/offline_journal.hpp"
#include "cli/terminal_text.hpp"

#include <hookd/core/event.hpp>
#include <hookd/core/exit_code.hpp>
#include <hookd/core/json_text.hpp>

#include <fmt/format.h>

#include <cerrno>
#include <csignal>
#include <unistd.h>
#include <utility>

namespace hookd::cli {

namespace {

constexpr std::chrono::milliseconds patience{20'000};

class daemon_source final : public event_source {
public:
    explicit daemon_source(std::string socket) : socket_{std::move(socket)} {}

    command_result<std::string> ask(std::string_view method, std::string_view target) override {
        const auto most = target.ends_with("/body") ? largest_max_body : largest_answer;
        auto response = ask_daemon(socket_, method, target, patience, most);
        if (!response) {
            return fail(exit_unreachable, unreachable_text(socket_, response.error()));
        }
        if (response->status == 200) {
            return std::move(response->body);
        }
        return std::unexpected{refusal(*response)};
    }

private:
    command_end refusal(const http::client_response& response) const {
        if (auto why = refusal_of(response.status, response.body); !why.message.empty()) {
            return why;
        }
        if (response.status == 414 || response.status == 431) {
            return {exit_usage, "the filter is too long for a request to the daemon: shorten it"};
        }
        return {exit_unreachable, "unexpected response from " + socket_ + ": is it the daemon's admin socket?"};
    }

    std::string socket_;
};

/// A journal whose daemon may start between two requests; from then on the daemon is asked.
class stopped_source final : public event_source {
public:
    stopped_source(std::unique_ptr<event_source> journal, std::string socket)
        : journal_{std::move(journal)}, socket_{std::move(socket)} {}

    command_result<std::string> ask(std::string_view method, std::string_view target) override {
        auto told = journal_->ask(method, target);
        if (!told && told.error().code == exit_io && ask_daemon(socket_, "GET", "/healthz", patience)) {
            return daemon_source{socket_}.ask(method, target);
        }
        return told;
    }

private:
    std::unique_ptr<event_source> journal_;
    std::string socket_;
};

/// Nothing listens: the socket does not exist, or its daemon has exited without removing it.
bool nobody_listens(const std::string& socket, const http::client_error& error) {
    const bool hidden = access(socket.c_str(), W_OK) != 0 && errno == EACCES;
    return error.kind == http::client_errc::unreachable && !hidden;
}

} // namespace

command_result<std::unique_ptr<event_source>> open_event_source(const event_source_arguments& given) {
    std::signal(SIGPIPE, SIG_IGN);
    std::signal(SIGXFSZ, SIG_IGN); // a file size limit is a failed write, as it is for the daemon
    const auto socket = find_admin_socket(given.socket, given.config_path);
    if (!socket) {
        return std::unexpected{socket.error()};
    }
    const auto alive = ask_daemon(socket->path, "GET", "/healthz", patience);
    if (alive) {
        return std::make_unique<daemon_source>(socket->path);
    }
    if (!given.offline || given.socket || !nobody_listens(socket->path, alive.error())) {
        return std::unexpected{
            command_end{exit_unreachable, unreachable_text(socket->path, alive.error()), socket->errors}};
    }
    auto journal = open_offline_journal(given.config_path);
    if (!journal) {
        return journal;
    }
    return std::make_unique<stopped_source>(std::move(*journal), socket->path);
}

command_end refusal_of(unsigned status, const std::string& body) {
    const bool stops = status == 503;
    const exit_code code = status == 400 ? exit_usage : stops ? exit_unreachable : status == 507 ? exit_io : exit_no;
    const auto told = parse_json(body);
    if (!told.is_object() || !told.contains("error") || !told["error"].is_string()) {
        return {code, {}};
    }
    return {code, (stops ? "the daemon is stopping: " : "") + escaped(told["error"].get<std::string>())};
}

std::string percent_encoded(std::string_view text) {
    constexpr std::string_view plain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_~*:";
    std::string encoded;
    for (const char each : text) {
        if (plain.contains(each)) {
            encoded += each;
        } else {
            encoded += fmt::format("%{:02X}", static_cast<unsigned char>(each));
        }
    }
    return encoded;
}

std::string parameter(std::string_view key, std::string_view value) {
    return std::string{key} + '=' + percent_encoded(value);
}

} // namespace hookd::cli
