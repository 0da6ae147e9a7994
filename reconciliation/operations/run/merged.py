"""Several payouts in one bank line (R5): matched where it is certain, else they wait together until a person confirms them.

Certain is a line whose text names every payout and that is their exact sum (less a charge that the bank states); and, once the window
of each has closed, the one choice of consecutive payouts of one account that comes to it, paid by the PSP's known payer. For the second,
payouts and lines that were matched before count too: where another choice would fit, or another line, nobody knows.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from ledger.transitions import move
from reconciliation.locks import lock_expected, lock_waiting
from reconciliation.matching.narrative import names_payer, transfer_references
from reconciliation.matching.ruleset import Use
from reconciliation.matching.subsets import MOST_CANDIDATES, choices, only_choice
from reconciliation.models import BankLine, ExceptionCase, Match, SettlementBatch
from reconciliation.models.cases import LIVE_STATES
from reconciliation.operations.cases import ENGINE, raise_case, resolve_by_key
from reconciliation.operations.run.bank_books import holders, leave_suspense, match_line, post_line
from reconciliation.operations.run.bank_cases import resolve_identified
from reconciliation.operations.run.context import BankRun
from reconciliation.operations.run.parts import CODE
from reconciliation.operations.run.residuals import refresh_residuals
from reconciliation.operations.run.transfers import is_closed, names_any, payer_of, said_by, said_on, transfer_of

NAMED = "bank.payouts_named"
BY_SUM = "bank.payer_and_sum"


@dataclass(frozen=True, slots=True)
class Merge:
    """One line that pays these payouts. `charge_minor`: what the bank kept, told on the line; the first of them bears it.
    `is_certain`: to be matched; else it is how it seems."""

    batches: tuple[SettlementBatch, ...]
    rule: str
    charge_minor: int = 0
    is_certain: bool = True

    def parts(self) -> list[list[Any]]:
        """As posting rules read them: [[merchant account, batch, minor]]."""
        return [[batch.merchant_account.public_id, batch.ref, int(batch.payout_minor)] for batch in self.batches]


def find_merge(step: BankRun, line: BankLine, batches: Sequence[SettlementBatch]) -> Merge | None:
    """The payouts among `batches` (those that are expected here) that the line pays together, or seems to; None where it pays one at
    most."""
    fitting = [batch for batch in batches if (batch.payout_minor > 0) == (line.amount_minor > 0) and batch.currency == line.currency]
    if len(fitting) < 2 or line.is_reversal:
        return None
    named = [batch for batch in fitting if names_any(said_on(line), batch, step.rules)]
    rule = step.rules.named(NAMED)
    if 1 < len(named) <= rule.parameters["most_payouts"]:
        return _of_named(line, named, rule)
    return _of_sum(step, line, fitting, named)


def _of_named(line: BankLine, named: list[SettlementBatch], rule: Use) -> Merge:
    total = sum(int(batch.payout_minor) for batch in named)
    charge = int(line.charges_minor) if line.amount_minor + line.charges_minor == total else 0
    is_one_psp = len({batch.merchant_account.provider for batch in named}) == 1
    return Merge(tuple(named), rule.label, charge, is_certain=rule.is_on and is_one_psp and line.amount_minor + charge == total)


def _of_sum(step: BankRun, line: BankLine, fitting: list[SettlementBatch], named: list[SettlementBatch]) -> Merge | None:
    """By account: two accounts for which a choice fits are two solutions."""
    if _names_a_stranger(line, fitting):
        return None
    found = [chosen for own in _by_account(line, fitting) if (chosen := _chosen(step, line, own))]
    rule = step.rules.named(BY_SUM)
    if len(found) != 1 or not set(named) <= set(found[0]) or len(found[0]) > rule.parameters["most_payouts"]:
        return None
    chosen = found[0]
    are_closed = all(is_closed(batch, step.date) for batch in chosen)
    return Merge(chosen, rule.label, is_certain=rule.is_on and are_closed and _is_only_line(line, chosen))


def _by_account(line: BankLine, fitting: list[SettlementBatch]) -> Iterator[list[SettlementBatch]]:
    """Expected payouts of an account in whose window the line lies, where any of them come to the line at all."""
    found: dict[UUID, list[SettlementBatch]] = defaultdict(list)
    for batch in fitting:
        if batch.payout_date and batch.due_date and batch.payout_date <= line.booked_date <= batch.due_date:
            found[batch.merchant_account_id].append(batch)
    for own in found.values():
        amounts = [abs(int(batch.payout_minor)) for batch in own]
        if len(own) <= MOST_CANDIDATES and any(len(places) > 1 for places in choices(amounts, abs(int(line.amount_minor)))):
            yield own


def _chosen(step: BankRun, line: BankLine, own: list[SettlementBatch]) -> tuple[SettlementBatch, ...] | None:
    """Two to five consecutive payouts of one account, all still expected, and no other choice of its payouts of those days."""
    rows = SettlementBatch.objects.filter(
        merchant_account_id=own[0].merchant_account_id,
        currency=line.currency,
        version=1,
        payout_date__lte=line.booked_date,
        due_date__gte=line.booked_date,
    ).exclude(payout_minor=0)
    same_way = rows.filter(payout_minor__gt=0) if line.amount_minor > 0 else rows.filter(payout_minor__lt=0)
    pool = list(
        same_way.select_related("merchant_account__entity", "source_file").order_by("business_date", "number")[: MOST_CANDIDATES + 1]
    )
    places = only_choice([abs(int(batch.payout_minor)) for batch in pool], abs(int(line.amount_minor)))
    if places is None or len(places) < 2 or places[-1] - places[0] != len(places) - 1:
        return None
    chosen = tuple(pool[place] for place in places)
    if not set(chosen) <= set(own):
        return None
    is_told = names_payer(said_by(line), payer_of(chosen[0])) or any(names_any(said_on(line), batch, step.rules) for batch in chosen)
    return chosen if is_told else None


def _names_a_stranger(line: BankLine, fitting: list[SettlementBatch]) -> bool:
    """A transfer reference of none of these payouts: the line is another's."""
    ours = {transfer_of(batch).reference for batch in fitting}
    return any(reference not in ours for reference in transfer_references(said_on(line)))


def _is_only_line(line: BankLine, chosen: Sequence[SettlementBatch]) -> bool:
    """Whether no second line of this amount and payer lies in the days of these payouts."""
    first = min(batch.payout_date for batch in chosen if batch.payout_date)
    last = max(batch.due_date for batch in chosen if batch.due_date)
    rivals = BankLine.objects.filter(bank_account=line.bank_account, amount_minor=line.amount_minor, booked_date__range=(first, last))
    payer = payer_of(chosen[0])
    return not any(names_payer(said_by(each), payer) for each in rivals.exclude(pk=line.pk))


def post_merge(step: BankRun, line: BankLine, merge: Merge) -> None:
    """A PSP's transfer that pays several batches, exactly. Needs them under `lock_expected`."""
    post_line(step, "BANK_SETTLEMENT_MATCHED@3", f"bank.settlement_matched:{line.ref}", _source(step, line, merge), line.booked_date)
    pair_merge(step, line, merge)


def identify_merge(step: BankRun, line: BankLine, merge: Merge) -> None:
    """The same, of a line that waited in suspense."""
    item = lock_waiting("bank", line.pk, merge.batches)
    if item is None or not lock_expected(merge.batches):
        return
    first = pair_merge(step, line, merge)[0]
    source = {**_source(step, line, merge), "amount_minor": int(item.amount_minor)}
    leave_suspense(step, line, item, by=first, rule="BANK_IDENTIFIED@2", source=source)


def _source(step: BankRun, line: BankLine, merge: Merge) -> dict[str, Any]:
    return {
        **holders(step.account), "amount_minor": int(line.amount_minor), "charge_minor": merge.charge_minor, "parts": merge.parts(),
        "line": line.ref,
    }  # fmt: skip


def pair_merge(step: BankRun, line: BankLine, merge: Merge) -> list[Match]:
    """The line is consumed by all of its payouts, each with its share; they are paid. Needs a transaction, posts nothing."""
    rows = SettlementBatch.objects.select_for_update(of=("self",)).select_related("merchant_account__entity", "source_file")
    locked = {batch.pk: batch for batch in rows.filter(pk__in=[batch.pk for batch in merge.batches]).order_by("pk")}
    made = []
    for number, batch in enumerate(locked[each.pk] for each in merge.batches):
        share = int(batch.payout_minor) - (0 if number else merge.charge_minor)
        made.append(_match(step, line, merge, batch, number, share))
        batch.paid_minor = share
        move(batch, "pay", actor=ENGINE, now=step.now, event="bank.settlement_matched", extra_fields=["paid_minor"])
        resolve_identified(step, line, batch)
        refresh_residuals(batch, now=step.now)
    resolve_by_key(f"{CODE}:{line.ref}", rule="payout_in_parts@1", text="The payouts sum exactly to the line.", now=step.now)
    return made


def _match(step: BankRun, line: BankLine, merge: Merge, batch: SettlementBatch, number: int, share: int) -> Match:
    others = [other.number for other in merge.batches if other.pk != batch.pk]
    compared = {"narrative": line.narrative, "transfer": transfer_of(batch).reference, "batch": batch.number, "paid_with": others,
                "line_minor": int(line.amount_minor)}  # fmt: skip
    if merge.rule.startswith(f"{BY_SUM}@"):
        compared["payer_name"] = payer_of(batch)
    return match_line(step, line, rule=merge.rule, item_kind="batch", compared=compared, batch=batch, line_minor=share, line_part=number)


def raise_merged(step: BankRun, line: BankLine, merge: Merge) -> None:
    """It waits in suspense until a person confirms which belong together, or their windows have closed."""
    batches = merge.batches
    total = sum(int(batch.payout_minor) for batch in batches)
    facts = {"batches": [batch.number for batch in batches], "payouts_minor": total, "difference_minor": int(line.amount_minor) - total}
    raise_case(
        code=CODE, entity_id=step.account.entity_id, business_date=line.booked_date, amount_minor=line.amount_minor, currency=line.currency,
        merchant_account=batches[0].merchant_account, bank_account=step.account, bank_reference=line.bank_reference,
        psp_reference=transfer_of(batches[0]).reference, dedupe_key=f"{CODE}:{line.ref}",
        facts={**facts, "narrative": line.narrative, "rule": merge.rule},
        links=[("bank_line", str(line.pk)), *(("batch", batch.public_id) for batch in batches)], run=step.run, now=step.now,
    )  # fmt: skip


def without_merged(batches: list[SettlementBatch]) -> list[SettlementBatch]:
    """Payouts that no live case says to be inside another line."""
    live = ExceptionCase.objects.filter(reason=CODE, state__in=LIVE_STATES, links__kind="batch")
    inside = set(live.values_list("links__target_id", flat=True))
    return [batch for batch in batches if batch.public_id not in inside]
