# SPDX-License-Identifier: MIT
"""Guarantee 4, end to end: each sink gets each matching event, whole and unharmed, at least once; one sink's
trouble touches no other; what a sink still owes is known after a restart."""

import base64
import json
import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from harness import (event_ids, exchange, failure_event, message_id, read_lines, read_queue, success_event,
                     until)
from harness.hooks import QUICK, exec_sink, file_sink, lines_of, process_is_gone, sink_rows, write_hook
from harness.load import Load, Sender

SUBREAPER = [sys.executable, "-c", "import ctypes, os, sys; ctypes.CDLL(None).prctl(36, 1, 0, 0, 0); "
                                   "os.execv(sys.argv[1], sys.argv[1:])"]  # a parent of orphans, as process 1 is


def send(daemon, body=None, **keys):
    """An authentic request that is answered 204; its id."""
    id = message_id()
    assert daemon.send(success_event() if body is None else body, id, **keys).status == 204
    return id


@pytest.fixture
def hooked(make_daemon, tmp_path):
    """A running daemon with a hook of the given lines, and beside it a file sink that must not notice."""
    def start(lines, command=None, log=None, wrapper=(), server=None, **keys):
        path = command or write_hook(tmp_path, lines)
        beside = tmp_path / "beside.jsonl"
        daemon = make_daemon(sinks=[exec_sink(path, **keys), file_sink(beside)], log=log, wrapper=wrapper,
                             server=server)
        daemon.sink_path = beside
        return daemon.start()
    return start


# Hooks

def test_a_hook_that_failed_is_tried_again_and_told_which_attempt_it_is(hooked, tmp_path):
    daemon = hooked('cat >> "$here/input"; echo "$HOOKD_ID $HOOKD_ATTEMPT" >> "$here/tries"\n'
                    '[ $HOOKD_ATTEMPT -ge 3 ]')
    id = send(daemon)
    until(lambda: len(lines_of(tmp_path / "tries")) >= 3, "three attempts")
    daemon.stop()
    assert lines_of(tmp_path / "tries") == [f"{id} 1", f"{id} 2", f"{id} 3"]
    assert [event["id"] for event in read_lines(tmp_path / "input")] == [id] * 3
    assert sink_rows(daemon.journal_path) == ({"hook": 1, "events": 1}, {})


def test_an_event_that_failed_for_good_rests_as_a_dead_letter_and_the_others_pass(hooked, tmp_path):
    daemon = hooked('echo "$HOOKD_ID" >> "$here/tries"\n'
                    'grep -q poison && { echo no such luck >&2; exit 1; }\n'
                    'echo "$HOOKD_ID" >> "$here/done"', retry={"attempts": 3})
    poison, *others = [send(daemon, success_event(name)) for name in ("poison", "one", "two")]
    until(lambda: lines_of(tmp_path / "done") == others, "the others")
    daemon.wait_for_log(rf"{poison}.* dead letter after 3 attempt")
    assert event_ids(daemon.sink_path) == [poison, *others]
    daemon.stop()
    assert lines_of(tmp_path / "tries").count(poison) == 3
    cursors, failures = sink_rows(daemon.journal_path)
    assert cursors["hook"] == 3
    assert failures == {("hook", poison): [3, 1, "exit 1: no such luck"]}


def test_exit_status_65_is_a_dead_letter_at_once(hooked, tmp_path):
    daemon = hooked('echo . >> "$here/tries"; echo "this one never" >&2; exit 65')
    id = send(daemon)
    daemon.wait_for_log(rf"{id}.* dead letter after 1 attempt")
    daemon.stop()
    assert lines_of(tmp_path / "tries") == ["."]
    assert sink_rows(daemon.journal_path)[1] == {("hook", id): [1, 1, "exit 65: this one never"]}


def test_a_hook_that_hangs_is_ended_with_its_whole_process_group(hooked, tmp_path):
    daemon = hooked('trap "" TERM\nsleep 1000 & echo $! >> "$here/processes"; echo $$ >> "$here/processes"\n'
                    'while :; do sleep 1000; done', timeout="300ms", retry={"attempts": 1})
    first = send(daemon)
    until(lambda: len(lines_of(tmp_path / "processes")) == 2, "the hook's start")
    daemon.wait_for_log(rf"{first}.* dead letter after 1 attempt\(s\): timed out after 300ms")
    gone = lines_of(tmp_path / "processes")[:2]
    until(lambda: all(map(process_is_gone, gone)), f"the end of {gone}")


def test_while_a_hook_hangs_nobody_else_waits(hooked, tmp_path):
    daemon = hooked('[ $HOOKD_SEQUENCE = 1 ] || exit 0\necho $$ >> "$here/process"; exec sleep 1000',
                    timeout="10m", retry={"attempts": 1})
    ids = [send(daemon)]
    until(lambda: lines_of(tmp_path / "process"), "the hook's start")
    ids += [send(daemon), send(daemon)]
    daemon.wait_for_events(ids)
    [process] = lines_of(tmp_path / "process")
    assert not process_is_gone(process)
    os.kill(int(process), signal.SIGKILL)
    daemon.wait_for_log(rf"{ids[0]}.* dead letter after 1 attempt\(s\): signal 9")


def test_a_hook_that_prints_megabytes_succeeds_and_does_not_flood_the_log(hooked, tmp_path):
    daemon = hooked('yes "out of the hook" | head -c 5000000\nhead -c 5000000 /dev/zero | tr "\\0" x >&2\n'
                    'echo "$HOOKD_ATTEMPT" >> "$here/done"')
    id = send(daemon)
    until(lambda: lines_of(tmp_path / "done") == ["1"], "the hook's end")
    daemon.wait_for_log(rf"{id}: [0-9]+ more bytes, not logged")
    assert "out of the hook" in daemon.log()
    assert len(daemon.log()) < 100_000
    daemon.stop()
    assert sink_rows(daemon.journal_path) == ({"hook": 1, "events": 1}, {})


def test_a_job_that_a_hook_leaves_in_the_background_is_finished_and_holds_up_no_event(hooked, tmp_path):
    """One that holds the hook's pipes and prints on, as `nohup job &` does, and one of a session of its own."""
    job = 'until [ -e "$here/go" ]; do sleep 0.01; done; echo printed later; echo $HOOKD_ID >> "$here/finished"'
    daemon = hooked(f"nohup sh -c 'here={tmp_path}; {job}' &\nsetsid sh -c 'here={tmp_path}; {job}' >/dev/null &\n"
                    'echo "$HOOKD_ID" >> "$here/done"')
    ids = [send(daemon), send(daemon)]
    until(lambda: lines_of(tmp_path / "done") == ids, "both events, while the jobs run")
    (tmp_path / "go").touch()
    until(lambda: sorted(lines_of(tmp_path / "finished")) == sorted(ids * 2), "the jobs' end")
    daemon.wait_for_log(rf"{ids[1]}: printed later")
    daemon.stop()
    assert sink_rows(daemon.journal_path) == ({"hook": 2, "events": 2}, {})


@pytest.mark.parametrize("mask", [0o077, 0o027, 0o002])
def test_a_hook_has_the_umask_that_the_daemon_was_started_with_and_nothing_else_is_open_to_others(hooked, tmp_path, mask):
    daemon = hooked('umask > "$here/mask.new"; mv "$here/mask.new" "$here/mask"',
                    wrapper=["/bin/sh", "-c", f'umask {mask:o}; exec "$@"', "sh"])
    daemon.wait_for_events([send(daemon)])
    until(lambda: lines_of(tmp_path / "mask") == [f"{mask:04o}"], "the hook's umask")
    made = [path for path in tmp_path.rglob("*") if path.name.startswith("journal") or path.suffix in (".sock", ".jsonl")]
    assert len(made) >= 5
    assert not [path for path in made if path.stat().st_mode & 0o007], "journal, its files, the socket, the events"


def test_at_the_end_of_a_stop_a_hook_gets_a_word_before_it_is_killed(hooked, tmp_path):
    daemon = hooked('trap \'touch "$here/told"; exit 75\' TERM\ntouch "$here/running"\nwhile :; do sleep 0.01; done')
    send(daemon)
    until((tmp_path / "running").exists, "the hook's start")
    daemon.stop()
    assert (tmp_path / "told").exists()


def test_what_hooks_leave_to_process_1_is_reaped(hooked, tmp_path):
    daemon = hooked("sleep 0.2 &\necho $! > $here/left.new; mv $here/left.new $here/left",
                    wrapper=SUBREAPER)
    send(daemon)
    [left] = until(lambda: lines_of(tmp_path / "left"), "the hook's end")
    until(lambda: not Path(f"/proc/{left}").exists(), "the end of what it left")


def test_process_1_reaps_what_ends_while_it_drains(hooked, tmp_path):
    daemon = hooked("trap '' TERM\n(setsid sh -c 'until [ -e $0/go ]; do sleep 0.01; done' $here & echo $! > $here/left)\n"
                    "touch $here/running\nwhile [ ! -e $here/over ]; do sleep 0.01; done", wrapper=SUBREAPER,
                    server={"drain_timeout": "20s"}, timeout="60s")
    send(daemon)
    until((tmp_path / "running").exists, "the hook's start")
    daemon.signal(signal.SIGTERM)
    daemon.wait_for_log("draining")
    (tmp_path / "go").touch()
    [left] = lines_of(tmp_path / "left")
    until(lambda: not Path(f"/proc/{left}").exists(), "the end of what the hook has left")
    assert daemon.process.poll() is None, "the drain was over"
    (tmp_path / "over").touch()
    assert daemon.wait() == 0


def test_a_hook_that_closes_its_input_unread_has_not_failed(hooked, tmp_path):
    daemon = hooked('exec 0<&-\necho "$HOOKD_ATTEMPT" >> "$here/done"')
    send(daemon, success_event(note="x" * 900_000))
    send(daemon)
    until(lambda: lines_of(tmp_path / "done") == ["1", "1"], "both events at the first attempt")
    until(lambda: len(event_ids(daemon.sink_path)) == 2, "both events in the other sink")
    daemon.stop()
    assert sink_rows(daemon.journal_path) == ({"hook": 2, "events": 2}, {})


def test_a_hook_reads_the_largest_body_whole(hooked, tmp_path):
    daemon = hooked('cat >> "$here/input"')
    body = success_event(note="y" * 1_000_000)
    send(daemon, body)
    until(lambda: read_lines(tmp_path / "input"), "the event")
    assert (tmp_path / "input").read_bytes().endswith(b'"data":' + body + b"}\n")


def test_a_hooks_environment_is_clean_and_says_what_the_event_is(make_daemon, tmp_path):
    hook = write_hook(tmp_path, 'tr "\\0" "\\n" < /proc/$$/environ > "$here/environment.new"; '
                                'pwd > "$here/directory"; mv "$here/environment.new" "$here/environment"')
    daemon = make_daemon(sinks=[exec_sink(hook)], environment={"HOOKD_LEAK": "a leak", "HOME": "/home/of-us"})
    daemon.start()
    id = send(daemon, failure_event("a.pdf", "letters"))
    lines = until(lambda: lines_of(tmp_path / "environment"), "the hook")
    environment = dict(line.split("=", 1) for line in lines)
    assert environment.pop("HOOKD_TIME").endswith("Z")
    assert environment.pop("PATH").startswith("/")
    assert environment == {
        "HOME": "/home/of-us", "LANG": "C.UTF-8", "HOOKD_ID": id, "HOOKD_TYPE": "upsert.fail",
        "HOOKD_ENDPOINT": "colivara", "HOOKD_SEQUENCE": "1", "HOOKD_ATTEMPT": "1",
        "HOOKD_SUBJECT": "letters/a.pdf"}


def test_as_many_hooks_run_at_a_time_as_concurrency_says(hooked, tmp_path):
    daemon = hooked('echo $$ > "$here/running.$HOOKD_SEQUENCE"\n'
                    'while [ ! -e "$here/go" ]; do sleep 0.01; done\n'
                    'rm "$here/running.$HOOKD_SEQUENCE"; echo "$HOOKD_ID" >> "$here/done"', concurrency=3)
    ids = [send(daemon) for _ in range(5)]
    until(lambda: len(list(tmp_path.glob("running.*"))) == 3, "three at a time")
    until(lambda: event_ids(daemon.sink_path) == ids, "all events in the other sink")
    assert len(list(tmp_path.glob("running.*"))) == 3
    (tmp_path / "go").touch()
    until(lambda: sorted(lines_of(tmp_path / "done")) == sorted(ids), "all events")


def test_while_the_command_is_missing_events_wait_and_no_attempt_is_counted(hooked, tmp_path):
    hook = write_hook(tmp_path, 'echo "$HOOKD_ID $HOOKD_ATTEMPT" >> "$here/done"')
    daemon = hooked(None, command=hook, retry={"attempts": 1})
    hook.rename(tmp_path / "away")
    ids = [send(daemon), send(daemon)]
    daemon.wait_for_log("sink hook: unavailable.*hook")
    (tmp_path / "away").rename(hook)
    until(lambda: lines_of(tmp_path / "done") == [f"{id} 1" for id in ids], "both events, in order")


def test_a_shell_line_is_run_by_the_shell_with_the_event_on_its_input(make_daemon, tmp_path):
    line = f'grep -o \'"id":"[^"]*"\' | head -1 >> {tmp_path}/ids; echo "$HOOKD_TYPE" >> {tmp_path}/types'
    daemon = make_daemon(sinks=[{"name": "line", "type": "exec", "shell": line}]).start()
    id = send(daemon)
    until(lambda: lines_of(tmp_path / "types") == ["upsert.success"], "the line's end")
    assert lines_of(tmp_path / "ids") == [f'"id":"{id}"']


# Files and queues

def test_a_log_file_that_is_moved_away_is_begun_anew_and_nothing_is_lost(make_daemon, tmp_path):
    daemon = make_daemon().start()
    path, moved = daemon.sink_path, [tmp_path / f"moved.{number}" for number in range(5)]
    sender = Sender(daemon.secret, seed=1)
    with Load(sender, daemon.listeners, connections=4) as load:
        for number, target in enumerate(moved):
            load.wait_for(load.answers + 30)
            until(path.exists, "the file")
            path.rename(target)
            if number % 2 == 1:
                daemon.signal(signal.SIGHUP)
        load.wait_for(load.answers + 30)
        until(path.exists, "the new file")
    daemon.stop()
    found = [id for file in [*moved, path] for id in event_ids(file)]
    assert len(found) == len(set(found)), "without a crash nothing comes twice"
    assert set(found) == sender.acknowledged
    assert all(event_ids(file) for file in [*moved, path])


def test_sighup_opens_the_file_anew_even_where_its_name_is_the_same_file(make_daemon, tmp_path):
    daemon = make_daemon().start()
    first = send(daemon)
    daemon.wait_for_events([first])
    opened = descriptors_of(daemon.process.pid, daemon.sink_path)
    assert len(opened) == 1
    daemon.signal(signal.SIGHUP)
    until(lambda: not descriptors_of(daemon.process.pid, daemon.sink_path), "the file closed")
    second = send(daemon)
    assert [event["id"] for event in daemon.wait_for_events([second])] == [first, second]


def descriptors_of(pid, path):
    links = Path(f"/proc/{pid}/fd")
    return [link.name for link in links.iterdir() if os.path.lexists(link) and os.readlink(link) == str(path)]


@pytest.fixture
def small_disk(tmp_path):
    """A file system of 1 MiB, mounted for the test."""
    if os.geteuid() != 0:
        pytest.skip("mounting a small file system needs root")
    point = tmp_path / "small-disk"
    point.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", point], capture_output=True)
    if mounted.returncode != 0:
        pytest.skip(f"this place cannot mount: {mounted.stderr.decode()}")
    yield point
    subprocess.run(["umount", str(point)], check=True)


@pytest.mark.parametrize("kind", ["queue", "file"])
def test_on_a_full_disk_events_wait_and_arrive_in_order_once_there_is_room(make_daemon, small_disk, tmp_path,
                                                                           kind):
    ballast, target = small_disk / "ballast", small_disk / "target"
    ballast.write_bytes(b"0" * 960 * 1024)
    beside = tmp_path / "beside.jsonl"
    full = {"name": "full", "type": kind, "path": target, "retry": QUICK}
    daemon = make_daemon(sinks=[full, file_sink(beside)]).start()
    ids = [send(daemon, success_event(note="z" * 20_000)) for _ in range(12)]
    until(lambda: event_ids(beside) == ids, "all events in the sink beside")
    daemon.wait_for_log("sink full: unavailable.*No space left on device")
    ballast.unlink()
    read = read_queue_in_order if kind == "queue" else read_lines
    until(lambda: target.exists() and {event["id"] for event in read(target)} == set(ids), "all events")
    daemon.stop()
    assert [event["id"] for event in read(target)] == ids
    assert sink_rows(daemon.journal_path) == ({"full": 12, "events": 12}, {}), "it is no event's failure"
    if kind == "queue":
        assert list((target / "tmp").iterdir()) == []
        files = [target / "new" / queue_name(number, id) for number, id in enumerate(ids, 1)]
        written = [file.stat().st_mtime_ns for file in files]
        assert written == sorted(written)


def read_queue_in_order(directory):
    """A directory that is not made yet, or is being made, holds nothing."""
    if not (directory / "new").is_dir():
        return []
    return sorted(read_queue(directory), key=lambda event: int(event["sequence"]))


def queue_name(number, id):
    return f"{number:020}-{id}.json"


def test_a_queue_sorted_by_name_is_in_journal_order(make_daemon, tmp_path):
    daemon = make_daemon(sinks=[{"name": "inbox", "type": "queue", "path": tmp_path / "queue"}]).start()
    ids = [send(daemon) for _ in range(12)]
    until(lambda: len(os.listdir(tmp_path / "queue" / "new")) == 12, "all files")
    assert [event["id"] for event in read_queue(tmp_path / "queue")] == ids


def test_a_queues_files_are_whole_named_by_sequence_and_id_and_taken_by_renaming(make_daemon, tmp_path):
    queue = tmp_path / "queue"
    daemon = make_daemon(sinks=[{"name": "inbox", "type": "queue", "path": queue}]).start()
    ids = [send(daemon) for _ in range(3)]
    names = {queue_name(number, id) for number, id in enumerate(ids, 1)}
    until(lambda: set(os.listdir(queue / "new")) == names, f"the files {names}")
    taken = queue_name(1, ids[0])
    (queue / "new" / taken).rename(queue / "cur" / taken)
    daemon.stop()
    daemon.start()
    fourth = send(daemon)
    until(lambda: (queue / "new" / queue_name(4, fourth)).exists(), "the fourth event")
    assert os.listdir(queue / "cur") == [taken], "what a consumer took does not come again"
    assert not (queue / "new" / taken).exists()


# What uploaders can put into an event

HOSTILE = {
    "substitution": "$(touch {here}/x) `touch {here}/x` ${{IFS}}; touch {here}/x #",
    "parents": "../../../../../../etc/passwd",
    "absolute": "/etc/passwd",
    "lines": "one\ntwo\r\nthree",
    "quotes": "'\"\\'; touch {here}/x; '\"",
    "options": "--help -rf / * ? [a-z] ~ %s %n",
    "emoji": "\U0001f4a9" * 1024,
    "nul": "before\0after",
    "controls": "".join(map(chr, range(1, 32))) + "\x7f\x9b31m",
    "json": '","data":{{"type":"upsert.fail"}},"x":"',
    "separators": "a\x85b\u2028c\u2029",
    "bidi": "\u202egpj.exe\u2066",
    "empty": "",
}


@pytest.fixture
def every_sink(make_daemon, tmp_path):
    """A daemon with a sink of each kind; `lines()` gives the last event's line, as bytes, by kind."""
    hook = write_hook(tmp_path, 'printf "%s" "$HOOKD_SUBJECT" > "$here/subject"; cat > "$here/exec.new"; '
                                'mv "$here/exec.new" "$here/exec"')
    sinks = [
        file_sink(tmp_path / "file"),
        {"name": "queue", "type": "queue", "path": tmp_path / "queue"},
        exec_sink(hook),
        {"name": "shell", "type": "exec", "shell": f"cat > {tmp_path}/shell.new; mv {tmp_path}/shell.new "
                                                   f"{tmp_path}/shell"},
        {"name": "stdout", "type": "stdout"},
    ]
    daemon = make_daemon(sinks=sinks, log={"level": "trace"},
                         wrapper=["/bin/sh", "-c", f'exec "$@" > {tmp_path}/stdout', "sh"])

    def lines():
        found = {name: (tmp_path / name).read_bytes() for name in ("file", "exec", "shell", "stdout")
                 if (tmp_path / name).exists()}
        found |= {"queue": file.read_bytes() for file in (tmp_path / "queue" / "new").iterdir()}
        return {name: text for name, text in found.items() if text.endswith(b"\n")}

    daemon.lines = lambda: until(lambda: found if len(found := lines()) == len(sinks) else None,
                                 lambda: f"the event in all sinks; log:\n{daemon.log()}")
    return daemon.start()


@pytest.mark.parametrize("ascii_only", [True, False], ids=["escaped", "utf-8"])
@pytest.mark.parametrize("kind", HOSTILE)
def test_a_hostile_document_name_has_no_effect_and_stays_intact(every_sink, tmp_path, kind, ascii_only):
    name = HOSTILE[kind].format(here=tmp_path)
    body = json.dumps({"type": "upsert.fail", "name": name, "metadata": {name: name}, "error": name,
                       "collection_name": name}, ensure_ascii=ascii_only).encode()
    before = set(os.listdir("/")) | set(os.listdir("/etc"))
    subject = f"{name}/{name}" if name else ""
    id = send(every_sink, body)
    for sink, line in every_sink.lines().items():
        assert len(line.decode().splitlines()) == 1, sink
        assert kind == "separators" or line.endswith(b',"data":' + body + b"}\n"), sink
        event = json.loads(line)
        assert event["data"] == json.loads(body), sink
        assert (event["id"], event["type"], event.get("subject", "")) == (id, "upsert.fail", subject), sink
    assert (tmp_path / "subject").read_bytes().decode() == subject.replace("\0", "\N{REPLACEMENT CHARACTER}")
    every_sink.stop()
    assert not (tmp_path / "x").exists()
    assert set(os.listdir("/")) | set(os.listdir("/etc")) == before
    assert os.listdir(tmp_path / "queue" / "new") == [queue_name(1, id)]
    assert sorted(os.listdir(tmp_path / "queue")) == ["cur", "new", "tmp"]
    assert re.findall(r"[^\x20-\x7e\n\xa0-\U0010ffff]", every_sink.log()) == [], "controls in the log"


@pytest.mark.parametrize("id", ["msg_/etc/passwd", "msg_%2e%2e%2f", "/", "a", "-rf", "~" * 256,
                                "msg_$(touch${IFS}x)\"'`"])
def test_a_hostile_message_id_makes_an_innocent_file_name(every_sink, tmp_path, id):
    assert every_sink.send(success_event(), id).status == 204
    assert {json.loads(line)["id"] for line in every_sink.lines().values()} == {id}
    every_sink.stop()
    [name] = os.listdir(tmp_path / "queue" / "new")
    assert re.fullmatch(r"0{19}1-[A-Za-z0-9_%-]{1,200}\.json", name)


@pytest.mark.parametrize("body", [b"", b"not json", b"\xff\xfe\0{}", b'{"type":"upsert.fail"',
                                  b'{"a":1}{"b":2}', b"\xef\xbb\xbf{}",
                                  b'{"type":"upsert.fail","name":"\xff"}', b"[1,2]\0"])
def test_an_authentic_body_that_is_no_json_arrives_as_base64_of_type_unknown(every_sink, body):
    id = send(every_sink, body)
    for sink, line in every_sink.lines().items():
        event = json.loads(line)
        assert "data" not in event, sink
        assert (event["id"], event["type"]) == (id, "unknown"), sink
        assert base64.b64decode(event["data_base64"]) == body, sink


def test_a_pretty_printed_body_stays_one_line_and_loses_nothing_but_its_line_ends(every_sink):
    body = json.dumps({"type": "upsert.success", "name": "a\n b", "deep": [{"x": [1, 2]}]}, indent=4).encode()
    body = b"\r\n" + body.replace(b"\n", b"\r\n") + b"\n"
    send(every_sink, body)
    expected = body.strip().replace(b"\r", b" ").replace(b"\n", b" ")
    for sink, line in every_sink.lines().items():
        assert line.count(b"\n") == 1 and line.endswith(b',"data":' + expected + b"}\n"), sink
        assert json.loads(line)["data"] == json.loads(body), sink


@pytest.mark.parametrize("body", [
    b'{"type":"upsert.success","name":"n","big":12345678901234567890123,"price":1.10,"zero":-0.0,"e":1E+2}',
    b'{"type":"upsert.success","name":"n","a":1,"a":2,"b":{"a":3,"a":3}}',
    b'{ "type" : "upsert.success" , "name":"\\u006e", "slash":"\\/", "pair":"\\ud83d\\ude00", "e":"\\u00e9"}',
], ids=["numbers", "repeated keys", "escapes"])
def test_numbers_repeated_keys_and_escapes_are_handed_on_as_they_came(every_sink, body):
    send(every_sink, body)
    for sink, line in every_sink.lines().items():
        event = json.loads(line)
        assert (event["type"], event.get("subject")) == ("upsert.success", "n"), sink
        assert line.endswith(b',"data":' + body + b"}\n"), sink


def test_a_lone_surrogate_in_a_failure_is_a_failure_all_the_same(every_sink):
    body = b'{"type":"upsert.fail","name":"n\\udcff.pdf"}'
    send(every_sink, body)
    for sink, line in every_sink.lines().items():
        assert json.loads(line)["type"] == "upsert.fail", sink
        assert line.endswith(b',"data":' + body + b"}\n"), sink


@pytest.mark.parametrize("number", [b"1e400", b"-1E+400", b"1" + b"0" * 400, b"0." + b"3" * 400,
                                    b"1e-99999999999999999999", b"12345678901234567890123"])
def test_a_failure_is_a_failure_whatever_its_numbers_are(every_sink, number):
    body = b'{"type":"upsert.fail","name":"n","collection_name":"c","huge":[' + number + b']}'
    send(every_sink, body)
    for sink, line in every_sink.lines().items():
        assert line.endswith(b',"data":' + body + b"}\n"), sink
        assert b'"type":"upsert.fail","subject":"c/n"' in line, sink
    assert every_sink.run("wait", "--document", "n", "--timeout", "10s").returncode == 1
    shown = every_sink.run("events", "show", "1", "--body")
    assert shown.returncode == 0 and shown.stdout.endswith("\n" + body.decode() + "\n")
    assert json.loads(every_sink.run("events", "show", "1", "--body", "--json").stdout)["body"] == body.decode()


def test_a_body_that_is_nested_so_deeply_that_jq_gives_up_stops_no_reader(every_sink):
    body = b'{"type":"upsert.fail","name":"n","collection_name":"c","metadata":' + b"[" * 300 + b"]" * 300 + b"}"
    send(every_sink, body)
    for sink, line in every_sink.lines().items():
        event = json.loads(line)
        assert base64.b64decode(event["data_base64"]) == body, sink
        assert (event["type"], event["subject"]) == ("upsert.fail", "c/n"), sink
        assert event["datacontenttype"] == "application/json", sink


@pytest.mark.parametrize("cut", ["holiday \\ud83d", "\\uD83D\\\\udc00", "\\ud83d\\ud83d\\ude00", "\\uDBFF\\n"])
def test_half_an_emoji_that_jq_gives_up_at_stops_no_reader(every_sink, cut):
    body = b'{"type":"upsert.fail","name":"n","collection_name":"c","note":"' + cut.encode() + b'"}'
    send(every_sink, body)
    for sink, line in every_sink.lines().items():
        event = json.loads(line)
        assert base64.b64decode(event["data_base64"]) == body, sink
        assert (event["type"], event["subject"], event["datacontenttype"]) == ("upsert.fail", "c/n", "application/json")


# Filters

def test_each_sink_gets_the_events_and_endpoints_that_its_patterns_name(make_daemon, tmp_path):
    daemon = make_daemon()
    daemon.configuration["endpoint"] = [daemon.default_endpoint(),
                                        daemon.default_endpoint("second", "/webhooks/second")]
    wanted = {
        "all": {}, "failures": {"events": ["upsert.fail"]}, "upserts": {"events": ["upsert.*"]},
        "two": {"events": ["nothing", "*.success"]}, "second": {"endpoints": ["second"]},
        "both": {"endpoints": ["sec*"], "events": ["*.fail"]},
    }
    daemon.configuration["sink"] = [file_sink(tmp_path / name, name, **keys) for name, keys in wanted.items()]
    daemon.start()
    bodies = {"success": success_event(), "fail": failure_event(), "other": b'{"type":"other"}', "none": b"-"}
    sent = {(path, kind): send(daemon, body, path=f"/webhooks/{path}")
            for path in ("colivara", "second") for kind, body in bodies.items()}

    def ids(*chosen):
        return [id for key, id in sent.items() if key in chosen]

    expected = {
        "all": list(sent.values()),
        "failures": ids(("colivara", "fail"), ("second", "fail")),
        "upserts": ids(*((path, kind) for path in ("colivara", "second") for kind in ("success", "fail"))),
        "two": ids(("colivara", "success"), ("second", "success")),
        "second": ids(*(("second", kind) for kind in bodies)),
        "both": ids(("second", "fail")),
    }
    until(lambda: {name: event_ids(tmp_path / name) for name in wanted} == expected, "each sink's own events")
    daemon.stop()
    assert {name: event_ids(tmp_path / name) for name in wanted} == expected
    assert sink_rows(daemon.journal_path) == (dict.fromkeys(wanted, len(sent)), {}), "left out is done with"
    assert {event["source"] for event in read_lines(tmp_path / "second")} == {"second"}


# Secrets

def test_a_secret_shows_up_in_no_log_no_sink_no_journal_and_no_hooks_surroundings(make_daemon, tmp_path):
    hook = write_hook(tmp_path, 'cat /proc/$$/environ /proc/$$/cmdline /proc/$PPID/cmdline - > "$here/new"\n'
                                'mv "$here/new" "$here/seen"\necho failed >&2; exit 1')
    daemon = make_daemon(log={"level": "trace"})
    in_file = tmp_path / "secret"
    in_file.touch(mode=0o600)
    in_file.write_text(daemon.secret.replace("whsec_", "whsec_AAAA") + "\n")
    daemon.environment["OUR_SECRET"] = daemon.secret
    daemon.configuration["endpoint"][0]["secrets"] = [{"env": "OUR_SECRET"}, {"file": in_file}]
    daemon.configuration["sink"] = [exec_sink(hook, retry={"attempts": 2}), file_sink(daemon.sink_path),
                                    {"name": "queue", "type": "queue", "path": tmp_path / "queue"},
                                    {"name": "stdout", "type": "stdout"}]
    daemon.start()
    id = send(daemon)
    forged = daemon.request(success_event()).replace(b"svix-signature: v1,", b"svix-signature: v1,A", 1)
    with_secret = daemon.request(success_event(), extra=[f"X-Note: {daemon.secret}"])
    assert [exchange(daemon.http, each).status for each in (forged, with_secret)] == [401, 204]
    daemon.wait_for_log(rf"{id}.* dead letter")
    until((tmp_path / "seen").exists, "what the hook has seen")
    printed = [daemon.run("check", "--print"), daemon.run("check")]
    assert [each.returncode for each in printed] == [0, 0]
    command_line = Path(f"/proc/{daemon.process.pid}/cmdline").read_bytes()
    daemon.stop()
    key = base64.b64decode(daemon.secret.removeprefix("whsec_"))
    places = [path for path in tmp_path.rglob("*") if path.is_file() and path != in_file]
    assert daemon.journal_path in places and daemon.log_path in places
    for text in [command_line, *(each.stdout.encode() + each.stderr.encode() for each in printed),
                 *(path.read_bytes() for path in places)]:
        assert daemon.secret.removeprefix("whsec_").encode() not in text
        assert key not in text and key.hex().encode() not in text


# Restarts

@pytest.mark.parametrize("end", ["stop", "kill"])
def test_waiting_retries_dead_letters_and_cursors_survive_a_restart(hooked, tmp_path, end):
    daemon = hooked('echo "$HOOKD_ID $HOOKD_ATTEMPT" >> "$here/tries"\ninput="$(cat)"\ncase "$input" in\n'
                    '*poison*) exit 65;;\n*late*) [ -e "$here/repaired" ] || exit 1;;\nesac\n'
                    'echo "$HOOKD_ID" >> "$here/done"')
    names = ("good", "late", "poison", "last")
    good, late, dead, last = [send(daemon, success_event(name)) for name in names]
    until(lambda: lines_of(tmp_path / "done") == [good, last], "the good ones")
    until(lambda: f"{late} 3" in lines_of(tmp_path / "tries"), "three attempts of the late one")
    daemon.wait_for_log(rf"{dead}.* dead letter")
    if end == "kill":
        wait_until_written(daemon, "hook", 4)
    getattr(daemon, end)()
    cursors, failures = sink_rows(daemon.journal_path) if end == "stop" else ({"hook": 4, "events": 4}, None)
    assert cursors == {"hook": 4, "events": 4}
    if failures:
        assert failures.keys() == {("hook", late), ("hook", dead)}
        assert failures["hook", dead] == [1, 1, "exit 65"]
    tries = lines_of(tmp_path / "tries")
    attempts = [int(line.split()[1]) for line in tries if line.startswith(late)]
    assert attempts == list(range(1, len(attempts) + 1))

    (tmp_path / "repaired").touch()
    daemon.start()
    until(lambda: late in lines_of(tmp_path / "done"), "the late one")
    fresh = send(daemon)
    until(lambda: fresh in lines_of(tmp_path / "done"), "a fresh one")
    daemon.stop()
    tried_since = lines_of(tmp_path / "tries")[len(tries):]
    assert sorted(line.split()[0] for line in tried_since) == sorted([late, fresh]), "only what was owed"
    [late_attempt] = [int(line.split()[1]) for line in tried_since if line.startswith(late)]
    # A kill may fall between an attempt and the journal's note of it.
    assert late_attempt == attempts[-1] + 1 or (end == "kill" and late_attempt == attempts[-1])
    assert event_ids(daemon.sink_path) == [good, late, dead, last, fresh]
    cursors, failures = sink_rows(daemon.journal_path)
    assert cursors == {"hook": 5, "events": 5}
    assert failures == {("hook", dead): [1, 1, "exit 65"]}


def wait_until_written(daemon, sink, cursor):
    """What sinks have done is made durable with the next commit: more turns of a failing event bring one."""
    tries = daemon.directory.parent / "tries"
    count = len(lines_of(tries))
    until(lambda: len(lines_of(tries)) >= count + 5, f"{sink} at {cursor}")


def test_what_a_sink_missed_while_it_was_not_configured_does_not_come_when_it_is_new(make_daemon, tmp_path):
    daemon = make_daemon().start()
    first = send(daemon)
    daemon.wait_for_events([first])
    daemon.stop()
    daemon.configuration["sink"].append(file_sink(tmp_path / "late", "late"))
    daemon.start()
    second = send(daemon)
    until(lambda: event_ids(tmp_path / "late") == [second], "the new sink's first event")
    daemon.stop()
    assert event_ids(tmp_path / "late") == [second]
    assert event_ids(daemon.sink_path) == [first, second]
