"""Waits for conditions, never for time."""

import time


def wait_until(condition, what, seconds=60):
    """Returns the first true value of `condition()`; fails naming `what`.

    The pause between looks grows from 5 to 100 ms.
    """
    deadline = time.monotonic() + seconds
    pause = 0.005
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {seconds} s: {what}")
        time.sleep(pause)
        pause = min(pause * 1.5, 0.1)
