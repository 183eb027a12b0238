// SPDX-License-Identifier: MIT
#include "sinks/hook.hpp"
#include "sinks/hostile.hpp"

#include <hookd/core/open_files.hpp>
#include <hookd/sinks/event_line.hpp>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstdlib>
#include <fcntl.h>
#include <map>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>

using namespace sinks_test;
using hookd::sinks::event_line;

namespace {

std::map<std::string, std::string> variables(const std::string& environ) {
    std::map<std::string, std::string> all;
    std::istringstream in(environ);
    for (std::string each; std::getline(in, each, '\0');) {
        all.emplace(each.substr(0, each.find('=')), each.substr(each.find('=') + 1));
    }
    return all;
}

constexpr const char* recorder = R"(
cat > "$0.input"
cat /proc/$$/environ > "$0.environ"
pwd > "$0.directory"
)";

} // namespace

TEST_CASE_METHOD(hook_fixture,
                 "exec: a hook gets the event line, exactly the promised environment, and the directory /") {
    ::setenv("HOOKD_SECRET", "must not be seen", 1);
    const auto sink = command({script("hook", recorder)});
    CHECK(run(*sink, sample(42), 3).what == verdict::delivered);
    ::unsetenv("HOOKD_SECRET");
    CHECK(trace("hook.input") == event_line(sample(42)) + '\n');
    CHECK(trace("hook.directory") == "/\n");
    const char* home = std::getenv("HOME");
    CHECK(variables(trace("hook.environ")) ==
          std::map<std::string, std::string>{{"PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"},
                                             {"HOME", home != nullptr ? home : "/"},
                                             {"LANG", "C.UTF-8"},
                                             {"HOOKD_ID", "msg_42"},
                                             {"HOOKD_TYPE", "upsert.success"},
                                             {"HOOKD_TIME", hookd::to_rfc3339(sample().accepted)},
                                             {"HOOKD_ENDPOINT", "colivara"},
                                             {"HOOKD_SEQUENCE", "42"},
                                             {"HOOKD_ATTEMPT", "3"},
                                             {"HOOKD_SUBJECT", "default_collection/report.pdf"}});
}

TEST_CASE_METHOD(hook_fixture, "exec: a document's name has no effect but to be read, from input and environment") {
    fs::create_directory(directory / "home");
    const auto hook = script("hook", recorder);
    const auto by_command = command({hook, "fixed argument"});
    const auto by_shell = shell("cat > " + hook + ".input; cat /proc/$$/environ > " + hook + ".environ");
    for (auto* sink : {by_command.get(), by_shell.get()}) {
        for (const auto& name : hostile_names()) {
            auto what = sample();
            what.document = name;
            what.body = nlohmann::json{{"name", name}}.dump();
            REQUIRE(run(*sink, what).what == verdict::delivered);
            CHECK(nlohmann::json::parse(trace("hook.input"))["data"]["name"] == name);
            auto shown = "default_collection/" + name;
            if (const auto nul = shown.find('\0'); nul != std::string::npos) {
                shown.replace(nul, 1, "\xEF\xBF\xBD");
            }
            CHECK(variables(trace("hook.environ"))["HOOKD_SUBJECT"] == shown);
        }
    }
    CHECK_FALSE(fs::exists("/x"));
    CHECK_FALSE(fs::exists("x"));
    auto left = names_in(directory.path());
    std::erase_if(left, [](const std::string& name) { return name == "hook.directory"; });
    CHECK(left.size() == 4);
}

TEST_CASE_METHOD(hook_fixture, "exec: names too long for the environment are cut between characters, never the input") {
    auto what = sample();
    what.document.clear();
    for (int i = 0; i < 100'000; ++i) {
        what.document += "é";
    }
    what.type = std::string(200'000, 't');
    what.body = nlohmann::json{{"name", what.document}}.dump();
    CHECK(run(*command({script("hook", recorder)}), what).what == verdict::delivered);
    auto seen = variables(trace("hook.environ"));
    CHECK(seen["HOOKD_TYPE"].size() == 32'768);
    CHECK(seen["HOOKD_SUBJECT"].size() == 32'767); // 19 bytes of ASCII before characters of two
    CHECK(nlohmann::json::parse(trace("hook.input"))["data"]["name"] == what.document);
}

TEST_CASE_METHOD(hook_fixture, "exec: the exit status says what becomes of the event") {
    CHECK(run_script("exit 0").what == verdict::delivered);

    const auto rejected = run_script("echo 'no such customer' >&2; exit 65");
    CHECK(rejected.what == verdict::reject);
    CHECK(rejected.detail == "exit 65: no such customer");

    const auto failed = run_script("echo first >&2; printf 'the \\033[31mlast\\n\\n' >&2; exit 3");
    CHECK(failed.what == verdict::retry);
    CHECK(failed.detail == "exit 3: the \\x1b[31mlast");

    const auto killed = run_script("kill -KILL $$");
    CHECK(killed.what == verdict::retry);
    CHECK(killed.detail == "signal 9 (Killed)");
}

TEST_CASE_METHOD(hook_fixture, "exec: a shell line that finds no command is tried again") {
    const auto missing = run(*shell("/no/such/program"));
    CHECK(missing.what == verdict::retry);
    CHECK(missing.detail.starts_with("exit 127: "));
    CHECK(run(*shell("/etc/passwd")).detail.starts_with("exit 126: "));
}

TEST_CASE_METHOD(hook_fixture, "exec: a command that cannot be started makes the sink unavailable, until it can") {
    const auto path = (directory / "hook").string();
    const auto sink = command({path});
    const auto missing = run(*sink);
    CHECK(missing.what == verdict::unavailable);
    CHECK(missing.detail == "cannot start " + path + ": No such file or directory");
    put(path, "#!/bin/sh\nexit 0\n");
    CHECK(run(*sink).detail == "cannot start " + path + ": Permission denied");
    fs::permissions(path, fs::perms::owner_all);
    CHECK(run(*sink).what == verdict::delivered);
    put(path, "#!/no/such/interpreter\n");
    CHECK(run(*sink).what == verdict::unavailable);
    CHECK(run(*sink).detail == "cannot start " + path +
                                   ": No such file or directory: it names the interpreter "
                                   "/no/such/interpreter: No such file or directory; install it "
                                   "or correct the first line");
}

TEST_CASE_METHOD(hook_fixture, "exec: a hook inherits neither descriptors nor ignored signals") {
    const int inheritable = ::fcntl(STDERR_FILENO, F_DUPFD, 57);
    REQUIRE(inheritable >= 57);
    CHECK(run_script("test ! -e /proc/$$/fd/" + std::to_string(inheritable)).what == verdict::delivered);
    ::close(inheritable);
    // SIGPIPE is ignored here, as in the daemon.
    CHECK(run_script("kill -PIPE $$; exit 0").detail == "signal 13 (Broken pipe)");
}

TEST_CASE_METHOD(hook_fixture, "exec: a hook has the umask that the daemon was started with") {
    const auto mask = ::umask(037);
    CHECK(run_script("umask >$0.mask").what == verdict::delivered);
    ::umask(mask);
    CHECK(trace("hook.mask") == "0037\n");
}

TEST_CASE_METHOD(hook_fixture, "exec: a hook has the limit of open files that the daemon was started with") {
    rlimit before{};
    REQUIRE(::getrlimit(RLIMIT_NOFILE, &before) == 0);
    rlimit low = before;
    low.rlim_cur = 300;
    REQUIRE(::setrlimit(RLIMIT_NOFILE, &low) == 0);
    REQUIRE(hookd::raise_file_limit(400) == 400);
    REQUIRE(hookd::raise_file_limit(500) == 500);
    CHECK(hookd::raise_file_limit(350) == 500);
    CHECK(run_script("ulimit -S -n >$0.soft; ulimit -H -n >$0.hard; true").what == verdict::delivered);
    REQUIRE(::setrlimit(RLIMIT_NOFILE, &before) == 0);
    CHECK(trace("hook.soft") == "300\n");
    CHECK(trace("hook.hard") != "300\n");
}

TEST_CASE_METHOD(hook_fixture, "exec: deliveries can be under way at once") {
    // Each waits for the other's file.
    const auto hook = script("hook", "touch $0.$HOOKD_SEQUENCE\n"
                                     "until test -e $0.1 -a -e $0.2; do sleep 0.01; done\n");
    const auto sink = command({hook});
    std::vector<outcome> answers;
    for (const std::uint64_t sequence : {1U, 2U}) {
        boost::asio::co_spawn(worker, sink->deliver({on_its_way(sample(sequence))}),
                              [&](const std::exception_ptr&, const outcomes& what) {
                                  answers.insert(answers.end(), what.begin(), what.end());
                              });
    }
    worker.run_for(std::chrono::seconds(20));
    CHECK(answers.size() == 2);
    CHECK(all_are(answers, verdict::delivered));
}

TEST_CASE_METHOD(hook_fixture, "exec: 200 deliveries leave neither a descriptor nor a process behind") {
    const auto sink = command({"/bin/true"});
    CHECK(run(*sink).what == verdict::delivered);
    const auto before = open_descriptors();
    for (int i = 0; i < 200; ++i) {
        REQUIRE(run(*sink).what == verdict::delivered);
    }
    CHECK(open_descriptors() == before);
    CHECK(::waitpid(-1, nullptr, WNOHANG) == -1);
    CHECK(errno == ECHILD);
}
