"""What a PayPal report says it holds, against what it holds: footers per section and report, record counts."""

from collections import defaultdict
from dataclasses import dataclass, field

from reconciliation.formats.values import Check

_NAMES = ("gross credits", "gross debits", "fee credits", "fee debits")


@dataclass(slots=True)
class Figures:
    """Of one currency: unsigned sums in the file's own units, in the order of a footer, and the number of rows."""

    sums: list[int] = field(default_factory=lambda: [0, 0, 0, 0])
    rows: int = 0


@dataclass(slots=True)
class Footers:
    """Counts rows while they stream by, and compares each footer as it comes; grows with currencies and footers."""

    section: dict[str, Figures] = field(default_factory=lambda: defaultdict(Figures))
    report: dict[str, Figures] = field(default_factory=lambda: defaultdict(Figures))
    checks: list[Check] = field(default_factory=list)
    is_first_file: bool = True
    footed: set[str] = field(default_factory=set)

    def count(self, currency: str, *, gross: int, is_credit: bool, fee_currency: str, fee: int, fee_is_credit: bool) -> None:
        """One body row."""
        for figures in (self.section, self.report):
            figures[currency].rows += 1
            figures[currency].sums[0 if is_credit else 1] += gross
            figures[fee_currency].sums[2 if fee_is_credit else 3] += fee

    def end_section(self) -> None:
        """The next section begins, or the file ends: each currency of this one must have had its footer, or rows are lost."""
        for currency, figures in self.section.items():
            if figures.rows and currency not in self.footed:
                where = f"section footer (SF) of {currency}: there is none, the file may be cut"
                self.checks.append(Check("control_total", False, None, figures.rows, where))
        self.section.clear()
        self.footed.clear()

    def close(self, code: str, line_number: int, currency: str, numbers: list[int]) -> None:
        """A footer: four totals, balances, and the row count, in this order. A report of several files sums over all of them."""
        if code == "RF" and not self.is_first_file:
            return
        self.footed.add(currency)
        held = (self.section if code == "SF" else self.report)[currency]
        for name, said, found in zip(_NAMES, numbers[:4], held.sums, strict=True):
            if said != found:
                self.checks.append(Check("control_total", False, said, found, f"{code} of line {line_number}, {currency}: {name}"))
        where = f"{code} of line {line_number}, {currency}: rows"
        self.checks.append(Check("line_count", numbers[-1] == held.rows, numbers[-1], held.rows, where))

    def close_count(self, code: str, line_number: int, said: int) -> None:
        """A count of the section's or the report's rows."""
        if code == "RC" and not self.is_first_file:
            return
        rows = sum(figures.rows for figures in (self.section if code == "SC" else self.report).values())
        self.checks.append(Check("line_count", said == rows, said, rows, f"{code} of line {line_number}: rows"))
