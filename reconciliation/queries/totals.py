"""The totals that a close freezes (D4): counts and sums of the day, balances at its end, the range of the journal."""

from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import Count, Max, Min, Q, Sum, TextField
from django.db.models.functions import Cast

from ledger.canonical import canonical_json
from ledger.ids import to_public
from ledger.models import Entry, JournalTransaction, LegalEntity
from reconciliation.models import ExceptionCase, ReconciliationRun, SettlementBatch, SourceFile
from reconciliation.models.cases import LIVE_STATES
from reconciliation.queries.balances import balances_at, trial_of

# What may still change while nobody can post into the day.
PAPERS = ("cases", "batches", "files", "runs")
Totals = dict[str, Any]


def day_totals(entity: LegalEntity, day: date) -> Totals:
    """Plain values, the same for the same books: {movements, balances, cases, batches, files, runs, journal}. Amounts in minor units."""
    return {
        "entity": entity.code,
        "business_date": day.isoformat(),
        "movements": _movements(entity, day),
        "balances": _balances(entity, day),
        "journal": journal_range(entity, day),
        **day_papers(entity, day),
    }


def day_papers(entity: LegalEntity, day: date) -> Totals:
    """The part of the totals that does not come from the journal: {cases, batches, files, runs}."""
    return {
        "cases": _cases(entity, day),
        "batches": _batches(entity, day),
        "files": _files(entity, day),
        "runs": _runs(entity, day),
    }


def changed_since(prepared: Totals, now: Totals) -> list[str]:
    """Names of the totals that differ. A case that is only taken into work or waits is no change; a new or ended one is."""
    names = [name for name in now if name != "cases" and canonical_json(prepared.get(name)) != canonical_json(now[name])]
    return [*names, *(["cases"] if _standing(prepared["cases"]) != _standing(now["cases"]) else [])]


def changed_papers(entity: LegalEntity, day: date, prepared: Totals) -> list[str]:
    """As changed_since, over cases, batches, files and runs alone: cheap enough to ask every minute."""
    return changed_since({name: prepared[name] for name in PAPERS}, day_papers(entity, day))


def journal_range(entity: LegalEntity, day: date) -> Totals:
    """How many transactions the day has, and the ids of the first and the last."""
    text = Cast("pk", TextField())  # min(uuid) came with PostgreSQL 18
    found = JournalTransaction.objects.filter(entity=entity, business_date=day).aggregate(
        count=Count("pk"), first=Min(text), last=Max(text)
    )
    ids = {name: to_public(JournalTransaction.PREFIX, UUID(found[name])) if found[name] else "" for name in ("first", "last")}
    return {"transactions": found["count"], **ids}


def _standing(cases: list[dict[str, Any]]) -> dict[tuple[str, str, bool], tuple[int, int]]:
    """Cases by code, currency and whether they have ended: {…: (count, amount)}."""
    sums: dict[tuple[str, str, bool], tuple[int, int]] = {}
    for row in cases:
        key = (row["code"], row["currency"], row["state"] in LIVE_STATES)
        count, amount = sums.get(key, (0, 0))
        sums[key] = (count + row["count"], amount + row["amount_minor"])
    return sums


def _movements(entity: LegalEntity, day: date) -> list[dict[str, Any]]:
    """By kind of posting and currency: how many, and the sum of their debits."""
    rows = (
        Entry.objects.filter(transaction__entity=entity, transaction__business_date=day, amount_minor__gt=0)
        .values("transaction__kind", "asset")
        .annotate(count=Count("transaction", distinct=True), debit=Sum("amount_minor"))
        .order_by("transaction__kind", "asset")
    )
    return [{"kind": r["transaction__kind"], "currency": r["asset"], "count": r["count"], "debit_minor": int(r["debit"])} for r in rows]


def _balances(entity: LegalEntity, day: date) -> list[dict[str, Any]]:
    rows = trial_of(balances_at(entity.pk, day))
    return [{"account": r.kind, "currency": r.asset, "debit_minor": r.debit_minor, "credit_minor": r.credit_minor} for r in rows]


def _cases(entity: LegalEntity, day: date) -> list[dict[str, Any]]:
    """Cases of the day, in any state, and those of days before that live."""
    of_entity = ExceptionCase.objects.filter(entity=entity)
    rows = (
        of_entity.filter(Q(business_date=day) | Q(business_date__lt=day, state__in=LIVE_STATES))
        .values("reason_id", "state", "currency")
        .annotate(count=Count("pk"), at_risk=Sum("amount_minor"))
        .order_by("reason_id", "state", "currency")
    )
    return [
        {"code": r["reason_id"], "state": r["state"], "currency": r["currency"], "count": r["count"], "amount_minor": int(r["at_risk"])}
        for r in rows
    ]


def _batches(entity: LegalEntity, day: date) -> list[dict[str, Any]]:
    batches = SettlementBatch.objects.filter(merchant_account__entity=entity, business_date=day).select_related("merchant_account")
    return [
        {
            "batch": batch.ref,
            "account": batch.merchant_account.code,
            "version": batch.version,
            "payout_minor": int(batch.payout_minor),
            "posted": batch.posted_txn,
        }
        for batch in batches.order_by("merchant_account__code", "number", "currency", "version")
    ]


def _files(entity: LegalEntity, day: date) -> list[dict[str, str]]:
    """Files whose batches or statements are of the day, by name with their SHA-256."""
    batches = SourceFile.objects.filter(batches__merchant_account__entity=entity, batches__business_date=day)
    statements = SourceFile.objects.filter(statements__bank_account__entity=entity, statements__closing_date=day)
    found = {(file.name, file.sha256) for file in batches} | {(file.name, file.sha256) for file in statements}
    return [{"name": name, "sha256": digest} for name, digest in sorted(found)]


def _runs(entity: LegalEntity, day: date) -> list[dict[str, Any]]:
    """What each run of the day found."""
    names = ("account_code", "lines", "matched", "suggested", "carried_forward", "residuals")
    return list(ReconciliationRun.objects.filter(entity=entity, date=day).order_by("account_code").values(*names))
