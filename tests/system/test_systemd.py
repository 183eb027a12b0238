# SPDX-License-Identifier: MIT
"""The packaged units under a real systemd."""

import json
import re

from machine.booted import Booted
from machine.package import RUNTIME
from machine.service import CONFIGURATION, SOCKET, UNIT, Service

RESTARTS = 50


def test_the_units_have_no_error(service):
    done = service.machine.run("systemd-analyze", "verify", "--man=no", "--recursive-errors=no", UNIT, SOCKET)
    assert done.stdout + done.stderr == ""


def test_the_exposure_is_at_most_1_3(service):
    done = service.machine.run("systemd-analyze", "security", "--offline=true", "--no-pager", "--threshold=13",
                               f"/lib/systemd/system/{UNIT}")
    print(done.stdout.splitlines()[-1])


def test_active_means_that_it_listens_and_the_status_says_so(service):
    service.machine.systemctl("start", UNIT)
    assert service.send().returncode == 0, "the first request after `systemctl start` is answered"
    assert service.machine.property(UNIT, "Type") == "notify"
    assert service.machine.property(UNIT, "StatusText") != ""
    ignored = [line for line in service.machine.journal(UNIT).splitlines()
               if re.search("Unknown key|not supported|[Ff]ailed to set up", line)]
    assert ignored == [], "settings that systemd did not carry out"


def test_it_stops_cleanly(service):
    service.machine.systemctl("start", UNIT)
    service.machine.systemctl("stop", UNIT)
    assert service.machine.property(UNIT, "Result") == "success"
    assert service.machine.property(UNIT, "ExecMainStatus") == "0"


def test_a_broken_configuration_stops_the_start_and_the_journal_shows_the_place(service):
    service.configuration["endpoint"][0]["pth"] = "/webhooks"
    service.write()
    assert service.machine.systemctl("start", UNIT, check=False).returncode != 0
    assert re.search(rf"{CONFIGURATION}:\d+:\d+: endpoint\[0\]\.pth: ", service.machine.journal(UNIT))


def test_a_reload_with_a_broken_file_fails_with_the_place_and_changes_nothing(service):
    service.machine.systemctl("start", UNIT)
    process, since = service.main_process(), len(service.machine.journal(UNIT))
    good = service.configuration["endpoint"][0]["path"]
    service.configuration["endpoint"][0]["path"] = "no/slash"
    service.write()
    assert service.machine.systemctl("reload", UNIT, check=False).returncode != 0
    assert re.search(rf"{CONFIGURATION}:\d+:\d+: endpoint\[0\]\.path: ", service.machine.journal(UNIT)[since:])
    assert service.active() and service.main_process() == process
    assert service.send().returncode == 0
    service.configuration["endpoint"][0]["path"] = good


def test_a_reload_takes_up_a_new_configuration_without_a_new_process(service):
    service.machine.systemctl("start", UNIT)
    process = service.main_process()
    added = "/var/log/colivara-hookd/added.jsonl"
    service.configuration["sink"].append({"name": "added", "type": "file", "path": added})
    service.write()
    service.machine.systemctl("reload", UNIT)
    assert service.send().returncode == 0
    service.wait_for_file(added)
    assert service.main_process() == process


def test_a_killed_daemon_comes_back_with_its_events(service):
    with service.drop_in("[Service]", "RestartSec=100ms"):
        service.machine.systemctl("start", UNIT)
        assert service.send("upsert.success", "--count", "5").returncode == 0
        process = service.main_process()
        service.machine.systemctl("kill", "-s", "KILL", UNIT)
        service.wait(lambda: service.active() and service.main_process() not in (0, process), "a restart")
        assert service.send().returncode == 0
        service.wait(lambda: len({event["sequence"] for event in service.events()}) == 6, "six events")


def test_a_frozen_daemon_is_killed_by_the_watchdog_and_started_again(service):
    with service.drop_in("[Service]", "WatchdogSec=2s", "RestartSec=100ms"):
        service.machine.systemctl("start", UNIT)
        process = service.main_process()
        first = service.machine.property(UNIT, "WatchdogTimestampMonotonic")
        service.wait(lambda: service.machine.property(UNIT, "WatchdogTimestampMonotonic") != first, "a sign of life")
        service.machine.systemctl("kill", "-s", "STOP", "--kill-who=main", UNIT)
        service.wait(lambda: service.active() and service.main_process() not in (0, process), "a restart")
        assert "Watchdog timeout" in service.machine.journal(UNIT)
        assert service.send().returncode == 0


def test_restarts_under_load_refuse_reset_and_lose_nothing_with_the_socket_unit(service):
    service.configuration["listener"][0]["address"] = "systemd:https"
    service.write()
    service.machine.systemctl("start", SOCKET)
    assert not service.active(), "the first connection starts it"
    with service.load() as load:
        for _ in range(RESTARTS):
            for _ in range(20):
                load.stdout.readline()
            service.machine.systemctl("restart", UNIT)
        result = json.loads(load.communicate(input="")[0].splitlines()[-1])
    print(result["ends"], "in", RESTARTS, "restarts")
    assert set(result["ends"]) == {"204"}
    missing = set(result["acknowledged"])
    service.wait(lambda: not missing.difference(event["id"] for event in service.events()), "every acknowledged event")


def test_the_port_of_the_socket_unit_may_be_one_that_the_daemon_may_not_open(service):
    service.configuration["listener"][0]["address"] = "systemd:https"
    service.write()
    path = f"/etc/systemd/system/{SOCKET}.d/port.conf"
    service.machine.write(path, "[Socket]\nListenStream=\nListenStream=443\n")
    service.machine.systemctl("daemon-reload")
    try:
        service.machine.systemctl("start", SOCKET)
        assert service.send(port=443).returncode == 0
    finally:
        service.stop()
        service.machine.run("rm", path)
        service.machine.systemctl("daemon-reload")


def test_it_comes_up_with_the_machine_once_enabled(deb, certificates):
    with Booted(RUNTIME, {"var/tmp/hookd.deb": deb.read_bytes()}) as booted:
        made = Service(booted, certificates)
        made.write()
        booted.systemctl("enable", UNIT)
        booted.systemctl("isolate", "rescue.target")
        assert not made.active()
        booted.systemctl("isolate", "multi-user.target")
        made.wait(made.active, "the service with the target that starts it")
        made.stop()
