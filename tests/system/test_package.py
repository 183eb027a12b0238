# SPDX-License-Identifier: MIT
"""The Debian package: its life on a machine, and the documents and completions in it."""

import re
import subprocess

import pytest
from machine import package
from machine.booted import Booted
from machine.service import CONFIGURATION, EVENTS, SOCKET, UNIT, Service

OTHERS = ("/etc/colivara-hookd/webhook-secret", "/etc/colivara-hookd/tls/privkey.pem")


@pytest.fixture
def fresh(deb):
    """A machine that has only seen the package's file, and the next revision's."""
    files = {"var/tmp/hookd.deb": deb.read_bytes(), "var/tmp/newer.deb": package.make_package(release=2).read_bytes()}
    with Booted(package.RUNTIME, files) as booted:
        yield booted


def version(machine):
    return machine.run("dpkg-query", "-W", "-f", "${Version}", "colivara-hookd").stdout


def files_of(machine):
    """What on the machine bears the package's name."""
    return machine.shell("find / -xdev -name '*colivara*' ! -path '/var/lib/systemd/*' 2>/dev/null").stdout.split()


def test_lintian_finds_nothing_but_what_is_overridden_with_a_reason(deb):
    done = subprocess.run(["lintian", "--fail-on", "error,warning", "--allow-root", deb], capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (0, ""), done.stdout + done.stderr
    overrides = (package.PROJECT / "packaging/debian/lintian-overrides").read_text().splitlines()
    for before, line in zip(["", *overrides], overrides):
        assert line.startswith("#") or before.startswith("#"), f"{line}: without a reason"


def test_the_package_is_of_this_version(deb):
    """The changelogs', the build's and the package's are the same."""
    built = re.search(r"project\(colivara-hookd VERSION (\S+)", (package.PROJECT / "CMakeLists.txt").read_text())[1]
    newest = (package.PROJECT / "packaging/debian/changelog").read_text().split("\n")[0]
    assert deb.name == f"colivara-hookd_{built}-1_amd64.deb"
    assert newest.startswith(f"colivara-hookd ({built}-1) ")
    assert re.search(r"^## (\S+)", (package.PROJECT / "CHANGELOG.md").read_text(), re.MULTILINE)[1] == built


def test_a_first_installation_starts_nothing_and_says_what_is_missing(fresh):
    said = fresh.run("dpkg", "-i", "/var/tmp/hookd.deb").stdout
    assert "needs the webhook's secret" in said
    for unit in (UNIT, SOCKET):
        assert fresh.systemctl("is-enabled", unit, check=False).stdout == "disabled\n"
        assert fresh.property(unit, "ActiveState") == "inactive"
    assert fresh.systemctl("is-system-running").stdout == "running\n"
    assert fresh.run("stat", "-c", "%a %U:%G", "/etc/colivara-hookd/tls").stdout == "750 root:colivara-hookd\n"


def test_what_the_first_installation_says_makes_it_run(fresh):
    fresh.run("dpkg", "-i", "/var/tmp/hookd.deb")
    fresh.run("install", "-m", "0640", "-g", "colivara-hookd", "/dev/stdin", "/etc/colivara-hookd/webhook-secret",
              input="whsec_" + "QUFB" * 8)
    fresh.systemctl("enable", "--now", UNIT)
    assert fresh.property(UNIT, "ActiveState") == "active"
    fresh.systemctl("stop", UNIT)


def test_an_upgrade_keeps_the_edited_configuration_and_the_events_and_runs_the_new_binary(fresh, certificates):
    service = Service(fresh, certificates)
    service.restart()
    assert service.send().returncode == 0
    process, edited = service.main_process(), fresh.run("cat", CONFIGURATION).stdout
    fresh.run("dpkg", "-i", "/var/tmp/newer.deb")
    assert version(fresh).endswith("-2")
    assert fresh.run("cat", CONFIGURATION).stdout == edited
    assert service.active() and service.main_process() != process
    assert service.send().returncode == 0
    service.wait(lambda: {event["sequence"] for event in service.events()} == {"1", "2"}, "both events")
    assert fresh.systemctl("is-enabled", UNIT, check=False).stdout == "disabled\n"
    service.stop()


def test_an_upgrade_starts_nothing_that_did_not_run(fresh):
    fresh.run("dpkg", "-i", "/var/tmp/hookd.deb")
    fresh.run("dpkg", "-i", "/var/tmp/newer.deb")
    assert fresh.property(UNIT, "ActiveState") == "inactive"


def test_removing_stops_it_and_keeps_what_was_made_and_installing_again_goes_on(fresh, certificates):
    service = Service(fresh, certificates)
    service.restart()
    assert service.send().returncode == 0
    service.wait(service.events, "the event")
    fresh.run("dpkg", "--remove", "colivara-hookd")
    assert "colivara-hookd" not in fresh.shell("cat /proc/[0-9]*/comm 2>/dev/null || true").stdout.split()
    for kept in (CONFIGURATION, EVENTS, "/var/lib/colivara-hookd/journal.db", *OTHERS):
        fresh.run("test", "-e", kept)
    fresh.run("dpkg", "-i", "/var/tmp/hookd.deb")
    fresh.systemctl("start", UNIT)
    assert service.send().returncode == 0
    service.wait(lambda: {event["sequence"] for event in service.events()} == {"1", "2"}, "both events")
    service.stop()


def test_purging_leaves_only_what_others_own(fresh, certificates):
    service = Service(fresh, certificates)
    service.configuration["sink"].append({"name": "inbox", "type": "queue", "path": "/var/spool/colivara-hookd"})
    service.restart()
    fresh.systemctl("enable", UNIT)
    assert service.send().returncode == 0
    service.wait(lambda: fresh.shell("ls /var/spool/colivara-hookd/new").stdout.strip(), "an event in the queue")
    fresh.run("dpkg", "--purge", "colivara-hookd")
    assert sorted(files_of(fresh)) == ["/etc/colivara-hookd", "/var/spool/colivara-hookd"]
    for kept in OTHERS:
        fresh.run("test", "-e", kept)
    assert fresh.systemctl("is-system-running").stdout == "running\n"
    fresh.run("rm", "-r", "/etc/colivara-hookd", "/var/spool/colivara-hookd")


def test_purging_what_never_ran_leaves_nothing(fresh):
    fresh.run("dpkg", "-i", "/var/tmp/hookd.deb")
    fresh.run("dpkg", "--purge", "colivara-hookd")
    assert files_of(fresh) == []


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_completions_are_those_that_the_program_prints_and_good_for_their_shell(shell):
    script = package.BUILD / f"package/colivara-hookd.{shell}"
    printed = subprocess.run([package.binary(), "completion", shell], capture_output=True, text=True, check=True).stdout
    assert script.read_text() == printed
    done = subprocess.run([shell, "-n", script], capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("page", ["colivara-hookd.1", "colivara-hookd.toml.5"])
def test_the_manual_pages_have_no_error(page):
    done = subprocess.run(["man", "--warnings", "-E", "UTF-8", "-l", "-Tutf8", "-Z", package.PROJECT / "docs/man" / page],
                          capture_output=True, text=True, env={"LC_ALL": "C.UTF-8", "MANWIDTH": "80", "PATH": "/usr/bin:/bin"})
    assert (done.returncode, done.stderr) == (0, "")


def test_the_manual_knows_each_key_of_the_configuration():
    shipped = (package.PROJECT / "config/colivara-hookd.toml").read_text()
    keys = set(re.findall(r"^#?([a-z_]+) *= ", shipped, re.MULTILINE))
    manual = (package.PROJECT / "docs/man/colivara-hookd.toml.5").read_text()
    assert [key for key in sorted(keys) if not re.search(rf"\b{key}\b", manual)] == []
