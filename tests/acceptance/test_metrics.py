# SPDX-License-Identifier: MIT
"""Guarantee 15, the numbers: each metric is moved by what it is about, and by a real daemon."""

import os
import re
import shutil
import socket
import ssl
import subprocess
import time
from pathlib import Path

import pytest

from harness import Connection, Daemon, exchange, failure_event, message_id, post, signature_headers, success_event, until
from harness.admin import Socket, ask, metrics, unix_socket, wait_for_metric
from harness.daemon import binary
from harness.hooks import exec_sink, file_sink, write_hook

MANUAL = Path(__file__).resolve().parents[2] / "docs" / "admin-api.md"
TARGET = "/webhooks/colivara"


def small_daemon(directory, certificates, **keys):
    server = {"max_body": "2 KiB", "max_header": "1 KiB", "header_timeout": "100ms", "tls_timeout": "100ms"}
    daemon = Daemon(directory, certificates, server=server, **keys)
    daemon.configuration["endpoint"].append(
        daemon.default_endpoint(name="far", path="/far", allow_from=["192.0.2.0/24"]))
    return daemon


@pytest.fixture(scope="module")
def small(tmp_path_factory, certificates):
    """A daemon of small limits and short patience, that the tests of requests share."""
    with small_daemon(tmp_path_factory.mktemp("small"), certificates) as running:
        yield running


def raw(daemon, request):
    return exchange(daemon.http, request)


def signed(daemon, id=None, timestamp=None, body=b"{}", extra=(), **changed):
    headers = signature_headers(daemon.secret, body, id, timestamp)
    headers.update({key.replace("_", "-"): value for key, value in changed.items()})
    return post(body, {key: value for key, value in headers.items() if value is not None}, extra=extra)


def head_alone(daemon):
    with Connection(daemon.http) as connection:
        connection.send(b"POST / HTTP/1.1\r\n")
        connection.response()


def accepted(daemon):
    assert daemon.send(success_event()).status == 204


REQUESTS = [  # what is sent, the status, the reason it is counted under
    (accepted, 204, None),
    (lambda d: raw(d, b"NONSENSE\r\n\r\n"), 400, "bad_request"),
    (head_alone, 408, "timeout"),
    (lambda d: raw(d, signed(d, body=b"x" * 4096)), 413, "body_too_large"),
    (lambda d: raw(d, b"GET /" + b"x" * 4096), 431, "header_too_large"),
    (lambda d: raw(d, b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip\r\n\r\n"), 501, "transfer_coding"),
    (lambda d: raw(d, post(b"", {}, path="/nowhere")), 404, "unknown_path"),
    (lambda d: raw(d, f"GET {TARGET} HTTP/1.1\r\nHost: a\r\n\r\n".encode()), 405, "method"),
    (lambda d: raw(d, post(b"", {}, path="/far")), 403, "address"),
    (lambda d: raw(d, signed(d, extra=["Content-Encoding: gzip"])), 415, "content_encoding"),
    (lambda d: raw(d, signed(d, svix_id=None)), 401, "missing_header"),
    (lambda d: raw(d, signed(d, extra=["svix-id: msg_2"])), 401, "repeated_header"),
    (lambda d: raw(d, signed(d, id="a.b")), 401, "bad_id"),
    (lambda d: raw(d, signed(d, timestamp="soon")), 401, "bad_timestamp"),
    (lambda d: raw(d, signed(d, svix_signature="v1,AAAA")), 401, "bad_signature"),
    (lambda d: raw(d, signed(d, timestamp=int(time.time()) - 3600)), 401, "too_old"),
    (lambda d: raw(d, signed(d, timestamp=int(time.time()) + 3600)), 401, "too_new"),
    (lambda d: raw(d, signed(d, id="msg_1", svix_id="msg_2")), 401, "wrong_signature"),
]


def moved(daemon, act, family):
    """{label: by how much} of what moved."""
    before = metrics(daemon)
    act(daemon)
    return {name.split('"')[1]: value - before[name] for name, value in metrics(daemon).items()
            if name.startswith(family) and value != before[name]}


@pytest.mark.parametrize("act, code, reason", REQUESTS, ids=[str(reason or code) for _, code, reason in REQUESTS])
def test_each_answer_is_counted_by_its_status_and_each_refusal_by_its_reason(small, act, code, reason):
    assert moved(small, act, "hookd_requests_total") == {str(code): 1}
    assert moved(small, act, "hookd_refusals_total") == ({} if reason is None else {reason: 1})


def test_refusals_that_are_not_counted_are_found(tmp_path, certificates):
    with small_daemon(tmp_path, certificates, environment={"HOOKD_FAILPOINT": "silent_refusals"}) as daemon:
        uncounted = {reason for act, code, reason in REQUESTS
                     if code in (401, 403, 415) and moved(daemon, act, "hookd_refusals_total") != {reason: 1}}
    assert uncounted == {reason for _, code, reason in REQUESTS if code in (401, 403, 415)}


def test_events_are_counted_by_endpoint_as_accepted_or_duplicate_with_the_time_of_the_last(small):
    id = message_id()
    before = metrics(small)
    assert small.send(success_event(), id).status == 204
    between = metrics(small)
    assert small.send(success_event(), id).status == 204
    after = metrics(small)
    counts = [[read[f'hookd_events_{what}_total{{endpoint="colivara"}}'] for what in ("accepted", "duplicate")]
              for read in (before, between, after)]
    assert counts[1] == [counts[0][0] + 1, counts[0][1]]
    assert counts[2] == [counts[0][0] + 1, counts[0][1] + 1]
    last = after['hookd_last_authentic_event_timestamp_seconds{endpoint="colivara"}']
    assert abs(last - time.time()) < 10
    assert after['hookd_last_authentic_event_timestamp_seconds{endpoint="far"}'] == 0


def test_events_are_counted_by_a_type_of_a_fixed_set_and_only_if_they_are_authentic(small):
    def counts():
        return {name.partition("type=")[2].strip('"}'): value for name, value in metrics(small).items()
                if name.startswith('hookd_events_total{endpoint="colivara"')}

    before = counts()
    assert set(before) == {"upsert.success", "upsert.fail", "other"}
    for body in (success_event(), failure_event(), failure_event(), b'{"type":"mine"}', b"no JSON"):
        assert small.send(body).status == 204
    assert raw(small, post(b'{"type":"theirs"}', {})).status == 401
    after = counts()
    assert {type: after[type] - before[type] for type in after} == {"upsert.success": 1, "upsert.fail": 2, "other": 2}


def test_the_last_authentic_event_is_known_after_a_restart(make_daemon):
    daemon = make_daemon(clock=1_760_000_000).start()
    assert daemon.send(success_event(), timestamp=1_760_000_000).status == 204
    daemon.stop()
    daemon.set_clock(1_760_009_000)
    daemon.start()
    assert metrics(daemon)['hookd_last_authentic_event_timestamp_seconds{endpoint="colivara"}'] == 1_760_000_000


def test_a_commit_is_measured_in_events_and_seconds_and_in_the_journals_size(small):
    names = ("hookd_commit_batch_events_count", "hookd_commit_batch_events_sum",
             'hookd_commit_batch_events_bucket{le="+Inf"}', "hookd_commit_duration_seconds_count",
             'hookd_commit_duration_seconds_bucket{le="+Inf"}', "hookd_journal_last_sequence")
    before = metrics(small)
    accepted(small)
    after = metrics(small)
    assert [after[name] - before[name] for name in names] == [1] * len(names)
    assert after["hookd_commit_duration_seconds_sum"] > before["hookd_commit_duration_seconds_sum"]
    assert 0 < after["hookd_journal_size_bytes"] < after["hookd_journal_max_size_bytes"] == 4 << 30
    wait_for_metric(small, "hookd_journal_size_bytes", lambda size: size > before["hookd_journal_size_bytes"])


def test_connections_are_counted_while_they_last(small):
    before = metrics(small)
    with Connection(small.http) as connection:
        connection.send(small.request(success_event()))
        connection.response()
        after = metrics(small)
        assert after["hookd_connections_total"] == before["hookd_connections_total"] + 1
        assert after["hookd_connections"] >= 1
    wait_for_metric(small, "hookd_connections", lambda open: open == 0)


def test_tls_handshakes_are_counted_and_failures_apart(small):
    before = metrics(small)
    with Connection(small.https):
        wait_for_metric(small, "hookd_tls_handshakes_total",
                        lambda count: count == before["hookd_tls_handshakes_total"] + 1)
    with Connection(small.https, handshake=False) as connection:
        connection.send(b"GET / HTTP/1.1\r\n\r\n")
        wait_for_metric(small, "hookd_tls_handshake_failures_total",
                        lambda count: count == before["hookd_tls_handshake_failures_total"] + 1)
    assert metrics(small)["hookd_tls_handshakes_total"] == before["hookd_tls_handshakes_total"] + 1


def test_the_expiry_of_each_listeners_certificate_is_told(small):
    shown = subprocess.run(["openssl", "x509", "-enddate", "-noout", "-in", small.certificates.certificate],
                           capture_output=True, text=True, check=True).stdout
    expected = ssl.cert_time_to_seconds(shown.strip().removeprefix("notAfter="))
    told = {series: value for series, value in metrics(small).items() if "certificate_expiry" in series}
    listener = f'hookd_certificate_expiry_timestamp_seconds{{listener="{small.https.address}"}}'
    assert told == {listener: expected}


@pytest.mark.parametrize("limit", ["max_connections", "max_connections_per_address"])
def test_a_connection_over_a_limit_is_counted_by_the_limit(make_daemon, limit):
    daemon = make_daemon(server={limit: 1}).start()
    with Connection(daemon.http) as first:
        first.send(daemon.request(success_event()))
        assert first.response().status == 204
        with Connection(daemon.http) as second:
            assert second.closed()
        assert metrics(daemon)[f'hookd_connections_refused_total{{reason="{limit}"}}'] == 1
        assert metrics(daemon)["hookd_connections_total"] == 1


def half_sent(daemon, body):
    connection = Connection(daemon.http)
    connection.send(daemon.request(body)[:-1])
    return connection


def test_bodies_that_are_too_much_together_are_counted(make_daemon):
    daemon = make_daemon(server={"max_body": "4 MiB"}).start()
    open = []
    series = 'hookd_refusals_total{reason="body_memory"}'
    until(lambda: open.append(half_sent(daemon, b"x" * (4 << 20))) or metrics(daemon)[series] > 0, series)
    for each in open:
        each.close()


def test_events_that_wait_too_long_for_the_disk_are_counted(make_daemon):
    daemon = make_daemon(server={"max_body": "16 MiB"}, journal={"max_size": "16 GiB"}, sinks=[]).start()
    series = 'hookd_refusals_total{reason="busy"}'

    def volley():
        connections = [half_sent(daemon, b"x" * (15 << 20)) for _ in range(6)]
        for each in connections:
            each.send(b"x")
        statuses = {each.response().status for each in connections}
        assert statuses <= {204, 503}
        return 503 in statuses

    until(volley, series)
    assert metrics(daemon)[series] > 0


def test_events_after_the_journals_failure_are_counted_until_the_daemon_ends(make_daemon):
    daemon = make_daemon(server={"drain_timeout": "20s"}).start()
    holds_the_drain = Connection(daemon.http)
    holds_the_drain.send(daemon.request(success_event()))
    assert holds_the_drain.response().status == 204
    holds_the_drain.send(daemon.request(success_event())[:-1])
    with Connection(unix_socket(daemon)) as kept:
        metrics(daemon, kept)
        daemon.journal_path.rename(daemon.directory / "moved.db")
        assert daemon.send(success_event()).status == 503
        wait_for_metric(daemon, 'hookd_refusals_total{reason="stopped"}', lambda count: count == 1)
        assert metrics(daemon)["hookd_ready"] == 0
    holds_the_drain.close()
    assert daemon.wait() == 74


# Sinks

def test_a_sink_that_delivers_has_no_lag(make_daemon):
    daemon = make_daemon().start()
    accepted(daemon)
    wait_for_metric(daemon, 'hookd_sink_delivered_total{sink="events"}', lambda count: count == 1)
    wait_for_metric(daemon, 'hookd_sink_lag_events{sink="events"}', lambda lag: lag == 0)
    assert metrics(daemon)['hookd_sink_lag_seconds{sink="events"}'] == 0


def test_an_event_that_failed_waits_and_is_counted_again_after_a_restart(make_daemon, tmp_path):
    hook = write_hook(tmp_path, '[ -e "$here/repaired" ] || exit 1')
    daemon = make_daemon(sinks=[exec_sink(hook, retry={"first": "1h", "max": "1h"})]).start()
    accepted(daemon)
    wait_for_metric(daemon, 'hookd_sink_waiting{sink="hook"}', lambda waiting: waiting == 1)
    assert metrics(daemon)['hookd_sink_retried_total{sink="hook"}'] == 1
    assert metrics(daemon)['hookd_sink_delivered_total{sink="hook"}'] == 0
    daemon.stop()
    daemon.start()
    assert metrics(daemon)['hookd_sink_waiting{sink="hook"}'] == 1
    daemon.stop()
    (tmp_path / "repaired").touch()
    daemon.configuration["sink"][0]["retry"] = {"attempts": 10, "first": "10ms", "max": "10ms"}
    daemon.set_clock(int(time.time()) + 7200)
    daemon.environment["HOOKD_TEST_CLOCK"] = str(daemon.directory / "clock")
    daemon.start()
    wait_for_metric(daemon, 'hookd_sink_waiting{sink="hook"}', lambda waiting: waiting == 0)
    assert metrics(daemon)['hookd_sink_delivered_total{sink="hook"}'] == 1


@pytest.mark.parametrize("code, retry, rejected", [(65, {}, 1), (1, {"attempts": 1}, 0)], ids=["rejected", "used up"])
def test_a_dead_letter_is_counted_and_a_rejection_as_such(make_daemon, tmp_path, code, retry, rejected):
    daemon = make_daemon(sinks=[exec_sink(write_hook(tmp_path, f"exit {code}"), retry=retry)]).start()
    accepted(daemon)
    wait_for_metric(daemon, 'hookd_sink_dead_letters{sink="hook"}', lambda dead: dead == 1)
    after = metrics(daemon)
    assert after['hookd_sink_rejected_total{sink="hook"}'] == rejected
    assert after['hookd_sink_retried_total{sink="hook"}'] == 0
    assert after['hookd_sink_waiting{sink="hook"}'] == 0
    daemon.stop()
    daemon.start()
    assert metrics(daemon)['hookd_sink_dead_letters{sink="hook"}'] == 1


def test_a_sink_that_hangs_has_its_event_in_hand_and_falls_behind(make_daemon, tmp_path):
    hook = write_hook(tmp_path, 'until [ -e "$here/go" ]; do sleep 0.01; done')
    daemon = make_daemon(sinks=[exec_sink(hook), file_sink(tmp_path / "events")]).start()
    accepted(daemon)
    wait_for_metric(daemon, 'hookd_sink_in_flight{sink="hook"}', lambda count: count == 1)
    accepted(daemon)
    wait_for_metric(daemon, 'hookd_sink_lag_events{sink="hook"}', lambda lag: lag == 2)
    first = wait_for_metric(daemon, 'hookd_sink_lag_seconds{sink="hook"}', lambda age: age > 0)
    wait_for_metric(daemon, 'hookd_sink_lag_seconds{sink="hook"}', lambda age: age > first)
    wait_for_metric(daemon, 'hookd_sink_lag_events{sink="events"}', lambda lag: lag == 0)
    (tmp_path / "go").touch()
    wait_for_metric(daemon, 'hookd_sink_lag_events{sink="hook"}', lambda lag: lag == 0)
    after = metrics(daemon)
    assert after['hookd_sink_in_flight{sink="hook"}'] == 0
    assert after['hookd_sink_lag_seconds{sink="hook"}'] == 0


def test_a_sink_that_works_for_no_event_is_unavailable_until_it_does(make_daemon, tmp_path):
    place = tmp_path / "later"
    sink = file_sink(place / "events", retry={"attempts": 10, "first": "20ms", "max": "100ms"})
    daemon = make_daemon(sinks=[sink]).start()
    accepted(daemon)
    wait_for_metric(daemon, 'hookd_sink_unavailable{sink="events"}', lambda down: down == 1)
    wait_for_metric(daemon, 'hookd_sink_lag_seconds{sink="events"}', lambda age: age > 0)
    place.mkdir()
    wait_for_metric(daemon, 'hookd_sink_unavailable{sink="events"}', lambda down: down == 0)
    assert metrics(daemon)['hookd_sink_delivered_total{sink="events"}'] == 1


# The daemon

def test_a_connection_without_its_proxy_header_is_counted(make_daemon):
    listener = {"proxy_protocol": True, "trusted_proxies": ["127.0.0.1/32"]}
    daemon = make_daemon(certificates=None, listener=listener).start()
    with Connection(daemon.http) as connection:
        connection.send(daemon.request(success_event()))
        assert connection.closed()
    until(lambda: metrics(daemon)['hookd_connections_refused_total{reason="proxy_header"}'] == 1, "the refusal")


def test_a_full_journal_is_counted_and_not_ready(make_daemon):
    daemon = make_daemon(journal={"max_size": "1 MiB"}, sinks=[]).start()
    until(lambda: daemon.send(success_event(name="x" * 100_000)).status == 503, "a full journal")
    after = metrics(daemon)
    assert after['hookd_refusals_total{reason="full"}'] == after['hookd_requests_total{status="503"}'] == 1
    assert after["hookd_ready"] == 0
    assert after["hookd_journal_size_bytes"] >= after["hookd_journal_max_size_bytes"] == 1 << 20


def test_the_start_counts_as_a_reload_that_was_applied(make_daemon):
    daemon = make_daemon().start()
    read = metrics(daemon)
    assert read["hookd_last_reload_successful"] == 1
    assert abs(read["hookd_last_reload_timestamp_seconds"] - time.time()) < 30
    assert read["hookd_ready"] == 1


def test_a_reload_that_was_refused_is_seen_until_one_is_applied(make_daemon):
    daemon = make_daemon().start()
    started = metrics(daemon)["hookd_last_reload_timestamp_seconds"]
    daemon.configuration["nonsense"] = {}
    assert daemon.run("reload").returncode == 78
    refused = metrics(daemon)
    assert refused["hookd_last_reload_successful"] == 0
    assert refused["hookd_last_reload_timestamp_seconds"] > started
    assert refused["hookd_ready"] == 1, "the old settings serve on"
    del daemon.configuration["nonsense"]
    assert daemon.run("reload").returncode == 0
    assert metrics(daemon)["hookd_last_reload_successful"] == 1


def test_an_endpoint_that_is_no_more_is_shown_no_more(make_daemon):
    daemon = make_daemon().start()
    assert daemon.send(success_event()).status == 204
    daemon.configuration["endpoint"] = [daemon.default_endpoint("other", "/other")]
    assert daemon.run("reload").returncode == 0
    for _ in range(2):
        labels = [name for name in metrics(daemon) if "endpoint=" in name]
        assert labels and all('endpoint="other"' in name for name in labels)
        daemon.stop()
        daemon.start()


def test_the_bound_of_the_journal_follows_a_reload(make_daemon):
    daemon = make_daemon().start()
    daemon.configuration["journal"]["max_size"] = "3 MiB"
    assert daemon.run("reload").returncode == 0
    assert metrics(daemon)["hookd_journal_max_size_bytes"] == 3 << 20


def test_the_version_and_the_process_are_told(make_daemon):
    daemon = make_daemon(wrapper=["prlimit", "--nofile=2048"], server={"max_connections": 100}).start()
    version = daemon.run("version").stdout.split()[1]
    before = metrics(daemon)
    assert before[f'hookd_build_info{{version="{version}"}}'] == 1
    assert abs(before["process_start_time_seconds"] - time.time()) < 30
    assert before["process_max_fds"] == 2048
    resident = int(re.search(r"VmRSS:\s+(\d+)", Path(f"/proc/{daemon.process.pid}/status").read_text())[1]) << 10
    assert abs(before["process_resident_memory_bytes"] - resident) < resident / 2
    with Connection(daemon.http):
        wait_for_metric(daemon, "process_open_fds", lambda count: count == before["process_open_fds"] + 1)
    wait_for_metric(daemon, "process_cpu_seconds_total", lambda time: time > before["process_cpu_seconds_total"])


def test_log_lines_that_nobody_reads_are_counted_as_lost(make_daemon, tmp_path):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    fifo = tmp_path / "log"
    os.mkfifo(fifo)
    unread = os.open(fifo, os.O_RDONLY | os.O_NONBLOCK)
    daemon = make_daemon(listeners=[{"address": f"127.0.0.1:{port}"}], sinks=[],
                         wrapper=["sh", "-c", f'exec "$@" 2>{fifo}', "sh"]).launch()
    until(lambda: daemon.run("status").returncode == 0, "the daemon")
    secret = tmp_path / "secret"
    secret.touch(mode=0o600)
    secret.write_text(daemon.secret)
    series = "hookd_log_lines_dropped_total"

    def send():
        subprocess.run([binary(), "send", "upsert.success", "--to", f"http://127.0.0.1:{port}{TARGET}", "--count",
                        "4000", "--connections", "16", "--secret-file", secret], check=True, capture_output=True)
        return metrics(daemon)[series] > 0

    until(send, series, deadline=60)
    os.set_blocking(unread, True)
    daemon.signal(15)
    while os.read(unread, 65536):
        pass
    assert daemon.wait() == 0


# The whole

def test_promtool_finds_nothing_wrong_with_the_metrics(make_daemon, tmp_path):
    if shutil.which("promtool") is None:
        pytest.skip("promtool is not installed (package prometheus)")
    hostile = tmp_path / 'a"b\\c.sock'
    daemon = make_daemon(listeners=[{"address": f"unix:{hostile}"}]).start()
    accepted_at = Socket(f"unix:{hostile}")
    assert daemon.send(success_event(), listener=accepted_at).status == 204
    answer = ask(unix_socket(daemon), "/metrics")
    assert answer.fields["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
    checked = subprocess.run(["promtool", "check", "metrics"], input=answer.body, capture_output=True)
    assert (checked.returncode, checked.stdout, checked.stderr) == (0, b"", b"")


def test_the_manual_names_every_metric_and_no_other(small):
    told = set(re.findall(r"^# TYPE (\S+)", ask(unix_socket(small), "/metrics").body.decode(), re.MULTILINE))
    written = set(re.findall(r"`((?:hookd|process)_[a-z_]+)", MANUAL.read_text()))
    assert written == told
