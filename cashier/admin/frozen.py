"""What was known when a payment was decided (K11), as it was frozen; read only."""

import json
from collections.abc import Sequence
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet

from cashier.frozen_facts import digest_of
from cashier.models import DepositIntent, FrozenChecks, PayoutIntent
from ledger.admin.frames import Column, Fact, Filter, ListFrame, OpsAdmin, Page, Panel, Record, View, moment_cell, ref_cell, when_cell
from ledger.admin.frames.records import raw, table, values
from ledger.admin.frames.text import sentence
from ledger.refusals import LedgerError

HEADERS = [("When", "text"), ("At", "text"), ("KYC", "text"), ("Gates", "text"), ("Versions", "text"), ("Record", "text")]


def payment_of(row: FrozenChecks) -> str:
    found = row.intent or row.payout
    return ref_cell(found.public_id) if found else "—"


def kyc_words(row: FrozenChecks) -> str:
    return f"{sentence(row.facts['kyc']['status'])} · level {row.facts['kyc']['level']}"


def gates_words(row: FrozenChecks) -> str:
    """`5 passed` or what did not."""
    gates = row.facts["gates"]
    other = [gate["name"] for gate in gates if not gate.get("is_open", gate.get("result") == "pass")]
    return ", ".join(sentence(name).lower() for name in other) or f"{len(gates)} passed"


def version_words(row: FrozenChecks) -> str:
    """The versions that are there; what no check has yet is said so."""
    versions = row.facts["versions"]
    there = [
        str(value) if "@" in str(value) else f"{sentence(name).lower()} {value}" for name, value in versions.items() if value is not None
    ]
    missing = [sentence(name).lower() for name, value in versions.items() if value is None]
    return ", ".join(there) + (f"; not asked: {', '.join(missing)}" if missing else "")


def frozen_panel(rows: Sequence[FrozenChecks], page: Page) -> Panel:
    """On a payment's page."""
    cells = [
        [moment_cell(row.frozen_at, page.now), sentence(row.moment), kyc_words(row), gates_words(row), version_words(row),
         ref_cell(row.public_id)]
        for row in rows
    ]  # fmt: skip
    return table("Frozen with it", HEADERS, cells, empty="No check was frozen: nothing was decided yet.", note="as known at each decision")


def frozen_of(**payment: Any) -> list[FrozenChecks]:
    """Oldest first."""
    return list(FrozenChecks.objects.filter(**payment).order_by("frozen_at", "pk"))


def _search(rows: QuerySet[Any], text: str) -> QuerySet[Any]:
    try:
        if text.lower().startswith("po_"):
            return rows.filter(payout_id=PayoutIntent.id_of(text.lower()))
        return rows.filter(intent_id=DepositIntent.id_of(text.lower()))
    except LedgerError:
        return rows.none()


@admin.register(FrozenChecks)
class FrozenChecksAdmin(OpsAdmin):
    frame = ListFrame(
        question="What was known when each payment was decided?",
        columns=(
            Column("Frozen", lambda row, page: when_cell(row.frozen_at, page.now), area="b"),
            Column("Record", lambda row, page: ref_cell(row.public_id), area="more"),
            Column("Payment", lambda row, page: payment_of(row), area="a"),
            Column("At", lambda row, page: sentence(row.moment), area="c"),
            Column("KYC", lambda row, page: kyc_words(row), area="d"),
            Column("Gates", lambda row, page: gates_words(row), area="late"),
        ),
        views=(
            View("all", "All", lambda rows, page: rows, counted=False),
            View("deposits", "Deposits", lambda rows, page: rows.filter(intent__isnull=False), counted=False),
            View("payouts", "Payouts", lambda rows, page: rows.filter(payout__isnull=False), counted=False),
        ),
        order=("-id",),
        filters=(Filter("moment", "At", choices=lambda: [(row.value, sentence(row.value)) for row in FrozenChecks.Moment]),),
        search=_search,
        search_hint="Exact id of a deposit or payout",
        related=("intent", "payout"),
        done_words="No payment was decided yet.",
    )

    def list_words(self) -> str:
        return "Frozen facts"

    def heading(self, obj: Any) -> str:
        return "Frozen facts"

    def record(self, obj: FrozenChecks, page: Page) -> Record:
        whole = "agrees with the facts" if digest_of(obj.facts) == obj.digest else "does NOT agree with the facts"
        return Record(
            question="What was known when this was decided?",
            headline=f"{sentence(obj.moment)}: KYC {kyc_words(obj).lower()}, {gates_words(obj)}",
            code=obj.public_id,
            facts=[
                Fact("Payment", payment_of(obj)),
                Fact("Frozen", moment_cell(obj.frozen_at, page.now)),
                Fact("Account", obj.facts["merchant_account"] or "—"),
                Fact("Hash", whole, "" if whole.startswith("agrees") else "bad"),
            ],
            main=[raw("Facts", json.dumps(obj.facts, indent=2, sort_keys=True))],
            side=[values("Versions", [(sentence(name), str(value or "not asked")) for name, value in obj.facts["versions"].items()]),
                  values("SHA-256", [("Of the facts", obj.digest)])],
        )  # fmt: skip
