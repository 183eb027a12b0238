# SPDX-License-Identifier: MIT
"""`register`: what becomes of each of ColiVara's answers, and of the file that the secret goes to."""

import os
import signal
import socket
import stat
import subprocess
import threading
from pathlib import Path

import pytest

from harness import Certificates, new_secret, until
from harness.colivara import GOOD_KEY, ColiVara, add_webhook, registered, reply
from harness.daemon import binary

DONE, NO, USAGE, UNREACHABLE, IO, CONFIG = 0, 1, 2, 69, 74, 78
URL = "https://hooks.example.com/webhooks/colivara"
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


class Place:
    """A directory with the API key's file; `saved` is where the secret goes."""

    def __init__(self, directory, certificates):
        self.directory = directory
        self.certificates = certificates
        self.key = self.write("api-key", GOOD_KEY + "\n")
        self.saved = directory / "webhook-secret"

    def write(self, name, text, mode=0o600):
        path = self.directory / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        path.chmod(mode)
        return path

    def words(self, api, url=URL, **options):
        given = {"url": url, "api-key-file": self.key, "save-secret": self.saved, "api": api,
                 "cacert": self.certificates.authority}
        given |= {name.replace("_", "-"): value for name, value in options.items()}
        return [binary(), "register", *(str(word) for name, value in given.items() if value is not None
                                        for word in (f"--{name}", value))]

    def register(self, api, url=URL, **options):
        done = subprocess.run(self.words(api, url, **options), capture_output=True, text=True, timeout=60)
        for secret in (SECRET, GOOD_KEY, GOOD_KEY[4:]):
            assert secret not in done.stdout + done.stderr
        assert self.beside() == [], "something was left beside the secret"
        return done

    def refused(self, api, code, words, **options):
        """No file, nothing on standard output, one line of what to do."""
        done = self.register(api, **options)
        assert done.returncode == code, done.stderr
        assert words in done.stderr and done.stderr.count("\n") == 1, done.stderr
        assert done.stdout == ""
        return done

    def beside(self):
        return [path.name for path in self.directory.iterdir() if path.name.startswith(".")]


@pytest.fixture
def place(tmp_path, certificates):
    return Place(tmp_path, certificates)


def mode_of(path):
    return stat.S_IMODE(os.stat(path).st_mode)


# What ColiVara answers

def test_the_secret_is_saved_for_the_owner_alone_and_what_to_do_next_is_said(place):
    with ColiVara(add_webhook(SECRET), place.certificates) as colivara:
        done = place.register(colivara.base)
    assert (done.returncode, done.stderr) == (DONE, "")
    assert place.saved.read_text() == SECRET + "\n"
    assert mode_of(place.saved) == 0o600
    for words in (f"registered  {URL}", f"saved in {place.saved} (mode 0600)",
                  'path    = "/webhooks/colivara"', f'secrets = [{{ file = "{place.saved}" }}]', "hookd reload"):
        assert words in done.stdout
    assert max(map(len, done.stdout.replace(str(place.directory), "").split("\n"))) <= 80
    (request,) = colivara.requests
    assert request.url() == URL and "content-type" in request.fields


def test_the_daemon_takes_the_saved_secret(place, make_daemon):
    with ColiVara(add_webhook(SECRET), place.certificates) as colivara:
        assert place.register(colivara.base).returncode == DONE
    daemon = make_daemon(endpoint={"secrets": [{"file": place.saved}]}).start()
    sent = daemon.run("send", "upsert.success", "--secret-file", place.saved, "--to",
                      f"http://{daemon.http.address}/webhooks/colivara")
    assert sent.returncode == DONE, sent.stderr


def test_registering_again_moves_the_endpoint_and_leaves_the_secret_alone(place):
    with ColiVara(add_webhook(SECRET), place.certificates) as colivara:
        assert place.register(colivara.base).returncode == DONE
        before = os.stat(place.saved)
        done = place.register(colivara.base, "https://elsewhere.example.com/hook")
    assert done.returncode == DONE
    assert "unchanged" in done.stdout and "https://elsewhere.example.com/hook" in done.stdout
    after = os.stat(place.saved)
    assert (after.st_ino, after.st_mtime_ns) == (before.st_ino, before.st_mtime_ns)
    assert [request.url() for request in colivara.requests] == [URL, "https://elsewhere.example.com/hook"]


def test_another_secret_replaces_the_old_one_and_its_group_can_still_read_it(place):
    place.write("webhook-secret", new_secret(), 0o640)
    with ColiVara(add_webhook(SECRET), place.certificates) as colivara:
        done = place.register(colivara.base)
    assert "replaced in" in done.stdout
    assert place.saved.read_text() == SECRET + "\n"
    assert mode_of(place.saved) == 0o640


def test_a_file_that_others_can_read_is_replaced_by_one_that_they_cannot(place):
    place.write("webhook-secret", SECRET, 0o644)
    with ColiVara(add_webhook(SECRET), place.certificates) as colivara:
        assert place.register(colivara.base).returncode == DONE
    assert mode_of(place.saved) == 0o600


@pytest.mark.skipif(os.geteuid() != 0, reason="needs to give files away")
def test_who_owned_the_old_file_does_not_say_who_can_read_the_new_one(place):
    place.write("webhook-secret", new_secret(), 0o640)
    os.chown(place.saved, 65534, 65534)
    with ColiVara(add_webhook(SECRET), place.certificates) as colivara:
        assert place.register(colivara.base).returncode == DONE
    about = os.stat(place.saved)
    assert (about.st_uid, about.st_gid, mode_of(place.saved)) == (0, 0, 0o600)


@pytest.mark.parametrize("status, code, words", [
    (400, NO, "check --url"), (401, NO, "rejected the API key"), (403, NO, "may not register"),
    (404, UNREACHABLE, "--api: "), (422, NO, "rejected the request (422)"), (429, UNREACHABLE, "try again later"),
    (500, UNREACHABLE, "internal error (500)"), (503, UNREACHABLE, "internal error (503)"), (201, UNREACHABLE, "response 201"),
    (204, UNREACHABLE, "response 204")])
def test_each_answer_is_told_apart_and_keeps_the_old_secret(place, status, code, words):
    old = place.write("webhook-secret", "whsec_b2xkIG9sZCBvbGQgb2xkIG9sZCE=").read_bytes()
    body = b"" if status == 204 else {"detail": "the detail"}
    with ColiVara(lambda request: reply(status, body), place.certificates) as colivara:
        done = place.refused(colivara.base, code, words)
    assert ("the detail" in done.stderr) == (status not in (404, 201, 204))
    assert place.saved.read_bytes() == old


@pytest.mark.parametrize("body, words", [
    (b"", "no reason given"), (b"<html>no</html>", "no reason given"), (b"[1]", "no reason given"),
    ({"detail": None}, "no reason given"), ({"detail": [{"msg": "field required"}]}, "field required"),
    ({"detail": "two\nlines \x1b[31m\x9b2J\u202e"}, "two lines"),
    ({"detail": f"the key {GOOD_KEY} and {SECRET} are bad"}, "the key … and … are bad"),
    ({"detail": "ä" * 5000}, " …"), (b'{"detail":' * 5000, "no reason given"), (b"\xff\xfe", "no reason given")])
def test_the_detail_of_a_refusal_is_one_harmless_line(place, body, words):
    with ColiVara(lambda request: reply(400, body), place.certificates) as colivara:
        done = place.refused(colivara.base, NO, words)
    assert not set("\x1b\x9b") & set(done.stderr)
    assert len(done.stderr) < 700


@pytest.mark.parametrize("body", [
    b"", b"{", b"null", b"[]", b'"whsec_"', {}, {"webhook_secret": None}, {"webhook_secret": 1}, {"webhook_secret": ""},
    {"webhook_secret": [SECRET]}, registered("whsec_"), registered("whsec_short!"), registered(SECRET + "\n" + SECRET),
    registered("whsk_" + "A" * 88), {**registered(SECRET), "padding": "x" * 70_000}, b"[" * 60_000, b"x" * 3_000_000],
    ids=range(17))
def test_a_success_without_a_good_secret_saves_nothing(place, body):
    with ColiVara(lambda request: reply(200, body), place.certificates) as colivara:
        place.refused(colivara.base, UNREACHABLE, "is not ColiVara")
    assert not place.saved.exists()


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_redirects_are_not_followed_so_the_key_stays_here(place, status):
    with ColiVara(add_webhook(SECRET), place.certificates) as other:
        with ColiVara(lambda request: reply(status, b"", f"Location: {other.base}/v1/webhook/"),
                      place.certificates) as colivara:
            place.refused(colivara.base, UNREACHABLE, "redirects are not followed")
        assert other.requests == []


# What the network does

def test_a_certificate_of_an_unknown_authority_gets_no_key(place, tmp_path_factory):
    others = Certificates(tmp_path_factory.mktemp("others"))
    with ColiVara(add_webhook(SECRET), others) as colivara:
        place.refused(colivara.base, UNREACHABLE, "API key was not sent")
        place.refused(colivara.base, UNREACHABLE, "certificate", cacert=None)
    assert colivara.requests == []


def test_a_certificate_for_another_name_gets_no_key(place):
    with ColiVara(add_webhook(SECRET), place.certificates, host="127.0.0.2") as colivara:
        place.refused(colivara.base, UNREACHABLE, "IP address mismatch")
    assert colivara.requests == []


def test_a_server_that_speaks_no_tls_is_told_as_such(place):
    with ColiVara(lambda request: reply(400)) as plain:
        place.refused(plain.base.replace("http:", "https:"), UNREACHABLE, "the server does not use TLS; perhaps http:// is meant")


def test_a_port_where_nothing_listens_and_a_name_without_address_are_told_apart(place):
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    place.refused(f"https://127.0.0.1:{port}", UNREACHABLE, "Connection refused")
    place.refused("https://no-such-name.invalid", UNREACHABLE, "check the name in --api")


def test_an_answer_that_trickles_is_waited_for_no_longer_than_the_timeout(place):
    def trickle(request):
        yield reply(200, registered(SECRET))[:-1].replace(b"Content-Length: ", b"Content-Length: 9")
        while not colivara.closing.wait(0.05):
            yield b" "

    with ColiVara(trickle, place.certificates) as colivara:
        place.refused(colivara.base, UNREACHABLE, "no complete response within 700ms", timeout="700ms")


def test_an_answer_without_end_is_not_kept(place):
    def endless(request):
        yield b"HTTP/1.1 200 OK\r\n\r\n"
        while not colivara.closing.is_set():
            yield b"x" * 65536

    with ColiVara(endless, place.certificates) as colivara:
        place.refused(colivara.base, UNREACHABLE, "no complete response", timeout="500ms")


@pytest.mark.parametrize("answer, words", [
    (b"", "closed without a response"), (reply(200, registered(SECRET))[:-9], "closed in the middle"),
    (b"SSH-2.0-OpenSSH_9.2\r\n\r\n", "not an HTTP/1.1 response"), (b"\x00" * 99, "not an HTTP/1.1 response")])
def test_an_answer_that_breaks_off_or_is_none_is_told_as_such(place, answer, words):
    with ColiVara(lambda request: answer, place.certificates) as colivara:
        place.refused(colivara.base, UNREACHABLE, words)


def test_plain_http_serves_on_this_machine_alone(place):
    with ColiVara(add_webhook(SECRET)) as colivara:
        assert place.register(colivara.base + "/", cacert=None).returncode == DONE
    for api in ("http://api.colivara.com", "http://192.0.2.1", "http://[2001:db8::1]"):
        place.refused(api, USAGE, "http:// is only allowed on this machine")


# What the operator gives

@pytest.mark.parametrize("option, value", [
    ("url", "hooks.example.com"), ("url", "https://user:pass@hooks.example.com"), ("url", "https://h/#\udcff"),
    ("api", "ftp://h"), ("api", "https://h/?x"), ("timeout", "soon"), ("timeout", "0s")])
def test_wrong_usage_is_said_before_any_file_is_read(place, option, value):
    place.key.unlink()
    options = {option: value}
    place.refused(options.pop("api", "https://127.0.0.1:9"), USAGE, f"--{option}", **options)


def test_the_secret_does_not_go_over_the_key(place):
    place.refused("https://127.0.0.1:9", USAGE, "this is the file of the API key", save_secret=f"{place.directory}/./api-key")
    assert place.key.read_text() == GOOD_KEY + "\n"


def test_a_secret_that_could_not_be_saved_is_not_asked_for(place):
    (place.directory / "directory").mkdir()
    (place.directory / "link").symlink_to(place.saved)
    with ColiVara(add_webhook(SECRET), place.certificates) as colivara:
        for path in ("missing/secret", "directory", "link", "api-key/secret", "directory/", ""):
            target = place.directory / path if path else ""
            target = f"{target}/" if path.endswith("/") else target
            place.refused(colivara.base, IO, "save the secret", save_secret=target)
        place.refused(colivara.base, IO, "save the secret", save_secret="/proc/hookd-secret")
    assert colivara.requests == []


def test_the_key_comes_from_a_file_that_keeps_it(place):
    with ColiVara(add_webhook(SECRET), place.certificates) as colivara:
        place.refused(colivara.base, CONFIG, "others", api_key_file=place.write("open", GOOD_KEY, 0o644))
        place.refused(colivara.base, CONFIG, "empty", api_key_file=place.write("empty", "\n"))
        place.refused(colivara.base, IO, "cannot read the API key file", api_key_file=place.directory / "absent")
        for text in (f"Bearer {GOOD_KEY}", f'"{GOOD_KEY}"', f"\ufeff{GOOD_KEY}", f"{GOOD_KEY}\r\nX: y", f"{GOOD_KEY}ä"):
            place.refused(colivara.base, CONFIG, "is not an API key", api_key_file=place.write("odd", text))
        place.refused(colivara.base, CONFIG, "contains a webhook's secret", api_key_file=place.write("odd", SECRET))
        place.refused(colivara.base, NO, "rejected the API key", api_key_file=place.write("wrong", "sk_other"))
        assert len(colivara.requests) == 1
        assert place.register(colivara.base, api_key_file=place.write("dos", GOOD_KEY + "\r\n")).returncode == DONE


def test_a_full_disk_keeps_the_old_secret_and_says_that_the_new_one_comes_again(place, small_disk):
    place.saved = small_disk / "webhook-secret"
    old = place.saved.write_text(new_secret()) and place.saved.read_text()
    place.saved.chmod(0o600)

    def fill(request):
        with open(small_disk / "filler", "wb", buffering=0) as filler:
            try:
                while True:
                    filler.write(b"\0" * 65536)
            except OSError:
                pass
        return reply(200, registered(SECRET))

    with ColiVara(fill, place.certificates) as colivara:
        done = place.refused(colivara.base, IO, "cannot save the secret in")
        assert "register again" in done.stderr
        assert place.saved.read_text() == old
        assert sorted(path.name for path in small_disk.iterdir()) == ["filler", "webhook-secret"]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupt_ends_it_and_leaves_nothing(place, number):
    arrived = threading.Event()

    def hang(request):
        arrived.set()
        colivara.closing.wait(20)
        return b""

    with ColiVara(hang, place.certificates) as colivara:
        with subprocess.Popen(place.words(colivara.base), stdout=subprocess.PIPE, stderr=subprocess.PIPE) as running:
            until(arrived.is_set, "the request")
            assert len(place.beside()) == 1
            running.send_signal(number)
            assert running.wait(20) == -number
        assert place.beside() == [] and not place.saved.exists()


def test_neither_key_nor_secret_stands_in_the_process_list(place):
    seen = []

    def look(request):
        for process in os.listdir("/proc"):
            try:
                seen.append(b"".join(Path(f"/proc/{process}/{what}").read_bytes() for what in ("cmdline", "environ")))
            except OSError:
                continue
        return reply(200, registered(SECRET))

    with ColiVara(look, place.certificates) as colivara:
        assert place.register(colivara.base).returncode == DONE
    mine = [each for each in seen if b"api-key" in each and b"register" in each]
    assert mine and all(GOOD_KEY.encode() not in each for each in seen)


# The daemon's configuration

def configured(place, *paths):
    """A configuration with these endpoints, whose secrets are not there yet."""
    return place.write("hookd.toml", "".join(
        f'[[endpoint]]\nname = "e{i}"\npath = "{path}"\nsecrets = [{{ file = "/nowhere" }}]\n'
        for i, path in enumerate(paths)))


@pytest.mark.parametrize("paths, warning", [
    (["/other", "/webhooks/colivara"], ""),
    (["/other"], 'has the path "/webhooks/colivara": unless'),
    (["/webhooks/colivara/"], '(similar to "/webhooks/colivara/": the path lacks the slash at the end)'),
    (["/Webhooks/colivara"], "(similar to \"/Webhooks/colivara\": the path differs in upper and lower case)"),
])
def test_a_url_that_no_configured_endpoint_serves_is_warned_about_and_registered(place, paths, warning):
    path = configured(place, *paths)
    with ColiVara(add_webhook(SECRET), place.certificates) as colivara:
        words = [*place.words(colivara.base, url=URL + "?a=b"), "-c", path]
        done = subprocess.run(words, capture_output=True, text=True, timeout=60)
    assert done.returncode == DONE and place.saved.read_text() == SECRET + "\n"
    if warning:
        assert done.stderr.startswith(f"colivara-hookd: warning: no endpoint in {path} has the path") and warning in done.stderr
    else:
        assert done.stderr == ""


def test_a_configuration_that_cannot_be_read_is_no_reason_for_a_warning(place):
    with ColiVara(add_webhook(SECRET), place.certificates) as colivara:
        for path in (place.directory / "missing", place.write("broken.toml", "[endpoint\n")):
            done = subprocess.run([*place.words(colivara.base), "-c", path], capture_output=True, text=True, timeout=60)
            assert (done.returncode, done.stderr) == (DONE, "")
