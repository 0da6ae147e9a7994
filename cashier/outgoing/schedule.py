"""When a webhook that was not taken is sent again: later each time, a little at random, for 24 hours. Pure."""

from datetime import datetime, timedelta

GIVE_UP_AFTER = timedelta(hours=24)
# After the first try, the second, …; the last one repeats until the 24 hours are over.
DELAYS = tuple(
    timedelta(seconds=seconds) for seconds in (5, 30, 120, 600, 1800, 3600, 2 * 3600, 3 * 3600, 4 * 3600, 4 * 3600, 4 * 3600, 3 * 3600)
)
JITTER = 0.2


def next_try(*, tries: int, give_up_at: datetime, at: datetime, chance: float) -> datetime | None:
    """When to try again after `tries` tries; None where it is given up. `chance` from 0 to 1 spreads the delay by a fifth either way.

    The last try is at `give_up_at` itself, so that an endpoint that comes back within its 24 hours hears everything.
    """
    if at >= give_up_at:
        return None
    delay = DELAYS[min(tries, len(DELAYS)) - 1]
    return min(at + delay * (1 + JITTER * (2 * chance - 1)), give_up_at)
