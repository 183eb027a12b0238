# SPDX-License-Identifier: MIT
"""Guarantee 10 and the manners of a daemon: starting, stopping, refusing to start, logging, and what the
commands say with their exit codes."""

import contextlib
import json
import os
import re
import signal
import socket
import sqlite3
import subprocess
import threading
import time
from pathlib import Path

import pytest

from harness import Connection, event_ids, message_id, success_event, until
from harness.admin import metrics
from harness.daemon import Listener, binary
from harness.freezing import frozen
from harness.hooks import exec_sink, file_sink, lines_of, process_is_gone, sink_rows, write_hook
from harness.load import Load, Sender

DONE, NO, USAGE, UNREACHABLE, IO, CONFIG = 0, 1, 2, 69, 74, 78


def command(*words, env=None):
    """A command of the binary without a daemon's configuration."""
    return subprocess.run([binary(), *words], env=env, capture_output=True, text=True, timeout=20)


def journal_ids(path):
    with contextlib.closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as journal:
        assert journal.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        return [id for (id,) in journal.execute("SELECT id FROM event ORDER BY sequence")]


def half_sent(daemon, id):
    """A connection with a request under way: the daemon has read all but its last 10 bytes; and those."""
    request = daemon.request(success_event(), id)
    connection = Connection(daemon.http)
    connection.send(daemon.request(success_event(), message_id()))
    assert connection.response().status == 204
    connection.send(request[:-10])
    until(lambda: unread_bytes(daemon, connection) == 0, "the daemon to read")
    return connection, request[-10:]


def unread_bytes(daemon, connection):
    """The receive queue of the daemon's end, as /proc/net/tcp has it."""
    local, remote = (connection.socket.getpeername()[1], connection.socket.getsockname()[1])
    for line in Path(f"/proc/{daemon.process.pid}/net/tcp").read_text().splitlines()[1:]:
        words = line.split()
        if (int(words[1].split(":")[1], 16), int(words[2].split(":")[1], 16)) == (local, remote):
            return int(words[4].split(":")[1], 16)
    raise AssertionError("the connection is gone")


def refuses_connections(listener):
    try:
        Connection(listener, timeout=2).close()
    except OSError:
        return True
    return False


# Stopping

@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_request_under_way_is_answered_and_kept_before_the_daemon_ends(make_daemon, number):
    daemon = make_daemon().start()
    id = message_id()
    connection, rest = half_sent(daemon, id)
    idle = Connection(daemon.http)
    idle.send(daemon.request(success_event()))
    assert idle.response().status == 204
    daemon.signal(number)
    assert idle.closed(), "an idle connection is closed at once"
    until(lambda: all(map(refuses_connections, daemon.listeners)), "the listeners' end")
    assert daemon.process.poll() is None
    connection.send(rest)
    answer = connection.response()
    assert answer.status == 204
    assert answer.fields.get("connection") == "close"
    assert connection.closed()
    assert daemon.wait() == DONE
    assert id in journal_ids(daemon.journal_path)
    assert id in event_ids(daemon.sink_path), "what is stored while draining is still handed on"


def test_connections_that_wait_to_be_accepted_are_served_before_the_end(make_daemon):
    daemon = make_daemon(server={"threads": 1}).start()
    waiting = []
    with frozen(daemon.process, "hookd-io"):
        for _ in range(64):
            waiting.append(Connection(daemon.http))
            waiting[-1].send(daemon.request(success_event()))
        daemon.signal(signal.SIGTERM)
        daemon.wait_for_log("draining")
    assert [each.response().status for each in waiting] == [204] * 64
    assert daemon.wait() == DONE


def test_stopping_under_load_answers_what_it_stored_and_ends_well_within_the_drain_time(make_daemon):
    daemon = make_daemon().start()
    sender = Sender(daemon.secret, seed=2)
    for _ in range(3):
        with Load(sender, daemon.listeners) as load:
            load.wait_for(50)
            begin = time.monotonic()
            daemon.stop()
            assert time.monotonic() - begin < 8
        assert sender.errors == []
        assert sender.acknowledged <= set(journal_ids(daemon.journal_path))
        daemon.start()
    daemon.stop()
    assert set(event_ids(daemon.sink_path)) == set(journal_ids(daemon.journal_path))
    assert len(event_ids(daemon.sink_path)) == len(set(event_ids(daemon.sink_path)))


def test_a_request_that_never_ends_holds_the_daemon_up_only_for_the_drain_time(make_daemon):
    daemon = make_daemon(server={"drain_timeout": "500ms"}).start()
    id = message_id()
    connection, _ = half_sent(daemon, id)
    begin = time.monotonic()
    daemon.stop()
    assert time.monotonic() - begin < 5
    assert connection.closed()
    assert id not in journal_ids(daemon.journal_path)


def test_a_handshake_during_the_drain_gives_a_silent_client_no_more_time(make_daemon):
    daemon = make_daemon(server={"drain_timeout": "20s", "header_timeout": "20s"}).start()
    with socket.create_connection(daemon.https.endpoint) as peer:
        until(lambda: metrics(daemon)["hookd_connections"] == 1, "the connection to be accepted")
        daemon.signal(signal.SIGTERM)
        daemon.wait_for_log("draining for at most")
        began = time.monotonic()
        with daemon.https.context.wrap_socket(peer, server_hostname="localhost"):
            assert daemon.wait() == DONE
        assert time.monotonic() - began < 10


def test_a_second_signal_ends_the_daemon_at_once_and_loses_nothing(make_daemon):
    daemon = make_daemon(server={"drain_timeout": "60s"}).start()
    connection, _ = half_sent(daemon, message_id())
    kept = message_id()
    assert daemon.send(success_event(), kept).status == 204
    daemon.signal(signal.SIGTERM)
    daemon.wait_for_log("draining")
    assert daemon.process.poll() is None
    begin = time.monotonic()
    daemon.signal(signal.SIGTERM)
    assert daemon.wait() == NO
    assert time.monotonic() - begin < 10
    assert "received a second signal, exiting immediately" in daemon.log()
    daemon.start()
    daemon.wait_for_events([kept])


def test_a_hook_that_is_cut_short_by_stopping_gets_its_event_again_at_the_same_attempt(make_daemon, tmp_path):
    hook = write_hook(tmp_path, 'echo $$ > "$here/process"; echo "$HOOKD_ATTEMPT" >> "$here/tries"\n'
                                '[ -e "$here/repaired" ] || exec sleep 1000')
    daemon = make_daemon(sinks=[exec_sink(hook)], server={"drain_timeout": "500ms"}).start()
    daemon.send(success_event())
    until(lambda: lines_of(tmp_path / "process"), "the hook")
    daemon.stop()
    assert process_is_gone(lines_of(tmp_path / "process")[0])
    (tmp_path / "repaired").touch()
    daemon.start()
    until(lambda: len(lines_of(tmp_path / "tries")) == 2, "the hook again")
    daemon.stop()
    assert lines_of(tmp_path / "tries") == ["1", "1"]
    assert sink_rows(daemon.journal_path) == ({"hook": 1}, {})


def test_what_was_done_behind_a_hook_that_is_cut_short_by_stopping_is_not_done_again(make_daemon, tmp_path):
    hook = write_hook(tmp_path, '[ "$HOOKD_SEQUENCE" != 1 ] || [ -e "$here/repaired" ] || exec sleep 1000\n'
                                'echo "$HOOKD_SEQUENCE $HOOKD_ATTEMPT" >> "$here/done"')
    daemon = make_daemon(sinks=[exec_sink(hook, concurrency=2)], server={"drain_timeout": "500ms"}).start()
    for _ in range(20):
        daemon.send(success_event())
    until(lambda: len(lines_of(tmp_path / "done")) == 19, "all but the first")
    daemon.stop()
    (tmp_path / "repaired").touch()
    daemon.start()
    daemon.send(success_event())
    until(lambda: len(lines_of(tmp_path / "done")) >= 21, "the first, and the last")
    daemon.stop()
    assert sorted(lines_of(tmp_path / "done")) == sorted(f"{sequence} 1" for sequence in range(1, 22))


def test_a_hook_that_leaves_its_process_group_ends_at_its_timeout_all_the_same(make_daemon, tmp_path):
    hook = write_hook(tmp_path, "exec python3 -c 'import os, time; os.setpgid(0, os.getpgid(os.getppid())); "
                                "open(\"'$here'/process\", \"w\").write(str(os.getpid())); time.sleep(1000)'")
    daemon = make_daemon(sinks=[exec_sink(hook, timeout="1s")]).start()
    daemon.send(success_event())
    daemon.wait_for_log("sink hook: event .* failed in attempt 1")
    assert process_is_gone((tmp_path / "process").read_text())


def test_answers_reach_a_client_that_has_sent_more_behind_its_last_request(make_daemon):
    daemon = make_daemon().start()
    requests = [daemon.request(success_event()) for _ in range(299)]
    last = daemon.request(success_event(), extra=["Connection: close"])
    with socket.socket() as peer:
        peer.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1024)  # most answers wait in the daemon's socket
        peer.connect(daemon.http.endpoint)
        sender = threading.Thread(target=lambda: peer.sendall(b"".join([*requests, last]) + b"\r\n" * 20_000))
        sender.start()
        until(lambda: len(event_ids(daemon.sink_path)) == 300, "all to be stored")
        answers = b"".join(iter(lambda: peer.recv(4096), b""))
        sender.join()
    assert answers.count(b"HTTP/1.1 204 ") == 300


def test_a_stopped_daemon_leaves_one_journal_file_and_none_that_others_can_read(make_daemon):
    daemon = make_daemon().start()
    daemon.send(success_event())
    daemon.stop()
    log = daemon.directory / "journal.db-wal"
    assert not log.exists() or log.stat().st_size == 0
    made = [*daemon.directory.glob("journal.db*"), daemon.sink_path]
    assert daemon.journal_path in made
    assert [path.name for path in made if path.stat().st_mode & 0o007] == []


# Refusing to start

def test_a_second_daemon_on_the_same_journal_refuses_and_the_first_goes_on(make_daemon):
    first, second = make_daemon().start(), make_daemon()
    second.journal_path = first.journal_path
    second.configuration["journal"]["path"] = first.journal_path
    assert second.launch().wait() == IO
    assert f"{first.journal_path} is in use by process {first.process.pid}" in second.log()
    id = message_id()
    assert first.send(success_event(), id).status == 204
    first.stop()
    second.start()
    assert second.send(success_event()).status == 204
    second.stop()
    assert len(journal_ids(first.journal_path)) == 2


def test_an_address_that_is_taken_is_named_and_nothing_is_begun(make_daemon):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        daemon = make_daemon(listeners=[{"address": address}])
        assert daemon.launch().wait() == IO
    assert address in daemon.log()
    assert not daemon.sink_path.exists()


HANGUP_WAITS = """
import os, signal, sys
signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGHUP})
os.kill(os.getpid(), signal.SIGHUP)
os.execv(sys.argv[1], sys.argv[1:])
"""


def test_a_reload_that_waits_for_a_start_that_fails_changes_nothing_about_its_end(make_daemon):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        address = "127.0.0.1:%d" % taken.getsockname()[1]
        for _ in range(10):
            daemon = make_daemon(listeners=[{"address": address}], wrapper=["/usr/bin/python3", "-c", HANGUP_WAITS])
            assert not daemon.try_to_start()
            assert daemon.wait() == IO
            assert address in daemon.log()


def test_a_file_that_is_no_journal_is_refused_and_left_as_it_is(make_daemon):
    daemon = make_daemon()
    daemon.journal_path.write_text("a shopping list\n" * 1000)
    assert daemon.launch().wait() == IO
    assert str(daemon.journal_path) in daemon.log()
    assert daemon.journal_path.read_text() == "a shopping list\n" * 1000


def break_in_three_places(daemon):
    daemon.configuration["server"]["max_bdoy"] = "1 MiB"
    daemon.configuration["journal"]["retention"] = "1h"
    daemon.configuration["sink"][0]["path"] = "events.jsonl"
    return [r"server\.max_bdoy: .*max_body", r"journal\.retention: .*from 3d", r"sink\[0\]\.path: .*absolute"]


def without_warnings(text):
    return [line for line in text.splitlines() if "warning: " not in line]


@pytest.mark.parametrize("words", [["run"], ["check"], ["check", "--print"]], ids=" ".join)
def test_every_error_of_a_configuration_is_reported_with_its_place_and_exit_code_78(make_daemon, words):
    daemon = make_daemon()
    errors = break_in_three_places(daemon)
    ended = daemon.run(*words)
    assert ended.returncode == CONFIG
    assert ended.stdout == ""
    lines = without_warnings(ended.stderr)
    assert len(lines) == len(errors)
    for line, error in zip(lines, errors):
        assert re.search(rf"^{re.escape(str(daemon.configuration_path))}:\d+:\d+: {error}", line), line
    assert not daemon.journal_path.exists()


@pytest.mark.parametrize("name", ["run", "check"])
def test_a_missing_configuration_is_an_error_of_the_configuration(name, tmp_path):
    path = tmp_path / "none.toml"
    ended = command("-c", path, name)
    assert ended.returncode == CONFIG
    assert str(path) in ended.stderr


def test_a_secret_file_that_others_can_read_is_refused(make_daemon, tmp_path):
    daemon = make_daemon()
    secret = tmp_path / "secret"
    secret.write_text(daemon.secret)
    secret.chmod(0o644)
    daemon.configuration["endpoint"][0]["secrets"] = [{"file": secret}]
    ended = daemon.run("run")
    assert ended.returncode == CONFIG
    assert "chmod" in ended.stderr and daemon.secret not in ended.stderr


# Commands

@pytest.mark.parametrize("words", [["statu"], ["events", "ls"], ["events", "\x1b[31m"]])
def test_a_command_that_there_is_not_is_named(words):
    ended = command(*words)
    assert ended.returncode == USAGE
    assert f"colivara-hookd: unknown command '{words[-1]}'".replace("\x1b", "\\x1b") in ended.stderr


def test_check_looks_for_what_a_start_would_stumble_over(make_daemon, tmp_path):
    daemon = make_daemon()
    daemon.configuration["endpoint"][0]["secrets"] = ["whsec_MfKQ"]
    daemon.configuration["sink"] = [
        {"name": "a", "type": "queue", "path": tmp_path / "q"}, {"name": "b", "type": "queue", "path": f"{tmp_path}/./q/"},
        file_sink(f"{daemon.journal_path}-wal", "c")]
    daemon.configuration["admin"] = {"socket": tmp_path / "nowhere/admin.sock", "address": ""}
    ended = daemon.run("check")
    assert ended.returncode == CONFIG
    for error in (r"sink\[1\]\.path: .* is already used by sink\[0\]", r"sink\[2\]\.path: .* is already used by journal\.path"):
        assert re.search(rf":\d+:\d+: {error}", ended.stderr)
    for doubt in (r"admin\.socket: the directory of .* does not exist", r"endpoint\[0\]\.secrets\[0\]: .* fewer than 24 bytes"):
        assert re.search(rf":\d+:\d+: warning: {doubt}", ended.stderr)
    daemon.configuration["sink"] = [file_sink(f"{daemon.journal_path}.jsonl")]
    assert daemon.run("check").returncode == DONE
    daemon.configuration["journal"]["path"] = tmp_path
    assert "is a directory" in daemon.run("check").stderr
    daemon.configuration["journal"]["path"] = f"{tmp_path}/journal/"
    assert re.search(r":\d+:\d+: journal\.path: .* ends in \"/\", as directories do", daemon.run("check").stderr)
    (tmp_path / "loop").symlink_to("loop")
    daemon.configuration["journal"]["path"] = tmp_path / "loop"
    assert "journal.path: " in (told := daemon.run("check").stderr) and "is a circular symbolic link" in told
    del daemon.configuration["journal"]["path"]  # on a machine that has no such service
    assert 'the directory of "/var/lib/colivara-hookd/journal.db" does not exist' in daemon.run("check").stderr


def test_check_accepts_a_good_configuration_and_prints_it_in_force_without_secrets(make_daemon, tmp_path):
    daemon = make_daemon()
    ended = daemon.run("check")
    assert (ended.returncode, ended.stdout) == (DONE, f"{daemon.configuration_path}: ok\n")
    printed = daemon.run("check", "--print")
    assert printed.returncode == DONE
    assert 'max_body = "1 MiB"' in printed.stdout and 'tolerance = "5m"' in printed.stdout
    assert daemon.secret not in printed.stdout + printed.stderr
    assert daemon.secret.removeprefix("whsec_") not in printed.stdout + printed.stderr
    assert not daemon.journal_path.exists(), "looking changes nothing"


def test_what_check_prints_is_itself_a_configuration_once_the_secrets_are_put_back(make_daemon):
    daemon = make_daemon()
    printed = daemon.run("check", "--print").stdout
    again = daemon.directory / "again.toml"
    again.touch(mode=0o600)
    again.write_text(printed.replace("<secret>", daemon.secret))
    ended = command("-c", again, "check", "--print")
    assert (ended.returncode, without_warnings(ended.stderr)) == (DONE, [])
    assert ended.stdout == printed


def test_the_same_configuration_as_json_runs_the_daemon(make_daemon):
    daemon = make_daemon()
    daemon.write_configuration()
    as_json = daemon.directory / "hookd.json"
    as_json.touch(mode=0o600)
    as_json.write_text(json.dumps(daemon.configuration, default=str))
    printed = [command("-c", path, "check", "--print") for path in (as_json, daemon.configuration_path)]
    assert [each.returncode for each in printed] == [DONE, DONE]
    assert printed[0].stdout == printed[1].stdout


def test_the_environment_names_the_configuration_where_the_command_line_does_not(make_daemon):
    daemon = make_daemon()
    daemon.write_configuration()
    ended = command("check", env={**os.environ, "HOOKD_CONFIG": str(daemon.configuration_path)})
    assert (ended.returncode, ended.stdout) == (DONE, f"{daemon.configuration_path}: ok\n")


def test_version_names_the_program_and_its_libraries():
    ended = command("version")
    assert ended.returncode == DONE
    assert re.match(r"colivara-hookd \d+\.\d+\.\d+\n", ended.stdout)
    for library in ("Boost", "OpenSSL", "SQLite", "nlohmann_json", "spdlog"):
        assert re.search(rf"^{library} \d+\.\d+", ended.stdout, re.M), library


@pytest.mark.parametrize("words, error", [
    (["send", "upsert.fail", "--count", "0"], "--count: expected a number from 1 to 1000000000"),
    (["events", "tail", "--lines", "ten"], "--lines: expected a number from 0 to 1000"),
    (["events", "list", "--state", "lost"],
     '--state: invalid value "lost": expected one of waiting, in_flight, retrying, delivered, dead, dropped, filtered, before_sink, orphaned')])
def test_an_error_begins_with_the_programs_name_and_says_what_is_expected(words, error):
    ended = command(*words)
    assert (ended.returncode, ended.stderr.splitlines()[0]) == (USAGE, f"colivara-hookd: {error}")


@pytest.mark.parametrize("words", [[], ["nonsense"], ["run", "--nonsense"], ["verify"], ["check", "surplus"]])
def test_a_command_line_that_is_not_understood_ends_with_exit_code_2(words):
    ended = command(*words)
    assert ended.returncode == USAGE
    assert ended.stderr != ""


def test_help_is_printed_for_people_who_ask():
    ended = command("--help")
    assert ended.returncode == DONE
    for name in ("run", "check", "verify", "send", "version"):
        assert re.search(rf"^\s+{name}\s", ended.stdout, re.M), name


@pytest.fixture
def captured(make_daemon, tmp_path):
    """A daemon that is not started, its secret's file, and a captured request."""
    daemon = make_daemon()
    secret, request = tmp_path / "secret", tmp_path / "request.http"
    secret.touch(mode=0o600)
    secret.write_text(daemon.secret + "\n")
    request.write_bytes(daemon.request(success_event()))
    return daemon, secret, request


def test_verify_says_valid_and_exit_code_0(captured):
    daemon, secret, request = captured
    ended = daemon.run("verify", "--secret-file", secret, "--request", request)
    assert (ended.returncode, ended.stdout) == (DONE, "valid\n")


def test_verify_says_not_valid_why_and_exit_code_1(captured):
    daemon, secret, request = captured
    request.write_bytes(request.read_bytes()[:-1] + b" ")
    ended = daemon.run("verify", "--secret-file", secret, "--request", request, "--explain")
    assert ended.returncode == NO
    assert ended.stdout.startswith("not valid: ") and len(ended.stdout.splitlines()) > 1
    assert daemon.secret not in ended.stdout + ended.stderr


def test_an_option_that_repeats_takes_one_value_each_time(captured, tmp_path):
    _, secret, _ = captured
    body = tmp_path / "body"
    body.write_bytes(b"{}")
    ended = command("verify", "--secret-file", secret, "--header", "svix-id: msg_1", body)
    assert (ended.returncode, ended.stdout) == (NO, "not valid: missing_header\n"), ended.stderr
    ended = command("send", "--set", "name=a", "upsert.fail", "--to", "http://127.0.0.1:1/", "--secret-file", secret)
    assert ended.returncode == UNREACHABLE, ended.stderr
    ended = command("send", "upsert.fail", "--count", "-1", "--to", "http://127.0.0.1:1/", "--secret-file", secret)
    assert ended.returncode == USAGE, ended.stderr


def test_verify_tells_a_missing_file_from_a_useless_secret(captured, tmp_path):
    daemon, secret, request = captured
    assert daemon.run("verify", "--secret-file", secret, "--request", tmp_path / "none").returncode == IO
    secret.write_text("whsec_!\n")
    ended = daemon.run("verify", "--secret-file", secret, "--request", request)
    assert ended.returncode == CONFIG and "whsec_!" not in ended.stderr


def test_verify_judges_an_old_message_at_the_time_that_is_given(captured):
    daemon, secret, request = captured
    request.write_bytes(daemon.request(success_event(), timestamp=1_700_000_000))
    words = ["verify", "--secret-file", secret, "--request", request]
    assert daemon.run(*words).returncode == NO
    assert daemon.run(*words, "--ignore-time").returncode == DONE
    assert daemon.run(*words, "--at", 1_700_000_200).returncode == DONE


def https_url(daemon):
    return f"https://localhost:{daemon.https.endpoint[1]}/webhooks/colivara"


def test_send_delivers_signed_test_events_over_https(captured, certificates):
    daemon, secret, _ = captured
    daemon.start()
    for kind in ("upsert.success", "upsert.fail"):
        ended = daemon.run("send", kind, "--to", https_url(daemon), "--secret-file", secret,
                           "--cacert", certificates.authority)
        assert ended.returncode == DONE, ended.stderr
        assert "204" in ended.stdout and daemon.secret not in ended.stdout + ended.stderr
    wanted = ["upsert.success", "upsert.fail"]
    until(lambda: [event["type"] for event in daemon.events()] == wanted, "both events")


def test_send_sets_fields_takes_data_from_a_file_and_counts(captured, tmp_path):
    daemon, secret, _ = captured
    daemon.start()
    plain = f"http://127.0.0.1:{daemon.http.endpoint[1]}/webhooks/colivara"
    ended = daemon.run("send", "upsert.success", "--to", plain, "--secret-file", secret,
                       "--set", "name=a b.pdf", "--set", "collection_name=letters", "--count", 3)
    assert ended.returncode == DONE, ended.stderr
    events = until(lambda: found if len(found := daemon.events()) == 3 else None, "three events")
    assert len({event["id"] for event in events}) == 3
    assert {event["subject"] for event in events} == {"letters/a b.pdf"}
    data = tmp_path / "data.json"
    data.write_text('{"type":"mine","x":1.10}')
    ended = daemon.run("send", "mine", "--to", plain, "--secret-file", secret, "--data", data)
    assert ended.returncode == DONE, ended.stderr
    until(lambda: [event["type"] for event in daemon.events()][3:] == ["mine"], "the event from the file")


def test_send_tells_refused_unreachable_and_untrusted_apart(captured, certificates, tmp_path):
    daemon, secret, _ = captured
    daemon.start()
    words = ["send", "upsert.success", "--to", https_url(daemon), "--secret-file"]
    wrong = tmp_path / "wrong"
    wrong.touch(mode=0o600)
    wrong.write_text(daemon.secret.replace("whsec_", "whsec_AAAA"))
    refused = daemon.run(*words, wrong, "--cacert", certificates.authority)
    assert refused.returncode == NO and "401" in refused.stdout + refused.stderr
    untrusted = daemon.run(*words, secret)
    assert untrusted.returncode == UNREACHABLE and "certificate" in untrusted.stderr
    assert daemon.run(*words, secret, "--insecure").returncode == DONE
    daemon.stop()
    assert daemon.run(*words, secret, "--cacert", certificates.authority).returncode == UNREACHABLE
    assert daemon.run(*words, tmp_path / "none").returncode in (IO, CONFIG)


# Logging

def test_with_format_json_every_line_on_standard_error_is_an_object(make_daemon, tmp_path):
    hook = write_hook(tmp_path, 'printf "tab\\there \\"quoted\\" \\033[31mred\\n\\377\\n" >&2; exit 65')
    daemon = make_daemon(log={"format": "json", "level": "trace"}, sinks=[exec_sink(hook)],
                         listeners=[{"address": f"unix:{tmp_path}/socket"}])
    daemon.launch()
    listener = listening_at(tmp_path / "socket")
    with Connection(listener) as connection:
        connection.send(daemon.request(success_event()))
        assert connection.response().status == 204
        connection.send(daemon.request(success_event(), timestamp=1_700_000_000))
        assert connection.response().status == 401
    daemon.wait_for_log("dead letter")
    daemon.stop()
    lines = [json.loads(line) for line in daemon.log().splitlines()]
    assert all({"time", "level", "message"} <= line.keys() for line in lines)
    assert any("401" in line["message"] for line in lines)


def test_the_log_level_says_how_much_is_logged(make_daemon):
    daemon = make_daemon(log={"level": "error"}, listeners=[{"address": "127.0.0.1:0"}])
    daemon.configuration["listener"] = [{"address": f"unix:{daemon.directory}/socket"}]
    daemon.launch()
    with Connection(listening_at(daemon.directory / "socket")) as connection:
        connection.send(daemon.request(success_event()))
        assert connection.response().status == 204
    daemon.stop()
    assert daemon.log() == ""


def listening_at(path):
    """A listener on a Unix socket, once somebody listens there."""
    listener = Listener(f"unix:{path}", False)
    until(lambda: not refuses_connections(listener), f"somebody to listen at {path}")
    return listener


def redirected(make_daemon, redirection, **keys):
    """A daemon whose standard streams are somewhere else, on a Unix socket as it cannot tell a port."""
    daemon = make_daemon(wrapper=["/bin/sh", "-c", f'exec "$@" {redirection}', "sh"], **keys)
    daemon.configuration["listener"] = [{"address": f"unix:{daemon.directory}/socket"}]
    daemon.launch()
    daemon.listeners = [listening_at(daemon.directory / "socket")]
    return daemon


@pytest.mark.parametrize("redirection", ["2>&-", "1>&-", "0<&- 1>&- 2>&-"])
def test_the_daemon_keeps_events_safe_with_its_standard_streams_closed(make_daemon, tmp_path, redirection):
    hook = write_hook(tmp_path, 'cat >> "$here/hooked"; echo out; echo err >&2')
    sinks = [file_sink(tmp_path / "file"), exec_sink(hook), {"name": "stdout", "type": "stdout"}]
    daemon = redirected(make_daemon, redirection, sinks=sinks, log={"level": "trace"})
    ids = [message_id() for _ in range(20)]
    for id in ids:
        assert daemon.send(success_event(), id).status == 204
    until(lambda: event_ids(tmp_path / "file") == ids == event_ids(tmp_path / "hooked"), "all events")
    for number in range(3):
        stream = Path(f"/proc/{daemon.process.pid}/fd/{number}")
        assert not os.path.lexists(stream) or os.readlink(stream) in ("/dev/null", str(daemon.log_path)), \
            f"what is meant for stream {number} goes into {os.readlink(stream)}"
    begin = time.monotonic()
    daemon.stop()
    assert time.monotonic() - begin < 5
    assert journal_ids(daemon.journal_path) == ids
    assert event_ids(tmp_path / "file") == ids


def test_a_log_that_nobody_reads_delays_no_request_and_no_end(make_daemon, tmp_path):
    fifo = tmp_path / "stderr"
    os.mkfifo(fifo)
    held_open = os.open(fifo, os.O_RDWR)
    daemon = redirected(make_daemon, f"2> {fifo}", log={"level": "trace"})
    sender = Sender(daemon.secret, seed=3)
    with Load(sender, daemon.listeners, connections=4) as load:
        load.wait_for(2000)
    waiting = os.open(fifo, os.O_RDONLY | os.O_NONBLOCK)
    asked = daemon.run("reload", timeout=20)
    assert (asked.returncode, asked.stdout) == (DONE, f"reloaded {daemon.configuration_path}\n"), "nor a reload"
    assert len(os.read(waiting, 1 << 20)) > 60_000, "the pipe was not full: the test tests nothing"
    begin = time.monotonic()
    daemon.stop()
    assert time.monotonic() - begin < 10
    assert sender.errors == [] and sender.unanswered() == []
    assert set(journal_ids(daemon.journal_path)) == sender.acknowledged
    os.close(held_open)
    os.close(waiting)


def test_an_output_that_nobody_reads_delays_no_request_no_other_sink_and_no_end(make_daemon, tmp_path):
    fifo = tmp_path / "stdout"
    os.mkfifo(fifo)
    held_open = os.open(fifo, os.O_RDWR)
    sinks = [{"name": "stdout", "type": "stdout"}, file_sink(tmp_path / "file")]
    daemon = redirected(make_daemon, f"> {fifo}", sinks=sinks, server={"drain_timeout": "1s"})
    sender = Sender(daemon.secret, seed=4)
    with Load(sender, daemon.listeners, connections=4) as load:
        load.wait_for(500)
    until(lambda: set(event_ids(tmp_path / "file")) == sender.acknowledged, "all events in the file")
    daemon.stop()
    os.close(held_open)
    cursors, failures = sink_rows(daemon.journal_path)
    assert failures == {} and cursors["stdout"] < cursors["events"]
