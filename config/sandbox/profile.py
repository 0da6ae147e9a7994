"""The running profile: which share of calls and events misbehaves where the token does not say. Changed at any time, kept.

A hash of the seed and of the call's key (or of the payment) draws, so that one seed gives the same trouble to the same calls.
"""

import hashlib
import sqlite3
from collections.abc import Mapping
from typing import Any

from config.sandbox.messages import Refused
from config.sandbox.sandbox import get_setting, put_setting
from config.sandbox.tokens import CALL_FAULTS, EVENT_MODIFIERS, InvalidToken, parse_token

SETTING = "profile"
CALM: dict[str, Any] = {"seed": 0, "calls": {}, "events": {}}
TOKEN_FIELDS = ("payment_token", "destination_token")


def make_profile(profile: Any, *, seed: Any = 0) -> dict[str, Any]:
    """{calls?: {fault: share}, events?: {modifier: share}} -> {seed, calls, events}; calls' shares sum to 1 at most. Raises Refused 400."""
    if not isinstance(profile, Mapping) or isinstance(seed, bool) or not isinstance(seed, int):
        raise Refused(400, "INVALID_PROFILE", "profile must be a name or an object, seed a whole number")
    calls = _shares(profile.get("calls", {}), "calls", CALL_FAULTS)
    if sum(calls.values()) > 1:
        raise Refused(400, "INVALID_PROFILE", "a call has one fault at most: the shares of calls sum to 1 or less")
    return {"seed": seed, "calls": calls, "events": _shares(profile.get("events", {}), "events", EVENT_MODIFIERS)}


def share_of(value: Any) -> float:
    """A share. Raises Refused 400."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1:
        raise Refused(400, "INVALID_PROFILE", "a share is a number from 0 to 1")
    return float(value)


def get_profile(connection: sqlite3.Connection) -> dict[str, Any]:
    """{seed, calls: {fault: share}, events: {modifier: share}}: what runs now."""
    profile: dict[str, Any] = get_setting(connection, SETTING, CALM)
    return profile


def put_profile(connection: sqlite3.Connection, profile: Mapping[str, Any]) -> None:
    """Run `profile` (of make_profile) from the caller's commit on."""
    put_setting(connection, SETTING, dict(profile))


def draw_call_fault(connection: sqlite3.Connection, *, key: str, body: Mapping[str, Any]) -> str:
    """The fault of a call by its key, "" for none: of one whose token names a fault of its own, none beside it."""
    profile = get_profile(connection)
    if not profile["calls"] or _says_something(body):
        return ""
    drawn = _draw(profile["seed"], "call", key)
    for name, share in profile["calls"].items():
        if drawn < share:
            return str(name)
        drawn -= share
    return ""


def event_modifiers(connection: sqlite3.Connection, *, token: str, shard: str) -> frozenset[str]:
    """How the events of a payment or payout (`shard`) misbehave: as its token says, else by the profile's shares."""
    try:
        own = parse_token(token).modifiers & set(EVENT_MODIFIERS)
    except InvalidToken:
        own = frozenset()
    profile = get_profile(connection)
    return own or frozenset(name for name, share in profile["events"].items() if _draw(profile["seed"], name, shard) < share)


def _says_something(body: Mapping[str, Any]) -> bool:
    for field in TOKEN_FIELDS:
        try:
            token = parse_token(str(body.get(field, "")))
        except InvalidToken:
            continue
        if token.behaviour in CALL_FAULTS or any(name.startswith("payout_timeout") for name in token.modifiers):
            return True
    return False


def _draw(seed: int, name: str, about: str) -> float:
    return int.from_bytes(hashlib.sha256(f"{seed}:{name}:{about}".encode()).digest()[:6], "big") / 2**48


def _shares(given: Any, what: str, known: Mapping[str, str]) -> dict[str, float]:
    if not isinstance(given, Mapping) or not set(given) <= set(known):
        raise Refused(400, "INVALID_PROFILE", f"{what} may name {', '.join(known)}")
    return {name: share_of(share) for name, share in given.items()}
