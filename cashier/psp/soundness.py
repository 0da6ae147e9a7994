"""What a provider's answer must be before anything is done with it, whichever adapter read it. Pure.

An answer that can't be stored, or whose numbers are none, would fail when its outcome is recorded, each time it is asked for anew: the
payment would never end. So references and amounts that can't be are PspError, "nobody knows, ask"; what is evidence only is cut or
cleaned.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, TypeVar

from cashier.psp.base import LookupMovement, LookupResult, PspError, PspResult
from ledger.money import UnknownAsset, get_asset

LONGEST_REF = 80
MOST_MINOR = 10**30
DEPTH = 32
# Of the data that is evidence, what its place holds.
LONGEST = {"eci": 4, "cavv": 80, "ds_trans_id": 64, "three_ds_version": 16, "avs": 4, "cvv": 4, "decline_code": 64, "retry": 16}
YEARS = range(2000, 2100)
Answer = TypeVar("Answer", PspResult, LookupResult)


def sound_result(result: PspResult) -> PspResult:
    """The answer to a call, fit to be recorded. Raises PspError."""
    require_ref(result.psp_ref)
    require_ref(result.object_ref)
    require_money(result.amount_minor, result.currency)
    return replace(_cleaned(result), occurred_at=_moment(result.occurred_at))


def sound_lookup(found: LookupResult, *, merchant_reference: str = "", **others: str) -> LookupResult:
    """The answer to a question, by our reference or by `others`, fit to be recorded. Raises PspError, also for another payment's."""
    if found.kind == "payment" and merchant_reference.startswith("pi_") and found.merchant_reference not in ("", merchant_reference):
        raise PspError("asked for one payment, answered with another")
    require_ref(found.psp_ref)
    require_ref(found.object_ref)
    require_money(found.amount_minor, found.currency)
    return replace(
        _cleaned(found),
        captures=[_movement(each) for each in found.captures],
        refunds=[_movement(each) for each in found.refunds],
        payout=_movement(found.payout) if found.payout else None,
        occurred_at=_moment(found.occurred_at),
    )


def require_ref(text: object) -> None:
    """A provider's id: text without control characters that has room where ids are kept; empty where it names none."""
    if not isinstance(text, str) or len(text) > LONGEST_REF or not text.isprintable():
        raise PspError(f"a reference that is none: {str(text)[:100]!r}")


def require_money(amount_minor: object, currency: object) -> None:
    """Whole minor units that are not negative, of a currency that we can keep books in; none stated is none."""
    if isinstance(amount_minor, bool) or not isinstance(amount_minor, int) or not 0 <= amount_minor < MOST_MINOR:
        raise PspError(f"an amount that is none: {str(amount_minor)[:40]!r}")
    if not isinstance(currency, str) or len(currency) > 16 or not currency.isprintable():
        raise PspError(f"a currency that is none: {str(currency)[:40]!r}")
    try:
        get_asset(currency or "EUR")
    except UnknownAsset as error:
        raise PspError(f"a currency that is none of ours: {currency[:16]!r}") from error


def storable(value: Any, *, depth: int = DEPTH) -> Any:
    """JSON that the database takes: no NUL, no half surrogate, nothing that is no number; what is nested deeper is left out."""
    if isinstance(value, str):
        return value.replace("\x00", "\ufffd").encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if isinstance(value, float):
        return value if value - value == 0 else None  # neither infinite nor NaN
    if not isinstance(value, Mapping | list):
        return value
    if not depth:
        return None
    if isinstance(value, list):
        return [storable(item, depth=depth - 1) for item in value]
    return {storable(str(name)): storable(item, depth=depth - 1) for name, item in value.items()}


def _cleaned(answer: Answer) -> Answer:
    """Its evidence, as long as its place, and its body, as the database takes it."""
    held = {name: getattr(answer, name) for name in LONGEST if hasattr(answer, name)}
    texts: dict[str, Any] = {name: storable(str(value))[: LONGEST[name]] if value else "" for name, value in held.items()}
    return replace(answer, **texts, raw=storable(answer.raw), action=storable(answer.action))


def _movement(movement: LookupMovement) -> LookupMovement:
    require_ref(movement.object_ref)
    require_money(movement.amount_minor, movement.currency)
    return replace(movement, occurred_at=_moment(movement.occurred_at) or movement.occurred_at, raw=storable(movement.raw))


def _moment(at: datetime | None) -> datetime | None:
    """An instant without a zone is UTC; one of another age is none."""
    if at is None:
        return None
    if at.year not in YEARS:
        raise PspError(f"a moment that is none: {at}")
    return at if at.tzinfo is not None else at.replace(tzinfo=UTC)
