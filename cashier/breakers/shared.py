"""The breakers that all workers share: one hash per account in Redis, changed by scripts that say what rules.py says.

Fields of a circuit: s state, g generation, u until, p probes out, k probes answered, n openings; a<bucket> answered and
b<bucket> unanswered calls of the sliding window. Fields of a purse: t tokens, a at. Lost with Redis, all begin closed and full.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from cashier.breakers.alone import standing_of
from cashier.breakers.values import BUCKETS, LONGEST_OPEN_SECONDS, Admission, Cause, Change, Circuit, Limits, Pass, Turned
from cashier.models import BreakerState
from cashier.redis import quick_redis, redis_key

KEPT_SECONDS = 3 * 3600

_TAKE_FUNCTION = """
local function take(key, now, per_second, most)
  local tokens, at = tonumber(redis.call('HGET', key, 't') or most), tonumber(redis.call('HGET', key, 'a') or now)
  tokens = math.min(most, tokens + math.max(0, now - at) * per_second)
  local wait = 0
  if tokens < 1 then wait = (1 - tokens) / per_second else tokens = tokens - 1 end
  redis.call('HSET', key, 't', tostring(tokens), 'a', string.format('%.6f', math.max(now, at)))
  redis.call('EXPIRE', key, 3600)
  return wait
end
"""
# KEYS: purse. ARGV: now, per second, most.
_TAKE = _TAKE_FUNCTION + "return tostring(take(KEYS[1], tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])))"

_TURN_FUNCTION = """
local function turn(key, state, untl, openings)
  local generation = tonumber(redis.call('HGET', key, 'g') or '0') + 1
  redis.call('DEL', key)
  redis.call('HSET', key, 's', state, 'g', generation, 'u', string.format('%.6f', untl), 'p', 0, 'k', 0, 'n', openings)
  return generation
end
"""
# KEYS: circuit, purse. ARGV: now, probes, probe seconds, per second, most, kept. Returns verdict, generation, until, cooled.
_ADMIT = (
    _TAKE_FUNCTION
    + _TURN_FUNCTION
    + """
local key, now, probes, probe_seconds = KEYS[1], tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local found = redis.call('HMGET', key, 's', 'g', 'u', 'p', 'n')
local state, generation, untl, out = found[1] or 'closed', tonumber(found[2] or '0'), tonumber(found[3] or '0'), tonumber(found[4] or '0')
local cooled = 0
if state == 'open' and now >= untl then
  state, untl, out, cooled = 'half_open', now + probe_seconds, 0, 1
  generation = turn(key, state, untl, tonumber(found[5] or '0'))
  redis.call('EXPIRE', key, ARGV[6])
end
if state == 'half_open' and now >= untl then
  untl, out = now + probe_seconds, 0
  redis.call('HSET', key, 'u', string.format('%.6f', untl), 'p', 0)
end
if state == 'open' or (state == 'half_open' and out >= probes) then return {'circuit_open', generation, tostring(untl), cooled} end
local wait = take(KEYS[2], now, tonumber(ARGV[4]), tonumber(ARGV[5]))
if wait > 0 then return {'rate_limited', generation, string.format('%.6f', now + wait), cooled} end
if state == 'half_open' then redis.call('HINCRBY', key, 'p', 1) end
return {'go', generation, '0', cooled}
"""
)
# KEYS: circuit. ARGV: now, generation, answered, window, min calls, percent, open seconds, longest, probes, buckets, kept.
# Returns nothing, or from, to, until, calls, failures.
_REPORT = (
    _TURN_FUNCTION
    + """
local key, now, answered = KEYS[1], tonumber(ARGV[1]), ARGV[3] == '1'
local found = redis.call('HMGET', key, 's', 'g', 'n')
local state, openings = found[1] or 'closed', tonumber(found[3] or '0')
if tonumber(found[2] or '0') ~= tonumber(ARGV[2]) then return {} end
local function open(calls, failures)
  local seconds = math.min(tonumber(ARGV[7]) * 2 ^ openings, math.max(tonumber(ARGV[8]), tonumber(ARGV[7])))
  turn(key, 'open', now + seconds, openings + 1)
  redis.call('EXPIRE', key, ARGV[11])
  return {state, 'open', string.format('%.6f', now + seconds), calls, failures}
end
if state == 'half_open' then
  if not answered then return open(0, 0) end
  if redis.call('HINCRBY', key, 'k', 1) < tonumber(ARGV[9]) then return {} end
  turn(key, 'closed', 0, 0)
  redis.call('EXPIRE', key, ARGV[11])
  return {state, 'closed', '0', 0, 0}
end
local buckets = tonumber(ARGV[10])
local bucket = math.floor(now / (tonumber(ARGV[4]) / buckets))
redis.call('HINCRBY', key, (answered and 'a' or 'b') .. string.format('%.0f', bucket), 1)
redis.call('EXPIRE', key, ARGV[11])
local all, calls, failures = redis.call('HGETALL', key), 0, 0
for i = 1, #all, 2 do
  local kind, number = string.match(all[i], '^([ab])(%d+)$')
  if kind and tonumber(number) <= bucket - buckets then redis.call('HDEL', key, all[i])
  elseif kind then
    calls = calls + tonumber(all[i + 1])
    if kind == 'b' then failures = failures + tonumber(all[i + 1]) end
  end
end
if answered or calls < tonumber(ARGV[5]) or failures * 100 < tonumber(ARGV[6]) * calls then return {} end
return open(calls, failures)
"""
)


def admit(account: str, limits: Limits, *, at: float) -> Admission:
    """Leave for one call, or not. Raises RedisError."""
    keys = (redis_key("circuit", account), redis_key("rate", account))
    given = (at, limits.probes, limits.probe_seconds, limits.rate_per_second, limits.rate_burst, KEPT_SECONDS)
    verdict, generation, until, cooled = _run(_ADMIT, keys, given)
    change = Change(BreakerState.OPEN, BreakerState.HALF_OPEN, Cause.COOLED) if int(cooled) else None
    if verdict == b"go":
        return Admission(passed=Pass(account, int(generation)), change=change)
    return Admission(turned=Turned(verdict.decode()), until=float(until), change=change)


def report(passed: Pass, limits: Limits, *, is_answered: bool, at: float) -> Change | None:
    """Count an outcome; the change that it brought about. Raises RedisError."""
    given = (
        at, passed.generation, int(is_answered), limits.window_seconds, limits.min_calls, limits.failure_percent, limits.open_seconds,
        LONGEST_OPEN_SECONDS, limits.probes, BUCKETS, KEPT_SECONDS,
    )  # fmt: skip
    found = _run(_REPORT, (redis_key("circuit", passed.account),), given)
    if not found:
        return None
    before, after, until, calls, failures = found
    return change_of(before.decode(), after.decode(), float(until), int(calls), int(failures))


def change_of(before: str, after: str, until: float, calls: int, failures: int) -> Change:
    """The change with its cause, which the two states tell."""
    causes = {("closed", "open"): Cause.FAILURES, ("half_open", "open"): Cause.PROBE_FAILED, ("half_open", "closed"): Cause.PROBES_ANSWERED}
    return Change(BreakerState(before), BreakerState(after), causes[before, after], until, calls, failures)


def take(kind: str, account: str, *, per_second: float, most: int, at: float) -> float:
    """0 where a token of this purse was taken, else the seconds until there is one. Raises RedisError."""
    return float(_run(_TAKE, (redis_key(kind, account),), (at, per_second, most)))


def circuits(wanted: Mapping[str, Limits], *, at: float) -> dict[str, Circuit]:
    """How the circuits of these accounts stand, in one round trip. Raises RedisError."""
    with quick_redis().pipeline(transaction=False) as pipeline:
        for account in wanted:
            pipeline.hmget(redis_key("circuit", account), ["s", "u", "p"])
        answers = pipeline.execute()
    return {account: _standing(answer, wanted[account], at) for account, answer in zip(wanted, answers, strict=True)}


def _standing(answer: Sequence[bytes | None], limits: Limits, at: float) -> Circuit:
    state, until, probes_out = answer
    return standing_of((state or b"closed").decode(), float(until or 0), int(probes_out or 0), limits, at=at)


def _run(script: str, keys: Sequence[str], given: Sequence[object]) -> Any:
    """What the script returns."""
    return quick_redis().eval(script, len(keys), *keys, *(_text(value) for value in given))


def _text(value: object) -> str:
    return f"{value:.6f}" if isinstance(value, float) else str(value)
