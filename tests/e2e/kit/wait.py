"""Waiting for something to become true, never for a time to pass."""
import time


class TooLong(AssertionError):
    """What was waited for did not come."""


def until(condition, what, timeout=60.0, every=0.05):
    """Call condition() until it returns something true, and return that."""
    end = time.monotonic() + timeout
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > end:
            raise TooLong(f"after {timeout:.0f} s still no {what}")
        time.sleep(every)
