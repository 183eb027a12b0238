# SPDX-License-Identifier: MIT
"""PROXY headers as a proxy sends them (HAProxy's proxy-protocol.txt)."""

import ipaddress

SIGNATURE = b"\r\n\r\n\0\r\nQUIT\n"
LOCAL, PROXY = 0x20, 0x21


def v1(source, destination=None, ports=(4711, 443)):
    family = ipaddress.ip_address(source).version
    destination = destination or {4: "192.0.2.1", 6: "2001:db8:1::1"}[family]
    return f"PROXY TCP{family} {source} {destination} {ports[0]} {ports[1]}\r\n".encode()


def v2(source=None, command=PROXY, tlvs=b"", family=None, addresses=None):
    """Without a source: no family. `family` and `addresses` replace those of the source."""
    if source is not None:
        parsed = ipaddress.ip_address(source)
        kind = {4: 0x11, 6: 0x21}[parsed.version]
        there = parsed.packed + parsed.packed[:-1] + b"\x01" + (4711).to_bytes(2, "big") + (443).to_bytes(2, "big")
    else:
        kind, there = 0x00, b""
    rest = (there if addresses is None else addresses) + tlvs
    return SIGNATURE + bytes([command, kind if family is None else family]) + len(rest).to_bytes(2, "big") + rest
