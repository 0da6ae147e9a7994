"""Which code fits a line that no rule paired: the first row of its group that fits (REASON_CODES.md). Pure."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import pytest

from reconciliation.matching.facts import CaptureFacts, Finding, IntentFacts, LineFacts, MovementFacts, World
from reconciliation.matching.judge import judge

pytestmark = pytest.mark.spec("R7", "E2")

HERE, THERE, NOWHERE = UUID(int=1), UUID(int=2), UUID(int=3)
INTENT, CAPTURE, OTHER_CAPTURE, REFUND, PAYOUT = (UUID(int=number) for number in range(10, 15))
OURS = {
    "sale": ("pi", INTENT, "", None), "chargeback": ("pi", INTENT, "", None), "refund": ("pi", INTENT, "rf", REFUND),
    "payout": ("po", PAYOUT, "", None),
}  # fmt: skip


def line(kind: str, *, reverses: str = "", **facts: Any) -> LineFacts:
    reference_kind, reference_id, object_kind, object_id = OURS[reverses or kind]
    sign = 1 if kind in ("sale", "reversal") else -1
    told = LineFacts(
        id=1, batch_id=UUID(int=9), bucket=1, line_number=2, kind=kind, type=kind, reverses=reverses, merchant_reference="sent",
        object_merchant_reference="", psp_reference="psp-1", object_reference="obj-1", reference_kind=reference_kind,
        reference_id=reference_id, object_kind=object_kind, object_id=object_id, gross_currency="EUR", gross_minor=sign * 5000,
        net_currency="EUR", net_minor=sign * 5000, commission_minor=0, markup_minor=0, scheme_minor=0, interchange_minor=0,
        created_at=datetime(2026, 11, 19, tzinfo=UTC), business_date=date(2026, 11, 19),
    )  # fmt: skip
    return replace(told, **facts)


def capture(psp_ref: str = "obj-1", *, at: UUID = HERE, held: bool = True, identity: UUID = CAPTURE) -> CaptureFacts:
    return CaptureFacts(identity, "cap_1", at, psp_ref, held, 5000, "psp-1")


def intent(*captures: CaptureFacts, tried: tuple[UUID, ...] = (HERE,), ended: bool = False, currency: str = "EUR") -> IntentFacts:
    return IntentFacts(INTENT, "pi_1", "pl_1", "FAILED" if ended else "CAPTURED", ended, currency, frozenset(tried), captures)


def movement(state: str, *, at: UUID | None = HERE, psp_ref: str = "obj-1", currency: str = "EUR") -> MovementFacts:
    return MovementFacts(REFUND, "rf_1", "pl_1", state, currency, at, psp_ref, 5000)


def world(
    found: IntentFacts | None = None, *, refund: MovementFacts | None = None, payout: MovementFacts | None = None
) -> World:  # fmt: skip
    intents: Mapping[UUID, IntentFacts] = {INTENT: found} if found else {}
    own = {REFUND: refund} if refund else {}
    owners = {each.id: INTENT for each in found.captures} if found else {}
    return World(HERE, intents, owners, own, {}, {PAYOUT: payout} if payout else {})


HERE_AND_THERE = intent(capture("obj-0", at=THERE), tried=(HERE, THERE))
CALLED_ALIKE = intent(capture("obj-1", at=THERE), tried=(HERE, THERE))
SALES = {
    "nobody's": (line("sale"), world(), "PSP_LINE_UNKNOWN_REFERENCE", ""),
    "another account's": (line("sale"), world(intent(tried=(THERE,))), "WRONG_MERCHANT_ACCOUNT", ""),
    "another account's and currency": (line("sale"), world(intent(tried=(THERE,), currency="SEK")), "WRONG_MERCHANT_ACCOUNT", ""),
    "another currency": (line("sale"), world(intent(capture(), currency="SEK")), "CURRENCY_DIFFERS", ""),
    "said again": (line("sale"), world(intent(capture())), "DUPLICATE_PSP_LINE", ""),
    "taken twice": (line("sale"), world(intent(capture("obj-0"))), "DUPLICATE_PSP_CAPTURE", "capture"),
    "taken here and there": (line("sale"), world(HERE_AND_THERE), "DUPLICATE_PSP_CAPTURE", "capture"),
    "called alike there": (line("sale"), world(CALLED_ALIKE), "DUPLICATE_PSP_CAPTURE", "capture"),
    "not known yet": (line("sale"), world(intent()), "LEDGER_CREDIT_MISSING_PSP_SUCCESS", "capture"),
    "ended": (line("sale"), world(intent(ended=True)), "PSP_SUCCESS_AFTER_TERMINAL", "capture"),
    "said again, without an id of its own": (line("sale", object_reference=""), world(intent(capture())), "DUPLICATE_PSP_LINE", ""),
    "another payment, without an id of its own": (
        line("sale", object_reference="", psp_reference="psp-2"), world(intent(capture())), "DUPLICATE_PSP_CAPTURE", "capture",
    ),
    "one of several, nobody knows which": (
        line("sale", object_reference=""), world(intent(capture("obj-0"), capture("obj-1", identity=OTHER_CAPTURE))),
        "PSP_LINE_UNKNOWN_REFERENCE", "",
    ),
    "our next part, by our id": (
        line("sale", object_kind="cap", object_id=OTHER_CAPTURE),
        world(intent(capture("obj-0"), capture("", held=False, identity=OTHER_CAPTURE))), "LEDGER_CREDIT_MISSING_PSP_SUCCESS", "capture",
    ),
    "our next part, by the PSP's id": (
        line("sale"), world(intent(capture("obj-0"), capture("obj-1", held=False, identity=OTHER_CAPTURE))),
        "LEDGER_CREDIT_MISSING_PSP_SUCCESS", "capture",
    ),
}  # fmt: skip
REFUNDS = {
    "nobody's": (line("refund"), world(), "REFUND_UNKNOWN_TO_PLATFORM", ""),
    "made at the PSP": (line("refund"), world(intent(capture())), "REFUND_UNKNOWN_TO_PLATFORM", ""),
    "made at another account's": (line("refund"), world(intent(capture(at=THERE), tried=(THERE,))), "WRONG_MERCHANT_ACCOUNT", ""),
    "ours, of another account": (line("refund"), world(refund=movement("REFUND_PROCESSED", at=THERE)), "WRONG_MERCHANT_ACCOUNT", ""),
    "another currency": (line("refund"), world(refund=movement("REFUND_PROCESSED", currency="SEK")), "CURRENCY_DIFFERS", ""),
    "not ended": (line("refund"), world(refund=movement("REFUND_PENDING")), "STATUS_DIFFERS", "refund"),
    "said again": (line("refund"), world(refund=movement("REFUND_PROCESSED")), "DUPLICATE_PSP_LINE", ""),
    "said again, without an id": (
        line("refund", object_reference=""), world(refund=movement("REFUND_PROCESSED")), "DUPLICATE_PSP_LINE", "",
    ),
    "paid twice": (line("refund"), world(refund=movement("REFUND_PROCESSED", psp_ref="obj-0")), "REFUND_PAID_TWICE", ""),
}  # fmt: skip
BACK = line("reversal", reverses="refund")
REFUNDS_BACK = {
    "nobody's": (BACK, world(), "PSP_LINE_UNKNOWN_REFERENCE", ""),
    "of another account": (BACK, world(refund=movement("REFUND_PROCESSED", at=THERE)), "WRONG_MERCHANT_ACCOUNT", ""),
    "of another currency": (BACK, world(refund=movement("REFUND_PROCESSED", currency="SEK")), "CURRENCY_DIFFERS", ""),
    "held as processed": (BACK, world(refund=movement("REFUND_PROCESSED")), "REFUND_REVERSED", "refund_reversal"),
    "said again": (BACK, world(refund=movement("REFUND_REVERSED")), "DUPLICATE_PSP_LINE", ""),
}
PAYOUTS = {
    "nobody's": (line("payout"), world(), "PSP_LINE_UNKNOWN_REFERENCE", ""),
    "of another account": (line("payout"), world(payout=movement("SETTLED", at=THERE)), "WRONG_MERCHANT_ACCOUNT", ""),
    "another currency": (line("payout"), world(payout=movement("SETTLED", currency="SEK")), "CURRENCY_DIFFERS", ""),
    "given back": (line("payout"), world(payout=movement("FAILED")), "PAYOUT_PAID_AFTER_RELEASE", ""),
    "never sent": (line("payout"), world(payout=movement("APPROVED", at=None)), "PAYOUT_PAID_NOT_RECORDED", "payout"),
    "said again": (line("payout"), world(payout=movement("SETTLED")), "DUPLICATE_PSP_LINE", ""),
    "said again, without an id": (
        line("payout", object_reference="", psp_reference=""),
        world(payout=movement("SETTLED")),
        "DUPLICATE_PSP_LINE",
        "",
    ),
    "paid twice": (line("payout"), world(payout=movement("SETTLED", psp_ref="obj-0")), "PAYOUT_PAID_TWICE", ""),
}
RETURN = line("reversal", reverses="payout")
RETURNS = {
    "nobody's": (RETURN, world(), "PSP_LINE_UNKNOWN_REFERENCE", ""),
    "of another account": (RETURN, world(payout=movement("SETTLED", at=THERE)), "WRONG_MERCHANT_ACCOUNT", ""),
    "of another currency": (RETURN, world(payout=movement("SETTLED", currency="SEK")), "CURRENCY_DIFFERS", ""),
    "settled": (RETURN, world(payout=movement("SETTLED")), "PAYOUT_RETURNED", "payout_return"),
    "said again": (RETURN, world(payout=movement("RETURNED")), "DUPLICATE_PSP_LINE", ""),
}
DISPUTES = {
    "nobody's": (line("chargeback"), world(), "CHARGEBACK_NOT_BOOKED", ""),
    "ours": (line("chargeback"), world(intent(capture())), "CHARGEBACK_NOT_BOOKED", ""),
    "another account's": (line("chargeback"), world(intent(capture(at=THERE), tried=(THERE,))), "WRONG_MERCHANT_ACCOUNT", ""),
    "in another currency": (line("chargeback"), world(intent(capture(), currency="SEK")), "CURRENCY_DIFFERS", ""),
    "given back": (line("reversal", reverses="chargeback"), world(intent(capture())), "CHARGEBACK_REVERSAL_NOT_BOOKED", ""),
}
GROUPS = {"sale": SALES, "refund": REFUNDS, "refund back": REFUNDS_BACK, "payout": PAYOUTS, "return": RETURNS, "dispute": DISPUTES}
ALL = {f"{group}: {name}": row for group, rows in GROUPS.items() for name, row in rows.items()}


@pytest.mark.parametrize("name", ALL)
def test_the_first_row_that_fits_is_the_code(name: str) -> None:
    told, ours, code, ask = ALL[name]

    found = judge(told, ours)

    assert (found.code, found.ask.kind if found.ask else "") == (code, ask)


def test_only_a_player_of_this_account_has_money_held_for_a_refund_made_at_the_psp() -> None:
    def found(name: str) -> Finding:
        return judge(*REFUNDS[name][:2])

    assert (found("made at the PSP").hold_player, found("made at another account's").hold_player) == ("pl_1", "")
