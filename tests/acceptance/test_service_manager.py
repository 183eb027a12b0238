# SPDX-License-Identifier: MIT
"""What the daemon tells systemd, read from a real notification socket (sd_notify(3)), and the watchdog: it is fed
only while every thread that intake needs turns."""

import signal
import socket
import time

import pytest

from harness import message_id, success_event, until
from harness.admin import ask, unix_socket
from harness.freezing import frozen
from harness.notification import Manager
from harness.passed_socket import passed_socket, passed_sockets


@pytest.fixture
def manager(tmp_path):
    return Manager(tmp_path)


def test_start_reload_and_end_are_told(make_daemon, manager):
    daemon = make_daemon(environment=manager.environment()).start()
    at, ready = manager.wait_for("READY")
    assert ready == {"READY": "1", "STATUS": "ready: 2 listener(s), 1 endpoint(s), 1 sink(s)"}
    daemon.configuration["nonsense"] = {"a": 1}
    daemon.write_configuration()
    before = time.monotonic_ns() // 1000
    daemon.signal(signal.SIGHUP)
    at, reloading = manager.wait_for("RELOADING", at + 1)
    assert before <= int(reloading["MONOTONIC_USEC"]) <= time.monotonic_ns() // 1000
    at, ready = manager.wait_for("READY", at + 1)
    assert "the last reload failed: " in ready["STATUS"] and "nonsense" in ready["STATUS"]
    daemon.stop()
    assert manager.wait_for("STOPPING", at + 1)[1]["STATUS"] == "draining"
    assert all("WATCHDOG" not in message for message in manager.messages), "nobody has asked for it"


def test_a_stop_needs_no_descriptor_that_was_not_there_before(make_daemon, manager):
    no_look_for_leaks = {"ASAN_OPTIONS": "detect_leaks=0"}  # which needs descriptors of its own, at the end
    daemon = make_daemon(environment=manager.environment() | no_look_for_leaks).start()
    id = message_id()
    daemon.send(success_event(), id)
    daemon.wait_for_events([id])
    daemon.limit_descriptors(3)
    began = time.monotonic()
    daemon.stop()
    assert time.monotonic() - began < 5
    assert manager.wait_for("STOPPING", 0)[1]["STATUS"] == "draining"
    for complaint in ("cannot", "Too many open files"):
        assert complaint not in daemon.log()


@pytest.mark.parametrize("thread", ["hookd-io", "hookd-journal"])
def test_the_watchdog_is_fed_while_every_thread_that_intake_needs_turns_and_only_then(make_daemon, manager, thread):
    daemon = make_daemon(environment=manager.environment(WATCHDOG_USEC="2000000")).start()
    daemon.send(success_event())
    at, _ = manager.wait_for("WATCHDOG")
    at, _ = manager.wait_for("WATCHDOG", at + 1)
    with frozen(daemon.process, thread):
        daemon.wait_for_log("critical .* has not responded for ")
        fed = len(manager.read())
        time.sleep(1.5)  # the daemon would have fed it three times
        assert all("WATCHDOG" not in message for message in manager.read()[fed:])
    daemon.wait_for_log("all threads respond again")
    manager.wait_for("WATCHDOG", len(manager.read()))


def test_a_watchdog_meant_for_another_process_is_not_fed(make_daemon, manager):
    daemon = make_daemon(environment=manager.environment(WATCHDOG_USEC="1000000", WATCHDOG_PID="1")).start()
    daemon.send(success_event())
    time.sleep(1.2)
    assert all("WATCHDOG" not in message for message in manager.read())


def test_a_socket_that_systemd_passes_is_listened_on(make_daemon):
    with passed_socket() as (passed, keys):
        daemon = make_daemon(**keys).start()
        daemon.listeners[0].address = "%s:%d" % passed.getsockname()
        assert daemon.send(success_event()).status == 204
        daemon.stop()
        # It stays open for the next one: nobody is refused meanwhile.
        waiting = socket.create_connection(passed.getsockname())
        request = daemon.request(success_event())
        waiting.sendall(request)
        daemon.start()
        waiting.settimeout(20)
        assert waiting.recv(100).startswith(b"HTTP/1.1 204 ")
        waiting.close()


def test_a_thread_that_intake_needs_and_that_hangs_makes_health_and_readiness_fail_until_it_runs_again(make_daemon, manager):
    daemon = make_daemon(environment=manager.environment(WATCHDOG_USEC="2000000")).start()

    def told(path):
        answer = ask(unix_socket(daemon), path)
        return answer.status, answer.body

    with frozen(daemon.process, "hookd-journal"):
        until(lambda: told("/healthz")[0] == 503, "the health check to fail")
        assert b"journal" in told("/healthz")[1]
        assert told("/readyz")[0] == 503
    until(lambda: told("/healthz") == (200, b"ok\n"), "the health check to succeed")


def served(daemon, passed):
    daemon.listeners[0].address = "%s:%d" % passed.getsockname()
    return daemon.send(success_event()).status == 204


def test_all_sockets_of_a_name_are_served_also_after_a_reload(make_daemon):
    """A unit with two ListenStream= lines passes two of one name."""
    with passed_sockets("web", "web") as (both, keys):
        daemon = make_daemon(**keys, server={"threads": 2}).start()
        for _ in range(2):
            assert all(served(daemon, each) for each in both for _ in range(4))
            assert daemon.run("reload").returncode == 0
        assert "no listener uses" not in daemon.log()


def test_a_socket_that_was_passed_and_that_no_listener_uses_is_reported(make_daemon):
    with passed_sockets("web", "extra") as ((web, extra), keys):
        daemon = make_daemon(**keys).start()
        assert served(daemon, web)
        line = daemon.wait_for_log("warning systemd passed a socket that no listener uses .*")[0]
        assert "127.0.0.1:%d" % extra.getsockname()[1] in line and 'address = "systemd:extra"' in line
        assert daemon.log().count("no listener uses") == 1
