"""Cases that stand for many lines: one per account, kind and week, or batch, that grows as batches come (REASON_CODES.md)."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db import connection, transaction

from cashier.models import MerchantAccount
from ledger.transitions import attribute
from reconciliation.models import CaseLink, CaseState, ExceptionCase, ReconciliationRun
from reconciliation.operations.cases import ENGINE, add_entry, raise_case


@dataclass(frozen=True, slots=True)
class Part:
    """What one batch adds to a group: so many lines, over and under what is right, minor units; the first of the lines by id."""

    batch: str
    count: int
    over_minor: int
    under_minor: int
    lines: Sequence[int] = ()
    facts: dict[str, Any] = field(default_factory=dict)


def raise_group(
    *,
    code: str,
    key: str,
    part: Part,
    account: MerchantAccount,
    currency: str,
    business_date: date,
    facts: dict[str, Any],
    links: Sequence[tuple[str, str]],
    run: ReconciliationRun | None,
    now: datetime,
) -> ExceptionCase:
    """Raise the group's case, or let the live one grow by this batch; told twice, a batch counts once. `key` names the group.

    What comes after a person has ended the case is a case of its own, named by its batch. At risk is the difference of all parts, or,
    where they even out, what was taken too much.
    """
    with transaction.atomic():
        _lock(f"{code}:{key}"[:150])
        dedupe_key = _open_key(f"{code}:{key}"[:150], part)
        latest = _latest(dedupe_key)
        parts = {**(latest.facts.get("parts", {}) if latest else {}), part.batch: _row(part)}
        told = {**facts, **_sums(parts), "parts": parts}
        if latest is not None and latest.facts == told:
            return latest
        case = raise_case(
            code=code, entity_id=account.entity_id, business_date=business_date, amount_minor=_at_risk(told), currency=currency,
            merchant_account=account, dedupe_key=dedupe_key, facts=told, links=[*links, *_lines(part)], run=run, now=now,
        )  # fmt: skip
        if case.facts != told:
            _grow(case, told, part, links, now)
    return case


def _open_key(key: str, part: Part) -> str:
    """The group's own key; a key of the batch's own where a person has ended the case without this batch."""
    latest = _latest(key)
    ended = latest is not None and latest.state == CaseState.RESOLVED and part.batch not in latest.facts.get("parts", {})
    return f"{key}:{part.batch}"[:200] if ended else key


def _lock(key: str) -> None:
    """Batches of one group that are told at once, by runs of two days, wait for each other: none loses what the other adds."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 17))", [f"group:{key}"])


def _latest(key: str) -> ExceptionCase | None:
    """The newest version, locked: nobody ends it while it grows."""
    return ExceptionCase.objects.select_for_update(of=("self",)).filter(dedupe_key=key).order_by("-version").first()


def _row(part: Part) -> dict[str, Any]:
    return {"lines": part.count, "over_minor": part.over_minor, "under_minor": part.under_minor, **part.facts}


def _sums(parts: dict[str, Any]) -> dict[str, int]:
    return {name: sum(row[name] for row in parts.values()) for name in ("lines", "over_minor", "under_minor")}


def _at_risk(told: dict[str, Any]) -> int:
    return abs(told["over_minor"] - told["under_minor"]) or int(told["over_minor"])


def _lines(part: Part) -> list[tuple[str, str]]:
    return [("psp_line", str(line)) for line in part.lines]


def _grow(case: ExceptionCase, told: dict[str, Any], part: Part, links: Sequence[tuple[str, str]], now: datetime) -> None:
    case.facts, case.amount_minor, case.updated_at = told, _at_risk(told), now
    attribute(case, ENGINE, "group.grew")
    case.save(update_fields=["facts", "amount_minor", "updated_at"])
    for kind, target in [*links, *_lines(part)]:
        CaseLink.objects.get_or_create(case=case, kind=kind, target_id=target)
    text = f"Batch {part.batch} adds {part.count} lines."
    add_entry(case, kind="evidence", text=text, data=_row(part), actor=ENGINE, now=now)
