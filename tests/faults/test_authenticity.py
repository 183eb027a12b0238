# SPDX-License-Identifier: MIT
"""Guarantee 6: only authentic messages get in. Authentic messages are changed at random and sent through the real
socket; each must be refused.

HOOKD_MUTATIONS sets their number (5,000), HOOKD_MUTATION_SEED repeats a run's choices.
"""

import os
import random
import time

from harness import Daemon, message_id, success_event
from harness.mutations import Message, Mutator, statuses_of

MUTATIONS = int(os.environ.get("HOOKD_MUTATIONS", "5000"))
SEED = int(os.environ.get("HOOKD_MUTATION_SEED", time.time_ns() % 1_000_000))
BATCH = 50  # after each the authentic message itself: it was worth changing, and its time is now
REFUSED = {400, 401}


def campaign(daemon, mutations, seed):
    """(mutations taken, statuses seen, authentic messages refused)"""
    chance = random.Random(seed)
    mutator = Mutator(chance)
    taken, seen, lost = [], {}, 0
    while sum(seen.values()) < mutations:
        family = chance.choice(("svix", "webhook"))
        one, other = (Message.authentic(daemon.secret, success_event(name=f"a.{message_id()}.pdf"), family)
                      for _ in range(2))
        batch = []
        while len(batch) < BATCH:
            changed = mutator.mutate(one, other)
            if not changed.same_as(one):
                batch.append(changed)
        *statuses, last = statuses_of(daemon.http, [each.request() for each in (*batch, one)])
        lost += last != 204
        for changed, status in zip(batch, statuses):
            seen[status] = seen.get(status, 0) + 1
            if status not in REFUSED:
                taken.append((status, changed))
    return taken, seen, lost


def test_no_mutation_of_an_authentic_message_gets_in(daemon):
    print(f"HOOKD_MUTATION_SEED={SEED}")
    taken, seen, lost = campaign(daemon, MUTATIONS, SEED)
    print(f"{sum(seen.values())} mutations: {seen}")
    assert taken == []
    assert lost == 0, "authentic messages were refused"
    assert seen[401] > MUTATIONS / 2, "most mutations are still HTTP, and so reach the signature"


def test_the_campaign_finds_a_daemon_that_believes_any_signature(tmp_path):
    with Daemon(tmp_path, environment={"HOOKD_FAILPOINT": "any_signature"}) as daemon:
        taken, _, _ = campaign(daemon, 500, SEED)
    assert taken, "mutations get in"
