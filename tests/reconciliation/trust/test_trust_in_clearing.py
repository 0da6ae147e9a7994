"""The figure from the books, the matches and the batches (L17)."""

import json
from datetime import date, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest
from django.core.management import call_command

if TYPE_CHECKING:
    from reconciliation.trust import Figure
    from tests.reconciliation.cases.records import Records
    from tests.reconciliation.house import House


@pytest.fixture
def records(house: "House", monkeypatch: pytest.MonkeyPatch) -> "Records":
    """What is booked is booked on the day of the captures."""
    from tests.ledger.books import book
    from tests.reconciliation.cases import papers
    from tests.reconciliation.cases.records import make_records
    from tests.reconciliation.house import AT

    monkeypatch.setattr(papers, "book", partial(book, at=AT))
    return make_records(house)


def figure_of(house: "House", asof: date | None = None) -> "Figure":
    from reconciliation.queries.trust import Period, trust_in_clearing
    from tests.reconciliation.house import DAY

    figures = trust_in_clearing(Period(house.entity.pk, DAY, DAY, asof or DAY + timedelta(days=30)))
    assert [figure.asset for figure in figures] == ["EUR"]
    return figures[0]


def told(figure: "Figure") -> list[tuple[str, str, int, int]]:
    return [(each.unit.id, each.why.value, each.unit.value_minor, each.unit.rest_minor) for each in figure.spoilers]


def pay(records: "Records", batch: Any) -> None:
    """The bank shows the batch, whole."""
    from tests.ledger.books import book, cr, dr
    from tests.reconciliation.house import AT

    amount, bank = batch.payout_minor, records.house.bank.public_id
    lines = dr("bank", bank, amount, ref="line:1"), cr("in_transit", records.house.merchant.public_id, amount, ref=batch.ref)
    book(records.house.entity, f"bank:{batch.ref}", *lines, at=AT)


@pytest.mark.spec("L17")
def test_all_settled_and_paid_is_a_hundred_percent(records: "Records") -> None:
    capture = records.capture(5000)
    batch, _ = records.batch(("sale", 5000, capture))
    pay(records, batch)

    figure = figure_of(records.house)
    assert (figure.percent, figure.value_minor, figure.good_minor, told(figure)) == ("100.00", 10_000, 10_000, [])


@pytest.mark.spec("L17")
def test_what_no_line_relieved_is_a_shortage_once_its_day_has_ended(records: "Records") -> None:
    from tests.reconciliation.house import DAY

    settled, open_one = records.capture(5000), records.capture(2500, psp_ref="psp-cap-2")
    batch, _ = records.batch(("sale", 5000, settled))
    pay(records, batch)

    early = figure_of(records.house, DAY)
    assert (early.percent, early.waiting_minor) == ("100.00", 2500)
    figure = figure_of(records.house)
    assert told(figure) == [(open_one.public_id, "shortage", 2500, 2500)]
    assert figure.percent == "80.00"


@pytest.mark.spec("L17")
def test_a_line_above_its_capture_is_a_surplus_of_that_capture(records: "Records") -> None:
    capture = records.capture(5000)
    batch, _ = records.batch(("sale", 5100, capture))
    pay(records, batch)

    assert told(figure_of(records.house)) == [(capture.public_id, "surplus", 5100, -100)]


@pytest.mark.spec("L17")
def test_a_batch_that_the_bank_never_showed_spoils_the_figure_by_its_own_id(records: "Records") -> None:
    batch, _ = records.batch(("sale", 5000, records.capture(5000)))

    assert told(figure_of(records.house)) == [(batch.ref, "shortage", 5000, 5000)]


@pytest.mark.spec("L17")
def test_a_line_that_nobody_can_name_is_a_surplus_until_it_finds_its_item(records: "Records") -> None:
    from reconciliation.models import SuspenseItem
    from tests.ledger.books import book, cr, dr
    from tests.reconciliation.house import AT

    batch, [line] = records.batch(("sale", 4000, None))
    pay(records, batch)
    ref = f"line:psp:{line.pk}"
    assert told(figure_of(records.house)) == [(ref, "surplus", 4000, -4000)]

    # the missed deposit is booked, and the line leaves suspense for it, with a match of its own
    capture = records.capture(4000)
    m = records.house.merchant.public_id
    book(records.house.entity, "line.identified", dr("suspense", m, 4000, ref=ref), cr("clearing", m, 4000, ref=capture.public_id), at=AT)
    SuspenseItem.objects.update(cleared_txn="txn_1", cleared_at=AT)
    match_by_hand(records, batch, line, capture)
    assert told(figure_of(records.house)) == []


def match_by_hand(records: "Records", batch: Any, line: Any, capture: Any) -> None:
    from reconciliation.models import Match
    from tests.reconciliation.house import AT

    Match.objects.create(
        rule="person.named@1", line_kind="psp", line_id=line.pk, item_kind="capture", item_id=capture.pk, batch=batch, run=records.run(),
        currency="EUR", line_minor=line.gross_minor, matched_at=AT,
    )  # fmt: skip


@pytest.mark.spec("L17")
def test_the_command_lists_every_id_and_says_so_by_its_exit_code(
    records: "Records", capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from reconciliation.management.commands import clearing_trust
    from tests.reconciliation.house import DAY, NOW

    monkeypatch.setattr(clearing_trust, "now", lambda: NOW + timedelta(days=30))
    batch, _ = records.batch(("sale", 5000, records.capture(5000)))
    period = {"start": DAY.isoformat(), "end": DAY.isoformat(), "json": True}
    with pytest.raises(SystemExit) as ended:
        call_command("clearing_trust", **period)
    assert ended.value.code == 1
    [figure] = json.loads(capsys.readouterr().out)["figures"]
    assert (figure["entity"], figure["currency"], figure["percent"]) == ("MT1", "EUR", "50.00")
    assert [spoiler["id"] for spoiler in figure["spoilers"]] == [batch.ref]

    pay(records, batch)
    call_command("clearing_trust", **period)
    assert json.loads(capsys.readouterr().out)["figures"][0]["percent"] == "100.00"


@pytest.mark.spec("L17")
@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"start": "9 March"}, "write it as 2026-03-09"),
        ({"start": "2026-03-09", "end": "2026-03-08"}, "give the earlier day first"),
        ({"entity": "XX"}, "there are: MT1"),
    ],
)
def test_the_command_says_what_to_give(house: "House", options: Any, words: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        call_command("clearing_trust", **options)
    assert ended.value.code == 2
    assert words in capsys.readouterr().err
