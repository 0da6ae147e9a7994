"""Top-ups of balances at PSPs: what left our bank, and what a PSP says it received (POSTINGS.md 3.3)."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from django.db.models import Sum

from cashier.models import MerchantAccount
from ledger.models import Entry, JournalTransaction
from reconciliation.models import FileState, SourceFile

_PAPERS = 30  # the newest lists of balances of an account: older ones were read by the runs of their days


@dataclass(frozen=True, slots=True)
class Arrival:
    """A top-up that the PSP says is in the balance. `reference` is the PSP's, as our bank line may carry it."""

    reference: str
    currency: str
    day: date
    amount_minor: int
    file: str


def told_arrivals(account: MerchantAccount, until: date) -> Iterator[Arrival]:
    """What the PSP's papers tell, oldest first, each reference once."""
    papers = SourceFile.objects.filter(source="psp_balances", state=FileState.LOADED, merchant_account=account)
    seen = set()
    for paper in reversed(papers.order_by("-loaded_at")[:_PAPERS]):
        for row in paper.result["statements"]:
            kind, _, rest = row["number"].partition(" ")
            if kind != "top_up":
                continue
            text, _, reference = rest.partition(" ")
            if reference not in seen and date.fromisoformat(text) <= until:
                seen.add(reference)
                yield Arrival(reference, row["currency"], date.fromisoformat(text), int(row["closing_minor"]), paper.public_id)


def on_its_way(account: MerchantAccount, currency: str) -> dict[str, int]:
    """What is open in `in_transit` of the account's top-ups, by reference: sent and not there (positive), there and not sent (negative)."""
    moved = JournalTransaction.objects.filter(
        entity_id=account.entity_id,
        kind__in=("TOP_UP_SENT", "TOP_UP_ARRIVED"),
        source__merchant_account=account.public_id,
        reversed_by=None,
    )
    refs = set(moved.values_list("source__top_up", flat=True))
    entries = Entry.objects.filter(ref__in=refs, account__kind="in_transit", account__owner_ref=account.public_id, asset=currency)
    sums = entries.values_list("ref").annotate(total=Sum("amount_minor")).order_by("ref")
    return {ref: int(total) for ref, total in sums if total}


def arrived_alone(account: MerchantAccount, currency: str, amount_minor: int) -> list[str]:
    """References of top-ups of this amount that the PSP has, and no bank line of ours shows."""
    return [ref for ref, minor in on_its_way(account, currency).items() if minor == -amount_minor]


def names_whole(text: str, reference: str) -> bool:
    """Whether a reference of six characters or more stands in a text as a whole word, wherever the bank broke it."""
    wanted = reference.upper().removeprefix("TOPUP:")
    broken = r"\s*".join(map(re.escape, wanted.replace(" ", "")))
    return len(wanted) >= 6 and re.search(rf"(?<![A-Z0-9]){broken}(?![A-Z0-9])", text.upper()) is not None
