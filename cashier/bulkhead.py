"""How many calls one merchant account may have under way at once, over all workers (C9).

A slot is a lease in a Redis sorted set, scored by its end, so that a killed worker's slots come back by themselves. Without
Redis each process counts for itself (C22). A call without a slot is parked; who gives a slot back wakes the next one parked.
"""

import threading
import time
from collections import defaultdict
from dataclasses import dataclass
from uuid import UUID, uuid4

from redis.exceptions import RedisError

from cashier.redis import is_resting, quick_redis, redis_key, rest

# KEYS: slots. ARGV: now, end of lease, limit, token.
_TAKE = """
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', ARGV[1])
if redis.call('ZCARD', KEYS[1]) >= tonumber(ARGV[3]) then return 0 end
redis.call('ZADD', KEYS[1], ARGV[2], ARGV[4])
redis.call('EXPIRE', KEYS[1], 600)
return 1
"""

_local_lock = threading.Lock()
_local_taken: dict[str, int] = defaultdict(int)


@dataclass(frozen=True, slots=True)
class Slot:
    account: str
    token: str
    is_local: bool


def take_slot(account: str, *, limit: int, seconds: float) -> Slot | None:
    """A slot of the merchant account (by code) for at most `seconds`, or None where all `limit` are taken."""
    token, now = uuid4().hex, time.time()
    if is_resting():
        return _take_local(account, limit)
    try:
        taken = quick_redis().eval(_TAKE, 1, redis_key("slots", account), str(now), str(now + seconds), str(limit), token)
    except RedisError as error:
        rest(error)
        return _take_local(account, limit)
    return Slot(account, token, is_local=False) if taken else None


def give_back(slot: Slot) -> None:
    """Give the slot back; what Redis does not hear of ends with its lease."""
    if slot.is_local:
        with _local_lock:
            _local_taken[slot.account] -= 1
        return
    try:
        quick_redis().zrem(redis_key("slots", slot.account), slot.token)
    except RedisError as error:
        rest(error)


def park(account: str, task: str, call_id: UUID) -> None:
    """Remember that this call waits for a slot. Without Redis the sweeper finds its row."""
    key = redis_key("parked", account)
    if is_resting():
        return
    try:
        with quick_redis().pipeline() as pipeline:
            pipeline.rpush(key, f"{task} {call_id}")
            pipeline.expire(key, 600)
            pipeline.execute()
    except RedisError as error:
        rest(error)


def next_parked(account: str) -> tuple[str, UUID] | None:
    """The task and call that has waited longest for a slot of this account."""
    if is_resting():
        return None
    try:
        found = quick_redis().lpop(redis_key("parked", account))
    except RedisError as error:
        rest(error)
        return None
    if not isinstance(found, bytes):
        return None
    task, _, call_id = found.decode().partition(" ")
    return task, UUID(call_id)


def _take_local(account: str, limit: int) -> Slot | None:
    with _local_lock:
        if _local_taken[account] >= limit:
            return None
        _local_taken[account] += 1
    return Slot(account, "", is_local=True)
