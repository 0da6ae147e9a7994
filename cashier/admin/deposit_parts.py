"""Parts of a deposit's page: what was tried, captured and refunded."""

from typing import Any

from cashier.models import Capture, DepositIntent, Refund
from ledger.admin.frames import Page, chip_cell, moment_cell, money_cell, ref_cell
from ledger.admin.frames.records import table, values
from ledger.admin.frames.text import sentence


def attempts_panel(obj: DepositIntent) -> Any:
    headers = [
        ("Try", "text"),
        ("Attempt", "text"),
        ("Account", "text"),
        ("Call", "text"),
        ("Outcome", "text"),
        ("3-DS", "text"),
        ("PSP ref", "text"),
    ]
    rows = [
        [
            str(row.number),
            ref_cell(row.public_id),
            row.merchant_account.code,
            chip_cell("call", row.call_state),
            sentence(row.outcome or "—"),
            row.three_ds_version or "—",
            row.psp_ref or "—",
        ]
        for row in obj.attempts.select_related("merchant_account").order_by("number")
    ]
    return table("Attempts", headers, rows, empty="Nothing was tried yet.")


def captures_panel(captures: list[Capture], page: Page) -> Any:
    headers = [("Capture", "text"), ("State", "text"), ("When", "text"), ("PSP ref", "text"), ("Amount", "num")]
    rows = [
        [
            ref_cell(row.public_id),
            chip_cell("capture", row.state),
            moment_cell(row.captured_at, page.now),
            row.psp_ref or "—",
            money_cell(row.amount_minor, row.currency),
        ]
        for row in captures
    ]
    return table("Captures", headers, rows, empty="Nothing was captured.")


def refunds_panel(refunds: list[Refund], page: Page) -> Any:
    headers = [("Refund", "text"), ("State", "text"), ("Asked", "text"), ("Paid by", "text"), ("Amount", "num")]
    rows = [
        [
            ref_cell(row.public_id),
            chip_cell("refund", row.state),
            moment_cell(row.created_at, page.now),
            sentence(row.source),
            money_cell(row.amount_minor, row.currency),
        ]
        for row in refunds
    ]
    return table("Refunds", headers, rows, empty="Nothing was refunded.")


def about_panel(obj: DepositIntent, page: Page) -> Any:
    return values(
        "About",
        [
            ("Started", moment_cell(obj.created_at, page.now)),
            ("Expires", moment_cell(obj.expires_at, page.now)),
            ("Region", obj.region or "—"),
            ("Capture", sentence(obj.capture_mode)),
            ("Fee", sentence(obj.fee_model)),
            ("Player's fee", money_cell(obj.player_fee_minor, obj.currency)),
            ("Client", obj.client_id),
            ("Declined because", sentence(obj.decline_code) if obj.decline_code else "—"),
        ],
    )
