# SPDX-License-Identifier: MIT
"""What strangers can have logged: a few lines of each kind, and within seconds how many more there were."""

import re

from harness import Connection, success_event, until

_OLD_REQUEST = b"GET / HTTP/1.0\r\nHost: x\r\n\r\n"


def refuse_requests(daemon, times):
    """So many connections, each of which brings a request that is refused with 400."""
    for _ in range(times):
        with Connection(daemon.http) as connection:
            connection.send(_OLD_REQUEST)
            assert [answer.status for answer in connection.responses()] == [400]


def refuse_a_connection(daemon):
    """By max_connections_per_address = 1."""
    with Connection(daemon.http, source="127.0.0.3") as kept:
        kept.send(daemon.request(success_event()))
        assert kept.response().status == 204
        with Connection(daemon.http, source="127.0.0.3") as refused:
            assert refused.responses() == []


def left_out(daemon, topic):
    """How many lines were suppressed, according to the log."""
    return sum(map(int, re.findall(rf"suppressed (\d+) more lines about {topic}", daemon.log())))


def test_a_flood_of_one_kind_hides_no_line_of_another(make_daemon):
    with make_daemon(certificates=None, server={"threads": 1, "max_connections_per_address": 1}) as daemon:
        refuse_requests(daemon, 100)
        refuse_a_connection(daemon)
        daemon.wait_for_log(r"refused a connection: max_connections_per_address reached; client=127\.0\.0\.3")


def test_lines_that_the_level_does_not_print_use_up_no_quota(make_daemon):
    with make_daemon(certificates=None, server={"threads": 1, "max_connections_per_address": 1}) as daemon:
        daemon.configuration["log"]["level"] = "warning"
        assert daemon.run("reload").returncode == 0
        refuse_requests(daemon, 100)
        refuse_a_connection(daemon)
        daemon.wait_for_log(r"refused a connection: max_connections_per_address reached; client=127\.0\.0\.3")
        daemon.stop()
        assert "suppressed" not in daemon.log()


def test_what_was_left_out_is_told_within_seconds_by_kind_and_listener(make_daemon):
    with make_daemon(certificates=None) as daemon:
        refuse_requests(daemon, 100)
        kind = rf"refused requests: [^;]+; listener={re.escape(daemon.http.address)}\n"
        until(lambda: left_out(daemon, kind), "a report of the rest", deadline=10)
        shown = len(re.findall(r"info 400: ", daemon.log()))
        assert 0 < shown <= 30 and left_out(daemon, kind) == 100 - shown


def test_what_was_left_out_is_told_at_the_stop(make_daemon):
    with make_daemon(certificates=None) as daemon:
        refuse_requests(daemon, 100)
        daemon.stop()
        shown = len(re.findall(r"info 400: ", daemon.log()))
        assert shown + left_out(daemon, "refused requests") == 100
