"""What a PSP says that it refunded or paid, held against what we asked for (REASON_CODES.md, POSTINGS.md section 5).

What our own question or call brought, done with another amount, is booked as ours: clearing keeps the difference, and a case names it.
A notification that says so books nothing: a dead letter, and the same case. In another currency nothing is booked on anybody's word:
nobody has said what that is in ours.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from cashier.models import MerchantAccount, PayoutIntent, Refund
from cashier.operations.event_values import BadEvent
from cashier.psp.base import LookupMovement, LookupResult, PspResult
from ledger.calendar import business_date
from ledger.notices import tell

Row = Refund | PayoutIntent
REFUND, REVERSAL, PAYOUT, RETURN = "refund", "refund_reversal", "payout", "payout_return"
# By what the PSP speaks of; the words are those of a settlement line's item, whose case it is as well.
CODES = {
    REFUND: "REFUND_AMOUNT_DIFFERS",
    REVERSAL: "REFUND_AMOUNT_DIFFERS",
    PAYOUT: "PAYOUT_AMOUNT_DIFFERS",
    RETURN: "PAYOUT_AMOUNT_DIFFERS",
}


@dataclass(frozen=True, slots=True)
class Told:
    """An amount as a PSP states it, in minor units; None and "" where it states none."""

    minor: int | None = None
    currency: str = ""


NONE_STATED = Told()


class OtherAmount(BadEvent):
    """An event states another amount than that of the refund or payout of ours that it names: a dead letter with a case."""

    def __init__(self, kind: str, row: Row, told: Told) -> None:
        super().__init__(f"{told.minor} {told.currency} told of the {kind.replace('_', ' ')}, it is {asked_minor(row)} {row.currency}")
        self.kind, self.row, self.told = kind, row, told


def told_by(answer: PspResult | LookupMovement | LookupResult) -> Told:
    """The amount in an answer, where 0 of no currency is none."""
    is_stated = bool(answer.amount_minor or answer.currency)
    return Told(answer.amount_minor, answer.currency) if is_stated else NONE_STATED


def asked_minor(row: Row) -> int:
    """What we asked the PSP to move."""
    return int(row.amount_minor if isinstance(row, Refund) else row.amount_minor - row.player_fee_minor)


def is_other_currency(row: Row, told: Told) -> bool:
    return told.currency not in ("", row.currency)


def differs(kind: str, row: Row, told: Told) -> str:
    """The code of the case, "" where it is as we asked. Of a payout that came back banks keep a part: only too much differs."""
    if is_other_currency(row, told):
        return "CURRENCY_DIFFERS"
    over_minor = 0 if told.minor is None else told.minor - asked_minor(row)
    is_other = over_minor > 0 if kind == RETURN else over_minor != 0
    return CODES[kind] if is_other else ""


def key_of(code: str, kind: str, public_id: str, minor: int) -> str:
    """The dedupe key of "the PSP says this much of that": one break, whether an event, a lookup or a settlement line told it."""
    return f"{code}:{kind}:{public_id}:{minor}"


def about_capture(account: MerchantAccount, psp_ref: str, minor: int) -> str:
    """The same of a capture, which is named as its PSP does: it may be none of ours yet."""
    return f"capture:{account.pk.hex}:{psp_ref}:{minor}"[:150]


def key_of_told(code: str, kind: str, row: Row, told: Told) -> str:
    """The same, of what a PSP told; of another currency that of its settlement line."""
    return f"{code}:{row.public_id}" if code == "CURRENCY_DIFFERS" else key_of(code, kind, row.public_id, told.minor or 0)


def tell_told(kind: str, row: Row, told: Told, *, occurred_at: datetime, now: datetime, event: str = "") -> None:
    """Raise the case, if what was told differs. At risk is the difference; in another currency, all that was told.

    event: public id of the event that told it.
    """
    code = differs(kind, row, told)
    if not code:
        return
    entity = row.entity if isinstance(row, PayoutIntent) else row.capture.intent.entity
    told_minor, is_currency = told.minor or 0, code == "CURRENCY_DIFFERS"
    tell(
        "case.raise",
        code=code,
        entity_id=entity.pk,
        business_date=business_date(entity, occurred_at),
        amount_minor=told_minor if is_currency else abs(told_minor - asked_minor(row)),
        currency=told.currency if is_currency else row.currency,
        merchant_account=row.merchant_account,
        merchant_reference=row.public_id,
        psp_reference=row.psp_ref if isinstance(row, PayoutIntent) else row.capture.attempt.psp_ref,
        dedupe_key=key_of_told(code, kind, row, told),
        facts=facts_of(row, told),
        links=[*links_of(kind, row), *([("event", event)] if event else [])],
        now=now,
    )


def facts_of(row: Row, told: Told) -> dict[str, Any]:
    return {
        "our_state": str(row.state),
        "our_minor": asked_minor(row),
        "our_currency": row.currency,
        "psp_minor": told.minor or 0,
        "psp_currency": told.currency,
    }


def links_of(kind: str, row: Row) -> Iterator[tuple[str, str]]:
    """The refund or payout, its deposit and its player."""
    yield kind, row.public_id
    if isinstance(row, PayoutIntent):
        yield "player", row.player.public_id
    else:
        yield "deposit", row.capture.intent.public_id
        yield "player", row.capture.intent.player.public_id
