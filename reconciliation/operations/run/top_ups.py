"""Money sent to a PSP that has not arrived there (TOP_UP_NOT_RECEIVED): top-ups of a prefunded balance and security deposits."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Sum

from ledger.models import Entry, JournalTransaction
from reconciliation.models import ExceptionCase
from reconciliation.models.cases import LIVE_STATES
from reconciliation.operations.cases import auto_resolve_case, raise_case
from reconciliation.operations.run.context import MerchantRun
from reconciliation.operations.run.expectations import LOOK_BACK
from reconciliation.windows import due_date

CODE = "TOP_UP_NOT_RECEIVED"
_SENT = {"TOP_UP_SENT": "top_up", "SECURITY_DEPOSIT_SENT": "ref"}  # kind -> where its source names what is on its way


@dataclass(frozen=True, slots=True)
class _OnItsWay:
    ref: str
    currency: str
    day: date
    open_minor: int


def raise_top_ups(step: MerchantRun) -> None:
    """A case for each that is still in transit after its window; those that arrived end by themselves, whichever day is run."""
    for case in ExceptionCase.objects.filter(merchant_account=step.account, reason=CODE, state__in=LIVE_STATES):
        if not _left(step, str(case.facts["reference"])):
            auto_resolve_case(case, rule="top_up_arrived@1", text="It is in the PSP's balance.", now=step.now)
    late = {f"{CODE}:{step.account.public_id}:{each.ref}": each for each in _overdue(step)}
    for key, each in late.items():
        raise_case(
            code=CODE, entity_id=step.account.entity_id, business_date=each.day, amount_minor=each.open_minor, currency=each.currency,
            merchant_account=step.account, merchant_reference=each.ref[:120], dedupe_key=key[:200],
            facts={"reference": each.ref, "sent_on": each.day.isoformat(), "open_minor": each.open_minor},
            run=step.run, now=step.now,
        )  # fmt: skip


def _overdue(step: MerchantRun) -> Iterator[_OnItsWay]:
    sent = JournalTransaction.objects.filter(
        entity_id=step.account.entity_id, kind__in=list(_SENT), source__merchant_account=step.account.public_id, reversed_by=None,
        business_date__lte=step.date, business_date__gt=step.date - timedelta(days=LOOK_BACK.days),
    )  # fmt: skip
    for row in sent.order_by("business_date", "pk"):
        if due_date("bank", row.currency, row.business_date) > step.date:
            continue
        ref = str(row.source[_SENT[row.kind]])
        if left := _left(step, ref):
            yield _OnItsWay(ref, row.currency, row.business_date, left)


def _left(step: MerchantRun, ref: str) -> int:
    """What is still in transit under a reference, minor units."""
    entries = Entry.objects.filter(ref=ref, account__kind="in_transit", account__owner_ref=step.account.public_id)
    return int(entries.aggregate(total=Sum("amount_minor"))["total"] or 0)
