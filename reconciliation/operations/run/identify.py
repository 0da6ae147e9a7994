"""Lines in suspense that found their item (line.identified, POSTINGS.md 3.5)."""

from typing import Any

from django.db import transaction

from ledger.operations import Posting, post
from reconciliation.locks import lock_waiting
from reconciliation.matching.sql import LEGACY
from reconciliation.models import Match, PspLine, SuspenseItem
from reconciliation.models.cases import LIVE_STATES, ExceptionCase
from reconciliation.models.matches import ref_of_item
from reconciliation.operations.cases import ENGINE, auto_resolve_case
from reconciliation.operations.run.context import MerchantRun
from reconciliation.operations.run.conversions import KIND as CONVERSION
from reconciliation.queries.conversions import conversion_of
from reconciliation.queries.rates import rate_of


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
        line = PspLine.objects.select_related("batch__merchant_account", "batch__source_file").get(pk=locked.line_id)
        posting = Posting(
            key=f"line.identified:{locked.ref}:{match.pk}", entity_id=step.account.entity_id, occurred_at=line.created_at,
            **_rule_and_source(step, locked, line, match),
        )  # fmt: skip
        posted = post(posting, actor=ENGINE, now=step.now)
        locked.cleared_txn, locked.cleared_at = posted.public_id, step.now
        locked.save(update_fields=["cleared_txn", "cleared_at"])
        resolve_line_cases(line.pk, text=_told(match), step=step)


def _rule_and_source(step: MerchantRun, item: SuspenseItem, line: PspLine, match: Match) -> dict[str, Any]:
    """To the item in clearing; what is from before our time names none, and goes to other books; what was converted goes by `fx`."""
    account = step.account
    source = {"merchant_account": account.public_id, "currency": item.currency, "amount_minor": item.amount_minor, "line": item.ref}
    ours = {**source, "entity": account.entity.public_id}
    if match.item_kind.startswith(LEGACY):
        return {"rule": "LINE_OUTSIDE@1", "source": ours}
    if match.item_kind == CONVERSION:
        return {"rule": "LINE_IDENTIFIED@3", "source": {**ours, "conversions": [conversion_of(line, match)]}}
    named = ref_of_item(match.item_kind, match.item_id, match.item_part) if match.item_id else ""
    if line.gross_currency != item.currency:
        return {"rule": "LINE_IDENTIFIED@2", "source": {**ours, "item": named, "rates": [rate_of(line)]}}
    return {"rule": "LINE_IDENTIFIED@1", "source": {**source, "item": named}}


def _told(match: Match) -> str:
    if match.item_kind == CONVERSION:
        return "The other side of the conversion came."
    return f"The line found its item: {match.item_public_id}." if match.item_id else "The line is from before our time."


def resolve_line_cases(line_id: int, *, text: str, step: MerchantRun) -> None:
    """Cases that speak of this line end by themselves, where their code allows it."""
    cases = ExceptionCase.objects.filter(links__kind="psp_line", links__target_id=str(line_id), state__in=LIVE_STATES)
    for case in cases.exclude(reason__resolves_when=""):
        auto_resolve_case(case, rule="line_identified@1", text=text, now=step.now)
