"""What a dry run says (C12): what would have gone elsewhere, from where to where, what it would have cost, and a sample."""

from typing import Any

from cashier.admin.routing.words import percent
from cashier.models import RoutingRules, RoutingTrial
from ledger.admin.frames import Panel, money_cell, ref_cell
from ledger.admin.frames.records import table
from ledger.admin.frames.text import money_text

State = RoutingTrial.State
CAVEAT = (
    "Each deposit is decided again on what was known then. Whether a decline would have passed elsewhere can't be known: the success "
    "shown is what was expected."
)


def trial_panel(rules: RoutingRules, trial: RoutingTrial | None, url: str) -> Panel:
    """The newest dry run of a version: running, failed, or what it found."""
    context: dict[str, Any] = {"trial": trial, "url": url, "caveat": CAVEAT}
    if trial is not None:
        context |= {
            "is_running": trial.state in (State.WAITING, State.RUNNING),
            "failed": trial.state == State.FAILED,
            "done": f"{trial.done:,}",
            "total": f"{trial.total:,}",
            "is_stale": trial.digest != rules.digest,
        }
        if trial.state == State.DONE:
            context |= {"sentence": trial_sentence(trial.result), "panels": trial_tables(trial.result)}
    return Panel("Dry run", "ops/routing_trial.html", context, note=period_words(trial) if trial else "", anchor="trial")


def period_words(trial: RoutingTrial) -> str:
    return f"{trial.since.day} {trial.since:%b %Y} to {trial.until.day} {trial.until:%b %Y}, 00:00 UTC"


def trial_sentence(result: dict[str, Any]) -> str:
    """`Of 48,210 deposits 1,204 would have gone elsewhere; fees −312.40 EUR; expected success +0.4 %.`"""
    fees = ", ".join(_signed(minor, currency) for currency, minor in result["costs"].items() if minor)
    before, after = result["expected_ppm"]
    success = percent(after - before, signed=True)
    parts = [
        f"Of {result['deposits']:,} deposits {result['moved']:,} would have gone elsewhere",
        f"fees {fees or 'unchanged'}",
        f"expected success {'unchanged' if success == percent(0) else success}",
    ]
    return "; ".join(parts) + "."


def _signed(minor: int, currency: str) -> str:
    text = money_text(abs(minor), currency)
    return f"\N{MINUS SIGN}{text}" if minor < 0 else f"+{text}"


def trial_tables(result: dict[str, Any]) -> list[Panel]:
    return [_moves(result), _mix(result), _challenges(result), _sample(result)]


def _moves(result: dict[str, Any]) -> Panel:
    headers = [("From", "text"), ("To", "text"), ("Deposits", "num"), ("Sum", "num"), ("Expected cost", "num"), ("Expected success", "num")]
    rows = [
        [
            row["from"],
            row["to"],
            f"{row['count']:,}",
            money_cell(row["amount_minor"], row["currency"]),
            _signed(row["cost_difference_minor"], row["currency"]),
            percent(row["success_difference_ppm"] // row["count"], signed=True),
        ]
        for row in result["moves"]
    ]
    return table("Who would have gone where", headers, rows, empty="Nothing would have gone elsewhere.")


def _mix(result: dict[str, Any]) -> Panel:
    whole = result["deposits"] or 1
    headers = [("Account", "text"), ("Went there", "num"), ("Share", "num"), ("Would go there", "num"), ("Share", "num")]
    rows = [
        [name, f"{before:,}", percent(before * 1_000_000 // whole), f"{after:,}", percent(after * 1_000_000 // whole)]
        for name, (before, after) in result["mix"].items()
    ]
    return table("Provider mix", headers, rows, empty="No deposit in this period.")


def _challenges(result: dict[str, Any]) -> Panel:
    before, after = result["stepped_up"]
    declined = ["Moved deposits whose first try declined", f"{result['moved_declined']:,}", "not known"]
    rows = [["Challenges asked for", f"{before:,}", f"{after:,}"], declined]
    return table("Beside it", [("What", "text"), ("Was", "num"), ("Would be", "num")], rows)


def _sample(result: dict[str, Any]) -> Panel:
    words = {True: "passed", False: "declined", None: "not known"}
    headers = [("Deposit", "text"), ("Amount", "num"), ("From", "text"), ("To", "text"), ("Its first try", "text")]
    rows = [
        [ref_cell(row["intent"]), money_cell(row["amount_minor"], row["currency"]), row["from"], row["to"], words[row["succeeded"]]]
        for row in result["sample"]
    ]
    return table(f"Sample of {len(rows)}", headers, rows, empty="None.")
