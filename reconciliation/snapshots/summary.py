"""The page to print: what the day came to, what its checklist said, which papers it rests on (D4). The same day gives the same bytes."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

from reportlab.lib import colors
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import getSampleStyleSheet
from reportlab.lib.units import mm
from reportlab.platypus import Flowable, Paragraph, SimpleDocTemplate, Spacer, Table, TableStyle

from ledger.money import format_major, get_asset

_STYLES = getSampleStyleSheet()
_GRID = TableStyle(
    [
        ("FONTSIZE", (0, 0), (-1, -1), 8), ("LEADING", (0, 0), (-1, -1), 10), ("BACKGROUND", (0, 0), (-1, 0), colors.HexColor("#e8ecef")),
        ("FONTNAME", (0, 0), (-1, 0), "Helvetica-Bold"), ("LINEBELOW", (0, 0), (-1, -1), 0.25, colors.HexColor("#b5bec6")),
        ("VALIGN", (0, 0), (-1, -1), "TOP"), ("LEFTPADDING", (0, 0), (-1, -1), 3), ("RIGHTPADDING", (0, 0), (-1, -1), 3),
    ]
)  # fmt: skip
Cells = Sequence[Any]


def write_summary(path: Path, *, close: Mapping[str, Any], totals: Mapping[str, Any], checklist: Sequence[Mapping[str, Any]]) -> None:
    """`close`: entity, entity_name, business_date, version, zone, cutoff, prepared_by; `totals` as the signature freezes them."""
    title = f"Daily close {close['business_date']} of {close['entity_name']}"
    document = SimpleDocTemplate(
        str(path), pagesize=A4, title=title, author="Countroom", invariant=1, leftMargin=15 * mm, rightMargin=15 * mm, topMargin=15 * mm,
        bottomMargin=15 * mm,
    )  # fmt: skip
    document.build([*_head(title, close, totals), *_checklist(checklist), *_figures(totals), *_papers(totals)])


def _head(title: str, close: Mapping[str, Any], totals: Mapping[str, Any]) -> list[Flowable]:
    journal = totals["journal"]
    words = (
        f"Entity {close['entity']}, version {close['version']}, a day from {close['cutoff']} {close['zone']}. Prepared by "
        f"{close['prepared_by']}. {journal['transactions']:,} postings, the first {journal['first'] or '-'}, "
        f"the last {journal['last'] or '-'}. "
        "Who signed, when, and the end of the audit chain stand in manifest.json; `manage.py close_verify` checks all of it."
    )
    return [Paragraph(escape(title), _STYLES["Title"]), Paragraph(escape(words), _STYLES["BodyText"])]


def _checklist(items: Sequence[Mapping[str, Any]]) -> list[Flowable]:
    rows = [[item["title"], _word(item), item["figure"], "; ".join(map(str, item["missing"]))] for item in items]
    return _section("Checklist", ("Item", "State", "Figure", "Missing"), rows, (42, 20, 63, 55))


def _word(item: Mapping[str, Any]) -> str:
    return "holds" if item["ok"] else "overridden" if item.get("overridden") else "missing"


def _figures(totals: Mapping[str, Any]) -> list[Flowable]:
    moved = [[row["kind"], row["currency"], f"{row['count']:,}", _amount(row, "debit_minor")] for row in totals["movements"]]
    stood = [[row["account"], row["currency"], _amount(row, "debit_minor"), _amount(row, "credit_minor")] for row in totals["balances"]]
    cases = [[row["code"], row["state"], str(row["count"]), _amount(row, "amount_minor"), row["currency"]] for row in totals["cases"]]
    return [
        *_section("Movements of the day", ("Kind", "Currency", "Postings", "Amount"), moved, (80, 25, 30, 45)),
        *_section("Balances at its end", ("Account", "Currency", "Debit", "Credit"), stood, (60, 25, 45, 50)),
        *_section("Cases", ("Code", "State", "Number", "At risk", "Currency"), cases, (75, 35, 20, 30, 20)),
    ]


def _papers(totals: Mapping[str, Any]) -> list[Flowable]:
    runs = [[run["account_code"], str(run["lines"]), str(run["matched"]), str(run["carried_forward"])] for run in totals["runs"]]
    files = [[file["name"], file["sha256"]] for file in totals["files"]]
    return [
        *_section("Runs", ("Account", "Lines", "Matched", "Carried forward"), runs, (60, 40, 40, 40)),
        *_section("Papers, by SHA-256", ("File", "SHA-256"), files, (75, 105)),
    ]


def _section(title: str, header: Cells, rows: Iterable[Cells], widths: Sequence[int]) -> list[Flowable]:
    body = [[Paragraph(escape(str(cell)), _STYLES["BodyText"].clone("cell", fontSize=8, leading=10)) for cell in row] for row in rows]
    if not body:
        return [Paragraph(title, _STYLES["Heading2"]), Paragraph("None.", _STYLES["BodyText"])]
    grid = Table([list(header), *body], colWidths=[width * mm for width in widths], repeatRows=1, style=_GRID)
    return [Paragraph(title, _STYLES["Heading2"]), grid, Spacer(1, 3 * mm)]


def _amount(row: Mapping[str, Any], name: str) -> str:
    return format_major(int(row[name]), get_asset(row["currency"]))
