# SPDX-License-Identifier: MIT
"""Authentic messages with a change in what the signature covers, or in the signature."""

from dataclasses import dataclass, replace

from .client import Connection
from .signing import post, signature_headers

WHITE_SPACE = " \t"


@dataclass(frozen=True)
class Message:
    """Its header fields' names and values as latin-1, in their order, and its body."""
    fields: tuple
    body: bytes

    @classmethod
    def authentic(cls, secret, body, family="svix"):
        return cls(tuple(signature_headers(secret, body, family=family).items()), body)

    def request(self):
        lines = "".join(f"{name}: {value}\r\n" for name, value in self.fields).encode("latin-1")
        head, end, _ = post(self.body, {}).partition(b"\r\n\r\n")
        return head + b"\r\n" + lines + b"\r\n" + self.body

    def same_as(self, original):
        """No mutation by definition: the case of a field's name (RFC 9110 section 5.1) and white space around its
        value (section 5.5) mean nothing, and beside the good entry of a signature others may stand, as they do
        while keys are rotated."""
        def meaning(message):
            return [(name.lower(), value.strip(WHITE_SPACE)) for name, value in message.fields]

        def same(field, good):
            return field == good or (field[0] == good[0] and field[0].endswith("-signature")
                                     and good[1] in field[1].split(" "))

        mine, its = meaning(self), meaning(original)
        return self.body == original.body and len(mine) == len(its) and all(map(same, mine, its))


class Mutator:
    """Changes one thing, often, or up to three: a byte anywhere, a border, or a part of another authentic
    message."""

    def __init__(self, chance):
        self._chance = chance

    def mutate(self, message, other):
        kind = self._chance.random()
        if kind < 0.1:
            return self._exchange(message, other)
        if kind < 0.2:
            return self._move_border(message)
        for _ in range(self._chance.choice((1, 1, 1, 2, 3))):
            message = self._spoil(message)
        return message

    def _exchange(self, message, other):
        """A part of another message, itself authentic."""
        which = self._chance.randrange(4)
        if which == 3:
            return replace(message, body=other.body)
        fields = list(message.fields)
        fields[which] = (fields[which][0], other.fields[which][1])
        return replace(message, fields=tuple(fields))

    def _move_border(self, message):
        """What is signed is joined by dots: the same text, divided elsewhere."""
        (id_name, id), (time_name, time), signature = message.fields
        joined = f"{id}.{time}.".encode() + message.body
        dots = [at for at, byte in enumerate(joined) if byte == ord(".")]
        first, second = sorted(self._chance.sample(dots, 2)) if len(dots) > 1 else (0, 0)
        id, time = joined[:first].decode("latin-1"), joined[first + 1:second].decode("latin-1")
        if "\n" in time or "\r" in time:
            return message
        return Message(((id_name, id), (time_name, time), signature), joined[second + 1:])

    def _spoil(self, message):
        which = self._chance.randrange(8)
        if which == 7 or not message.fields:
            return replace(message, body=self._spoilt(message.body))
        if which == 6:
            return replace(message, fields=self._without_one(message.fields))
        fields = list(message.fields)
        at = which % len(fields)
        name, value = fields[at]
        if which < 3:
            value = self._spoilt(value.encode("latin-1")).decode("latin-1")
        else:
            name = self._spoilt(name.encode("latin-1")).decode("latin-1")
        fields[at] = (name, value)
        return replace(message, fields=tuple(fields))

    def _without_one(self, fields):
        gone = self._chance.randrange(len(fields))
        return fields[:gone] + fields[gone + 1:]

    def _spoilt(self, text):
        """A bit flipped, some bytes gone, one more, or two exchanged."""
        if not text:
            return bytes([self._chance.randrange(256)])
        at = self._chance.randrange(len(text))
        kind = self._chance.randrange(4)
        if kind == 0:
            return text[:at] + bytes([text[at] ^ (1 << self._chance.randrange(8))]) + text[at + 1:]
        if kind == 1:
            return text[:at] + text[at + self._chance.randint(1, 8):]
        if kind == 2:
            return text[:at] + bytes([self._chance.randrange(256)]) + text[at:]
        changed = bytearray(text)
        other = self._chance.randrange(len(text))
        changed[at], changed[other] = changed[other], changed[at]
        return bytes(changed)


def statuses_of(listener, requests):
    """The response to each request, pipelined on as few connections as the daemon allows: after a rejected header it
    closes, and what followed is sent again."""
    statuses = []
    while len(statuses) < len(requests):
        before = len(statuses)
        with Connection(listener) as connection:
            connection.send(b"".join(requests[before:]))
            while len(statuses) < len(requests) and (answer := connection.response()) is not None:
                statuses.append(answer.status)
        assert len(statuses) > before, f"no answer to {requests[before]!r}"
    return statuses
