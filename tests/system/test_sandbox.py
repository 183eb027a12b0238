# SPDX-License-Identifier: MIT
"""What hooks, secrets and consumers may and may not do beside the packaged service."""

import shutil
import subprocess

from machine.service import EVENTS, UNIT

# Each line: what is tried, then a command of sh and coreutils (util-linux for two) that a hook may come upon.
PROBE = """
probe() { name=$1; shift; if "$@" >/dev/null 2>&1; then echo "$name ok"; else echo "$name no"; fi; }
writes() { probe "write $1" sh -c ": >$1/probe && rm $1/probe"; }
{
    for each in /etc /usr /var /srv /root /dev /proc/sys/kernel "$HOME" /var/log/colivara-hookd /run/colivara-hookd \\
        /var/spool/colivara-hookd/new /tmp; do
        writes "$each"
    done
    probe "see /home" test -e /home/marker
    probe "see the machine's /tmp" test -e /tmp/marker
    probe "see process 1" test -e /proc/1/status
    probe "read the journal's events" test -r /var/lib/colivara-hookd/journal.db
    probe "read /proc/meminfo" cat /proc/meminfo
    probe "mount" mount -t tmpfs none /mnt
    probe "new namespace" unshare --user true
    probe "set-user-id bit" sh -c 'cp /bin/true /tmp/t && chmod 4755 /tmp/t'
    probe "make a device" mknod /tmp/null c 1 3
    probe "host name" sh -c 'echo x >/proc/sys/kernel/hostname'
    probe "run a program" date
    probe "pipe between programs" sh -c 'echo a | sort | grep -q a'
    probe "talk to the network" bash -c 'echo >/dev/tcp/127.0.0.1/8443'
    sed -n 's/^\\(CapEff\\|CapBnd\\|NoNewPrivs\\|Seccomp\\):[[:space:]]*/\\1 /p' /proc/self/status
} >"$HOME/probe.part"
mv "$HOME/probe.part" "$HOME/probe"
"""
EXPECTED = {
    "write /etc": "no", "write /usr": "no", "write /var": "no", "write /srv": "no", "write /root": "no",
    "write /dev": "no", "write /proc/sys/kernel": "no",
    "write /var/lib/colivara-hookd": "ok", "write /var/log/colivara-hookd": "ok", "write /run/colivara-hookd": "ok",
    "write /var/spool/colivara-hookd/new": "ok", "write /tmp": "ok",
    "see /home": "no", "see the machine's /tmp": "no", "see process 1": "no",
    "read the journal's events": "ok", "read /proc/meminfo": "ok",
    "mount": "no", "new namespace": "no", "set-user-id bit": "no", "make a device": "no", "host name": "no",
    "run a program": "ok", "pipe between programs": "ok", "talk to the network": "ok",
    "CapEff": "0000000000000000", "CapBnd": "0000000000000000", "NoNewPrivs": "1", "Seccomp": "2",
}
STATE = "/var/lib/colivara-hookd"


def test_a_hook_can_do_its_work_and_no_more(service):
    service.machine.shell("mkdir -p /srv; touch /home/marker /tmp/marker; chmod 777 /srv")
    service.add_hook("probe", PROBE)
    service.restart()
    assert service.send().returncode == 0
    found = dict(line.rsplit(" ", 1) for line in service.wait_for_file(f"{STATE}/probe").splitlines())
    assert found == EXPECTED


def test_a_drop_in_opens_one_thing_for_hooks(service):
    service.machine.shell("mkdir -p /srv/reports; chown colivara-hookd /srv/reports; rm -f /srv/reports/*")
    service.add_hook("report", "cat >/srv/reports/report")
    with service.drop_in("[Service]", "ReadWritePaths=/srv/reports"):
        service.restart()
        assert service.send("upsert.fail").returncode == 0
        assert '"type":"upsert.fail"' in service.wait_for_file("/srv/reports/report")


def test_a_hook_that_fails_is_in_the_journal_with_what_it_said(service):
    service.add_hook("broken", "echo the disk is on fire >&2; exit 65")
    service.restart()
    assert service.send().returncode == 0
    service.wait(lambda: "the disk is on fire" in service.machine.journal(UNIT), "the hook's words")


def test_secret_and_key_may_be_credentials(service):
    credstore = "/etc/credstore/colivara-hookd"
    for name, path in (("tls-certificate", service.certificates.certificate), ("tls-key", service.certificates.private_key)):
        service.machine.write(f"{credstore}.{name}", path.read_text(), "600")
    service.machine.write(f"{credstore}.webhook-secret", service.secret, "600")
    service.configuration["endpoint"][0]["secrets"] = [{"credential": "webhook-secret"}]
    service.configuration["listener"][0]["tls"] = {"certificate": "${CREDENTIALS_DIRECTORY}/tls-certificate",
                                                   "private_key": "${CREDENTIALS_DIRECTORY}/tls-key"}
    service.restart()
    service.machine.shell(f"rm {credstore}.*")
    assert service.send().returncode == 0
    found = service.machine.shell(f"journalctl -b -o cat; cat /proc/{service.main_process()}/cmdline").stdout
    assert service.secret.removeprefix("whsec_") not in found


def test_a_credential_that_is_not_there_does_not_hinder_the_start(service):
    service.machine.shell("rm -f /etc/credstore/colivara-hookd.*")
    service.restart()
    assert service.send().returncode == 0


def test_a_secret_that_others_can_read_is_refused(service):
    service.machine.run("chmod", "644", "/etc/colivara-hookd/webhook-secret")
    assert service.machine.systemctl("start", UNIT, check=False).returncode != 0
    assert "webhook-secret" in service.machine.journal(UNIT)


def test_logrotate_moves_the_events_and_the_daemon_goes_on_in_a_new_file(service):
    service.restart()
    assert service.send().returncode == 0
    service.wait(lambda: len(service.events()) == 1, "the first event")
    service.machine.run("logrotate", "--force", "--state", "/tmp/logrotate", "/etc/logrotate.d/colivara-hookd")
    assert service.send().returncode == 0
    second = service.wait(service.events, "an event in the new file")
    assert [event["sequence"] for event in second] == ["2"]
    rotated = service.machine.shell(f"cat {EVENTS}-*").stdout.splitlines()
    assert len(rotated) == 1


def test_a_consumer_in_its_group_takes_events_and_reaches_nothing_else(service):
    service.configuration["sink"].append({"name": "inbox", "type": "queue", "path": "/var/spool/colivara-hookd"})
    service.restart()
    assert service.send().returncode == 0
    service.machine.shell("id consumer >/dev/null 2>&1 || useradd --system -G colivara-hookd-events consumer")
    spool = "/var/spool/colivara-hookd"
    service.wait(lambda: service.machine.shell(f"ls {spool}/new").stdout.strip(), "an event in the queue")
    as_consumer = ("setpriv", "--reuid=consumer", "--regid=consumer", "--init-groups")
    service.machine.run(*as_consumer, "sh", "-c", f"for each in {spool}/new/*; do mv $each {spool}/cur/ && "
                                                  f"cat {spool}/cur/${{each##*/}}; done; cat {EVENTS}")
    for closed in ("/etc/colivara-hookd/webhook-secret", "/etc/colivara-hookd/tls/privkey.pem",
                   "/run/colivara-hookd/admin.sock", "/var/lib/colivara-hookd/journal.db"):
        assert service.machine.run(*as_consumer, "test", "-r", closed, check=False).returncode != 0, closed


def test_a_proxy_in_its_group_reaches_its_socket_and_nothing_else(service):
    service.configuration["listener"].append({"address": "unix:/run/colivara-hookd-proxy/http.sock"})
    service.restart()
    service.machine.shell("id proxy-user >/dev/null 2>&1 || useradd --system -G colivara-hookd-proxy proxy-user")

    def as_proxy(*words):
        return service.machine.run("setpriv", "--reuid=proxy-user", "--regid=proxy-user", "--init-groups", *words,
                                   check=False).returncode == 0

    service.wait(lambda: as_proxy("test", "-w", "/run/colivara-hookd-proxy/http.sock"), "a socket it may write to")
    for closed in ("/etc/colivara-hookd/webhook-secret", "/etc/colivara-hookd/tls/privkey.pem", "/run/colivara-hookd",
                   "/var/lib/colivara-hookd", EVENTS):
        service.machine.run("test", "-e", closed)
        assert not as_proxy("test", "-r", closed), closed


def test_the_deploy_hook_gives_a_renewed_certificate_to_the_daemon_alone(service, tmp_path):
    """certbot runs it with the directory of the renewed certificate in RENEWED_LINEAGE."""
    certificate, key = service.certificates.issue("renewed")
    shutil.copy(certificate, tmp_path / "fullchain.pem")
    shutil.copy(key, tmp_path / "privkey.pem")
    for name in ("fullchain.pem", "privkey.pem"):
        service.machine.write(f"/etc/letsencrypt/live/hooks.example.org/{name}", (tmp_path / name).read_text(), "600")
    service.restart()
    hook = "/usr/share/doc/colivara-hookd/examples/certbot-deploy-hook"
    service.machine.run("env", "RENEWED_LINEAGE=/etc/letsencrypt/live/hooks.example.org", hook)
    listed = service.machine.run("stat", "-c", "%a %U %G", "/etc/colivara-hookd/tls/privkey.pem").stdout
    assert listed == "640 root colivara-hookd\n"
    served = subprocess.list2cmdline(service.machine.outside(
        "openssl", "s_client", "-connect", "127.0.0.1:8443", "-CAfile", service.certificates.authority))

    def subject():
        shown = subprocess.run(f"{served} </dev/null 2>/dev/null | openssl x509 -noout -subject", shell=True,
                               capture_output=True, text=True)
        return "renewed" in shown.stdout

    service.wait(subject, "the renewed certificate to be served without a signal")
