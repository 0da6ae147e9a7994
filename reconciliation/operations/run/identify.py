"""Lines in suspense that found their item (line.identified, POSTINGS.md 3.5)."""

from django.db import transaction

from ledger.ids import to_public
from ledger.operations import Posting, post
from reconciliation.locks import lock_waiting
from reconciliation.models import Match, PspLine, SuspenseItem
from reconciliation.models.cases import LIVE_STATES, ExceptionCase
from reconciliation.models.matches import ITEM_PREFIXES
from reconciliation.operations.cases import ENGINE, auto_resolve_case
from reconciliation.operations.run.context import MerchantRun


def identify_lines(step: MerchantRun) -> int:
    """Take every line out of suspense that is paired by now; gives their number."""
    waiting = SuspenseItem.objects.filter(line_kind="psp", holder=step.account.public_id, cleared_at=None).order_by("id")
    pairs = {match.line_id: match for match in Match.objects.filter(line_kind="psp", undone_at=None, line_id__in=waiting.values("line_id"))}
    for item in waiting.filter(line_id__in=list(pairs)):
        identify_line(step, item, pairs[item.line_id])
    return len(pairs)


def identify_line(step: MerchantRun, item: SuspenseItem, match: Match) -> None:
    """Post line.identified for one line, and let its case resolve itself."""
    with transaction.atomic():
        locked = lock_waiting("psp", item.line_id)
        if locked is None:
            return
        line = PspLine.objects.get(pk=locked.line_id)
        posted = post(
            Posting(
                rule="LINE_IDENTIFIED@1",
                key=f"line.identified:{locked.ref}:{match.pk}",
                entity_id=step.account.entity_id,
                source={
                    "merchant_account": step.account.public_id,
                    "currency": locked.currency,
                    "amount_minor": locked.amount_minor,
                    "line": locked.ref,
                    "item": to_public(ITEM_PREFIXES[match.item_kind], match.item_id) if match.item_id else "",
                },
                occurred_at=line.created_at,
            ),
            actor=ENGINE,
            now=step.now,
        )
        locked.cleared_txn, locked.cleared_at = posted.public_id, step.now
        locked.save(update_fields=["cleared_txn", "cleared_at"])
        resolve_line_cases(line.pk, text=f"The line found its item: {match.item_public_id}.", step=step)


def resolve_line_cases(line_id: int, *, text: str, step: MerchantRun) -> None:
    """Cases that speak of this line end by themselves, where their code allows it."""
    cases = ExceptionCase.objects.filter(links__kind="psp_line", links__target_id=str(line_id), state__in=LIVE_STATES)
    for case in cases.exclude(reason__resolves_when=""):
        auto_resolve_case(case, rule="line_identified@1", text=text, now=step.now)
