"""Charts of the queue as inline SVG: bars and a line, no script and no style of their own (E6)."""

from collections.abc import Mapping, Sequence
from typing import Any

from reconciliation.queries.queue_health import QueueDay

WIDTH, HEIGHT, PAD = 640, 150, 8


def flow_chart(days: Sequence[QueueDay]) -> dict[str, Any]:
    """Two bars a day, what came and what ended, and what ran late as a third."""
    most = max([1, *(max(day.came, day.ended, day.breached) for day in days)])
    step = (WIDTH - 2 * PAD) / max(1, len(days))
    bars = [
        {**_bar(PAD + number * step + place * step * 0.29, step * 0.26, count, most), "kind": kind}
        for number, day in enumerate(days)
        for place, (kind, count) in enumerate((("came", day.came), ("ended", day.ended), ("late", day.breached)))
        if count
    ]
    total = (sum(day.came for day in days), sum(day.ended for day in days), sum(day.breached for day in days))
    words = f"In {len(days)} days {total[0]:,} cases came, {total[1]:,} ended and {total[2]:,} ran past their due time."
    return {"box": f"0 0 {WIDTH} {HEIGHT}", "bars": bars, "words": words, "most": most, **_ends(days), **_frame()}


def open_chart(days: Sequence[QueueDay]) -> dict[str, Any]:
    """How many were open at the end of each day."""
    most = max([1, *(day.open for day in days)])
    step = (WIDTH - 2 * PAD) / max(1, len(days) - 1)
    line = " ".join(f"{PAD + number * step:.1f},{_y(day.open, most):.1f}" for number, day in enumerate(days))
    words = f"{days[0].open:,} cases were open on {days[0].day:%d %b}, {days[-1].open:,} are now; at most {most:,}."
    area = f"{PAD},{HEIGHT - PAD} {line} {WIDTH - PAD},{HEIGHT - PAD}"
    return {"box": f"0 0 {WIDTH} {HEIGHT}", "line": line, "area": area, "words": words, "most": most, **_ends(days), **_frame()}


def age_rows(ages: Mapping[str, int]) -> list[dict[str, Any]]:
    """One bar per age: words, count, and the bar's length in hundredths."""
    most = max([1, *ages.values()])
    return [{"words": words, "count": count, "length": 100 * count // most} for words, count in ages.items()]


def _bar(x: float, width: float, count: int, most: int) -> dict[str, str]:
    top = _y(count, most)
    return {"x": f"{x:.1f}", "y": f"{top:.1f}", "width": f"{width:.1f}", "height": f"{HEIGHT - PAD - top:.1f}"}


def _y(count: int, most: int) -> float:
    return HEIGHT - PAD - count * (HEIGHT - 2 * PAD) / most


def _ends(days: Sequence[QueueDay]) -> dict[str, Any]:
    return {"ends": (days[0].day, days[-1].day), "days": list(days)[::-1]}


def _frame() -> dict[str, int]:
    return {"left": PAD, "right": WIDTH - PAD, "zero": HEIGHT - PAD}
