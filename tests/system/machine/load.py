# SPDX-License-Identifier: MIT
"""A sender that does not stop while the daemon restarts: signed events over HTTPS, each on a connection of its own.

Run as a program in the daemon's network, with the address, the authority's file and the secret's; until its standard
input ends. It prints a line for each request that came to an end, and last a JSON object: how many had which end, and
the ids that were answered with 204.
"""

import json
import ssl
import sys
from pathlib import Path

from harness.new_connections import NewConnections


def main(host, port, authority, secret_file):
    secret = Path(secret_file).read_text().strip()
    context = ssl.create_default_context(cafile=authority)
    with NewConnections((host, int(port)), secret, context, told=lambda end: print(end, flush=True)) as senders:
        sys.stdin.read()
    print(json.dumps({"ends": senders.ends, "acknowledged": senders.acknowledged}))


if __name__ == "__main__":
    main(*sys.argv[1:])
