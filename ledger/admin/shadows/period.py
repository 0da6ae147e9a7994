"""Of which business days a comparison is, read from the address; and how both rules' amounts stand in a table."""

from dataclasses import dataclass, field
from datetime import date, timedelta

from django.http import QueryDict
from django.utils.html import format_html
from django.utils.safestring import SafeString

from ledger.admin.frames import money_cell
from ledger.models import Shadow
from ledger.queries import shadow_days

MOST_DAYS = 31


@dataclass(slots=True)
class Period:
    """`since` to `until`, both included; `complaints` say what of the address could not be read, and was left out."""

    since: date
    until: date
    complaints: list[str] = field(default_factory=list)

    @property
    def words(self) -> str:
        since, until = self.since, self.until
        return f"business days {since.day} {since:%b %Y} to {until.day} {until:%b %Y}"


def read_period(shadow: Shadow, params: QueryDict) -> Period:
    """By default the last month in which something was compared; a page that is only looked at sums no more."""
    first, last = shadow_days(shadow) or (shadow.opened_at.date(), shadow.opened_at.date())
    period = Period(max(first, last - timedelta(days=MOST_DAYS - 1)), last)
    for name, words in (("since", "From"), ("until", "To")):
        text = params.get(name, "").strip()
        try:
            if text:
                setattr(period, name, date.fromisoformat(text))
        except ValueError:
            period.complaints.append(f"{words}: {text} is not a day like 2026-11-20.")
    if period.since > period.until:
        period.complaints.append("From is later than To: no day lies between.")
    return period


def sided(amount_minor: int, asset: str) -> SafeString:
    """`Dr 1,000.00 EUR`; zero is on no side."""
    if not amount_minor:
        return money_cell(0, asset)
    return format_html(
        '<span class="ops-soft">{}</span>&nbsp;{}', "Dr" if amount_minor > 0 else "Cr", money_cell(abs(int(amount_minor)), asset)
    )
