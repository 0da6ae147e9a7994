"""Figures of routing in words."""

from decimal import Decimal
from typing import Any

from django.utils.html import format_html, format_html_join

from cashier.routing.reasons import words_of
from ledger.admin.frames import Panel, Tone, chip_map, money_cell
from ledger.admin.frames.records import table

chip_map(
    "routing_trial",
    WAITING=(Tone.MOVING, "Waits for a worker|hourglass_top"),
    RUNNING=(Tone.MOVING, "Running"),
    DONE=(Tone.GOOD, "Done"),
    FAILED=(Tone.BAD, "Failed"),
)
chip_map(
    "routing_decision",
    route=(Tone.GOOD, "Routed|alt_route"),
    no_route=(Tone.BAD, "No account"),
    decline=(Tone.BAD, "Declined by a rule|block"),
    review=(Tone.ATTENTION, "Held for review|pan_tool"),
    capped=(Tone.ATTENTION, "Stopped by its scheme|timer_off"),
)
CANDIDATE = {"taken": "Taken", "next": "Next in line", "dropped": "Dropped"}


def percent(ppm: int, *, signed: bool = False) -> str:
    """870123 -> 87.0 %."""
    tenths = Decimal(abs(ppm)).scaleb(-4).quantize(Decimal("0.1"))
    sign = "\N{MINUS SIGN}" if ppm < 0 and tenths else "+" if signed and tenths else ""
    return f"{sign}{tenths} %"


def candidates_panel(title: str, rows: list[dict[str, Any]], currency: str, *, note: str = "") -> Panel:
    """Each candidate with its scores and why it was taken or dropped."""
    headers = [
        ("Account", "text"), ("What became of it", "text"), ("Why", "text"), ("Success", "num"), ("Tries", "num"), ("Cost", "num"),
        ("Expected value", "num"),
    ]  # fmt: skip
    return table(title, headers, [_candidate(row, currency) for row in rows], empty="No account was there.", note=note)


def _candidate(row: dict[str, Any], currency: str) -> list[str]:
    scores: list[str] = [percent(row["success_ppm"]), f"{row['tries']:,}", money_cell(row["cost_minor"], currency)]
    worth: str = money_cell(int(row["value_micro"]) // 1_000_000, currency)
    if row["reason"] == "not_reached":
        scores, worth = ["\N{EM DASH}"] * 3, "\N{EM DASH}"
    return [row["account"], CANDIDATE.get(row["state"], row["state"]), words_of(row["reason"]).capitalize(), *scores, worth]


def lines(texts: list[str]) -> str:
    """One below the other."""
    return format_html("{}", format_html_join("", "<div>{}</div>", ((text,) for text in texts)))
