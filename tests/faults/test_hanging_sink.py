# SPDX-License-Identifier: MIT
"""Guarantee 17: one sink may hang for ever and costs nobody else anything. Writes, syncs, renames, opens and the starts of
programs do not return (tests/faults/hanging_calls.cpp), a name is not looked up, a server never ends its handshake:
those sinks are unavailable and are named, and all others, the intake, the watchdog, reloads and the stop go on."""

import contextlib
import os
import signal
import socket
import statistics
import time
from pathlib import Path

import pytest

from harness import event_ids, message_id, success_event, until
from harness.admin import ask, metrics, status, unix_socket
from harness.hanging_calls import HangingCalls
from harness.hooks import exec_sink, file_sink, write_hook
from harness.load import Load, Sender
from harness.notification import Manager
from harness.receiver import http_sink
from harness.sinks import read_queue

EVENTS = int(os.environ.get("HOOKD_HANGING_EVENTS", "300"))
KEEPS_UP = 0.95 if "HOOKD_HANGING_EVENTS" in os.environ else 0.5  # short bursts measure little but their end

RULES = {"write": "write written.jsonl", "sync": "sync synced.jsonl", "open": "open opened.jsonl",
         "rename": "rename 0000", "spawn": "spawn hook"}


def ill_sinks(directory, server):
    retry = {"attempts": 10000, "first": "20ms", "max": "100ms"}
    keys = {"timeout": "100ms", "retry": retry}
    return [file_sink(directory / "written.jsonl", "write", **keys), file_sink(directory / "synced.jsonl", "sync", **keys),
            file_sink(directory / "opened.jsonl", "open", **keys),
            {"name": "rename", "type": "queue", "path": directory / "queue", **keys},
            exec_sink(write_hook(directory, 'echo "$HOOKD_ID" >> "$here/hooked"'), "spawn", timeout="100ms", retry=retry),
            http_sink("http://nowhere.invalid/", "lookup", timeout="100ms", connect_timeout="100ms", retry=retry),
            http_sink(f"https://127.0.0.1:{server.getsockname()[1]}/", "handshake", timeout="100ms", connect_timeout="100ms", retry=retry)]


def sink_of(daemon, name):
    return next(each for each in status(daemon)["sinks"] if each["name"] == name)


def rate(daemon, sender):
    """So many events to the healthy sink: how many a second, and the time until the last was acknowledged divided by that
    until the sink had it."""
    begin, before = time.monotonic(), sink_of(daemon, "healthy")["delivered"]
    with Load(sender, daemon.listeners) as load:
        until(lambda: load.answers >= EVENTS, lambda: f"{load.answers} answers", 120)
    answered = time.monotonic()
    until(lambda: sink_of(daemon, "healthy")["lag_events"] == 0, "the healthy sink", 60)
    end = time.monotonic()
    return (sink_of(daemon, "healthy")["delivered"] - before) / (end - begin), (answered - begin) / (end - begin)


def hanging(make_daemon, tmp_path, stack, **keys):
    """A daemon all of whose sinks but one have begun to hang, and the hanging calls; a service manager watches."""
    manager = Manager(tmp_path)
    server = stack.enter_context(socket.create_server(("127.0.0.1", 0)))  # which says nothing
    environment = manager.environment(WATCHDOG_USEC="4000000", **keys.pop("environment", {}))
    daemon = make_daemon(sinks=[file_sink(tmp_path / "healthy.jsonl", "healthy"), *ill_sinks(tmp_path, server)],
                         log={"level": "info"}, server={"drain_timeout": "3s"}, environment=environment, **keys)
    calls = HangingCalls(daemon)
    daemon.start()
    calls.add(*RULES.values(), "lookup nowhere")
    assert daemon.send(success_event()).status == 204
    calls.wait_for(len(RULES) + 1)
    return daemon, calls, manager


def test_a_sink_that_hangs_is_unavailable_and_costs_nobody_else_anything(make_daemon, tmp_path, capsys):
    with contextlib.ExitStack() as stack:
        daemon, calls, manager = hanging(make_daemon, tmp_path, stack)
        for name in RULES:
            daemon.wait_for_log(f"error sink {name}: hangs, its events wait")
        seen = metrics(daemon)
        assert {name for name in (*RULES, "healthy", "lookup", "handshake") if seen[f'hookd_sink_unavailable{{sink="{name}"}}']} \
            >= set(RULES)
        assert {name for name in (*RULES, "healthy", "lookup", "handshake") if seen[f'hookd_sink_hangs{{sink="{name}"}}']} \
            == set(RULES)
        ready = ask(unix_socket(daemon), "/readyz")
        assert ready.status == 200 and ready.body.startswith(b"ready\n")
        assert {line.split(b":")[0] for line in ready.body.splitlines()[1:] if b": hangs since 2" in line} \
            == {f"sink {name}".encode() for name in RULES}
        assert ask(unix_socket(daemon), "/healthz").status == 200
        fed = len(manager.read())
        manager.wait_for("WATCHDOG", fed)

        sender = Sender(daemon.secret, seed=17)
        bursts = [rate(daemon, sender) for _ in range(3)]
        with capsys.disabled():
            print(f"\nhanging sinks: events={sender.requests} "
                  f"a second={'/'.join(f'{each:.0f}' for each, _ in bursts)} "
                  f"the healthy one kept up at {'/'.join(f'{each:.3f}' for _, each in bursts)}")
        assert statistics.median(each for _, each in bursts) >= KEEPS_UP

        calls.remove(*RULES.values(), "lookup nowhere")
        for name in RULES:
            daemon.wait_for_log(f"sink {name}: no longer hangs")
        all_ids = set(event_ids(tmp_path / "healthy.jsonl"))
        assert sender.acknowledged < all_ids
        for path in ("written.jsonl", "synced.jsonl", "opened.jsonl"):
            until(lambda: set(event_ids(tmp_path / path)) == all_ids, path)
        until(lambda: {event["id"] for event in read_queue(tmp_path / "queue")} == all_ids, "the queue")
        until(lambda: sink_of(daemon, "spawn")["lag_events"] == 0, "the hook", 60)


def test_a_daemon_that_is_healthy_only_with_its_sinks_is_found(make_daemon, tmp_path):
    with contextlib.ExitStack() as stack:
        daemon, _, _ = hanging(make_daemon, tmp_path, stack, environment={"HOOKD_FAILPOINT": "sinks_are_vital"})
        daemon.wait_for_log("hangs, its events wait")
        until(lambda: ask(unix_socket(daemon), "/healthz").status == 503, "the daemon to call itself unhealthy")
        daemon.stop()


@pytest.mark.parametrize("known", [False, True])
def test_a_stop_while_a_sink_hangs_ends_in_time_and_well(make_daemon, tmp_path, known):
    daemon = make_daemon(sinks=[file_sink(tmp_path / "x.jsonl", "x", timeout="100ms")], server={"drain_timeout": "2s"})
    calls = HangingCalls(daemon)
    daemon.start()
    calls.add("sync x.jsonl")
    daemon.send(success_event())
    calls.wait_for()
    if known:
        daemon.wait_for_log("sink x: hangs")
    begin = time.monotonic()
    daemon.stop()
    assert time.monotonic() - begin < 2.5
    assert "sink x: hangs, stopping without it" in daemon.log()


def sink_threads(daemon):
    names = []
    for task in Path(f"/proc/{daemon.process.pid}/task").iterdir():
        with contextlib.suppress(OSError):  # it has ended meanwhile
            names.append((task / "comm").read_text())
    return sum(name.startswith("sink ") for name in names)


def reload(daemon):
    since = len(daemon.log())
    daemon.write_configuration()
    daemon.signal(signal.SIGHUP)
    daemon.wait_for_log(r"(?m) reloaded /", since)


def test_a_sink_that_hangs_can_be_changed_and_what_it_was_at_harms_nothing(make_daemon, tmp_path):
    """The sink worker in its place delivers at once. The old one's call returns while the new one is about to write the same
    event: it must not take the file of the other, which is empty yet, for its own."""
    queue = tmp_path / "queue"
    sink = {"name": "q", "type": "queue", "path": queue}
    daemon = make_daemon(sinks=[sink])
    calls = HangingCalls(daemon)
    daemon.start()
    ids = [message_id()]
    calls.add("sync queue/tmp/")
    daemon.send(success_event(), ids[0])
    calls.wait_for()
    sink["timeout"] = "29s"
    calls.add("write queue/tmp/")
    begin = time.monotonic()
    reload(daemon)
    assert time.monotonic() - begin < 9
    assert "sink q: hangs, stopping without it" in daemon.log()
    calls.wait_for(2)
    calls.remove("sync queue/tmp/")
    until(lambda: calls.number() == 1, "the old sink worker's call to return")
    until(lambda: sink_threads(daemon) == 1, "the old sink worker's end")
    assert read_queue(queue) == []
    calls.remove("write queue/tmp/")
    ids.append(message_id())
    daemon.send(success_event(), ids[1])
    until(lambda: [event["id"] for event in read_queue(queue)] == ids, "both events in the queue")
    assert not list((queue / "tmp").iterdir())
    daemon.stop()


def test_a_sink_that_hangs_can_be_moved_to_another_place_and_removed(make_daemon, tmp_path):
    sink = file_sink(tmp_path / "dead.jsonl", "x", timeout="100ms")
    daemon = make_daemon(sinks=[sink])
    calls = HangingCalls(daemon)
    daemon.start()
    calls.add("write dead.jsonl")
    ids = [message_id()]
    daemon.send(success_event(), ids[0])
    calls.wait_for()
    daemon.wait_for_log("sink x: hangs, its events wait")
    sink["path"] = tmp_path / "new.jsonl"
    begin = time.monotonic()
    reload(daemon)
    assert time.monotonic() - begin < 4, "what is known to hang is not waited for"
    until(lambda: event_ids(tmp_path / "new.jsonl") == ids, "the event at the new place")
    daemon.configuration["sink"] = []
    reload(daemon)
    assert status(daemon)["sinks"] == []
    daemon.stop()


@pytest.mark.parametrize("call", ["stat", "open"])
def test_a_daemon_starts_beside_a_sink_whose_place_hangs(make_daemon, tmp_path, call):
    (tmp_path / "q").mkdir()
    daemon = make_daemon(sinks=[{"name": "q", "type": "queue", "path": tmp_path / "q"}, file_sink(tmp_path / "good.jsonl")])
    calls = HangingCalls(daemon)
    calls.add(f"{call} {tmp_path}/q")
    daemon.start()
    id = message_id()
    assert daemon.send(success_event(), id).status == 204
    until(lambda: event_ids(tmp_path / "good.jsonl") == [id], "the other sink")
    calls.remove(f"{call} {tmp_path}/q")
    until(lambda: [event["id"] for event in read_queue(tmp_path / "q")] == [id] if (tmp_path / "q/new").exists() else False,
          "the event in the queue")
    daemon.stop()
