"""A sender that does not stop while the daemon restarts: signed events over HTTPS, each on a connection of its own.

Run as a program in the daemon's network, with the address, the authority's file and the secret's; until its standard
input ends. It prints a line for each request that came to an end, and last a JSON object: how many had which end, and
the ids that were answered with 204.
"""

import json
import socket
import ssl
import sys
import threading
from collections import Counter
from pathlib import Path

from harness.events import success_event
from harness.signing import message_id, post, signature_headers

_SENDERS = 6
_PATIENCE = 30


def main(host, port, authority, secret_file):
    context = ssl.create_default_context(cafile=authority)
    secret = Path(secret_file).read_text().strip()
    ending, lock = threading.Event(), threading.Lock()
    ends, acknowledged = Counter(), []

    def send():
        while not ending.is_set():
            id, body = message_id(), success_event()
            request = post(body, signature_headers(secret, body, id), extra=["Connection: close"])
            end = _exchange(context, (host, int(port)), request)
            with lock:
                ends[end] += 1
                print(end, flush=True)
                if end == "204":
                    acknowledged.append(id)

    senders = [threading.Thread(target=send) for _ in range(_SENDERS)]
    for each in senders:
        each.start()
    sys.stdin.read()
    ending.set()
    for each in senders:
        each.join()
    print(json.dumps({"ends": ends, "acknowledged": acknowledged}))


def _exchange(context, address, request):
    """The answer's status, or what came instead of an answer."""
    try:
        with socket.create_connection(address, _PATIENCE) as plain:
            with context.wrap_socket(plain, server_hostname="localhost") as connection:
                connection.sendall(request)
                answer = b""
                while b"\r\n\r\n" not in answer:
                    got = connection.recv(4096)
                    if not got:
                        return "closed without an answer"
                    answer += got
                return answer.split(b" ")[1].decode()
    except ConnectionRefusedError:
        return "refused"
    except ConnectionResetError:
        return "reset"
    except OSError as fault:
        return f"{type(fault).__name__}: {fault}"


if __name__ == "__main__":
    main(*sys.argv[1:])
