# SPDX-License-Identifier: MIT
"""Where the process may open few files, connections leave those that the sinks and the administration need."""

import contextlib
import re
import subprocess

import pytest

from harness import Connection, event_ids, exchange, message_id, read_queue, success_event, until
from harness.admin import ask, metrics, tcp_socket, unix_socket
from harness.slow_clients import raise_descriptor_limit
from harness.daemon import binary
from harness.hooks import exec_sink, file_sink, lines_of, write_hook
from harness.receiver import Receiver, http_sink

ADMITTED = re.compile(r"the process may open only (\d+) files.*: at most (\d+) connections are accepted; "
                      r"raise LimitNOFILE to (\d+) or lower max_connections")


@pytest.mark.parametrize("limit", [256, 640])
def test_a_crowd_leaves_descriptors_to_every_sink_and_the_administration(make_daemon, tmp_path, limit):
    raise_descriptor_limit()
    hook = write_hook(tmp_path, 'cat > /dev/null; echo "$HOOKD_ID" >> "$here/ids"')
    with contextlib.ExitStack() as held:
        app = held.enter_context(Receiver())
        sinks = [file_sink(tmp_path / "events.jsonl"), exec_sink(hook, concurrency=4), http_sink(app.url),
                 {"name": "queue", "type": "queue", "path": tmp_path / "queue"}]
        daemon = make_daemon(certificates=None, wrapper=["prlimit", f"--nofile={limit}:{limit}"], sinks=sinks,
                             server={"header_timeout": "60s"})
        daemon.configuration["admin"]["address"] = "127.0.0.1:0"
        held.enter_context(daemon)
        kept = held.enter_context(Connection(daemon.http))
        ids = [message_id() for _ in range(8)]

        def send(id):
            kept.send(daemon.request(success_event(), id))
            assert kept.response().status == 204

        send(ids[0])
        for number in range(limit + 100):
            held.enter_context(Connection(daemon.http, source=f"127.0.0.{2 + number % 5}"))
        for id in ids[1:]:
            send(id)
        app.wait_for(ids)
        until(lambda: set(ids) <= set(event_ids(tmp_path / "events.jsonl")), "the file")
        until(lambda: set(ids) <= set(lines_of(tmp_path / "ids")), "the hook")
        until(lambda: set(ids) <= {event["id"] for event in read_queue(tmp_path / "queue")}, "the queue")
        for where in (unix_socket(daemon), tcp_socket(daemon)):
            assert ask(where, "/readyz").body.startswith(b"ready\n")
        assert exchange(daemon.http, daemon.request(success_event())).status == 204
        admitted = int(ADMITTED.search(daemon.log())[2])
        # One that gives way counts until it is closed, which is a moment after the new one was accepted.
        until(lambda: metrics(daemon)["hookd_connections"] <= admitted, "the connections that gave way to be closed")
        assert "Too many open files" not in daemon.log()


def test_what_hooks_have_left_running_has_descriptors_beside_a_crowd(make_daemon, tmp_path):
    raise_descriptor_limit()
    limit = 640
    hook = write_hook(tmp_path, 'cat > /dev/null; (sleep 0.1; sleep 20) & echo "$HOOKD_ID" >> "$here/ids"')
    daemon = make_daemon(certificates=None, wrapper=["prlimit", f"--nofile={limit}:{limit}"],
                         sinks=[exec_sink(hook)], server={"header_timeout": "60s"})
    daemon.configuration["admin"]["address"] = "127.0.0.1:0"
    with daemon, contextlib.ExitStack() as held:
        kept = held.enter_context(Connection(daemon.http))

        def send(id):
            kept.send(daemon.request(success_event(), id))
            assert kept.response().status == 204

        send(message_id())
        for number in range(limit + 100):
            held.enter_context(Connection(daemon.http, source=f"127.0.0.{2 + number % 5}"))
        ids = [message_id() for _ in range(70)]
        for id in ids:
            send(id)
        for _ in range(70):
            for where in (unix_socket(daemon), tcp_socket(daemon)):
                held.enter_context(Connection(where))
        until(lambda: set(ids) <= set(lines_of(tmp_path / "ids")), "the hook")
        assert ask(unix_socket(daemon), "/readyz").body.startswith(b"ready\n")
        assert "Too many open files" not in daemon.log()


def test_who_needs_more_descriptors_than_there_are_is_told_what_to_do(make_daemon, tmp_path):
    limit = 1000
    daemon = make_daemon(wrapper=["prlimit", f"--nofile={limit}:{limit}"])

    def check():
        daemon.write_configuration()
        done = subprocess.run(["prlimit", f"--nofile={limit}:{limit}", binary(), "-c", daemon.configuration_path, "check"],
                              capture_output=True, text=True, check=True)
        found = ADMITTED.search(done.stderr)
        return found and tuple(map(int, found.groups()))

    with daemon:
        of_the_start = tuple(map(int, daemon.wait_for_log(ADMITTED.pattern).groups()))
        assert check() == of_the_start
        told, admitted, wanted = of_the_start
        assert told == limit and admitted < limit and admitted + wanted == limit + 8192

        daemon.configuration["sink"].append(exec_sink(write_hook(tmp_path, "cat"), concurrency=16))
        since = len(daemon.log())
        assert daemon.run("reload").returncode == 0
        of_the_reload = tuple(map(int, daemon.wait_for_log(ADMITTED.pattern, since).groups()))
        assert check() == of_the_reload
        assert of_the_reload == (limit, admitted - 8 * 17, wanted + 8 * 17)

        daemon.configuration["server"]["max_connections"] = of_the_reload[1]
        assert check() is None, "the advice helps"
        daemon.configuration["sink"][-1]["concurrency"] = 256
        assert check()[1] == limit // 4, "however much the sinks need, clients are served"
