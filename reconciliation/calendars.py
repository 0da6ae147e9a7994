"""When payment systems of a currency are open (R7): weekends and bank holidays are not late. Pure.

EUR: TARGET's closing days (ecb.europa.eu). GBP: bank holidays of England and Wales. SEK: Bankgirot's closing days. Other currencies:
weekends only, until their calendar is added here.
"""

from datetime import date, timedelta
from functools import lru_cache


def is_bank_day(currency: str, day: date) -> bool:
    """Whether money of this currency moves between banks on `day`."""
    return day.weekday() < 5 and day not in _holidays(currency, day.year)


def add_bank_days(currency: str, day: date, count: int) -> date:
    """The `count`-th bank day after `day`; 0 is `day` itself, or the next bank day where it is none."""
    while not is_bank_day(currency, day):
        day += timedelta(days=1)
    for _ in range(count):
        day += timedelta(days=1)
        while not is_bank_day(currency, day):
            day += timedelta(days=1)
    return day


@lru_cache(maxsize=256)
def _holidays(currency: str, year: int) -> frozenset[date]:
    builder = {"EUR": _target, "GBP": _england, "SEK": _sweden}.get(currency)
    return frozenset(builder(year)) if builder else frozenset()


def _target(year: int) -> list[date]:
    easter = easter_sunday(year)
    fixed = [date(year, 1, 1), date(year, 5, 1), date(year, 12, 25), date(year, 12, 26)]
    return [*fixed, easter - timedelta(days=2), easter + timedelta(days=1)]


def _england(year: int) -> list[date]:
    easter = easter_sunday(year)
    christmas = _moved_from_weekend([date(year, 12, 25), date(year, 12, 26)])
    return [
        *_moved_from_weekend([date(year, 1, 1)]),
        easter - timedelta(days=2),
        easter + timedelta(days=1),
        _monday_on_or_after(date(year, 5, 1)),
        _monday_on_or_after(date(year, 5, 25)),
        _monday_on_or_after(date(year, 8, 25)),
        *christmas,
    ]


def _sweden(year: int) -> list[date]:
    easter = easter_sunday(year)
    midsummer_eve = next(date(year, 6, day) for day in range(19, 26) if date(year, 6, day).weekday() == 4)
    fixed = [date(year, month, day) for month, day in ((1, 1), (1, 6), (5, 1), (6, 6), (12, 24), (12, 25), (12, 26), (12, 31))]
    return [*fixed, *(easter + timedelta(days=offset) for offset in (-2, 1, 39)), midsummer_eve]


def _monday_on_or_after(day: date) -> date:
    return day + timedelta(days=-day.weekday() % 7)


def _moved_from_weekend(days: list[date]) -> list[date]:
    """Holidays on a weekend are taken on the next working days."""
    taken: list[date] = []
    for day in days:
        while day.weekday() > 4 or day in taken:
            day += timedelta(days=1)
        taken.append(day)
    return taken


def easter_sunday(year: int) -> date:
    """Easter Sunday of the Gregorian calendar (Meeus, Jones, Butcher)."""
    a, (b, c) = year % 19, divmod(year, 100)
    (d, e), f = divmod(b, 4), (b + 8) // 25
    h = (19 * a + b - d - (b - f + 1) // 3 + 15) % 30
    i, k = divmod(c, 4)
    ell = (32 + 2 * e + 2 * i - h - k) % 7
    m = (a + 11 * h + 22 * ell) // 451
    month, day = divmod(h + ell - 7 * m + 114, 31)
    return date(year, month, day + 1)
