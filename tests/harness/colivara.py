# SPDX-License-Identifier: MIT
"""ColiVara's side of registering a webhook: a server that responds to add_webhook as the test says."""

import json
import socket
import ssl
import threading

GOOD_KEY = "sk_4d-J8vYq2"


class ColiVara:
    """Listens on `host`, with HTTPS or, without certificates, HTTP, until the block is left. `answer` gets each
    request (a Request) and returns the bytes to answer with, or pieces of them: a generator may wait for `closing`
    between two. `requests` has all requests."""

    def __init__(self, answer, certificates=None, host="127.0.0.1", port=0):
        self._answer = answer
        self._context = None
        if certificates:
            self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self._context.load_cert_chain(certificates.certificate, certificates.private_key)
        self._listener = socket.create_server((host, port))
        self.port = self._listener.getsockname()[1]
        self.base = f"{'https' if certificates else 'http'}://{host}:{self.port}"
        self.requests = []
        self.closing = threading.Event()
        self._thread = threading.Thread(target=self._serve)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self.closing.set()
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join()

    def _serve(self):
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            with connection:
                connection.settimeout(20)
                try:
                    used = self._context.wrap_socket(connection, server_side=True) if self._context else connection
                    with used:
                        self._exchange(used)
                except OSError:
                    pass  # the client rejected the certificate, or has closed

    def _exchange(self, connection):
        request = _read(connection)
        if request is None:
            connection.sendall(reply(400))
            return
        self.requests.append(request)
        answer = self._answer(request)
        for piece in [answer] if isinstance(answer, bytes) else answer:
            connection.sendall(piece)


class Request:
    def __init__(self, head, body):
        first, *lines = head.decode().split("\r\n")
        self.method, self.target, self.version = first.split(" ")
        self.fields = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        self.body = body

    def url(self):
        return json.loads(self.body)["url"]


def _read(connection):
    received = b""
    while b"\r\n\r\n" not in received:
        got = connection.recv(65536)
        received += got
        if not got or received.startswith(b"\x16"):  # a TLS record, which a plain server cannot read
            return None
    head, _, body = received.partition(b"\r\n\r\n")
    request = Request(head, body)
    while len(request.body) < int(request.fields["content-length"]):
        request.body += connection.recv(65536)
    return request


def reply(status, content=b"", *fields):
    body = content if isinstance(content, bytes) else json.dumps(content).encode()
    lines = [f"HTTP/1.1 {status} Whatever", "Content-Type: application/json", f"Content-Length: {len(body)}", *fields]
    return ("\r\n".join(lines) + "\r\n\r\n").encode() + body


def registered(secret):
    return {"app_id": "app_1", "endpoint_id": "ep_1", "webhook_secret": secret}


def add_webhook(secret):
    """As the real one: requires the key and a URL; the same secret each time."""
    def answer(request):
        assert (request.method, request.target) == ("POST", "/v1/webhook/"), request.target
        if request.fields["authorization"] != f"Bearer {GOOD_KEY}":
            return reply(401, {"detail": "Unauthorized"})
        if not request.url().startswith("https://"):
            return reply(400, {"detail": "Endpoint URL schema: must be https"})
        return reply(200, registered(secret))
    return answer
