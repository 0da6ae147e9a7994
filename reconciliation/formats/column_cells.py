"""Cells of a mapped CSV as values: amounts, days and instants as their map says they are written."""

import re
from datetime import UTC, date, datetime

from reconciliation.formats.amounts import AmountError, get_exponent, read_amount
from reconciliation.formats.column_map import ColumnMap, as_word
from reconciliation.formats.month_names import in_english
from reconciliation.formats.zones import get_zone

_ALIKE = {" ": re.compile("[ \u00a0\u202f\u2009]"), "'": re.compile("['\u2019]")}  # marks that programs write for each other
_SIDE = re.compile(r" ?([CD]R)$", re.ASCII | re.IGNORECASE)
_HOURS = re.compile(r"(?<=\d)[+-]\d\d$", re.ASCII)  # an offset without its minutes, as databases write it: +00
_MOST = 100_000
_SIGNS = {
    **{
        "EUR": ("€",),
        "GBP": ("£",),
        "JPY": ("¥",),
        "CNY": ("¥",),
        "INR": ("₹",),
        "TRY": ("₺",),
        "UAH": ("₴",),
        "PLN": ("zł",),
        "CZK": ("Kč",),
    },
    **{"USD": ("US$", "$"), "CAD": ("CA$", "C$", "$"), "AUD": ("A$", "$"), "NZD": ("NZ$", "$"), "BRL": ("R$",), "MXN": ("MX$", "$")},
    **dict.fromkeys(("SEK", "NOK", "DKK", "ISK"), ("kr.", "kr")),
}


class Cells:
    """Readers of one map's cells. Days and instants repeat, so each text is read once; all are forgotten when there are too many."""

    def __init__(self, column_map: ColumnMap) -> None:
        self._map = column_map
        self._zone = get_zone(column_map.zone)
        self._known: dict[str, datetime] = {}
        mark, point = re.escape(column_map.thousands), re.escape(column_map.decimal)
        self._grouped = re.compile(rf"([+-]?[1-9]\d{{0,2}}(?:{mark}\d{{3}})+)({point}\d*)?", re.ASCII) if mark else None
        self._thousand = re.compile(rf"[+-]?[1-9]\d{{0,2}}{point}\d{{3}}", re.ASCII)
        self._run = _run_of(column_map.dates)

    def amount(self, text: str, currency: str) -> int:
        """Minor units; a minus may stand before or behind, or be brackets, or DR behind; the currency's own code counts for nothing.
        Raises AmountError."""
        body = _signed(text, currency)
        exponent = get_exponent(currency)
        if self._map.units == "minor":
            if self._map.decimal in body:
                raise AmountError(f"{text[:40]!r} has a decimal mark, and the map says that amounts are in the smallest unit")
            return read_amount(self._ungroup(body), 0, mark=self._map.decimal)
        if exponent < 3 and self._thousand.fullmatch(body):
            raise AmountError(
                f"{text[:40]!r} may be {body.replace(self._map.decimal, '')} with a mark of thousands: {currency} has {exponent} decimals,"
                " and the map says that the mark is the decimal one"
            )
        return read_amount(self._ungroup(body), exponent, mark=self._map.decimal)

    def instant(self, text: str) -> datetime:
        """UTC; a text without an offset is local in the map's zone. Raises ValueError."""
        found = self._read(text)
        return (found if found.tzinfo else found.replace(tzinfo=self._zone)).astimezone(UTC)

    def day(self, text: str) -> date:
        """The day as it is written. Raises ValueError."""
        return self._read(text).date()

    def signed(self, said: str, debit: str, credit: str, indicator: str, currency: str) -> int | None:
        """The signed amount by the map's sign rule, credit positive; None where no cell says one. Raises AmountError, LookupError."""
        rule = self._map.sign
        if rule.rule == "columns":
            if not debit.strip() and not credit.strip():
                return None
            gave, took = self._unsigned(credit, currency), self._unsigned(debit, currency)
            if gave and took:
                raise AmountError(f"{debit[:40]!r} and {credit[:40]!r}: a debit and a credit in one row, which is one movement")
            return gave - took
        if not said.strip():
            return None
        if rule.rule == "signed":
            return self.amount(said, currency)
        word, amount = as_word(indicator), self._unsigned(said, currency)
        if word not in (*rule.credit, *rule.debit):
            raise LookupError(f"{indicator[:40]!r} says neither credit nor debit: tell the map what it says, or 'skip' its rows")
        return amount if word in rule.credit else -amount

    def _unsigned(self, text: str, currency: str) -> int:
        """An amount whose direction stands elsewhere."""
        amount = self.amount(text, currency) if text.strip() else 0
        if amount < 0 and self._map.sign.printed == "refuse":
            raise AmountError(f"{text[:40]!r} carries a sign where the direction stands elsewhere")
        return abs(amount) if self._map.sign.printed == "ignore" else amount

    def _ungroup(self, text: str) -> str:
        """Without thousands marks, which must stand before each three digits of the whole part, and nowhere else."""
        if self._grouped is None:
            return text
        text = _ALIKE[self._map.thousands].sub(self._map.thousands, text) if self._map.thousands in _ALIKE else text
        found = self._grouped.fullmatch(text)
        return found[1].replace(self._map.thousands, "") + (found[2] or "") if found else text

    def _read(self, text: str) -> datetime:
        found = self._known.get(text)
        if found is None:
            if len(self._known) > _MOST:
                self._known.clear()
            if self._run and not self._run.search(text):
                raise ValueError(f"{text[:40]!r} has not all digits of {self._map.dates}: was the file saved by a spreadsheet?")
            said = in_english(text.strip()) if "%b" in self._map.dates else text.strip()
            said = _HOURS.sub(r"\g<0>00", said) if self._map.dates.endswith("%z") else said
            found = self._known[text] = _strptime(said, self._map.dates)
        return found


def _signed(text: str, currency: str) -> str:
    """An amount with its sign before it. One that has two signs keeps them, and is none."""
    body = text.strip().replace("\u2212", "-")
    signs = _SIGNS.get(currency, ())
    body = _bare(body, (currency, *signs))
    if side := _SIDE.search(body):
        body = body[: side.start()]
        body = f"-{body}" if side[1].upper() == "DR" else f"+{body}"
    elif body.startswith("(") and body.endswith(")"):
        body = f"-{body[1:-1].strip()}"
    elif body.endswith("-") and not body.startswith("-"):
        body = f"-{body[:-1].rstrip()}"
    return body[:1] + _bare(body[1:], signs) if body[:1] in ("+", "-") else body


def _bare(text: str, names: tuple[str, ...]) -> str:
    """Without the currency's own code or sign before or behind it; another currency's stays, and makes it no amount."""
    for name in names:
        text = text.strip().removeprefix(name).removesuffix(name)
    return text.strip()


def _strptime(text: str, form: str) -> datetime:
    try:
        if not text.isascii() or len(text) > 60:
            raise ValueError
        found = datetime.strptime(text, form)
    except ValueError:
        hint = ", with the month's name in a language that is read: else have days exported in digits" if "%b" in form else ""
        raise ValueError(f"{text[:40]!r} is not a date like {form}{hint}") from None
    if not 1970 <= found.year <= 9000:
        raise ValueError(f"{text[:40]!r}: the year {found.year} can't be")
    return found


def _run_of(form: str) -> re.Pattern[str] | None:
    """How many digits stand together in days that are written without marks between, as %d%m%Y; None where there are marks: without its
    first zero, which a spreadsheet drops, 1112026 is the 1st of November or the 11th of January."""
    found = re.search("(?:%[YymdHMS]){2,}", form)
    if found is None or not re.search("%[Yymd]%[Yymd]", found[0]):
        return None
    digits = sum(4 if code == "Y" else 2 for code in found[0][1::2])
    return re.compile(rf"(?<!\d)\d{{{digits}}}(?!\d)", re.ASCII)
