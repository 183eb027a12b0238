// SPDX-License-Identifier: MIT
#include "sinks/exec/background_output.hpp"
#include "sinks/hook.hpp"

#include <hookd/sinks/orphans.hpp>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>

#include <atomic>
#include <csignal>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <thread>

using namespace sinks_test;

namespace {

/// Reaps nothing.
bool no_child_is_left() {
    siginfo_t ended{};
    return ::waitid(P_ALL, 0, &ended, WEXITED | WNOHANG | WNOWAIT) == -1 && errno == ECHILD;
}

bool comes(const fs::path& path) {
    const auto latest = std::chrono::steady_clock::now() + std::chrono::seconds(10);
    while (!fs::exists(path) && std::chrono::steady_clock::now() < latest) {
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    return fs::exists(path);
}

hookd::event with_large_body() {
    auto what = sample();
    what.body = '"' + std::string(1U << 20U, 'x') + '"';
    return what;
}

} // namespace

TEST_CASE_METHOD(hook_fixture, "exec: a hook that hangs is ended with its whole group, and the event tried again") {
    const auto answer = run_script("sleep 1000 & echo $! > $0.child\necho waiting >&2\nwait\n", 300);
    CHECK(answer.what == verdict::retry);
    CHECK(answer.detail == "timed out after 300ms: waiting");
    CHECK(ends(traced_process("hook.child")));
    CHECK(no_child_is_left());
}

TEST_CASE_METHOD(hook_fixture, "exec: a hook that exits well after its time counts as failed all the same") {
    const auto answer = run_script("trap 'exit 0' TERM\nwhile :; do sleep 0.01; done\n", 200);
    CHECK(answer.what == verdict::retry);
    CHECK(answer.detail.starts_with("timed out after 200ms"));
}

TEST_CASE_METHOD(hook_fixture, "exec: a hook that ignores SIGTERM gets SIGKILL") {
    const auto begun = std::chrono::steady_clock::now();
    const auto answer = run_script("trap '' TERM\necho $$ > $0.self\nwhile :; do sleep 1; done\n", 100);
    CHECK(answer.what == verdict::retry);
    CHECK(std::chrono::steady_clock::now() - begun >= std::chrono::milliseconds(2'000));
    CHECK(ends(traced_process("hook.self")));
    CHECK(no_child_is_left());
}

TEST_CASE_METHOD(hook_fixture, "exec: megabytes of output neither block the hook nor flood the log") {
    const auto sink = command({script("hook", "yes 'a line' | head -c 8000000\n"
                                              "head -c 8000000 /dev/zero | tr '\\0' x >&2\n"
                                              "echo; echo done >&2; exit 4\n")});
    const auto answer = run(*sink);
    CHECK(answer.what == verdict::retry);
    CHECK(answer.detail.starts_with("exit 4: xxx"));
    CHECK(answer.detail.size() <= 1100);
    const auto text = log.text();
    CHECK(text.starts_with("sink hook: msg_1: a line\n"));
    CHECK(text.size() < 24'000);
    CHECK(lines_of(text).size() <= 102);
    CHECK(text.contains("more bytes, not logged"));
}

TEST_CASE_METHOD(hook_fixture, "exec: what a hook prints is logged line by line, and cannot forge a line") {
    CHECK(run_script("printf 'one\\n\\033[2Jtwo\\rthree\\nno end'").what == verdict::delivered);
    CHECK(log.text() == "sink hook: msg_1: one\n"
                        "sink hook: msg_1: \\x1b[2Jtwo\\x0dthree\n"
                        "sink hook: msg_1: no end\n");
}

TEST_CASE_METHOD(hook_fixture, "exec: a hook may close its input, or never read it") {
    for (const char* text : {"exec 0<&-\nsleep 0.1\n", "exit 0", "head -c 10 > /dev/null"}) {
        const auto sink = command({script("hook", text)});
        CHECK(run(*sink, with_large_body()).what == verdict::delivered);
    }
}

TEST_CASE_METHOD(hook_fixture, "exec: a hook that outputs while it reads does not lock up") {
    CHECK(run(*command({"/bin/cat"}), with_large_body()).what == verdict::delivered);
}

TEST_CASE_METHOD(hook_fixture, "exec: what a hook leaves running when it ends is neither waited for nor ended") {
    for (const char* text : {"exit 0", "exit 3", "kill -KILL $$"}) {
        const auto begun = std::chrono::steady_clock::now();
        run_script("sleep 1000 >/dev/null 2>&1 & echo $! > $0.quiet\n"
                   "sleep 1000 & echo $! > $0.holds_the_pipes\n" +
                   std::string(text));
        CHECK(std::chrono::steady_clock::now() - begun < std::chrono::seconds(10));
        for (const char* name : {"hook.quiet", "hook.holds_the_pipes"}) {
            CHECK(::kill(traced_process(name), 0) == 0);
            ::kill(traced_process(name), SIGKILL);
        }
    }
}

TEST_CASE_METHOD(hook_fixture, "exec: what a hook leaves running may print on, and is read and logged to its end") {
    const auto sink = command({script("hook", "(until test -e $0.go; do sleep 0.01; done\n"
                                              " echo late; head -c 300000 /dev/zero | tr '\\0' x; echo\n"
                                              " echo made > $0.made; mv $0.made $0.done) &\n"
                                              "echo early\n")});
    CHECK(run(*sink).what == verdict::delivered);
    CHECK(log.text() == "sink hook: msg_1: early\n");
    put(directory / "hook.go", "");
    CHECK(comes(directory / "hook.done"));
    CHECK(log.comes("more bytes, not logged"));
    CHECK(log.text().contains("sink hook: msg_1: late\n"));
}

TEST_CASE_METHOD(hook_fixture, "exec: an error while such output is read ends the reading of that alone") {
    log.fail_at("bad");
    const auto prints = [this](const std::string& name, const std::string& text) {
        return command({script(name, "(until test -e $0.go; do sleep 0.01; done; echo " + text + ") &\n")});
    };
    const auto first = prints("first", "bad");
    const auto second = prints("second", "good");
    CHECK(run(*first).what == verdict::delivered);
    CHECK(run(*second).what == verdict::delivered);
    put(directory / "first.go", "");
    CHECK(log.comes("msg_1: the output of the hook's background process is no longer read: unknown exception"));
    put(directory / "second.go", "");
    CHECK(log.comes("sink hook: msg_1: good\n"));
}

TEST_CASE_METHOD(hook_fixture, "exec: past a bound the pipes of what is left running are closed, and the log says so") {
    auto sink = command({script("hook", "sleep 1000 & echo $! >> $0.children\n")});
    const auto before = open_descriptors();
    for (std::size_t i = 0; i < hookd::sinks::background_output::most; ++i) {
        REQUIRE(run(*sink).what == verdict::delivered);
    }
    const auto full = open_descriptors();
    CHECK(full >= before + 2 * hookd::sinks::background_output::most);
    CHECK_FALSE(log.text().contains("its pipe is closed"));
    CHECK(run(*sink).what == verdict::delivered);
    CHECK(log.text().contains("sink hook: msg_1: the hook left a process in the background; the output of 64 "
                              "others is already being read, so its pipe is closed: redirect its output"));
    CHECK(open_descriptors() == full);
    sink.reset();
    CHECK(log.text().contains("64 hooks left a process in the background; its output is no longer read"));
    for (const auto& child : lines_of(trace("hook.children"))) {
        ::kill(std::stoi(child), SIGKILL);
    }
}

TEST_CASE_METHOD(hook_fixture, "exec: past its time all of a hook's group has time to end well") {
    const auto answer = run_script("sh -c 'trap \"sleep 0.3; touch $0.ended_well; exit\" TERM\n"
                                   "       while :; do sleep 0.01; done' $0 >/dev/null 2>&1 & echo $! > $0.child\n"
                                   "exec sleep 1000\n",
                                   200);
    CHECK(answer.what == verdict::retry);
    CHECK(fs::exists(directory / "hook.ended_well"));
    CHECK(ends(traced_process("hook.child")));
}

TEST_CASE_METHOD(hook_fixture, "exec: past its time and its grace nothing of a hook's group is left") {
    const auto answer = run_script("sh -c 'trap \"\" TERM; while :; do sleep 0.01; done' & echo $! > $0.child\n"
                                   "exec sleep 1000\n",
                                   100);
    CHECK(answer.what == verdict::retry);
    CHECK(ends(traced_process("hook.child")));
    CHECK(no_child_is_left());
}

TEST_CASE_METHOD(hook_fixture, "exec: a process that left the group and holds the pipes is not awaited") {
    const auto answer = run_script("setsid sh -c 'echo $$ > '$0.made'; mv '$0.made' '$0.child'; exec sleep 1000' &\n"
                                   "until test -e $0.child; do sleep 0.01; done\n"
                                   "echo last words >&2; exit 9\n");
    CHECK(answer.what == verdict::retry);
    CHECK(answer.detail == "exit 9: last words");
    const auto left = traced_process("hook.child");
    CHECK(::kill(left, 0) == 0);
    ::kill(left, SIGKILL);
}

TEST_CASE_METHOD(hook_fixture, "exec: cancelled, it ends the hook's group, with a word before, and says unavailable") {
    const auto sink = command({script("hook", GENERATE("trap '' TERM\n", "trap 'touch $0.told; exit' TERM\n") +
                                                  std::string("sleep 1000 & echo $! > $0.made; mv $0.made $0.child\n"
                                                              "while :; do wait; done\n"))});
    boost::asio::cancellation_signal cancel;
    outcomes answers;
    boost::asio::co_spawn(
        worker, sink->deliver({on_its_way(with_large_body())}),
        boost::asio::bind_cancellation_slot(
            cancel.slot(), [&](const std::exception_ptr&, outcomes what) { answers = std::move(what); }));
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(10);
    while (!fs::exists(directory / "hook.child") && std::chrono::steady_clock::now() < deadline) {
        worker.run_for(std::chrono::milliseconds(5));
    }
    REQUIRE(answers.empty());
    const auto begun = std::chrono::steady_clock::now();
    cancel.emit(boost::asio::cancellation_type::terminal);
    worker.run_for(std::chrono::seconds(10));
    CHECK(std::chrono::steady_clock::now() - begun <
          std::chrono::milliseconds(1'000)); // as long as the sink worker waits
    REQUIRE(answers.size() == 1);
    CHECK(answers[0].what == verdict::unavailable);
    CHECK(fs::exists(directory / "hook.told") == contents(directory / "hook").contains("told"));
    CHECK(ends(traced_process("hook.child")));
    CHECK(no_child_is_left());
}

TEST_CASE("exec: who reaps orphans leaves a hook's exit status to its sink") {
    hookd::sinks::child_process::ends ends;
    auto child = hookd::sinks::child_process::start({{"/bin/sh", "-c", "exit 65"}, {}}, ends);
    REQUIRE(child);
    pollfd ended{ends.ended.get(), POLLIN, 0};
    REQUIRE(::poll(&ended, 1, 10'000) == 1);
    hookd::sinks::reap_orphans();
    const auto status = child->reap();
    CHECK(status.known);
    CHECK(status.code == 65);
}

TEST_CASE_METHOD(hook_fixture, "exec: what hooks leave to process 1 is reaped, while other hooks run") {
    REQUIRE(::prctl(PR_SET_CHILD_SUBREAPER, 1) == 0); // as process 1 is
    std::atomic<bool> over = false;
    std::thread reaper{[&] {
        while (!over) {
            hookd::sinks::reap_orphans();
        }
    }};
    const auto sink = command({script("hook", "true &\nexit 65\n")});
    for (int i = 0; i < 20; ++i) {
        CHECK(run(*sink).detail == "exit 65");
    }
    const auto latest = std::chrono::steady_clock::now() + std::chrono::seconds(10);
    while (!no_child_is_left() && std::chrono::steady_clock::now() < latest) {
        std::this_thread::yield();
    }
    over = true;
    reaper.join();
    CHECK(no_child_is_left());
    REQUIRE(::prctl(PR_SET_CHILD_SUBREAPER, 0) == 0);
}

TEST_CASE_METHOD(hook_fixture, "exec: a sink worker that is torn down takes its hooks with it") {
    const auto sink = command({script("hook", "echo $$ > $0.made; mv $0.made $0.self; exec sleep 1000")});
    {
        boost::asio::io_context short_lived(1);
        boost::asio::co_spawn(short_lived, sink->deliver(batch_of(1)),
                              [](const std::exception_ptr&, const outcomes&) {});
        const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(10);
        while (!fs::exists(directory / "hook.self") && std::chrono::steady_clock::now() < deadline) {
            short_lived.run_for(std::chrono::milliseconds(5));
        }
    }
    CHECK(ends(traced_process("hook.self")));
    CHECK(no_child_is_left());
}
