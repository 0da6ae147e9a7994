"""Items whose line has not come by the end of their window (R7): missing is an expectation past due."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from cashier.models import Capture, PayoutIntent, Refund
from cashier.operations import fail_capture_late, return_deposit
from ledger.calendar import business_date
from ledger.ids import from_public
from ledger.models import JournalTransaction
from reconciliation.models import ExceptionCase, Match
from reconciliation.models.cases import LIVE_STATES, UNPAIRABLE
from reconciliation.operations.cases import ENGINE, auto_resolve_case, raise_case
from reconciliation.operations.run.context import MerchantRun
from reconciliation.operations.run.evidence import ask_payment
from reconciliation.operations.run.expectations import LOOK_BACK, overdue
from reconciliation.queries.currencies import currencies_of
from reconciliation.windows import oldest_not_due

_LINES = {"capture": "sale", "refund": "refund", "payout": "payout", "dispute": "chargeback"}
_PREFIXES = {"capture": "cap_", "refund": "rf_", "payout": "po_", "dispute": "dp_"}
_DISPUTE_MONEY = {"CHARGEBACK_DEBITED": -1, "CHARGEBACK_CREDITED": 0}


@dataclass(frozen=True, slots=True)
class Missing:
    """One item past due. `code` is empty where it depends on what the PSP says. `part`: of a dispute, its movement (see Match)."""

    kind: str
    public_id: str
    day: date
    amount_minor: int
    currency: str
    merchant_reference: str = ""
    psp_reference: str = ""
    psp_object: str = ""
    player_id: str = ""
    code: str = ""
    part: int = 0


def raise_missing(step: MerchantRun) -> int:
    """A case for every item past due; the PSP is asked about captures. No transaction may be open. Gives the number of items.

    An item whose line came, but can't be its pair, has that line's case and none for missing: one break, one case.
    """
    items = [*_captures(step), *_refunds(step), *_payouts(step), *_dispute_money(step)]
    told = _told_by_a_line(items)
    items = [item for item in items if not told & {(item.merchant_reference, ""), (item.merchant_reference, _LINES[item.kind])}]
    for item in items:
        code, answer = (item.code, None) if item.code else _ask(step, item)
        gone = (answer or {}).get("taken_back", {}).get(item.psp_object)
        if gone:
            _take_back(step, item, *gone)
        else:
            _raise(step, item, code, answer)
    return len(items)


def _told_by_a_line(items: Sequence[Missing]) -> set[tuple[str, str]]:
    """References of items that a line names which no rule may pair: in another account's file, another currency, another state; with the
    kind of the line (the deposit's own id stands on its sale, and on refunds and chargebacks of it), "" where the case tells none."""
    named = [item.merchant_reference for item in items if item.merchant_reference]
    cases = ExceptionCase.objects.filter(reason__in=UNPAIRABLE, merchant_reference__in=named)
    return {(reference, (facts or {}).get("kind", "")) for reference, facts in cases.values_list("merchant_reference", "facts")}


def resolve_found(step: MerchantRun) -> None:
    """End the cases of items whose line came after all."""
    cases = ExceptionCase.objects.filter(merchant_account=step.account, state__in=LIVE_STATES, dedupe_key__startswith="MISSING:")
    for case in cases.exclude(reason__resolves_when=""):
        _, kind, public_id, part = case.dedupe_key.split(":")
        match = _match_of(kind, from_public(public_id, _PREFIXES[kind]), int(part))
        if match is not None:
            auto_resolve_case(case, rule="line_came@1", text="A later report has the line.", data={"psp_line": match.line_id}, now=step.now)


def _raise(step: MerchantRun, item: Missing, code: str, answer: dict[str, Any] | None) -> None:
    """One case per item, whichever code fits it."""
    links = [(item.kind, item.public_id), *([("player", item.player_id)] if item.player_id else [])]
    raise_case(
        code=code,
        entity_id=step.account.entity_id,
        business_date=item.day,
        amount_minor=item.amount_minor,
        currency=item.currency,
        merchant_account=step.account,
        merchant_reference=item.merchant_reference,
        psp_reference=item.psp_reference,
        dedupe_key=f"MISSING:{item.kind}:{item.public_id}:{item.part}",
        facts={"psp_object": item.psp_object, **({"psp_says": answer} if answer else {})},
        links=links,
        run=step.run,
        now=step.now,
    )


def _ask(step: MerchantRun, item: Missing) -> tuple[str, dict[str, Any] | None]:
    """What the PSP knows of a capture: whether it owes it to us, or has never heard of it."""
    answer = ask_payment(step, item.merchant_reference)
    if answer is None:
        return "LEDGER_CREDIT_WITHOUT_PSP", None
    if item.psp_object in answer["captures"]:
        return "CAPTURE_NOT_SETTLED", answer
    return ("CREDITED_ON_AUTHORISATION" if answer["state"] == "AUTHORIZED" else "LEDGER_CREDIT_WITHOUT_PSP"), answer


def _take_back(step: MerchantRun, item: Missing, code: str, at: str) -> None:
    """The event that told it was lost: booked as the event would have been, and the cashier raises the case."""
    capture_id, occurred_at = from_public(item.public_id, "cap_"), datetime.fromisoformat(at)
    if code == "DEPOSIT_RETURNED":
        return_deposit(capture_id=capture_id, return_ref="1", occurred_at=occurred_at, actor=ENGINE, now=step.now)
    else:
        fail_capture_late(capture_id=capture_id, occurred_at=occurred_at, actor=ENGINE, now=step.now)


def _captures(step: MerchantRun) -> Iterator[Missing]:
    row: Capture
    for row in overdue(step, "capture", "attempt", "intent__player"):
        yield Missing(
            kind="capture",
            public_id=row.public_id,
            day=business_date(step.account.entity, row.captured_at or row.created_at),
            amount_minor=row.amount_minor,
            currency=row.currency,
            merchant_reference=row.intent.public_id,
            psp_reference=row.attempt.psp_ref,
            psp_object=row.psp_ref,
            player_id=row.intent.player.public_id,
        )


def _refunds(step: MerchantRun) -> Iterator[Missing]:
    row: Refund
    for row in overdue(step, "refund", "capture__attempt", "capture__intent__player"):
        yield Missing(
            kind="refund",
            public_id=row.public_id,
            day=business_date(step.account.entity, row.processed_at or row.created_at),
            amount_minor=row.amount_minor,
            currency=row.currency,
            merchant_reference=row.public_id,
            psp_reference=row.capture.attempt.psp_ref,
            psp_object=row.psp_ref,
            player_id=row.capture.intent.player.public_id,
            code="REFUND_MISSING_AT_PSP",
        )


def _payouts(step: MerchantRun) -> Iterator[Missing]:
    row: PayoutIntent
    for row in overdue(step, "payout", "player"):
        yield Missing(
            kind="payout",
            public_id=row.public_id,
            day=business_date(step.account.entity, row.settled_at or row.created_at),
            amount_minor=row.amount_minor - row.player_fee_minor,
            currency=row.currency,
            merchant_reference=row.public_id,
            psp_reference=row.psp_ref,
            psp_object=row.psp_ref,
            player_id=row.player.public_id,
            code="WITHDRAWAL_SENT_PSP_NOT_PAID",
        )


def _dispute_money(step: MerchantRun) -> Iterator[Missing]:
    """Debits and credits of disputes, as the journal has them: whoever keeps disputes is not known here."""
    for currency in currencies_of(step.account):
        until = oldest_not_due("dispute", currency, step.date)
        movements = JournalTransaction.objects.filter(
            entity_id=step.account.entity_id,
            kind__in=list(_DISPUTE_MONEY),
            currency=currency,
            business_date__lt=until,
            business_date__gte=until - timedelta(days=LOOK_BACK.days),
            source__merchant_account=step.account.public_id,
        )
        for row in movements.order_by("business_date", "id"):
            _, dispute, number = row.posting_key.split(":")
            part = 2 * int(number) + _DISPUTE_MONEY[row.kind]
            if _match_of("dispute", from_public(dispute, "dp_"), part) is None:
                yield Missing(
                    kind="dispute",
                    public_id=dispute,
                    day=row.business_date,
                    amount_minor=_moved_minor(row),
                    currency=currency,
                    player_id=row.player_ref,
                    code="CHARGEBACK_LINE_MISSING",
                    part=part,
                )


def _moved_minor(row: JournalTransaction) -> int:
    entry = row.entries.filter(account__kind__in=("clearing", "reserve")).first()
    return abs(int(entry.amount_minor)) if entry else 0


def _match_of(kind: str, item_id: UUID, part: int) -> Match | None:
    return Match.objects.filter(item_kind=kind, item_id=item_id, item_part=part, undone_at=None).first()
