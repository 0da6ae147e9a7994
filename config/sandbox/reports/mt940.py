"""MT940 statements (FORMATS.md 2), with the :86: that central European banks send: ?NN subfields of 27 characters."""

from datetime import date

from config.sandbox.reports.amounts import comma
from config.sandbox.reports.bank import Line, Statement

SUBFIELD, WIDTH = 27, 65
CODES = {
    "transfer": ("NTRF", "166", "GUTSCHRIFT"),
    "payment": ("NTRF", "166", "UEBERWEISUNG"),
    "charge": ("NCHG", "805", "ENTGELT"),
    "reversal": ("NCHG", "805", "STORNO"),
}


def write_mt940(statement: Statement) -> bytes:
    """One statement. Line ends are CR LF; the last line is "-"."""
    currency = statement.bank["currency"]
    lines = [
        f":20:STMT{statement.day:%y%m%d}",
        f":25:{statement.bank['iban']}",
        f":28C:{statement.number}/1",
        f":60F:{_balance(statement.opening_minor, statement.previous_date, currency)}",
    ]
    for line in statement.lines:
        lines += _entry(line, statement.day, currency)
    closing = _balance(statement.closing_minor, statement.day, currency)
    return "\r\n".join([*lines, f":62F:{closing}", f":64:{closing}", "-", ""]).encode("ascii", "replace")


def _entry(line: Line, day: date, currency: str) -> list[str]:
    kind, code, text = CODES[line.kind]
    is_credit, is_reversal = line.amount_minor > 0, line.kind == "reversal"
    side = ("RD" if is_credit else "RC") if is_reversal else ("C" if is_credit else "D")
    entry = f":61:{day:%y%m%d}{day:%m%d}{side}{comma(abs(line.amount_minor), currency)}{kind}NONREF//{line.reference}"
    purpose = [line.narrative[start : start + SUBFIELD] for start in range(0, len(line.narrative), SUBFIELD)]
    fields = [f"{code}?00{text}"] + [f"?{20 + number}{part}" for number, part in enumerate(purpose[:10])]
    names = [line.counterparty[start : start + SUBFIELD] for start in range(0, len(line.counterparty), SUBFIELD)]
    fields += [f"?{32 + number}{part}" for number, part in enumerate(names[:2])]
    whole = ":86:" + "".join(fields)
    return [entry, *(whole[start : start + WIDTH] for start in range(0, len(whole), WIDTH))]


def _balance(amount_minor: int, day: date, currency: str) -> str:
    return f"{'D' if amount_minor < 0 else 'C'}{day:%y%m%d}{currency}{comma(abs(amount_minor), currency)}"
