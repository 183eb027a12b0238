# SPDX-License-Identifier: MIT
"""Guarantee 11: a reload is all or nothing. Nobody notices it, an error in the file changes nothing, and what is
new counts from the next request on."""

import contextlib
import os
import random
import re
import signal
import socket
import ssl
import time
from pathlib import Path

import pytest

from harness import Connection, Listener, event_ids, exchange, message_id, new_secret, success_event, until
from harness.admin import status
from harness.certificates import replace
from harness.half_sent import half_sent
from harness.hooks import exec_sink, file_sink, lines_of, write_hook

_VERDICT = r"(?m)^\S+ \w+ (reloaded|reload failed)\b.*$"


def reload(daemon, expected="reloaded"):
    """SIGHUP with the configuration in `daemon.configuration`; what the log says about it."""
    since = len(daemon.log())
    daemon.write_configuration()
    daemon.signal(signal.SIGHUP)
    verdict = daemon.wait_for_log(_VERDICT, since)
    assert verdict.group(1) == expected, daemon.log()[since:]
    return daemon.log()[since:]


def added_listener(log, daemon):
    address, kind = re.search(r"listening on (\S+) \((HTTPS?)\)", log).groups()
    return Listener(address, kind == "HTTPS", daemon.certificates.client_context())


def served_serial(daemon):
    with Connection(daemon.https) as connection:
        return ssl.DER_cert_to_PEM_cert(connection.socket.getpeercert(binary_form=True))


# What is new counts

def test_secrets_endpoints_and_limits_are_in_force_from_the_next_request_on(make_daemon):
    daemon = make_daemon().start()
    kept_open = Connection(daemon.http)
    kept_open.send(daemon.request(success_event()))
    assert kept_open.response().status == 204
    old_request = daemon.request(success_event())
    daemon.secret = new_secret()
    daemon.configuration["endpoint"] = [daemon.default_endpoint(), daemon.default_endpoint("other", "/other")]
    daemon.configuration["server"]["max_body"] = "2 KiB"
    reload(daemon)
    kept_open.send(old_request)
    assert kept_open.response().status == 401, "the old secret counts no more, on old connections neither"
    kept_open.send(daemon.request(success_event()), daemon.request(success_event(), path="/other"))
    assert [kept_open.response().status, kept_open.response().status] == [204, 204]
    assert daemon.send(b"x" * 3000).status == 413


def test_a_request_under_way_ends_under_the_settings_it_began_with(make_daemon):
    daemon = make_daemon().start()
    id = message_id()
    connection, rest = half_sent(daemon, daemon.request(success_event(), id))
    daemon.secret = new_secret()
    daemon.configuration["endpoint"] = [daemon.default_endpoint(path="/elsewhere")]
    reload(daemon)
    connection.send(rest)
    assert connection.response().status == 204
    daemon.wait_for_events([id])


def test_the_log_level_and_format_change(make_daemon):
    daemon = make_daemon(log={"level": "info"}).start()
    daemon.send(success_event())
    assert " debug " not in daemon.log()
    daemon.configuration["log"] = {"level": "debug", "format": "json"}
    since = len(daemon.log())
    daemon.write_configuration()
    daemon.signal(signal.SIGHUP)
    daemon.wait_for_log(r'"message":"reloaded ', since)
    daemon.send(success_event())
    daemon.wait_for_log(r'"level":"debug","message":"204 accepted', since)


def test_listeners_come_and_go_and_requests_on_them_are_answered(make_daemon, tmp_path):
    path = tmp_path / "hook.sock"
    daemon = make_daemon().start()
    stays = daemon.configuration["listener"]
    daemon.configuration["listener"] = [*stays, {"address": f"unix:{path}"}, {"address": "127.0.0.1:0"}]
    log = reload(daemon)
    assert log.count("listening on") == 2
    local = Listener(f"unix:{path}", False)
    assert exchange(local, daemon.request(success_event())).status == 204
    idle, busy = Connection(local), Connection(local)
    for each in (idle, busy):
        each.send(daemon.request(success_event()))
        assert each.response().status == 204
    id = message_id()
    request = daemon.request(success_event(), id)
    busy.send(request[:-5])
    daemon.configuration["listener"] = stays
    assert f"no longer listening on unix:{path}" in reload(daemon)
    assert idle.closed(), "an idle connection ends with its listener"
    assert not path.exists()
    busy.send(request[-5:])
    answer = busy.response()
    assert (answer.status, answer.fields.get("connection")) == (204, "close")
    daemon.wait_for_events([id])
    assert daemon.send(success_event()).status == 204


def port_of_no_client():
    """Free on every address, and below those that the kernel gives to clients, such as other tests', on any."""
    for port in random.sample(range(10_000, 32_768), 100):
        with contextlib.suppress(OSError), socket.socket() as probe:
            probe.bind(("0.0.0.0", port))
            return port
    raise AssertionError("no port is free")


def test_a_listener_may_go_to_another_address_of_the_same_port(make_daemon):
    port = port_of_no_client()
    daemon = make_daemon(certificates=None, listeners=[{"address": f"127.0.0.1:{port}"}]).start()
    daemon.configuration["listener"] = [{"address": f"0.0.0.0:{port}"}]
    reload(daemon)
    there = Listener(f"127.0.0.2:{port}", False)
    assert exchange(there, daemon.request(success_event())).status == 204


def test_a_listener_may_begin_to_speak_tls(make_daemon, certificates):
    daemon = make_daemon(certificates=None).start()
    plain = Connection(daemon.http)
    plain.send(daemon.request(success_event()))
    assert plain.response().status == 204
    daemon.certificates = certificates
    daemon.configuration["listener"] = [{"address": "127.0.0.1:0", "tls": daemon.tls_keys()}]
    reload(daemon)
    plain.send(daemon.request(success_event()))
    assert plain.response().status == 204, "a connection stays what it is"
    secure = Listener(daemon.http.address, True, certificates.client_context())
    assert exchange(secure, daemon.request(success_event())).status == 204


def test_the_bounds_of_the_journal_change(make_daemon):
    daemon = make_daemon().start()
    assert daemon.send(success_event()).status == 204
    daemon.configuration["journal"]["max_size"] = "1 MiB"
    reload(daemon)
    until(lambda: daemon.send(success_event(name="x" * 200_000)).status == 503, "the small journal to be full")
    daemon.configuration["journal"]["max_size"] = "1 GiB"
    reload(daemon)
    until(lambda: daemon.send(success_event()).status == 204, "the large journal to have space")


# Sinks

def test_a_new_sink_begins_with_the_next_event_and_a_removed_one_goes_on_where_it_stood(make_daemon, tmp_path):
    daemon = make_daemon().start()
    first, second, third, fourth = (message_id() for _ in range(4))
    daemon.send(success_event(), first)
    daemon.wait_for_events([first])
    old = daemon.configuration["sink"]
    new_path = tmp_path / "new.jsonl"
    daemon.configuration["sink"] = [*old, file_sink(new_path, "new")]
    reload(daemon)
    daemon.send(success_event(), second)
    daemon.wait_for_events([second])
    until(lambda: new_path.exists() and event_ids(new_path) == [second], "the new sink's first event")
    daemon.configuration["sink"] = [file_sink(new_path, "new")]
    assert "sink events: removed" in reload(daemon)
    daemon.send(success_event(), third)
    until(lambda: event_ids(new_path) == [second, third], "the sink that stayed")
    assert event_ids(daemon.sink_path) == [first, second]
    daemon.configuration["sink"] = [*old, file_sink(new_path, "new")]
    reload(daemon)
    daemon.send(success_event(), fourth)
    daemon.wait_for_events([third, fourth])
    assert event_ids(daemon.sink_path) == [first, second, third, fourth]


def test_a_repaired_hook_gets_what_the_broken_one_failed_on(make_daemon, tmp_path):
    broken = write_hook(tmp_path, "exit 1", "broken")
    daemon = make_daemon(sinks=[exec_sink(broken)]).start()
    id = message_id()
    daemon.send(success_event(), id)
    daemon.wait_for_log("sink hook: .*exit")
    seen = tmp_path / "seen"
    daemon.configuration["sink"][0]["command"] = [write_hook(tmp_path, 'echo "$HOOKD_ID" >> "$here/seen"', "good")]
    reload(daemon)
    until(lambda: seen.exists() and lines_of(seen) == [id], "the event at the repaired hook")


def test_what_a_changed_sink_has_in_hand_for_too_long_is_delivered_again(make_daemon, tmp_path):
    began = tmp_path / "began"
    slow = write_hook(tmp_path, 'echo began >> "$here/began"; sleep 60', "slow")
    daemon = make_daemon(sinks=[exec_sink(slow, timeout="90s")]).start()
    id = message_id()
    daemon.send(success_event(), id)
    until(began.exists, "the slow hook")
    seen = tmp_path / "seen"
    quick = write_hook(tmp_path, 'echo "$HOOKD_ID $HOOKD_ATTEMPT" >> "$here/seen"', "quick")
    daemon.configuration["sink"][0]["command"] = [quick]
    reload(daemon)
    until(lambda: seen.exists() and lines_of(seen) == [f"{id} 1"], "the event at the quick hook, as a first try")


def test_a_sink_that_stays_the_same_is_not_disturbed(make_daemon, tmp_path):
    began, ended = tmp_path / "began", tmp_path / "ended"
    hook = write_hook(tmp_path, 'echo $HOOKD_ID >> "$here/began"; sleep 2; echo $HOOKD_ID >> "$here/ended"')
    daemon = make_daemon(sinks=[exec_sink(hook)]).start()
    id = message_id()
    daemon.send(success_event(), id)
    until(began.exists, "the hook")
    daemon.configuration["log"]["level"] = "info"
    reload(daemon)
    assert not ended.exists(), "the reload did not wait for it"
    until(ended.exists, "the hook's end")
    assert lines_of(began) == lines_of(ended) == [id]


OPTIONS = {"events": ["upsert.*"], "endpoints": ["coli*"], "collections": ["*_collection"], "documents": ["*.pdf"],
           "match": {"/num_pages": 12}, "timeout": "29s", "concurrency": 2, "shell": "cat > /dev/null",
           "retry": {"attempts": 9}, "retry.first": {"attempts": 9, "first": "2s"}, "retry.max": {"attempts": 9, "max": "9m"}}


def test_a_change_of_any_option_of_a_sink_counts_after_a_reload(make_daemon):
    """A changed sink is a new one, so its counters start again."""
    sink = {"name": "events", "type": "exec", "shell": "true"}
    daemon = make_daemon(sinks=[sink]).start()
    for option, value in OPTIONS.items():
        assert daemon.send(success_event()).status == 204
        until(lambda: status(daemon)["sinks"][0]["delivered"] > 0, "the event at the sink")
        reload(daemon)
        assert status(daemon)["sinks"][0]["delivered"] > 0, "nothing was changed"
        sink[option.partition(".")[0]] = value
        reload(daemon)
        assert status(daemon)["sinks"][0]["delivered"] == 0, option


def test_what_the_system_has_no_descriptors_for_is_refused_and_the_daemon_serves_on(make_daemon, tmp_path):
    hook = write_hook(tmp_path, "cat > /dev/null")
    daemon = make_daemon(wrapper=["prlimit", "--nofile=150"], server={"max_connections": 10}).start()
    good = daemon.configuration["sink"]
    daemon.configuration["sink"] = [*good, *(exec_sink(hook, f"hook-{number}") for number in range(100))]
    assert re.search(r"hookd\.toml: .*Too many open files", reload(daemon, "reload failed"))
    daemon.configuration["sink"] = good
    reload(daemon)
    id = message_id()
    assert daemon.send(success_event(), id).status == 204
    daemon.wait_for_events([id])


def test_a_stop_while_a_reload_waits_for_a_sink_drains_and_ends_in_time(make_daemon, tmp_path):
    hook = write_hook(tmp_path, 'trap "" TERM; echo began >> "$here/began"; sleep 60')
    daemon = make_daemon(sinks=[exec_sink(hook, timeout="90s")], server={"drain_timeout": "500ms"}).start()
    daemon.send(success_event())
    until((tmp_path / "began").exists, "the hook")
    daemon.configuration["sink"][0]["timeout"] = "80s"
    daemon.write_configuration()
    daemon.signal(signal.SIGHUP)
    time.sleep(0.5)  # into the reload's wait for the hook, which is 5 s long
    daemon.stop()
    assert " stopped\n" in daemon.log()


def test_a_unix_socket_whose_name_is_gone_is_made_again(make_daemon, tmp_path):
    path = tmp_path / "hook.sock"
    daemon = make_daemon(certificates=None, listeners=[{"address": f"unix:{path}"}]).start()
    here = Listener(f"unix:{path}", False)
    id = message_id()
    assert exchange(here, daemon.request(success_event(), id)).status == 204
    daemon.wait_for_events([id])  # its file is open now
    until(lambda: Path("/proc/net/unix").read_text().count(f"{path}\n") == 1, "the first connection to be closed")
    descriptors = Path(f"/proc/{daemon.process.pid}/fd")
    before = len(list(descriptors.iterdir()))
    path.unlink()
    reload(daemon)
    assert exchange(here, daemon.request(success_event())).status == 204
    until(lambda: len(list(descriptors.iterdir())) == before, "the sockets of the old name to be closed")


def test_a_name_that_another_program_has_taken_is_left_to_it(make_daemon, tmp_path):
    path = tmp_path / "hook.sock"
    daemon = make_daemon(certificates=None, listeners=[{"address": f"unix:{path}"}]).start()
    path.unlink()
    with socket.socket(socket.AF_UNIX) as others:
        others.bind(str(path))
        daemon.stop()
        assert path.exists()


# An error changes nothing

ERRORS = {
    "an unknown key": (lambda c, _: c["server"].update(max_bodies="1 MiB"), r"hookd\.toml:\d+:\d+: server\.max_bodies: "),
    "a secret that is none": (lambda c, _: c["endpoint"][0].update(secrets=["whsec_!"]),
                              r"hookd\.toml:\d+:\d+: endpoint\[0\]\.secrets\[0\]: "),
    "a certificate that is not there": (
        lambda c, _: c["listener"][1].update(tls={"certificate": "/nowhere", "private_key": "/nowhere"}),
        r"hookd\.toml:\d+:\d+: listener\[1\]\.tls"),
    "an address that is taken": (lambda c, taken: c["listener"].append({"address": taken}), r"cannot listen on 127"),
    "another journal": (lambda c, _: c["journal"].update(path="/nowhere/j.db"), r"hookd\.toml:\d+:\d+: journal\.path: cannot be changed"),
    "another number of threads": (lambda c, _: c["server"].update(threads=7),
                                  r"hookd\.toml:\d+:\d+: server\.threads: cannot be changed"),
}


@pytest.mark.parametrize("error", ERRORS)
def test_an_error_leaves_everything_as_it_was_and_is_logged_with_its_place(make_daemon, tmp_path, error):
    change, wanted = ERRORS[error]
    daemon = make_daemon().start()
    with socket.create_server(("127.0.0.1", 0)) as taken:
        change(daemon.configuration, f"127.0.0.1:{taken.getsockname()[1]}")
        daemon.configuration["endpoint"].append(daemon.default_endpoint("other", "/other"))
        daemon.configuration["sink"].append(file_sink(tmp_path / "new.jsonl", "new"))
        assert re.search(wanted, reload(daemon, "reload failed"))
    id = message_id()
    assert daemon.send(success_event(), id).status == 204
    assert daemon.send(success_event(), path="/other").status == 404
    daemon.wait_for_events([id])
    assert not (tmp_path / "new.jsonl").exists()


# Certificates

@pytest.fixture
def mine(tmp_path):
    return {"certificate": tmp_path / "cert.pem", "private_key": tmp_path / "key.pem"}


@pytest.fixture
def daemon(make_daemon, certificates, mine):
    """Serves the certificate in `mine`."""
    replace(certificates.certificate, mine["certificate"])
    replace(certificates.private_key, mine["private_key"])
    return make_daemon(listeners=[{"address": "127.0.0.1:0"}, {"address": "127.0.0.1:0", "tls": mine}]).start()


def test_a_renewed_certificate_is_served_without_a_signal(daemon, certificates, mine):
    before = served_serial(daemon)
    open_since_before = Connection(daemon.https)
    certificate, key = certificates.issue("renewed")
    replace(certificate, mine["certificate"])
    replace(key, mine["private_key"])
    until(lambda: served_serial(daemon) != before, lambda: f"the new certificate; log:\n{daemon.log()}")
    assert served_serial(daemon) == ssl.DER_cert_to_PEM_cert(ssl.PEM_cert_to_DER_cert(certificate.read_text()))
    open_since_before.send(daemon.request(success_event()))
    assert open_since_before.response().status == 204


def test_a_certificate_without_its_key_is_reported_once_and_the_old_one_stays(daemon, certificates, mine):
    before = served_serial(daemon)
    certificate, key = certificates.issue("half")
    replace(certificate, mine["certificate"])
    daemon.wait_for_log("certificate files have changed, but .* mismatch")
    time.sleep(2)  # several more looks
    assert daemon.log().count("certificate files have changed") == 1
    assert served_serial(daemon) == before
    replace(key, mine["private_key"])
    until(lambda: served_serial(daemon) != before, lambda: f"the new certificate; log:\n{daemon.log()}")


def test_a_renewed_key_that_others_can_read_is_not_taken(daemon, certificates, mine):
    before = served_serial(daemon)
    certificate, key = certificates.issue("open")
    replace(key, mine["private_key"])
    os.chmod(mine["private_key"], 0o644)
    replace(certificate, mine["certificate"])
    daemon.wait_for_log("certificate files have changed, but .* is accessible to others")
    assert served_serial(daemon) == before


def test_a_fifo_in_the_place_of_a_certificate_holds_nothing_up(daemon, certificates, mine):
    os.unlink(mine["certificate"])
    os.mkfifo(mine["certificate"])
    daemon.wait_for_log("certificate files have changed, but .* is not a regular file")
    os.unlink(mine["certificate"])
    replace(certificates.certificate, mine["certificate"])
    reload(daemon)


def test_a_fifo_in_the_place_of_the_configuration_holds_nothing_up(daemon):
    os.unlink(daemon.configuration_path)
    os.mkfifo(daemon.configuration_path)
    since = len(daemon.log())
    daemon.signal(signal.SIGHUP)
    daemon.wait_for_log("hookd.toml.*is not a regular file", since)
    assert daemon.wait_for_log(_VERDICT, since).group(1) == "reload failed"
    os.unlink(daemon.configuration_path)
    reload(daemon)


def test_a_reload_reads_the_certificate_again(daemon, certificates, mine):
    before = served_serial(daemon)
    certificate, key = certificates.issue("reloaded")
    replace(certificate, mine["certificate"])
    replace(key, mine["private_key"])
    reload(daemon)
    assert served_serial(daemon) != before
