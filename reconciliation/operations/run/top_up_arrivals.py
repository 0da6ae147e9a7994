"""The PSP's top-up line: what was on its way is in the balance that we pay out from (TOP_UP_ARRIVED, POSTINGS.md 3.3)."""

from collections import Counter
from datetime import UTC, datetime, time

from django.db import transaction

from ledger.models import JournalTransaction
from ledger.operations import Posting, post
from reconciliation.operations.cases import ENGINE
from reconciliation.operations.run.context import MerchantRun
from reconciliation.queries.top_ups import Arrival, names_whole, on_its_way, told_arrivals


def book_arrivals(step: MerchantRun) -> None:
    """Post each top-up that the PSP says it has, once. It ends what left our bank under its reference, or the only one of its amount;
    else it stands under its own, until the bank line comes."""
    fresh = [each for each in told_arrivals(step.account, step.date) if not _is_booked(step, each)]
    alike = Counter((each.currency, each.amount_minor) for each in fresh)
    for each in fresh:
        with transaction.atomic():
            _book(step, each, is_only=alike[each.currency, each.amount_minor] == 1)


def _book(step: MerchantRun, arrival: Arrival, *, is_only: bool) -> None:
    source = {
        "merchant_account": step.account.public_id, "asset": arrival.currency, "amount_minor": arrival.amount_minor,
        "top_up": _reference(step, arrival, is_only), "told_as": arrival.reference, "file": arrival.file,
    }  # fmt: skip
    posting = Posting(
        rule="TOP_UP_ARRIVED@1", key=_key(step, arrival), entity_id=step.account.entity_id, source=source,
        occurred_at=datetime.combine(arrival.day, time(12), tzinfo=UTC), business_date=arrival.day,
    )  # fmt: skip
    post(posting, actor=ENGINE, now=step.now)


def _reference(step: MerchantRun, arrival: Arrival, is_only: bool) -> str:
    sent = {ref: minor for ref, minor in on_its_way(step.account, arrival.currency).items() if minor > 0}
    named = [ref for ref in sent if names_whole(ref.removeprefix("topup:"), arrival.reference) or ref == f"topup:{arrival.reference}"]
    if len(named) == 1:
        return named[0]
    same = [ref for ref, minor in sent.items() if minor == arrival.amount_minor]
    return same[0] if is_only and len(same) == 1 else f"topup:{arrival.reference}"


def _is_booked(step: MerchantRun, arrival: Arrival) -> bool:
    return JournalTransaction.objects.filter(posting_key=_key(step, arrival)).exists()


def _key(step: MerchantRun, arrival: Arrival) -> str:
    return f"top_up.arrived:{step.account.public_id}:{arrival.reference}"
