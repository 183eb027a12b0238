# SPDX-License-Identifier: MIT
"""Guarantee 17, beside the sinks: a configuration or a certificate that lies on a dead mount, a journal whose disk does not
answer, and a system that gives no threads hold up what needs them and nothing else; and a signal does what it says from
the first moment on."""

import os
import re
import signal
import time
from pathlib import Path

import pytest

from harness import event_ids, message_id, success_event, until
from harness.admin import ask, metrics, unix_socket, wait_for_metric
from harness.certificates import Certificates
from harness.half_sent import half_sent
from harness.hanging_calls import HangingCalls
from harness.sinks import read_queue

DONE, NO, IO = 0, 1, 74


def with_calls(daemon):
    return daemon, HangingCalls(daemon)


def healthy_and_delivering(daemon):
    assert ask(unix_socket(daemon), "/healthz").status == 200
    id = message_id()
    assert daemon.send(success_event(), id).status == 204
    until(lambda: id in event_ids(daemon.sink_path), "the event at the sink")


def stop_with_a_request_under_way(daemon):
    connection, rest = half_sent(daemon, daemon.request(success_event()))
    since, begin = len(daemon.log()), time.monotonic()
    daemon.signal(signal.SIGTERM)
    daemon.wait_for_log("draining", since)
    connection.send(rest)
    assert connection.response().status == 204
    assert daemon.wait() == DONE, daemon.log()
    assert time.monotonic() - begin < 4, "drain_timeout is 10 s, and nothing was under way any more"


def test_a_reload_that_hangs_is_told_and_holds_up_neither_the_daemon_nor_its_stop(make_daemon):
    daemon, calls = with_calls(make_daemon())
    daemon.start()
    calls.add("open hookd.toml")
    daemon.signal(signal.SIGHUP)
    calls.wait_for()
    daemon.wait_for_log("error a reload has been running for .*: a file that it reads or a sink that it stops does not respond")
    assert metrics(daemon)['hookd_task_seconds{task="reload"}'] > 4
    healthy_and_delivering(daemon)
    refused = ask(unix_socket(daemon), "/v1/reload", "POST")
    assert refused.status == 422 and b"no reload can start before it finishes" in refused.body
    stop_with_a_request_under_way(daemon)


def test_once_it_answers_again_a_reload_that_hung_is_done(make_daemon):
    daemon, calls = with_calls(make_daemon())
    daemon.start()
    with calls("open hookd.toml"):
        daemon.signal(signal.SIGHUP)
        calls.wait_for()
    daemon.wait_for_log(r"(?m) reloaded /")
    wait_for_metric(daemon, 'hookd_task_seconds{task="reload"}', lambda seconds: seconds == 0)


def test_a_certificate_that_hangs_is_told_and_holds_up_neither_the_daemon_nor_its_stop(make_daemon, tmp_path):
    (tmp_path / "tls").mkdir()
    own = Certificates(tmp_path / "tls")
    daemon, calls = with_calls(make_daemon(certificates=own))
    daemon.start()
    calls.add(f"open {own.private_key}")
    for each in (own.certificate, own.private_key):
        os.utime(each)
    calls.wait_for()
    wait_for_metric(daemon, 'hookd_task_seconds{task="certificates"}', lambda seconds: seconds > 0)
    healthy_and_delivering(daemon)
    daemon.wait_for_log("error a check of the certificate files has been running for ")
    stop_with_a_request_under_way(daemon)


def test_a_stop_whose_journal_hangs_ends_all_the_same(make_daemon):
    daemon, calls = with_calls(make_daemon(server={"drain_timeout": "500ms"}))
    daemon.start()
    healthy_and_delivering(daemon)
    calls.add("sync journal.db")
    connection, rest = half_sent(daemon, daemon.request(success_event()))
    connection.send(rest)
    calls.wait_for()
    begin = time.monotonic()
    daemon.signal(signal.SIGTERM)
    assert daemon.wait() == NO, "no good end: the request was never answered"
    assert 0.5 < time.monotonic() - begin < 5
    connection.close()


# Threads

def test_a_stop_needs_no_further_thread(make_daemon):
    daemon, calls = with_calls(make_daemon())
    daemon.start()
    healthy_and_delivering(daemon)
    calls.add("thread")
    stop_with_a_request_under_way(daemon)


def test_a_start_that_gets_too_few_threads_says_so_and_ends(make_daemon):
    daemon, calls = with_calls(make_daemon())
    for number in range(50):
        calls.add(f"thread {number}")
        since = len(daemon.log())
        if daemon.try_to_start():
            break
        assert daemon.wait() == IO, f"with {number} threads: {daemon.log()[since:]}"
        assert re.search("cannot start a thread|Resource temporarily unavailable", daemon.log()[since:]), daemon.log()[since:]
        calls.remove(f"thread {number}")
    assert number > 6, "the daemon has at least this many"
    daemon.stop()


# Signals

@pytest.mark.parametrize("early", ["open hookd.toml", "open journal.db"])
def test_a_hangup_that_comes_before_the_start_is_over_is_a_reload_after_it(make_daemon, early):
    daemon, calls = with_calls(make_daemon())
    calls.add(early)
    daemon.launch()
    calls.wait_for()
    daemon.signal(signal.SIGHUP)
    daemon.signal(signal.SIGUSR1)
    calls.remove(early)
    daemon.wait_for_log(r"(?m) reloaded /")
    daemon.stop()


@pytest.mark.parametrize("early, patience", [("open hookd.toml", "25s"), ("open journal.db", "7s")])
def test_a_stop_that_comes_before_the_start_is_over_is_a_good_end(make_daemon, early, patience):
    daemon, calls = with_calls(make_daemon(server={"drain_timeout": "7s"}))
    calls.add(early)
    daemon.launch()
    calls.wait_for()
    daemon.signal(signal.SIGTERM)
    daemon.wait_for_log(f"draining for at most {patience}\n")
    calls.remove(early)
    assert daemon.wait() == DONE, daemon.log()


def test_a_start_that_hangs_ends_at_the_second_signal(make_daemon):
    daemon, calls = with_calls(make_daemon())
    calls.add("open hookd.toml")
    daemon.launch()
    calls.wait_for()
    daemon.signal(signal.SIGTERM)
    daemon.wait_for_log("draining")
    daemon.signal(signal.SIGTERM)
    assert daemon.wait() == NO


def test_whoever_starts_the_daemon_with_its_signals_blocked_can_stop_it(make_daemon):
    daemon = make_daemon(wrapper=["/usr/bin/python3", "-c", "import os, signal, sys; "
                                  "signal.pthread_sigmask(signal.SIG_BLOCK, range(1, 32)); os.execv(sys.argv[1], sys.argv[1:])"])
    daemon.start()
    daemon.stop()


def test_a_user_signal_reopens_files_and_reloads_nothing(make_daemon, tmp_path):
    daemon = make_daemon(sinks=[{"name": "q", "type": "queue", "path": tmp_path / "q"}]).start()
    daemon.send(success_event())
    until(lambda: len(read_queue(tmp_path / "q")) == 1, "the first event")
    (tmp_path / "q").rename(tmp_path / "old")
    daemon.send(success_event())
    daemon.wait_for_log("sink q: unavailable")
    daemon.configuration["nonsense"] = {}
    daemon.write_configuration()
    daemon.signal(signal.SIGUSR1)
    until(lambda: (tmp_path / "q/new").exists() and len(read_queue(tmp_path / "q")) == 1, "the second event, in directories made again")
    daemon.wait_for_log("info reopening the files of the sinks and of the access log")
    assert "reloaded" not in daemon.log()
    daemon.stop()


def test_the_administration_gets_its_socket_back_at_a_hangup(make_daemon):
    daemon = make_daemon().start()
    path = Path(daemon.configuration["admin"]["socket"])
    path.unlink()
    daemon.signal(signal.SIGHUP)
    daemon.wait_for_log(r" reloaded /")
    assert path.exists()
    assert daemon.run("status").returncode == DONE
    made_again = path.stat().st_ino
    assert ask(unix_socket(daemon), "/v1/reload", "POST").status == 200
    assert path.stat().st_ino == made_again, "a socket that is there stays"
    daemon.stop()


def test_a_hook_inherits_no_blocked_and_no_ignored_signal(make_daemon, tmp_path):
    daemon = make_daemon(sinks=[{"name": "hook", "type": "exec", "shell": f"grep -E 'SigBlk|SigIgn' /proc/self/status > {tmp_path}/seen"}])
    daemon.start()
    daemon.send(success_event())
    seen = until(lambda: (tmp_path / "seen").exists() and re.findall(r"(Sig\w+):\s+(\w+)", (tmp_path / "seen").read_text()),
                 "what the hook saw")
    glibcs_own = 0x180000000  # 32 and 33, which sigaction(2) lets nobody touch
    assert [(name, int(mask, 16) & ~glibcs_own) for name, mask in seen] == [("SigBlk", 0), ("SigIgn", 0)]
    daemon.stop()


def test_a_timer_that_expires_in_the_moment_of_the_end_does_not_keep_the_daemon_from_ending(make_daemon):
    """As on a machine so busy that the main thread learns of both at once."""
    daemon, calls = with_calls(make_daemon())
    daemon.start()
    connection, rest = half_sent(daemon, daemon.request(success_event()))
    daemon.signal(signal.SIGTERM)
    daemon.wait_for_log("draining")
    with calls("wait"):
        calls.wait_for()
        since = len(daemon.log())
        connection.send(rest)
        daemon.wait_for_log(" stopped", since)
        time.sleep(0.6)  # a timer of the main thread expires every 0.5 s
    assert daemon.wait(5) == DONE
