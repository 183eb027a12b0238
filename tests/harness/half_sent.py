# SPDX-License-Identifier: MIT
"""Requests and TLS handshakes that stay incomplete for as long as a test wants."""

import contextlib
import ssl

from .client import Connection
from .waiting import until


def half_sent(daemon, request):
    """A connection with all but the last bytes of a request sent and read by the daemon; and those bytes."""
    connection = Connection(daemon.http)
    head, _, body = request.partition(b"\r\n\r\n")
    connection.send(head.replace(b"\r\nHost:", b"\r\nExpect: 100-continue\r\nHost:", 1) + b"\r\n\r\n")
    until(lambda: connection.socket.recv(1024).startswith(b"HTTP/1.1 100"), "the daemon to want the body")
    return connection, body


def client_hello(protocols=()):
    """A TLS client's first message; `protocols`: its ALPN list."""
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    if protocols:
        context.set_alpn_protocols(protocols)
    with contextlib.suppress(ssl.SSLWantReadError):
        context.wrap_bio(incoming, outgoing, server_hostname="localhost").do_handshake()
    return outgoing.read()
