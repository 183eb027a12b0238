# SPDX-License-Identifier: MIT
"""A service manager that receives a daemon's notifications (sd_notify(3))."""

import select
import socket
from pathlib import Path

from .waiting import until


class Manager:
    """A notification socket at a path, and its messages: a list of dicts."""

    def __init__(self, directory):
        self.path = Path(directory) / "notify"
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(str(self.path))
        self.messages = []

    def environment(self, **more):
        return {"NOTIFY_SOCKET": self.path, **more}

    def read(self):
        """Reads new messages; returns all messages so far."""
        while select.select([self.socket], [], [], 0)[0]:
            lines = self.socket.recv(4096).decode().split("\n")
            self.messages.append(dict(line.split("=", 1) for line in lines))
        return self.messages

    def wait_for(self, key, after=0):
        """The first message with that key after the first `after` ones, and its number."""
        return until(lambda: next(((number, message) for number, message in enumerate(self.read())
                                   if number >= after and key in message), None), f"{key} from the daemon")
