"""A capture waits for its line as long as its rail's row says (R7, C23): in the run, in the cover of players' money, in trust, in the
snapshot."""

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from tests.reconciliation.detect.bench import DAY, NOW

if TYPE_CHECKING:
    from cashier.models import Capture
    from tests.reconciliation.detect.bench import Bench

pytestmark = pytest.mark.spec("R7", "C23")
# Captured on a Thursday: two bank days after it, three, five.
DUE = {"card": date(2026, 11, 23), "localmethod": date(2026, 11, 24), "directdebit": date(2026, 11, 26), "gone_method": date(2026, 11, 23)}
DAYS = [DAY + timedelta(days=number) for number in range(9)]


@pytest.fixture
def captures(bench: "Bench", monkeypatch: pytest.MonkeyPatch) -> "dict[str, Capture]":
    """One of each rail, credited on the same day; of one the catalogue has no row. The PSP can't be asked."""
    from cashier.models import DepositIntent

    monkeypatch.setenv("SANDBOX_EU_API_KEY", "nobody answers there")
    made = {}
    for number, method in enumerate(DUE, 1):
        made[method] = bench.sale(1_000 * number, f"obj_{method}")
        DepositIntent.objects.filter(pk=made[method].intent_id).update(method=method)
    return made


def test_each_is_missing_once_its_own_window_has_closed(bench: "Bench", captures: "dict[str, Capture]") -> None:
    from reconciliation.models import ReconciliationRun

    found: dict[str, date] = {}
    carried = []
    for day in DAYS:
        bench.run(day)
        for case in bench.cases("LEDGER_CREDIT_WITHOUT_PSP"):
            found.setdefault(case.merchant_reference, day)
        carried.append(ReconciliationRun.objects.get(date=day, merchant_account=bench.house.merchant).carried_forward)

    assert {method: found[capture.intent.public_id] for method, capture in captures.items()} == DUE
    assert carried == [4, 4, 4, 4, 2, 1, 1, 0, 0]


def test_only_what_is_overdue_lessens_the_cover(bench: "Bench", captures: "dict[str, Capture]") -> None:
    from reconciliation.queries.player_money import player_money

    overdue = [sum(cover.terms.get("overdue_clearing", 0) for cover in player_money(bench.house.entity, day)) for day in DAYS]
    assert overdue == [0, 0, 0, 0, -5_000, -7_000, -7_000, -10_000, -10_000]


def test_trust_waits_for_each_as_long(bench: "Bench", captures: "dict[str, Capture]") -> None:
    from reconciliation.queries.trust import Period, trust_in_clearing

    spoilt: dict[str, date] = {}
    for asof in DAYS:
        (figure,) = trust_in_clearing(Period(bench.house.entity.pk, *_booked(captures["card"]), asof))
        for spoiler in figure.spoilers:
            spoilt.setdefault(spoiler.unit.id, asof)
    assert {method: spoilt[capture.public_id] for method, capture in captures.items()} == DUE


def test_a_window_shorter_than_a_cards_makes_late_what_a_cards_would_pass(
    bench: "Bench", captures: "dict[str, Capture]", monkeypatch: pytest.MonkeyPatch
) -> None:
    """Relieved on the second bank day, by a line of the report: in time for a card, late where one day was promised."""
    from reconciliation.queries import rail_windows
    from reconciliation.queries.trust import Period, trust_in_clearing
    from tests.reconciliation.detect.bench import sale_row

    monkeypatch.setattr(rail_windows, "own_windows", lambda: {"localmethod": 1})
    bench.report(*(sale_row(captures[method]) for method in ("card", "localmethod")), day=DUE["card"])
    bench.run(DUE["card"])

    (figure,) = trust_in_clearing(Period(bench.house.entity.pk, *_booked(captures["card"]), DAY + timedelta(days=2)))
    assert [(spoiler.unit.id, spoiler.why.value) for spoiler in figure.spoilers] == [(captures["localmethod"].public_id, "late")]


def _booked(capture: "Capture") -> tuple[date, date]:
    from ledger.models import Entry

    day = Entry.objects.filter(ref=capture.public_id).earliest("id").business_date
    return day, day


def test_the_snapshot_says_which_window_is_whose(bench: "Bench", captures: "dict[str, Capture]") -> None:
    from reconciliation.queries.snapshot.tables import _windows

    rows: set[Any] = {tuple(row) for row in _windows(bench.house.entity, DUE["localmethod"]) if row[0] == "capture"}
    assert rows == {
        ("capture", "", "EUR", date(2026, 11, 21)),
        ("capture", "localmethod", "EUR", date(2026, 11, 20)),
        ("capture", "directdebit", "EUR", date(2026, 11, 18)),
    }
    assert NOW.date() > DAY
