"""A match is taken apart by two people, and the books follow by reversal (R6; POSTINGS.md 3.5, 3.6): the line waits in suspense again,
its item is open again, and no run repeats the match. A bank line that pays several payouts is taken apart as a whole."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from ledger.actors import Actor
from ledger.canonical import canonical_json
from ledger.ids import to_public
from ledger.models import ApprovalRequest
from ledger.operations import Posting, lines_of, post, record_audit, request_approval
from ledger.transitions import move
from ledger.values import Line
from reconciliation.locks import lock_batches, lock_matches, lock_suspense
from reconciliation.matching.sql import LEGACY
from reconciliation.models import BankLine, Match, PspLine, SettlementBatch, SuspenseItem
from reconciliation.operations.cases import ENGINE, raise_case, resolve_by_key
from reconciliation.operations.casework.desk import require_reason
from reconciliation.operations.casework.items import RECORDS
from reconciliation.operations.casework.people import owner_of
from reconciliation.operations.casework.refusals import NothingToMove
from reconciliation.operations.run.residuals import refresh_residuals

ENDS = "match_taken_apart@1"
Plan = dict[str, Any]


@dataclass(frozen=True, slots=True)
class _Side:
    """The line of a match: whose it is, what of it goes back to suspense (as money came in: positive)."""

    line: Any
    entity_id: Any
    holder: str
    value_minor: int
    accounts: dict[str, Any]


def ask_to_unmatch(*, match_id: int, reason: str, actor: Actor, now: datetime) -> ApprovalRequest:
    """Ask a second person to take a match apart.

    Raises ReasonNeeded, NothingToMove where it can't be, Match.DoesNotExist, ApprovalRefused for what is of the actor's own player account.
    """
    require_reason(reason)
    with transaction.atomic():
        match = Match.objects.get(pk=match_id)
        plan, side = plan_unmatch(match), _side(match)
        return request_approval(
            kind="match.unmatch", payload={"match": match.pk, "plan": plan}, summary=f"Take apart: {match.rule}, {side.line}"[:200],
            reason=reason, maker=actor, entity_id=side.entity_id, amount_minor=abs(side.value_minor), currency=match.currency,
            target_kind="Match", target_id=str(match.pk), player_ref=owner_of(match.item_kind, match.item_id), now=now,
        )  # fmt: skip


def preview_unmatch(payload: dict[str, Any]) -> list[Line]:
    """The lines that approval would post."""
    return lines_of(payload["plan"]["rule"], payload["plan"]["source"])


def look_at_unmatch(payload: dict[str, Any]) -> dict[str, str]:
    """What the match says now."""
    match = Match.objects.get(pk=payload["match"])
    return {"Rule": match.rule, "Item": match.item_public_id, "State": "taken apart" if match.undone_at else "matched"}


def execute_unmatch(*, payload: dict[str, Any], request: ApprovalRequest, actor: Actor, now: datetime) -> None:
    """Do it, if the match still stands as it was asked. Raises NothingToMove: nothing is decided then.

    (1) lock all that it touches, in the order of runs (reconciliation.locks), (2) plan again and compare, (3) post the reversal, (4) the
    line back to suspense with its case, (5) payouts expected again.
    """
    match, together = _locked(payload["match"])
    plan = plan_unmatch(match)
    if canonical_json(plan) != canonical_json(payload["plan"]):
        raise NothingToMove("The match changed since this was asked. Reject it and ask again.")
    side, maker = _side(match), Actor(request.maker_kind, request.maker_id)
    key = f"approval:{request.public_id}:unmatch"
    posting = Posting(rule=plan["rule"], key=key, entity_id=side.entity_id, source=plan["source"], occurred_at=now)
    txn = post(posting, actor=maker, now=now).public_id
    for each in together:
        undo(each, request.reason, maker, now)
    _back_to_suspense(match, side, txn, now)
    _raise(match, side, request, now)
    for each in together if match.line_kind == "bank" else ():
        _expect_again(each, side.line, now)
    detail = {"matches": [each.pk for each in together], "rule": match.rule, "txn": txn}
    record_audit(
        act="match.unmatched", actor=maker, target_kind="Match", target_id=str(match.pk), detail=detail, reason=request.reason, now=now
    )


def _locked(match_id: int) -> tuple[Match, list[Match]]:
    """The match, and all of its line, with the line's place in suspense and the payouts."""
    match = Match.objects.get(pk=match_id)
    together = lock_matches(match.line_kind, match.line_id)
    lock_suspense(match.line_kind, match.line_id)
    if match.line_kind == "bank":
        lock_batches(each.batch.pk for each in together if each.batch is not None)
    return Match.objects.get(pk=match_id), together


def plan_unmatch(match: Match) -> Plan:
    """Rule and source of the reversal. Raises NothingToMove where the match is none that people take apart."""
    if match.undone_at is not None:
        raise NothingToMove("It was taken apart before.")
    return _plan_bank(match) if match.line_kind == "bank" else _plan_psp(match)


def _plan_psp(match: Match) -> Plan:
    is_legacy = match.item_kind.startswith(LEGACY)
    if match.item_kind not in RECORDS and not is_legacy:
        raise NothingToMove("A chargeback's line is taken from its dispute on the dispute's own page.")
    side = _side(match)
    if match.batch is None or not match.batch.posted_txn:
        raise NothingToMove("Its batch is not posted yet: nothing is booked that could be taken back.")
    if side.line.gross_currency != side.line.net_currency and not is_legacy:
        raise NothingToMove("The line was converted at the PSP's rate; correct it by an adjustment.")
    source = {
        "merchant_account": side.holder, "currency": side.line.net_currency, "gross_minor": side.value_minor,
        "line": f"line:psp:{match.line_id}",
    }  # fmt: skip
    if is_legacy:
        return {"rule": "LINE_UNMATCHED@2", "source": {**source, "entity": to_public("le_", side.entity_id)}}
    return {"rule": "LINE_UNMATCHED@1", "source": {**source, "item": f"{match.item_public_id}{RECORDS[match.item_kind][1]}"}}


def _plan_bank(match: Match) -> Plan:
    together = _together(match)
    if any(each.item_kind != "batch" or each.batch is None for each in together):
        raise NothingToMove("Only a payout is taken apart from its bank line; a charge is corrected by an adjustment.")
    if any(_later_parts(each) for each in together):
        raise NothingToMove("A later part of this payout is matched: take that one apart first.")
    line = BankLine.objects.select_related("bank_account").get(pk=match.line_id)
    source = {
        "bank_account": line.bank_account.public_id,
        "currency": line.currency,
        "line": line.ref,
        "amount_minor": int(line.amount_minor),
    }
    charge = sum(_charge_of(each) for each in together)
    if len(together) == 1 and not charge and match.batch is not None:
        one = {"merchant_account": match.batch.merchant_account.public_id, "batch": match.batch.ref}
        return {"rule": "BANK_UNMATCHED@1", "source": {**source, **one}}
    parts = [[b.merchant_account.public_id, b.ref, int(each.line_minor) + _charge_of(each)] for each in together if (b := each.batch)]
    return {"rule": "BANK_UNMATCHED@2", "source": {**source, "charge_minor": charge, "parts": parts}}


def _together(match: Match) -> list[Match]:
    """All that the line is matched with."""
    of_line = Match.objects.filter(line_kind=match.line_kind, line_id=match.line_id, undone_at=None)
    return list(of_line.select_related("batch__merchant_account__entity").order_by("line_part"))


def _later_parts(match: Match) -> bool:
    return Match.objects.filter(item_kind="batch", item_id=match.item_id, item_part__gt=match.item_part, undone_at=None).exists()


def _charge_of(match: Match) -> int:
    """What the bank said it kept: it explains what the line is less than the payout."""
    if match.item_part or match.batch is None:
        return 0
    return int(match.difference_minor) - (int(match.line_minor) - int(match.batch.payout_minor))


def _side(match: Match) -> _Side:
    if match.line_kind == "bank":
        line = BankLine.objects.select_related("bank_account").get(pk=match.line_id)
        account = line.bank_account
        return _Side(line, account.entity_id, account.public_id, int(line.amount_minor), {"bank_account": account})
    found = PspLine.objects.select_related("batch__merchant_account").get(pk=match.line_id)
    merchant = found.batch.merchant_account
    value = int(found.net_minor) + found.fees_minor
    return _Side(found, merchant.entity_id, merchant.public_id, value, {"merchant_account": merchant})


def undo(match: Match, reason: str, maker: Actor, now: datetime) -> None:
    """The match stands no more; what it was, and who took it apart, stays written down. Needs it locked."""
    match.undone_at, match.undone_reason = now, reason
    match.undone_by_kind, match.undone_by_id = maker.kind, maker.id
    match.save(update_fields=["undone_at", "undone_reason", "undone_by_kind", "undone_by_id"])


def _back_to_suspense(match: Match, side: _Side, txn: str, now: datetime) -> None:
    """A line that stood there before stands there again, under the posting that first put it there."""
    code = "PSP_LINE_UNKNOWN_REFERENCE" if match.line_kind == "psp" else _bank_code(side)
    values = {
        "holder": side.holder, "currency": match.currency, "amount_minor": -side.value_minor, "reason_code": code, "placed_txn": txn,
        "placed_at": now, **side.accounts,
    }  # fmt: skip
    rows = SuspenseItem.objects.select_for_update(of=("self",))
    item, made = rows.get_or_create(line_kind=match.line_kind, line_id=match.line_id, defaults=values)
    if not made:
        item.cleared_txn, item.cleared_at = "", None
        item.save(update_fields=["cleared_txn", "cleared_at"])


def _raise(match: Match, side: _Side, request: ApprovalRequest, now: datetime) -> None:
    """Every unit of suspense is an open case: this one says who took it apart, from what and why."""
    is_psp = match.line_kind == "psp"
    code = "PSP_LINE_UNKNOWN_REFERENCE" if is_psp else _bank_code(side)
    raise_case(
        code=code, entity_id=side.entity_id, business_date=side.line.business_date if is_psp else side.line.booked_date,
        amount_minor=side.value_minor, currency=match.currency, dedupe_key=f"UNMATCHED:{match.line_kind}:{match.line_id}:{match.pk}",
        psp_reference=side.line.psp_reference if is_psp else "", bank_reference="" if is_psp else side.line.bank_reference,
        facts={"taken_apart_from": match.item_public_id, "rule": match.rule, "why": request.reason, "approval": request.public_id},
        links=[("psp_line" if is_psp else "bank_line", str(match.line_id))], run=match.run, now=now, **side.accounts,
    )  # fmt: skip


def _bank_code(side: _Side) -> str:
    return "BANK_CREDIT_UNIDENTIFIED" if side.value_minor > 0 else "BANK_DEBIT_UNIDENTIFIED"


def _expect_again(match: Match, line: BankLine, now: datetime) -> None:
    """The payout is on its way again, by what this line had shown of it."""
    rows = SettlementBatch.objects.select_for_update(of=("self",)).select_related("merchant_account__entity")
    assert match.item_id is not None
    batch = rows.get(pk=match.item_id)
    batch.paid_minor -= match.line_minor
    if Match.objects.filter(item_kind="batch", item_id=batch.pk, undone_at=None).exists():
        batch.updated_at = now
        batch.save(update_fields=["paid_minor", "updated_at"])
    else:
        move(batch, "unpay", actor=ENGINE, now=now, event="bank.unmatched", extra_fields=["paid_minor"])
    key = f"BANK_SETTLEMENT_AMOUNT_DIFFERS:{batch.ref}:{line.ref}"
    resolve_by_key(key, rule=ENDS, text="The line was taken apart from the payout.", now=now)
    refresh_residuals(batch, now=now)
