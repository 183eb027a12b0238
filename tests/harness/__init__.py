# SPDX-License-Identifier: MIT
"""Shared by the acceptance tests: the daemon as a process, its clients, and readers of its sinks."""

from .certificates import Certificates
from .client import Connection, Response, exchange
from .daemon import Daemon, Listener
from .events import failure_event, success_event
from .signing import message_id, new_secret, post, sign, signature_headers
from .sinks import event_ids, read_lines, read_queue
from .waiting import until

__all__ = [
    "Certificates", "Connection", "Daemon", "Listener", "Response", "event_ids", "exchange", "failure_event",
    "message_id", "new_secret", "post", "read_lines", "read_queue", "sign", "signature_headers",
    "success_event", "until",
]
