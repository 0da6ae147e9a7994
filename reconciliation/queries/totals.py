"""The totals that a close freezes (D4): counts and sums of the day, balances at its end, the range of the journal."""

from datetime import date
from typing import Any

from django.db.models import Count, Max, Min, Sum

from ledger.models import Entry, JournalTransaction, LegalEntity
from ledger.queries import trial_balance
from reconciliation.models import ExceptionCase, Match, SettlementBatch, SourceFile


def day_totals(entity: LegalEntity, day: date) -> dict[str, Any]:
    """Plain values, the same for the same books: {movements, balances, cases, batches, files, matches, journal}. Amounts in minor units."""
    return {
        "entity": entity.code,
        "business_date": day.isoformat(),
        "movements": _movements(entity, day),
        "balances": _balances(entity, day),
        "cases": _cases(entity, day),
        "batches": _batches(entity, day),
        "files": _files(entity, day),
        "matches": _matches(entity, day),
        "journal": journal_range(entity, day),
    }


def journal_range(entity: LegalEntity, day: date) -> dict[str, Any]:
    """How many transactions the day has, and the ids of the first and the last."""
    found = JournalTransaction.objects.filter(entity=entity, business_date=day).aggregate(
        count=Count("pk"), first=Min("pk"), last=Max("pk")
    )
    ids = {name: JournalTransaction(pk=found[name]).public_id if found[name] else "" for name in ("first", "last")}
    return {"transactions": found["count"], **ids}


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
    rows = trial_balance(entity.pk, day)
    return [{"account": r.kind, "currency": r.asset, "debit_minor": r.debit_minor, "credit_minor": r.credit_minor} for r in rows]


def _cases(entity: LegalEntity, day: date) -> list[dict[str, Any]]:
    cases = ExceptionCase.objects.filter(entity=entity, business_date__lte=day)
    rows = (
        cases.values("reason_id", "state", "currency")
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
            "state": str(batch.state),
            "payout_minor": int(batch.payout_minor),
            "paid_minor": int(batch.paid_minor),
        }
        for batch in batches.order_by("merchant_account__code", "number", "currency", "version")
    ]


def _files(entity: LegalEntity, day: date) -> list[dict[str, str]]:
    """Files whose batches or statements are of the day, by name with their SHA-256."""
    batches = SourceFile.objects.filter(batches__merchant_account__entity=entity, batches__business_date=day)
    statements = SourceFile.objects.filter(statements__bank_account__entity=entity, statements__closing_date=day)
    found = {(file.name, file.sha256) for file in batches} | {(file.name, file.sha256) for file in statements}
    return [{"name": name, "sha256": digest} for name, digest in sorted(found)]


def _matches(entity: LegalEntity, day: date) -> list[dict[str, Any]]:
    rows = (
        Match.objects.filter(run__entity=entity, run__date=day, undone_at=None)
        .values("rule", "currency")
        .annotate(count=Count("pk"), total=Sum("line_minor"))
        .order_by("rule", "currency")
    )
    return [{"rule": r["rule"], "currency": r["currency"], "count": r["count"], "amount_minor": int(r["total"])} for r in rows]
