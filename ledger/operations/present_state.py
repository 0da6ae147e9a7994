"""What a request rests on: as it was when it was asked for, and as it is now (S1). In words, for people who decide."""

from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ObjectDoesNotExist
from django.utils.module_loading import import_string

from ledger.approvals import get_approval_kind
from ledger.canonical import canonical_json, sha256_hex
from ledger.errors import ApprovalRefused
from ledger.locks import WalletBalance
from ledger.models import ApprovalRequest
from ledger.money import money_text
from ledger.operations.people_needed import get_threshold
from ledger.queries import wallet_view
from ledger.refusals import Refused

THRESHOLD = "Threshold"
UNKNOWN = "not there"
_SHOWN = (("Playable", "playable"), ("Locked", "locked"), ("Owes us", "receivable"))


@dataclass(frozen=True, slots=True)
class Changed:
    """One thing that differs: what it said when the request was made, and what it says now."""

    what: str
    was: str
    now: str


def look_at(*, kind: str, payload: dict[str, Any], brand: str, currency: str) -> dict[str, str]:
    """What an act rests on, as it stands now: its kind's own facts, and the threshold that would fire. Words by name."""
    facts = _own_facts(get_approval_kind(kind).look, payload)
    return {**facts, THRESHOLD: threshold_words(kind, brand, currency)} if currency else facts


def _own_facts(path: str | None, payload: dict[str, Any]) -> dict[str, str]:
    """What the kind itself looks at. What it is about may be gone: that is an answer too, and the decision says more."""
    try:
        found: dict[str, str] = import_string(path)(payload) if path else {}
    except (Refused, KeyError, ObjectDoesNotExist):
        return {"What it is about": UNKNOWN}
    return found


def present_state(request: ApprovalRequest) -> dict[str, str]:
    """What the request rests on now, unlocked."""
    return look_at(kind=request.kind, payload=request.payload, brand=request.brand, currency=request.currency)


def changes_since(request: ApprovalRequest, now_is: dict[str, str]) -> list[Changed]:
    """What differs from the day it was asked for, in the order in which it was looked at then."""
    names = [*request.seen, *(name for name in now_is if name not in request.seen)]
    pairs = [(name, request.seen.get(name, UNKNOWN), now_is.get(name, UNKNOWN)) for name in names]
    return [Changed(name, was, is_now) for name, was, is_now in pairs if was != is_now]


def digest_of(facts: dict[str, str]) -> str:
    """Hex SHA-256: what a person looked at when they decided."""
    return sha256_hex(canonical_json(facts))


def require_seen(request: ApprovalRequest, seen: str) -> None:
    """Raise ApprovalRefused where what the request rests on is no longer what the person looked at. Needs the request locked."""
    if digest_of(present_state(request)) != seen:
        raise ApprovalRefused("What this rests on changed while you looked at it. Read it again, then decide.")


def wallet_facts(player_id: str, asset: str) -> dict[str, str]:
    """A player's balances in one currency, in words."""
    wallet: WalletBalance | None = wallet_view(player_id).get(asset)
    return {words: money_text(getattr(wallet, name) if wallet else 0, asset) for words, name in _SHOWN}


def threshold_words(kind: str, brand: str, currency: str) -> str:
    """`two people above 1000.00 EUR (version 3)`; without a row the rule that holds without one."""
    row = get_threshold(kind, brand, currency)
    if row is None:
        return "none set: one other person decides"
    above = [("one person", row.one_above_minor), ("two people", row.two_above_minor)]
    words = [f"{people} above {money_text(minor, currency)}" for people, minor in above if minor is not None]
    return f"{', '.join(words) or 'one other person decides'} (version {row.version})"
