# SPDX-License-Identifier: MIT
"""The load generator of tests/bench/load: built here, and asked here."""

import base64
import json
import os
import subprocess
import time

from servers import HERE, TARGET, fail


def built_load(directory):
    load, sources = directory / "bench-load", list(HERE.glob("load/*.?pp"))
    if not load.exists() or load.stat().st_mtime < max(path.stat().st_mtime for path in sources):
        units = [path for path in sources if path.suffix == ".cpp"]
        subprocess.run(["clang++-19", "-std=c++23", "-O2", "-o", load, *units, "-lssl", "-lcrypto"], check=True)
    return load


class Generator:
    def __init__(self, directory):
        self.load, self.secret = built_load(directory.parent), directory / "secret"
        self.requests, self.keys = directory / "requests", directory / "keys"
        self.secret.touch(mode=0o600)
        self.secret.write_text("whsec_" + base64.b64encode(os.urandom(24)).decode() + "\n")
        self._make_keys()

    def _make_keys(self):
        self.keys.mkdir()
        for name, kind in (("ecdsa", ["ec", "-pkeyopt", "ec_paramgen_curve:P-256"]), ("rsa", ["rsa:2048"])):
            subprocess.run(["openssl", "req", "-x509", "-nodes", "-subj", "/CN=localhost", "-days", "2", "-newkey",
                            *kind, "-keyout", self.keys / f"{name}.key", "-out", self.keys / f"{name}.crt"],
                           check=True, capture_output=True)

    def sign(self, count, body_size=500, *more):
        """Requests differ by their ids: signed again, they are new events."""
        with open(self.requests, "wb") as output:
            subprocess.run([self.load, "sign", str(count), str(body_size), self.secret, TARGET, *more], stdout=output,
                           check=True)

    def _begin(self, what, server, protocol, *words):
        kind = "http" if protocol == "http" else "https"
        command = [self.load, what, kind, str(server.ports[protocol]), self.requests, *map(str, words)]
        begun = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                 text=True)
        if not begun.stdout.readline():
            fail(f"{server.name}: {begun.communicate()[1]}")
        return begun

    @staticmethod
    def _end(begun, server):
        output, error = begun.communicate("\n")
        if begun.returncode != 0:
            fail(f"{server.name}: {error}")
        result = json.loads(output)
        if result["good"] != result["answered"]:
            fail(f"{server.name}: {result['good']} of {result['answered']} answers were 204")
        server.acknowledged += result["answered"]
        return result

    def measure(self, server, protocol="http", connections=64, rate=None):
        """Closed loop, or open loop at `rate` requests a second: what the generator saw, and the server's CPU time."""
        what, words = ("fire", [connections]) if rate is None else ("pace", [connections, rate])
        begun = self._begin(what, server, protocol, *words)
        settle(server)
        before, begin, stolen = server.cpu_seconds(), time.monotonic(), stolen_seconds()
        result = self._end(begun, server)
        result["stolen"] = (stolen_seconds() - stolen) / result["seconds"]
        return self._with_cpu(result, server, before, begin)

    def handshakes(self, server, protocol, count, at_a_time=16):
        before, begin = server.cpu_seconds(), time.monotonic()
        ended = subprocess.run([self.load, "handshakes", str(server.ports[protocol]), str(count), str(at_a_time)],
                               capture_output=True, text=True)
        if ended.returncode != 0:
            fail(f"{server.name}: {ended.stderr}")
        return self._with_cpu(json.loads(ended.stdout), server, before, begin)

    def memory_held(self, server, protocol, connections):
        """KiB while this many connections, each of which has had a response, stay open and idle."""
        begun = self._begin("hold", server, protocol, connections)
        settle(server)
        memory = server.memory_kib()
        self._end(begun, server)
        return memory

    @staticmethod
    def _with_cpu(result, server, before, begin):
        seconds = max(result["seconds"], settle(server) - begin)
        result["cpu"] = server.cpu_seconds() - before
        result["a_cpu_second"] = result["answered"] / result["cpu"]
        result["a_second"] = result["answered"] / seconds
        return result


def stolen_seconds():
    """In which a virtual machine's cores wanted to run and its host did not let them (proc_stat(5), `steal`)."""
    with open("/proc/stat") as figures:
        return int(figures.readline().split()[8]) / os.sysconf("SC_CLK_TCK")


def settle(server):
    """What was answered may still be worked on: that counts too. Waits until it is done; when it last was not."""
    before, now, busy = -1.0, server.cpu_seconds(), 0.0
    while now - before > 0.002:
        begin = time.monotonic()
        time.sleep(0.1)
        before, now = now, server.cpu_seconds()
        busy = begin if now - before > 0.002 else busy
    return busy
