"""The balance over time as an inline SVG: a line of steps, no script and no style of its own, and the same figures as a table."""

from typing import Any

from ledger.admin.frames import Panel
from ledger.admin.frames.text import money_text
from ledger.chart import CREDIT_KINDS
from ledger.models import Account
from ledger.queries import DayBalance

WIDTH, HEIGHT, PAD = 640, 150, 8


def balance_chart(account: Account, days: list[DayBalance]) -> Panel:
    """A panel with the line of closing balances; what we owe is drawn upwards, as people read it."""
    sign = -1 if account.kind in CREDIT_KINDS else 1
    values = [sign * each.balance_minor for each in days]
    side = "credit" if sign < 0 else "debit"
    context: dict[str, Any] = {
        "days": [(each.day, abs(each.balance_minor), _side(each.balance_minor)) for each in days][::-1],
        "asset": account.asset,
    }
    if len(values) > 1:
        context |= _drawing(values) | {"words": _words(days, values, account.asset, side), "ends": (days[0].day, days[-1].day)}
        context |= {"highest": money_text(max(values), account.asset), "lowest": money_text(min(values), account.asset)}
    return Panel("Balance over time", "ops/balance_chart.html", context, note=f"{side} balance at the end of each business day")


def _side(amount_minor: int) -> str:
    return "Dr" if amount_minor > 0 else "Cr" if amount_minor < 0 else ""


def _words(days: list[DayBalance], values: list[int], asset: str, side: str) -> str:
    first, last = days[0].day, days[-1].day
    return (
        f"From {money_text(values[0], asset)} on {first.day} {first:%b} to {money_text(values[-1], asset)} on {last.day} {last:%b}; "
        f"lowest {money_text(min(values), asset)}, highest {money_text(max(values), asset)}, as {side} balance."
    )


def _drawing(values: list[int]) -> dict[str, Any]:
    """Points in whole units of the view box; integers all the way, balances may be larger than a float holds."""
    low, high = min(*values, 0), max(*values, 0)
    spread = max(1, high - low)
    xs = [PAD + position * (WIDTH - 2 * PAD) // (len(values) - 1) for position in range(len(values))]
    ys = [PAD + (high - value) * (HEIGHT - 2 * PAD) // spread for value in values]
    zero = PAD + high * (HEIGHT - 2 * PAD) // spread
    steps = [f"{xs[0]},{ys[0]}"]
    for x, y, before in zip(xs[1:], ys[1:], ys, strict=False):
        steps += [f"{x},{before}", f"{x},{y}"]
    line = " ".join(steps)
    return {
        "box": f"0 0 {WIDTH} {HEIGHT}",
        "line": line,
        "area": f"{xs[0]},{zero} {line} {xs[-1]},{zero}",
        "zero": zero,
        "left": PAD,
        "right": WIDTH - PAD,
    }
