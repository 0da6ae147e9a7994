"""Our accounts at PSPs and banks. Captures of a PSP account are paused at once; a second person lifts the pause (C17)."""

import json
from collections.abc import Mapping
from typing import Any

from django.contrib import admin

from cashier.admin.account_acts import BANK_ACTS, MERCHANT_ACTS
from cashier.admin.account_provider import can_pairs, secret_pairs
from cashier.admin.breakers import CIRCUIT_ACTS, guard_pairs, is_held
from cashier.models import BankAccount, MerchantAccount
from cashier.operations import pause_captures, request_resume
from ledger.admin.frames import (
    SHOWN,
    Act,
    Chip,
    Column,
    Done,
    Fact,
    ListFrame,
    OpsAdmin,
    Page,
    Record,
    Standing,
    Tone,
    View,
    hidden,
    reason_field,
)
from ledger.admin.frames.cells import draw_chip
from ledger.admin.frames.records import raw, table, values
from ledger.admin.frames.text import mask_tail

MAY = "cashier.pause_captures"
OPEN = Chip(Tone.GOOD, "check_circle", "Open")
PAUSED = Chip(Tone.BAD, "pause_circle", "Captures paused")
OFF = Chip(Tone.IDLE, "remove", "Not in use")


def chip_of(account: MerchantAccount) -> Chip:
    return PAUSED if account.captures_paused else OPEN if account.is_active else OFF


def _pausable(account: MerchantAccount, page: Page) -> Standing:
    return hidden("Captures are paused already.") if account.paused_alone else SHOWN


def _resumable(account: MerchantAccount, page: Page) -> Standing:
    return SHOWN if account.paused_alone else hidden("Its own switch is open.")


def _pause(account: MerchantAccount, data: Mapping[str, Any], page: Page) -> Done:
    pause_captures(account_id=account.pk, reason=data["reason"], actor=page.actor, now=page.now)
    return Done(f"Captures of {account.code} are paused. Webhooks, refunds and payouts go on.")


def _resume(account: MerchantAccount, data: Mapping[str, Any], page: Page) -> Done:
    request_resume(account_id=account.pk, reason=data["reason"], maker=page.actor, now=page.now)
    return Done("Lifting the pause waits for a second person.")


@admin.register(MerchantAccount)
class MerchantAccountAdmin(OpsAdmin):
    frame = ListFrame(
        question="Which PSP accounts take payments?",
        columns=(
            Column("Account", lambda row, page: row.code, kind="name", area="a"),
            Column("Provider", lambda row, page: row.provider.capitalize(), area="c"),
            Column("Entity", lambda row, page: row.entity.name),
            Column("Currencies", lambda row, page: ", ".join(row.currencies), area="d"),
            Column("Methods", lambda row, page: ", ".join(row.methods), area="late"),
            Column("State", lambda row, page: draw_chip(chip_of(row)), area="b"),
        ),
        views=(
            View("all", "All", lambda rows, page: rows),
            View("paused", "Captures paused", lambda rows, page: rows.filter(captures_paused=True), urgent=True),
        ),
        order=("code",),
        related=("entity",),
        done_words="No PSP account yet.",
    )
    acts = (
        Act(
            "pause",
            "Pause new captures…",
            MAY,
            _pause,
            kind="danger",
            standing=_pausable,
            title="Pause new captures",
            fields=lambda account, page: {"reason": reason_field()},
        ),
        Act(
            "resume",
            "Ask to lift the pause…",
            MAY,
            _resume,
            kind="primary",
            standing=_resumable,
            title="Lift the pause",
            fields=lambda account, page: {"reason": reason_field()},
            approver="Needs a second person",
        ),
        *CIRCUIT_ACTS,
        *MERCHANT_ACTS,
    )

    def version_of(self, obj: MerchantAccount) -> str:
        return f"{obj.captures_paused} {obj.paused_alone} {obj.breaker_forced} {is_held(obj)}"

    def heading(self, obj: Any) -> str:
        return "Merchant account"

    def record(self, obj: MerchantAccount, page: Page) -> Record:
        routes = [
            [route.currency, route.bank_account.code, route.payer_name or "—"]
            for route in obj.settlement_routes.select_related("bank_account").order_by("currency")
        ]
        facts = [
            Fact("Provider", obj.provider.capitalize()),
            Fact("Entity", obj.entity.name),
            Fact("Report zone", obj.report_zone),
            Fact("Payouts paid from", obj.payout_funding),
            Fact("Calls at once", str(obj.concurrency)),
        ]
        pairs = [
            ("Brands", ", ".join(obj.brands.values_list("name", flat=True))),
            ("Regions", ", ".join(obj.regions)),
            ("Currencies", ", ".join(obj.currencies)),
            ("Methods", ", ".join(obj.methods)),
        ]
        return Record(
            question="May this account take payments?",
            headline=f"{obj.code} · {obj.name or obj.provider.capitalize()}",
            code=obj.public_id,
            chip=chip_of(obj),
            facts=facts,
            notice="Captures at this PSP are paused: its own page lifts that." if obj.captures_paused and not obj.paused_alone else "",
            main=[
                values("What it is for", pairs),
                values("What its provider can do", can_pairs(obj)),
                values("Secrets", secret_pairs(obj)),
                values("What guards its calls", guard_pairs(obj)),
                table(
                    "Where it pays",
                    [("Currency", "text"), ("Bank account", "text"), ("Payer's name", "text")],
                    routes,
                    empty="No route is known.",
                ),
            ],
            side=[
                raw("Fee schedule", json.dumps(obj.fee_schedule, indent=2)),
                *([raw("Contract", json.dumps(obj.contract, indent=2))] if obj.contract else []),
            ],
        )


@admin.register(BankAccount)
class BankAccountAdmin(OpsAdmin):
    frame = ListFrame(
        question="Which bank accounts are ours?",
        columns=(
            Column("Account", lambda row, page: row.code, kind="name", area="a"),
            Column("IBAN", lambda row, page: mask_tail(row.iban), area="c"),
            Column("Currency", lambda row, page: row.currency, area="b"),
            Column("Statements", lambda row, page: row.statement_format, area="d"),
            Column("Entity", lambda row, page: row.entity.name),
        ),
        views=(View("all", "All", lambda rows, page: rows),),
        order=("code",),
        related=("entity",),
        done_words="No bank account yet.",
    )

    acts = BANK_ACTS

    def version_of(self, obj: BankAccount) -> str:
        return f"{obj.iban} {obj.name} {obj.is_active}"

    def heading(self, obj: Any) -> str:
        return "Bank account"

    def record(self, obj: BankAccount, page: Page) -> Record:
        routes = [
            [route.merchant_account.code, route.payer_name or "—"] for route in obj.settlement_routes.select_related("merchant_account")
        ]
        facts = [
            Fact("IBAN", mask_tail(obj.iban)),
            Fact("Currency", obj.currency),
            Fact("Statements", obj.statement_format),
            Fact("Entity", obj.entity.name),
        ]
        return Record(
            question="What is paid to this account?",
            headline=f"{obj.code} · {obj.name or obj.currency}",
            code=obj.public_id,
            chip=OPEN if obj.is_active else OFF,
            facts=facts,
            side=[raw("Contract", json.dumps(obj.contract, indent=2))] if obj.contract else [],
            main=[
                table("Who pays here", [("PSP account", "text"), ("Payer's name", "text")], routes, empty="Nobody is known to pay here.")
            ],
        )
