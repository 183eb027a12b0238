#include "app/reload_command.hpp"

#include "app/admin_client.hpp"
#include "app/exit_code.hpp"

#include <hookd/core/json_text.hpp>

#include <csignal>
#include <ostream>

namespace hookd::app {

namespace {

constexpr std::chrono::milliseconds patience{60'000};

} // namespace

int run_reload(const std::string& config_path, const std::optional<std::string>& given, std::ostream& out,
               std::ostream& err) {
    std::signal(SIGPIPE, SIG_IGN);
    const auto socket = find_admin_socket(given, config_path);
    if (!socket) {
        return end(socket.error(), err);
    }
    const auto answer = ask_daemon(socket->path, "POST", "/v1/reload", patience);
    if (!answer) {
        return socket->faults.empty() ? end({exit_unreachable, unreachable_text(socket->path, answer.error())}, err)
                                      : end({exit_config, socket->faults}, err);
    }
    if (answer->status == 200) {
        out << "reloaded\n";
        return exit_done;
    }
    const auto verdict = parse_json(answer->body);
    if (answer->status != 422 || !verdict.is_object() || !verdict.contains("faults")) {
        err << "Name the daemon's admin.socket with --socket: what listens on " << socket->path
            << " does not take a reload\n";
        return exit_unreachable;
    }
    for (const auto& fault : verdict["faults"]) {
        err << (fault.is_string() ? escaped(fault.get<std::string>()) : json_line(fault)) << '\n';
    }
    return exit_config;
}

} // namespace hookd::app
