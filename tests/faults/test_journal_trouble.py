# SPDX-License-Identifier: MIT
"""Guarantees 1 and 5 when somebody meddles with the journal or the clock: nothing is acknowledged that is lost, nothing
counts twice, and the log tells what is wrong."""

import os
import subprocess
import time

import pytest

from harness import message_id, success_event, until
from harness.admin import metrics
from harness.invariants import check_journal, read_journal
from harness.hooks import exec_sink, lines_of, write_hook
from harness.load import Load, Sender

IO, CONFIG = 74, 78
HOURS = 3600


def is_refused(daemon, id):
    """Also where the daemon has noticed by itself, and does not listen any more."""
    try:
        return daemon.send(success_event(), id).status == 503
    except OSError:
        return True


@pytest.mark.parametrize("suffix", ["", "-wal"])
def test_with_a_file_of_the_journal_removed_nothing_more_is_acknowledged_until_a_restart(make_daemon, suffix):
    daemon = make_daemon().start()
    acknowledged = message_id()
    assert daemon.send(success_event(), acknowledged).status == 204
    os.remove(f"{daemon.journal_path}{suffix}")
    refused = message_id()
    assert is_refused(daemon, refused)
    assert daemon.wait() == IO
    assert "the journal's files were moved or removed while they were open" in daemon.log()

    daemon.start()
    assert daemon.send(success_event(), refused).status == 204
    daemon.stop()
    kept = {id for _, _, id in read_journal(daemon.journal_path)}
    assert refused in kept
    assert acknowledged in kept or suffix == "", "the log was still open, and could be copied into the file"


@pytest.mark.parametrize("suffix", ["", "-wal"])
def test_a_daemon_whose_journal_is_truncated_ends_by_itself_and_acknowledges_nothing_more(make_daemon, suffix):
    daemon = make_daemon().start()
    assert daemon.send(success_event()).status == 204
    os.truncate(f"{daemon.journal_path}{suffix}", 0)
    refused = message_id()
    assert is_refused(daemon, refused)
    assert daemon.wait() == IO
    assert "was truncated while it was open" in daemon.log()

    if suffix == "":
        os.remove(f"{daemon.journal_path}-wal")
    daemon.start()
    assert daemon.send(success_event(), refused).status == 204
    daemon.stop()
    assert [id for _, _, id in read_journal(daemon.journal_path)] == [refused]


def test_nobody_has_to_come_for_a_truncated_journal_to_be_noticed(make_daemon):
    daemon = make_daemon().start()
    assert daemon.send(success_event()).status == 204
    os.truncate(f"{daemon.journal_path}-wal", 0)
    assert daemon.wait() == IO


def test_a_limit_for_the_size_of_files_refuses_and_passes_by_itself(make_daemon):
    daemon = make_daemon(wrapper=["prlimit", "--fsize=400000:unlimited"]).start()
    body = success_event() + b" " * 20_000
    answers = [daemon.send(body).status for _ in range(40)]
    stored = answers.count(204)
    assert stored > 0 and set(answers) == {204, 503} and answers[-10:] == [503] * 10
    assert "the journal's disk is full" in daemon.run("status").stdout
    assert "LimitFSIZE=" in daemon.log() and "Success" not in daemon.log()
    subprocess.run(["prlimit", "--fsize=unlimited", "--pid", str(daemon.process.pid)], check=True)
    until(lambda: daemon.send(body).status == 204, "an event that is taken")
    daemon.stop()
    assert len(read_journal(daemon.journal_path)) > stored


@pytest.mark.parametrize("suffix", ["", "-wal", "-journal", ".lock"])
def test_a_pipe_in_place_of_a_file_of_the_journal_is_told_by_all_that_would_wait_for_it(make_daemon, suffix):
    daemon = make_daemon().start()
    assert daemon.send(success_event()).status == 204
    daemon.stop()
    place = f"{daemon.journal_path}{suffix}"
    if suffix != "-journal":
        os.rename(place, f"{place}.kept")
    os.mkfifo(place)
    why = f"{place} is a FIFO, not a regular file"
    for words, code in [(["check"], CONFIG), (["events", "list"], IO), (["events", "drop", "--dead", "--yes"], IO)]:
        asked = daemon.run(*words)
        assert (asked.returncode, asked.stdout) == (code, "")
        assert why in asked.stderr
    assert daemon.launch().wait() == IO
    assert why in daemon.log()


def test_a_journal_with_a_second_name_is_not_started_from_and_check_says_why(make_daemon, tmp_path):
    daemon = make_daemon().start()
    id = message_id()
    assert daemon.send(success_event(), id).status == 204
    daemon.stop()
    os.link(daemon.journal_path, tmp_path / "snapshot")
    why = f"{daemon.journal_path} has 2 hard links"
    checked = daemon.run("check")
    assert checked.returncode == CONFIG and why in checked.stderr
    assert daemon.launch().wait() == IO and why in daemon.log()
    os.remove(tmp_path / "snapshot")
    assert daemon.run("check").returncode == 0
    daemon.start()
    daemon.stop()
    assert [id for _, _, id in read_journal(daemon.journal_path)] == [id]


@pytest.mark.parametrize("link", [os.symlink, os.link])
def test_a_second_daemon_that_comes_by_another_name_of_the_journal_does_no_harm(make_daemon, link):
    first, second = make_daemon(log={"level": "info"}).start(), make_daemon()
    link(first.journal_path, second.journal_path)
    why = "is in use by process" if link is os.symlink else "has 2 hard links"
    sender = Sender(first.secret, 1)
    with Load(sender, first.listeners) as load:
        load.wait_for(50)
        assert second.launch().wait() == IO
        assert why in second.log()
        load.wait_for(load.answers + 50)
        first.kill()
    os.remove(second.journal_path)
    first.start()
    first.stop()
    assert check_journal(read_journal(first.journal_path), sender.acknowledged, sender.bodies.keys()) == []


def test_on_a_disk_that_is_read_only_it_does_not_start_and_says_why(make_daemon, tmp_path):
    daemon = make_daemon()
    with daemon:
        assert daemon.send(success_event()).status == 204
    place = tmp_path / "read-only"
    place.mkdir()
    mount = ["mount", "-o", "bind", daemon.directory, place]
    if subprocess.run(mount, capture_output=True).returncode != 0:
        pytest.skip("needs to mount")
    try:
        subprocess.run(["mount", "-o", "remount,ro,bind", place], check=True)
        daemon.configuration["journal"]["path"] = place / "journal.db"
        assert daemon.launch().wait() == IO
        assert "Read-only file system" in daemon.log()
    finally:
        subprocess.run(["umount", "--lazy", place], check=True)


def test_a_clock_that_is_set_back_by_hours_lets_nothing_count_twice_and_nothing_wait(make_daemon, tmp_path):
    hook = write_hook(tmp_path, 'test -e "$here/well" && echo "$HOOKD_ID" >> "$here/delivered"')
    retry = {"first": "1s", "max": "1s"}
    now = int(time.time())
    daemon = make_daemon(sinks=[exec_sink(hook, retry=retry)], clock=now).start()
    ids = [message_id() for _ in range(3)]
    assert [daemon.send(success_event(), id, timestamp=now).status for id in ids] == [204] * 3
    daemon.wait_for_log(r"sink hook: ")
    for before in (3 * HOURS, 6 * HOURS):
        daemon.set_clock(now - before)
        assert daemon.send(success_event(), ids[0], timestamp=now - before).status == 204
        daemon.stop()
        daemon.start()
    (tmp_path / "well").touch()
    ids.append(message_id())
    assert daemon.send(success_event(), ids[-1], timestamp=now - 6 * HOURS).status == 204
    until(lambda: set(ids) <= set(lines_of(tmp_path / "delivered")), "every event at the hook")
    daemon.stop()
    assert [id for _, _, id in read_journal(daemon.journal_path)] == ids


def test_a_start_with_a_clock_that_is_ahead_forgets_neither_events_nor_ids(make_daemon):
    now = int(time.time())
    daemon = make_daemon(clock=now).start()
    ids = [message_id() for _ in range(20)]
    assert [daemon.send(success_event(), id, timestamp=now).status for id in ids] == [204] * 20
    until(lambda: metrics(daemon)['hookd_sink_lag_events{sink="events"}'] == 0, "all delivered")
    daemon.stop()
    ahead = now + 30 * 24 * HOURS
    daemon.set_clock(ahead)
    daemon.start()
    assert metrics(daemon)["hookd_journal_clock_ahead_seconds"] > 29 * 24 * HOURS
    assert "ahead of the time that is known to have passed" in daemon.log()
    assert [daemon.send(success_event(), id, timestamp=ahead).status for id in ids] == [204] * 20
    daemon.stop()
    assert [id for _, _, id in read_journal(daemon.journal_path)] == ids


def test_a_journal_in_memory_is_told_by_check_and_start(make_daemon, tmp_path):
    daemon = make_daemon()
    place = tmp_path / "memory"
    place.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", place], capture_output=True).returncode != 0:
        pytest.skip("needs to mount")
    try:
        warning = "is on a file system in memory: acknowledged events are lost when the machine restarts"
        assert warning not in daemon.run("check").stderr
        daemon.configuration["journal"]["path"] = place / "journal.db"
        checked = daemon.run("check")
        assert checked.returncode == 0 and warning in checked.stderr
        with daemon:
            assert warning in daemon.log()
            assert daemon.send(success_event()).status == 204
        (tmp_path / "link.db").symlink_to(place / "not-yet.db")
        daemon.configuration["journal"]["path"] = tmp_path / "link.db"
        assert warning in daemon.run("check").stderr
    finally:
        subprocess.run(["umount", "--lazy", place], check=True)
