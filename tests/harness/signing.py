# SPDX-License-Identifier: MIT
"""Signatures as the sender makes them (Standard Webhooks, v1), and signed requests."""

import base64
import hashlib
import hmac
import itertools
import os
import time

_BASE62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_KSUID_EPOCH = 1_400_000_000
_counter = itertools.count(1)
_process_salt = os.urandom(6)


def new_secret():
    return "whsec_" + base64.b64encode(os.urandom(24)).decode()


def message_id():
    """`msg_` and 27 base62 characters, increasing with time and from call to call, as the sender's KSUIDs do."""
    seconds = int(time.time()) - _KSUID_EPOCH
    payload = seconds.to_bytes(4, "big") + next(_counter).to_bytes(10, "big") + _process_salt
    number = int.from_bytes(payload, "big")
    digits = ""
    for _ in range(27):
        number, digit = divmod(number, 62)
        digits = _BASE62[digit] + digits
    return "msg_" + digits


def sign(secret, id, timestamp, body):
    """One entry of the signature header: `v1,` and the base64 of the HMAC."""
    key = base64.b64decode(secret.removeprefix("whsec_"))
    content = f"{id}.{timestamp}.".encode() + body
    return "v1," + base64.b64encode(hmac.new(key, content, hashlib.sha256).digest()).decode()


def signature_headers(secret, body, id=None, timestamp=None, family="svix"):
    """The three headers as a dict; by default with a new id and the current time."""
    id = message_id() if id is None else id
    timestamp = str(int(time.time()) if timestamp is None else timestamp)
    return {
        f"{family}-id": id,
        f"{family}-timestamp": timestamp,
        f"{family}-signature": sign(secret, id, timestamp, body),
    }


def post(body, headers, path="/webhooks/colivara", host="localhost", extra=()):
    """The bytes of a POST as the sender writes it. `headers`: dict or pairs; `extra`: further field lines."""
    fields = [("Host", host), ("Accept", "*/*"), ("Content-Type", "application/json"),
              ("Content-Length", str(len(body))), ("User-Agent", "Svix-Webhooks/1.100.0 (sender-9YMgn)")]
    fields += list(headers.items() if isinstance(headers, dict) else headers)
    lines = [f"POST {path} HTTP/1.1", *(f"{name}: {value}" for name, value in fields), *extra]
    return ("\r\n".join(lines) + "\r\n\r\n").encode() + body
