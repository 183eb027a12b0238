# SPDX-License-Identifier: MIT
"""Repairs and pauses while the journal's disk is full: refused with what to do, nothing half done, nothing lost."""

import contextlib
import socket
import threading

import pytest

from harness import message_id, success_event, until
from harness.admin import status
from harness.colivara import reply
from harness.hooks import exec_sink, file_sink, lines_of, write_hook

DONE, IO = 0, 74
REFUSAL = "the journal's disk is full, no more was changed: free some space and try again"
ERROR = f"colivara-hookd: {REFUSAL}\n"


class Filler:
    """A file that takes all that a disk has left."""

    def __init__(self, directory):
        self.path = directory / "filler"

    def fill(self):
        with open(self.path, "ab", buffering=0) as file, contextlib.suppress(OSError):
            while file.write(b"x" * 4096) > 0:
                pass

    def leave(self, size):
        with open(self.path, "ab") as file:
            file.truncate(file.tell() - size)


@pytest.fixture
def filler(small_disk):
    return Filler(small_disk)


@pytest.fixture
def full(make_daemon, small_disk, tmp_path):
    """A daemon whose journal is on the small disk, with a file sink and a hook that refuses until $here/repaired."""
    hook = write_hook(tmp_path, '[ -e "$here/repaired" ] || exit 65; printf "%s\\n" "$HOOKD_ID" >>"$here/done"')
    with make_daemon(journal={"path": small_disk / "journal.db"},
                     sinks=[file_sink(tmp_path / "events.jsonl"), exec_sink(hook)]) as daemon:
        yield daemon  # which ends before its disk goes


def sinks_of(daemon):
    return {each["name"]: each for each in status(daemon)["sinks"]}


def sent(daemon, count):
    ids = [message_id() for _ in range(count)]
    for id in ids:
        assert daemon.send(success_event(), id).status == 204
    until(lambda: sinks_of(daemon)["events"]["delivered"] == count, "the file sink")
    return ids


def until_refused(daemon, filler, each):
    """Runs the commands, while all that becomes free is taken away; how many were carried out before one was not."""
    for number, words in enumerate(each):
        filler.fill()
        ended = daemon.run(*words)
        if ended.returncode != DONE:
            assert (ended.returncode, ended.stdout, ended.stderr) == (IO, "", ERROR)
            return number
    raise AssertionError("the disk took all of it")


def test_a_pause_that_was_refused_is_none(full, filler):
    done = until_refused(full, filler, (["sinks", "resume" if n % 2 else "pause", "events"] for n in range(200)))
    paused = done % 2 == 1  # and the refused one would have changed that
    assert sinks_of(full)["events"]["paused"] is paused
    filler.path.unlink()
    until(lambda: full.run("sinks", "resume" if paused else "pause", "events").returncode == DONE, "space")
    assert sinks_of(full)["events"]["paused"] is not paused


def test_dead_letters_are_dropped_one_and_all_or_stay(full, filler, tmp_path):
    ids = sent(full, 40)
    until(lambda: sinks_of(full)["hook"]["dead_letters"] == len(ids), "the dead letters")
    full.stop()
    full.start()  # with an empty log: space that it has once had, it uses again
    dropped = until_refused(full, filler, (["events", "drop", id, "--yes"] for id in ids))
    assert sinks_of(full)["hook"]["dead_letters"] == len(ids) - dropped
    full.kill()
    filler.path.unlink()
    full.start()
    assert sinks_of(full)["hook"]["dead_letters"] == len(ids) - dropped
    (tmp_path / "repaired").touch()
    again = full.run("events", "replay", "--dead", "--yes")
    assert again.stdout.startswith(f"replayed {len(ids) - dropped} deliveries")
    until(lambda: len(lines_of(tmp_path / "done")) == len(ids) - dropped, "what was kept")
    assert sorted(lines_of(tmp_path / "done")) == sorted(ids[dropped:])


def test_what_was_replayed_before_the_disk_was_full_is_told(make_daemon, tmp_path):
    """The journal has some space in reserve: how far a replay of many gets depends on it, so here a socket plays the
    daemon whose disk is full after the first part."""
    def part(events, more):
        return reply(200, {"events": events, "deliveries": events, "sinks": ["app"], "position": events, "more": more,
                           "last_sequence": 500})
    answers = [reply(200, b"ok"), part(500, False), part(250, True), reply(507, {"error": REFUSAL})]
    path = tmp_path / "admin.sock"
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(path))
        listening.listen()
        listening.settimeout(20)

        def play():
            for answer in answers:
                peer, _ = listening.accept()
                with peer:
                    peer.recv(65536)
                    peer.sendall(answer)

        playing = threading.Thread(target=play)
        playing.start()
        ended = make_daemon().run("events", "replay", "--dead", "--yes", "--socket", path)
        playing.join()
    told = (ended.returncode, ended.stdout, ended.stderr)
    assert told == (IO, "replayed 250 deliveries of 250 events to app\n", ERROR)
