# SPDX-License-Identifier: MIT
"""The access log, and the members of JSON log lines."""

import json
import re
import signal
import time

import pytest

from harness import exchange, message_id, post, read_lines, signature_headers, success_event, until
from harness.admin import metrics, wait_for_metric
from harness.hanging_calls import HangingCalls
from harness.hooks import exec_sink, write_hook


def logging(make_daemon, requests="all", file="access.jsonl", **keys):
    daemon = make_daemon(certificates=None, **keys)
    daemon.access = daemon.directory / file if file else None
    daemon.configuration["access_log"] = {"requests": requests, "file": str(daemon.access or "")}
    return daemon


def lines(path, number):
    """At least so many lines of the file."""
    return until(lambda: path.exists() and len(read := read_lines(path)) >= number and read, f"{number} lines")


def test_each_request_has_a_line_with_what_became_of_it(make_daemon):
    id, forged = message_id(), message_id()
    with logging(make_daemon) as daemon:
        assert daemon.send(success_event(), id).status == 204
        wrong = signature_headers(daemon.secret, b"other", forged)
        assert exchange(daemon.http, post(b"{}", wrong)).status == 401
        assert exchange(daemon.http, post(b"", {}, path="/a\"b?token=private")).status == 404
        assert exchange(daemon.http, b"NONSENSE\r\n\r\n").status == 400
        accepted, refused, unknown, malformed = lines(daemon.access, 4)
    assert accepted["bytes"] > len(success_event()) and 0 < accepted["ms"] < 10_000
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT[\d:.]+Z", accepted["time"])
    what = {"client": "127.0.0.1", "endpoint": "colivara", "method": "POST", "path": "/webhooks/colivara"}
    for line, expected in ((accepted, {**what, "status": 204, "id": id}),
                           (refused, {**what, "status": 401, "reason": "wrong_signature"}),
                           (unknown, {"client": "127.0.0.1", "method": "POST", "path": '/a"b', "status": 404,
                                      "reason": "unknown_path"}),
                           (malformed, {"client": "127.0.0.1", "status": 400, "reason": "bad_request"})):
        assert {key: value for key, value in line.items() if key not in ("time", "bytes", "ms")} == expected


def test_only_rejected_requests_have_one_if_that_is_wanted_and_a_reload_changes_it(make_daemon):
    with logging(make_daemon, "rejected") as daemon:
        assert daemon.send(success_event()).status == 204
        assert exchange(daemon.http, post(b"", {}, path="/1")).status == 404
        assert [line["path"] for line in lines(daemon.access, 1)] == ["/1"]
        daemon.configuration["access_log"]["requests"] = "off"
        assert daemon.run("reload").returncode == 0
        assert exchange(daemon.http, post(b"", {}, path="/2")).status == 404
        daemon.configuration["access_log"]["requests"] = "all"
        daemon.configuration["access_log"]["file"] = str(daemon.directory / "other.jsonl")
        assert daemon.run("reload").returncode == 0
        assert exchange(daemon.http, post(b"", {}, path="/3")).status == 404
        assert [line["path"] for line in lines(daemon.directory / "other.jsonl", 1)] == ["/3"]
        assert len(read_lines(daemon.access)) == 1


def test_it_is_off_by_default_and_can_go_to_standard_error(make_daemon):
    with logging(make_daemon, file="") as daemon:
        assert exchange(daemon.http, post(b"", {}, path="/x")).status == 404
        line = daemon.wait_for_log(r'\n(\{"time":.*"path":"/x".*\})\n')
        assert json.loads(line[1])["status"] == 404
    with make_daemon(certificates=None) as daemon:
        assert exchange(daemon.http, post(b"", {}, path="/x")).status == 404
        assert '{"time"' not in daemon.log()


@pytest.mark.parametrize("number", [signal.SIGUSR1, signal.SIGHUP, None])
def test_after_rotation_the_file_is_opened_again_with_or_without_a_signal(make_daemon, number):
    with logging(make_daemon) as daemon:
        assert daemon.send(success_event()).status == 204
        lines(daemon.access, 1)
        rotated = daemon.access.rename(daemon.access.with_suffix(".1"))
        if number:
            daemon.signal(number)
            until(daemon.access.exists, "the file to be opened again")
        else:
            def sent():
                assert daemon.send(success_event()).status == 204
                return daemon.access.exists()

            until(sent, "the file to be opened again")
        before = len(read_lines(rotated))
        assert daemon.send(success_event()).status == 204
        lines(daemon.access, 1)
        assert len(read_lines(rotated)) == before


def test_a_disk_that_hangs_delays_no_request_and_what_it_costs_is_counted(make_daemon):
    daemon = logging(make_daemon, log={"level": "info"})
    hanging = HangingCalls(daemon)
    with daemon:
        assert daemon.send(success_event()).status == 204
        lines(daemon.access, 1)
        with hanging("write access.jsonl"):
            assert daemon.send(success_event()).status == 204
            hanging.wait_for()
            began = time.monotonic()
            for _ in range(20):
                assert daemon.send(success_event()).status == 204
            assert time.monotonic() - began < 20
        lines(daemon.access, 22)
        assert metrics(daemon)["hookd_access_log_lines_dropped_total"] == 0


def test_lines_that_have_no_place_are_counted(make_daemon):
    daemon = logging(make_daemon, file="missing/access.jsonl")
    with daemon:
        assert daemon.send(success_event()).status == 204
        wait_for_metric(daemon, "hookd_access_log_lines_dropped_total", lambda value: value == 1)
        daemon.wait_for_log("access log: cannot open .*missing/access.jsonl")
        daemon.access.parent.mkdir()

        def sent():
            assert daemon.send(success_event()).status == 204
            return daemon.access.exists()

        until(sent, "the file, once it can be created")


def test_a_file_of_another_part_is_refused(make_daemon):
    daemon = make_daemon(certificates=None)
    daemon.configuration["access_log"] = {"requests": "all", "file": str(daemon.journal_path)}
    done = daemon.run("check")
    assert done.returncode == 78 and "already used by journal.path" in done.stderr + done.stdout


def test_json_log_lines_about_requests_and_events_have_members(make_daemon, tmp_path):
    hook = write_hook(tmp_path, "exit 65")
    daemon = make_daemon(certificates=None, log={"format": "json"}, sinks=[exec_sink(hook)])
    id, forged = message_id(), message_id()
    with daemon:
        assert daemon.send(success_event(), id).status == 204
        wrong = signature_headers(daemon.secret, b"other", forged)
        assert exchange(daemon.http, post(b"{}", wrong)).status == 401
        daemon.wait_for_log("is a dead letter")
    read = [json.loads(line) for line in daemon.log().splitlines()]

    def line_about(text):
        [found] = [line for line in read if text in line["message"]]
        return {key: value for key, value in found.items() if key not in ("time", "level", "message")}

    assert line_about("204 accepted") == {"endpoint": "colivara", "client": "127.0.0.1", "id": id, "status": 204}
    assert line_about("401 refused") == {"endpoint": "colivara", "client": "127.0.0.1", "id": forged, "status": 401,
                                         "reason": "wrong_signature"}
    sink = daemon.configuration["sink"][0]["name"]
    assert line_about("is a dead letter") == {"sink": sink, "endpoint": "colivara", "id": id, "attempt": 1}
