# SPDX-License-Identifier: MIT
"""Waiting for an event, never for time to pass."""

import time

DEADLINE = 20.0  # enough for sanitizer builds on a busy machine


def until(condition, what, deadline=DEADLINE):
    """Calls `condition` until it returns something true, and returns that; fails after `deadline` seconds."""
    end = time.monotonic() + deadline
    pause = 0.001
    while True:
        outcome = condition()
        if outcome:
            return outcome
        if time.monotonic() > end:
            raise AssertionError(f"waited {deadline} s in vain for {what() if callable(what) else what}")
        time.sleep(pause)
        pause = min(pause * 1.5, 0.02)
