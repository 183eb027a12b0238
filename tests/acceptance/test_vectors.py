# SPDX-License-Identifier: MIT
"""Every known answer of vectors.json through a running daemon, at the vector's time.

Header names and values go onto the wire as they are, and all of them are values that HTTP can carry.
"""

import base64
import json
import time
from pathlib import Path

import pytest

from harness import Daemon, exchange, post

VECTORS = json.loads((Path(__file__).parents[1] / "unit/signature/vectors.json").read_text())["vectors"]
REQUESTS = [each for each in VECTORS if each.get("stage") != "secret"]
BAD_SECRETS = [each for each in VECTORS if each.get("stage") == "secret"]
QUICKLY = 5.0


def named(vectors):
    return pytest.mark.parametrize("vector", vectors, ids=lambda vector: vector["name"])


def secrets_of(vector):
    return vector["secret"] if isinstance(vector["secret"], list) else [vector["secret"]]


def path_of(vector):
    return f"/{SECRET_LISTS.index(secrets_of(vector))}"


SECRET_LISTS = []
for each in REQUESTS:
    if secrets_of(each) not in SECRET_LISTS:
        SECRET_LISTS.append(secrets_of(each))


def body_of(vector):
    if recipe := vector.get("body_recipe"):
        return recipe["repeat"].encode() * recipe["times"]
    return base64.b64decode(vector["body_base64"])


def fields_of(vector):
    fields = [(name, value) for name, values in vector["headers"].items()
              for value in (values if isinstance(values, list) else [values])]
    for name, recipe in vector.get("headers_recipe", {}).items():
        value = recipe.get("prefix", "") + recipe["repeat"] * recipe["times"] + recipe.get("suffix", "")
        fields.append((name, value))
    return [field for field in fields if field[0].lower() != "host"]  # `post` has one, and one it must be


@pytest.fixture(scope="module")
def verifier(tmp_path_factory):
    endpoints = [{"name": f"secrets-{index}", "path": f"/{index}", "secrets": secrets}
                 for index, secrets in enumerate(SECRET_LISTS)]
    with Daemon(tmp_path_factory.mktemp("vectors"), endpoints=endpoints, server={"max_body": "2 MiB"},
                clock=REQUESTS[0]["now"]) as running:
        yield running


@named(REQUESTS)
def test_the_daemon_answers_as_recommended(verifier, vector):
    fields = fields_of(vector)
    verifier.set_clock(vector["now"])
    began = time.monotonic()
    answer = exchange(verifier.http, post(body_of(vector), fields, path=path_of(vector)))
    took = time.monotonic() - began

    if vector.get("either_ok"):
        assert answer.status in (204, 401, 431)
        assert took < QUICKLY
    else:
        assert answer.status == (204 if vector["recommended"] else 401), vector["why"]


def test_what_was_answered_204_came_out_with_its_very_body(verifier):
    """Empty, binary and Unicode bodies included: `data_base64` where it is no JSON, else the same value."""
    accepted = {}
    for vector in REQUESTS:
        verifier.set_clock(vector["now"])
        if vector["recommended"]:
            answer = exchange(verifier.http, post(body_of(vector), fields_of(vector), path=path_of(vector)))
            assert answer.status == 204
            family = "svix" if "svix-id" in lower(vector) else "webhook"
            key = "secrets-" + path_of(vector)[1:], lower(vector)[f"{family}-id"]
            accepted.setdefault(key, body_of(vector))  # the others with this id are its duplicates
    verifier.wait_for_events({id for _, id in accepted})
    events = {(event["source"], event["id"]): event for event in verifier.events()}
    assert set(accepted) <= set(events)
    for key, body in accepted.items():
        event = events[key]
        if "data_base64" in event:
            assert base64.b64decode(event["data_base64"]) == body
            assert event["type"] == "unknown"
        else:
            assert event["data"] == json.loads(body)


def lower(vector):
    return {name.lower(): value for name, value in vector["headers"].items()}


@named(BAD_SECRETS)
@pytest.mark.parametrize("command", ["run", "check"])
def test_a_secret_that_is_none_is_refused_at_the_start_without_being_quoted(make_daemon, vector, command):
    refused = make_daemon(certificates=None, endpoint={"secrets": secrets_of(vector)}).run(command)
    said = refused.stdout + refused.stderr
    assert refused.returncode == 78, said
    assert "endpoint[0].secrets[0]" in said
    core = secrets_of(vector)[0].removeprefix("whsec_")
    assert not core or core not in said
