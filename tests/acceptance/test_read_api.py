# SPDX-License-Identifier: MIT
"""The read API below /v1: the stream of events, documents, counts, search, rates."""

import json
import re
import select
import socket

import jsonschema
import pytest

from harness import failure_event, message_id, success_event, until
from harness.admin import ask, unix_socket
from harness.hooks import exec_sink, file_sink, write_hook


def get(daemon, path):
    answer = ask(unix_socket(daemon), path)
    assert answer.status == 200, answer
    return json.loads(answer.body)


# stream

def stream(daemon, query="", last_event_id=None):
    """The lines of a stream of events, as a generator."""
    connection = socket.socket(socket.AF_UNIX)
    connection.connect(str(daemon.configuration["admin"]["socket"]))
    with connection, connection.makefile("r", encoding="utf-8", newline="\n") as answer:
        resumed = f"Last-Event-ID: {last_event_id}\r\n" if last_event_id is not None else ""
        connection.sendall(f"GET /v1/events/stream{query} HTTP/1.1\r\nHost: a\r\n{resumed}\r\n".encode())
        status = answer.readline()
        while answer.readline().strip():
            pass
        yield status.split()[1]
        yield from (line.rstrip("\n") for line in answer)


def event_ids(lines, last):
    """The ids of all events up to the last."""
    ids = []
    while not ids or ids[-1] != last:
        line = next(lines)
        if line.startswith("id: "):
            ids.append(int(line[4:]))
    return ids


def test_a_stream_goes_on_where_its_client_was_also_after_a_restart(make_daemon):
    daemon = make_daemon().start()
    for number in range(5):
        daemon.send(success_event(str(number)))
    first = stream(daemon, "?from=0")
    assert next(first) == "200"
    assert event_ids(first, 3) == [1, 2, 3]
    daemon.stop()
    assert [line for line in first if line.startswith("id: ")] == ["id: 4", "id: 5"], "then it ends with the daemon"
    daemon.start()
    daemon.send(success_event("5"))
    again = stream(daemon, last_event_id=3)
    assert next(again) == "200"
    assert event_ids(again, 6) == [4, 5, 6]


def test_a_stream_of_one_event_sends_it_once(make_daemon):
    daemon = make_daemon().start()
    daemon.send(success_event(), id := message_id())
    lines = stream(daemon, f"?from=0&id={id}")
    assert next(lines) == "200"
    assert event_ids(lines, 1) == [1]
    following = stream(daemon, "?from=1")
    assert next(following) == "200"
    for sequence in range(2, 5):
        daemon.send(success_event())
        event_ids(following, sequence)  # the other stream looks as often
    daemon.stop()
    assert "event: event" not in list(lines)[1:]


def test_no_more_than_sixteen_streams_are_open_and_a_closed_one_gives_its_place_back(make_daemon):
    daemon = make_daemon().start()
    streams = [stream(daemon) for _ in range(16)]
    assert [next(each) for each in streams] == ["200"] * 16
    assert next(stream(daemon)) == "429"
    streams[0].close()
    until(lambda: next(stream(daemon)) == "200", "a free place")


@pytest.mark.parametrize("query, id", [("?limit=1", None), ("?state=dead", None), ("?order=newest", None), ("?from=x", None), ("", "x"), ("", "-1")])
def test_a_stream_that_is_asked_for_wrongly_is_refused(daemon, query, id):
    assert next(stream(daemon, query, id)) == "400"


def test_a_stream_that_is_not_read_is_cut_and_keeps_nobody_else_waiting(make_daemon):
    daemon = make_daemon().start()
    with socket.socket(socket.AF_UNIX) as idle:
        idle.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        idle.connect(str(daemon.configuration["admin"]["socket"]))
        idle.sendall(b"GET /v1/events/stream?from=0 HTTP/1.1\r\nHost: a\r\n\r\n")
        for number in range(40):  # more than its buffers hold
            daemon.send(success_event("x" * 30_000 + str(number)))
        following = stream(daemon, "?from=39")
        assert next(following) == "200"
        assert event_ids(following, 40) == [40]
        until(lambda: ended(idle), "the end of the connection")


def ended(connection):
    """Whether the peer has closed the connection. Without reading anything."""
    look = select.poll()
    look.register(connection, 0)
    return any(what & select.POLLHUP for _, what in look.poll(100))


# documents

def test_documents_tell_the_newest_verdict_of_each_collection_and_name(daemon):
    daemon.send(success_event("a.pdf", "one"))
    daemon.send(failure_event("a.pdf", "two", error="no text in it"))
    daemon.send(failure_event("b.pdf", "one"))
    daemon.send(success_event("b.pdf", "one"))
    told = get(daemon, "/v1/documents")
    shown = [(each["collection"], each["document"], each["failed"], each["events"], each["failures"])
             for each in told["documents"]]
    assert shown == [("one", "b.pdf", False, 2, 1), ("two", "a.pdf", True, 1, 1), ("one", "a.pdf", False, 1, 0)]
    assert (told["total"], told["failed"], told["complete"], told["more"]) == (3, 1, True, False)
    assert [each["pages"] for each in told["documents"]] == [12, None, 12]
    assert [each["error"] for each in told["documents"]] == [None, "no text in it", None]
    assert [each["document"] for each in get(daemon, "/v1/documents?failed=true")["documents"]] == ["a.pdf"]
    assert [each["document"] for each in get(daemon, "/v1/documents?q=B.P")["documents"]] == ["b.pdf"]
    daemon.send(failure_event("b.pdf", "one"))
    newest = get(daemon, "/v1/documents?limit=1")
    assert (newest["documents"][0]["document"], newest["documents"][0]["failed"], newest["more"]) == ("b.pdf", True, True)
    rest = get(daemon, f"/v1/documents?from={newest['position']}")
    assert [each["collection"] for each in rest["documents"]] == ["two", "one"]


def test_documents_forget_what_was_deleted(make_daemon):
    daemon = make_daemon().start()
    daemon.send(success_event("kept.pdf"), first := message_id())
    daemon.send(failure_event("kept.pdf"), second := message_id())
    daemon.send(success_event("gone.pdf"), gone := message_id())
    assert get(daemon, "/v1/documents")["total"] == 2
    for id in (second, gone):
        until(lambda: daemon.run("events", "delete", id, "--yes").returncode == 0, "the end of the deliveries")
    until(lambda: [(each["document"], each["failed"], each["id"]) for each in get(daemon, "/v1/documents")["documents"]] ==
          [("kept.pdf", False, first)], "the one that is left")


# search and counts

def test_a_search_finds_text_in_ids_names_and_errors(make_daemon, tmp_path):
    daemon = make_daemon(sinks=[{"name": "broken", "type": "exec", "command": ["/bin/sh", "-c", "echo no such table >&2; exit 1"],
                                 "retry": {"attempts": 1}}]).start()
    daemon.send(success_event("Report.pdf", "Q3"), first := message_id())
    daemon.send(success_event("other.pdf", "Q4"))

    def found(text):
        return [each["sequence"] for each in get(daemon, f"/v1/events?order=oldest&q={text}")["events"]]

    assert found("report") == [1]
    assert found(first[-8:]) == [1]
    assert found("q4") == [2]
    until(lambda: found("such%20TABLE") == [1, 2], "the errors")
    assert found("nothing") == []


def test_counts_are_of_the_same_events_as_the_list(daemon):
    for number in range(3):
        daemon.send(success_event("counted.pdf"))
    daemon.send(failure_event("counted.pdf"))
    assert get(daemon, "/v1/events/count?document=counted.pdf")["events"] == 4
    counted = get(daemon, "/v1/events/count?document=counted.pdf&type=*.fail")
    assert (counted["events"], counted["more"]) == (1, False)
    assert daemon.run("events", "list", "--document", "counted.pdf", "--count").stdout == "4\n"
    assert daemon.run("events", "list", "--search", "COUNTED", "--type", "*.fail", "--count").stdout == "1\n"
    assert ask(unix_socket(daemon), "/v1/events/count?limit=3").status == 400


# rates

def test_rates_tell_what_happened_by_the_time(make_daemon, tmp_path):
    daemon = make_daemon(sinks=[file_sink(tmp_path / "events.jsonl")]).start()
    daemon.send(success_event(), id := message_id())
    daemon.send(success_event(), id)
    assert daemon.send(success_event(), timestamp=1).status == 401

    def sums():
        return [(sum(each["accepted"]), sum(each["duplicate"]), sum(each["delivered"]), sum(each["failed"]),
                 {reason: sum(counts) for reason, counts in each["rejected"].items()})
                for each in get(daemon, "/v1/rates")["series"]]

    daemon.configuration["sink"][0]["concurrency"] = 1
    daemon.configuration["sink"][0]["timeout"] = "7s"
    daemon.write_configuration()
    until(lambda: sums()[0][2] == 1, "the delivery")
    assert daemon.run("reload").returncode == 0, "the sink's count begins again"
    expected = (1, 1, 1, 0, {"too_old": 1})
    until(lambda: sums() == [expected, expected], lambda: f"both series: {sums()}")
    assert [each["every_seconds"] for each in get(daemon, "/v1/rates")["series"]] == [5, 60]


# the description

def closed(schema):
    """The schema, in which objects have no other members than those described."""
    if isinstance(schema, list):
        return [closed(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    described = {key: closed(each) for key, each in schema.items()}
    if schema.get("type") == "object" and "properties" in schema:
        described.setdefault("additionalProperties", False)
    return described


def test_the_description_of_the_api_is_true_for_what_every_route_answers(make_daemon, tmp_path):
    daemon = make_daemon(sinks=[file_sink(tmp_path / "events.jsonl"), file_sink(tmp_path / "gone", "gone"),
                                exec_sink(write_hook(tmp_path, "exit 1"), "broken", {"attempts": 1})]).start()
    assert daemon.run("sinks", "pause", "gone").returncode == 0
    daemon.send(failure_event(), id := message_id())
    daemon.send(success_event(), timestamp=1)
    until(lambda: get(daemon, "/v1/events?state=dead")["events"], "the dead letter")
    del daemon.configuration["sink"][1]
    daemon.write_configuration()
    description = get(daemon, "/v1/openapi.json")
    assert description["openapi"] == "3.1.0"
    document = {"components": closed(description["components"])}
    targets = {
        "/v1/sinks/{name}/pause": "/v1/sinks/events/pause", "/v1/sinks/{name}/resume": "/v1/sinks/events/resume",
        "/v1/sinks/{name}/forget": "/v1/sinks/gone/forget", "/v1/sinks/{name}/rename": "/v1/sinks/gone/rename?to=other",
        "/v1/events/{id}": f"/v1/events/{id}", "/v1/events/replay": f"/v1/events/replay?id={id}&dry_run=true",
        "/v1/events/drop": f"/v1/events/drop?id={id}&dry_run=true",
        "/v1/events/delete": f"/v1/events/delete?id={id}&dry_run=true",
        "/v1/sinks/{name}": "/v1/sinks/broken", "/v1/rejected/{id}": "/v1/rejected/1"}
    tried = [("post", "/v1/reload"), *((method, path) for path, methods in description["paths"].items()
                                       for method in methods if path not in ("/v1/reload", "/v1/sinks/{name}/forget")),
             ("post", "/v1/sinks/{name}/forget")]
    for method, path in tried:
        operation = description["paths"][path][method]
        [(kind, content)] = operation["responses"]["200"]["content"].items()
        if kind != "application/json":
            continue
        target = targets.get(path, path)
        if path.endswith("forget"):
            target = "/v1/sinks/other/forget"
        answer = ask(unix_socket(daemon), target, method.upper())
        assert answer.status == 200, (target, answer)
        jsonschema.Draft202012Validator({**document, **content["schema"]}).validate(json.loads(answer.body))
    assert json.loads(ask(unix_socket(daemon), "/v1/events?limit=x").body).keys() == {"error"}


def test_the_description_names_the_parameters_that_the_routes_take(daemon):
    for path, methods in get(daemon, "/v1/openapi.json")["paths"].items():
        for method, operation in methods.items():
            parameters = operation.get("parameters", [])
            assert {f"{{{each['name']}}}" for each in parameters if each["in"] == "path"} == set(re.findall(r"{\w+}", path))
            if path == "/v1/events":
                assert {"id", "q", "state", "from", "limit"} <= {each["name"] for each in parameters}
