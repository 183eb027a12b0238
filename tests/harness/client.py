# SPDX-License-Identifier: MIT
"""A client that sends exactly the given bytes, in the given pieces, and reads responses strictly (RFC 9112)."""

import array
import fcntl
import re
import select
import socket
import termios
import time
from dataclasses import dataclass

TIMEOUT = 20.0
_STATUS_LINE = re.compile(rb"HTTP/1\.1 ([1-5][0-9][0-9]) ([\x20-\x7e]*)")
_FIELD = re.compile(rb"([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*([\x20-\x7e\t]*?)[ \t]*")


@dataclass
class Response:
    status: int
    reason: str
    fields: dict  # lower-case names; a repeated field is an error here
    body: bytes
    head: bytes


class Connection:
    """One connection to a listener of a Daemon: TCP, TLS or a Unix socket, as the listener is; from the
    address `source`. `session`: a TLS session to resume; without `handshake` TLS listeners get bare bytes.
    `preface`: pieces that are sent first, as a proxy does."""

    def __init__(self, listener, context=None, timeout=TIMEOUT, source=None, session=None, handshake=True,
                 preface=()):
        self.timeout = timeout
        self._received = b""
        self._local = listener.address.startswith("unix:")
        if self._local:
            self.socket = socket.socket(socket.AF_UNIX)
            self.socket.settimeout(timeout)
            self.socket.connect(listener.address.removeprefix("unix:"))
        else:
            bound = None if source is None else (source, 0)
            self.socket = socket.create_connection(listener.endpoint, timeout, source_address=bound)
            self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.send(*preface)
        if listener.tls and handshake:
            self.socket = (context or listener.context).wrap_socket(self.socket, server_hostname="localhost",
                                                                    session=session)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        self.socket.close()

    def send(self, *pieces):
        """Sends each piece separately. On a Unix socket the next one waits until the daemon has read the previous one;
        over TLS each is a record. Whether everything could be sent (not if the daemon closed)."""
        try:
            for piece in pieces:
                self.socket.sendall(piece)
                if len(pieces) > 1 and self._local:
                    self._wait_until_read()
        except (BrokenPipeError, ConnectionResetError):
            return False
        return True

    def end(self):
        """Shuts down sending."""
        self.socket.shutdown(socket.SHUT_WR)

    def response(self, timeout=None, to_head=False):
        """The next response; None if the connection ends cleanly between responses. Raises TimeoutError. `to_head`: it
        is the response to a HEAD, and must have no content."""
        end = time.monotonic() + (self.timeout if timeout is None else timeout)
        while (parsed := _parse(self._received, to_head)) is None:
            try:
                got = self._receive(end)
            except ConnectionResetError:
                got = b""
            if not got:
                assert not self._received, f"the connection ended inside an answer: {self._received!r}"
                return None
            self._received += got
        response, self._received = parsed
        return response

    def responses(self, timeout=None):
        """All responses until the daemon closes, a list; TimeoutError if it does not close."""
        answers = []
        while (answer := self.response(timeout)) is not None:
            answers.append(answer)
        return answers

    def closed(self, timeout=None):
        """Waits until the daemon closes the connection; any data before that is an error."""
        answer = self.response(timeout)
        assert answer is None, f"an answer where none was due: {answer}"
        return True

    def unread(self):
        """What arrived after the last response that was read."""
        return self._received

    def _receive(self, end):
        left = end - time.monotonic()
        if left <= 0:
            raise TimeoutError(f"no answer, got {self._received!r}")
        self.socket.settimeout(left)
        try:
            return self.socket.recv(65536)
        finally:
            self.socket.settimeout(self.timeout)

    def _wait_until_read(self):
        """SIOCOUTQ of a Unix socket is what the other side has not read yet. A response also ends the wait."""
        poll = select.poll()
        poll.register(self.socket, select.POLLIN | select.POLLHUP)
        unread = array.array("i", [0])
        end = time.monotonic() + self.timeout
        while not poll.poll(0):
            fcntl.ioctl(self.socket, termios.TIOCOUTQ, unread)
            if unread[0] == 0:
                return
            assert time.monotonic() < end, "the daemon does not read"
            time.sleep(0)


def exchange(listener, request, context=None, timeout=TIMEOUT):
    """One request on a new connection, one response."""
    with Connection(listener, context, timeout) as connection:
        connection.send(request)
        answer = connection.response()
        assert answer is not None, "the connection was closed without an answer"
        assert connection.unread() == b""
        return answer


def _parse(received, to_head=False):
    """The first response and what follows it; None while incomplete; an AssertionError if it is not one."""
    head, separator, rest = received.partition(b"\r\n\r\n")
    if not separator:
        assert len(head) < 65536, "an endless header"
        return None
    status_line, *lines = head.split(b"\r\n")
    matched = _STATUS_LINE.fullmatch(status_line)
    assert matched, f"no status line: {status_line!r}"
    fields = {}
    for line in lines:
        field = _FIELD.fullmatch(line)
        assert field, f"no field line: {line!r}"
        name = field[1].decode().lower()
        assert name not in fields, f"{name} twice"
        fields[name] = field[2].decode()
    status = int(matched[1])
    assert "transfer-encoding" not in fields, "the daemon knows the length of everything it says"
    if status == 204 or status < 200:
        assert "content-length" not in fields, "RFC 9110 section 8.6"
        length = 0
    else:
        assert re.fullmatch("[0-9]+", fields.get("content-length", "")), f"no length: {fields}"
        length = 0 if to_head else int(fields["content-length"])
    if len(rest) < length:
        return None
    return Response(status, matched[2].decode(), fields, rest[:length], head + separator), rest[length:]
