"""Preparing a day (D1, D2, D3)."""

from datetime import date, timedelta

import pytest

from ledger.models import ApprovalRequest, AuditRecord, Transition
from reconciliation.models import CloseState, DailyClose
from reconciliation.operations.closing import CloseNotPermitted, CloseNotReady, CloseStateConflict, open_close, refresh_checklist
from tests.reconciliation.closing.day import DAY, NEXT_DAY, NOW, ReadyDay, make_papers, make_run, prove
from tests.reconciliation.house import make_case

pytestmark = pytest.mark.spec("D2", "D3")


def unchanged(ready: ReadyDay) -> bool:
    """The day is OPEN, takes postings, nobody is asked to sign."""
    close = ready.fresh()
    nobody = (close.preparer_id, close.prepared_at, close.approval_id) == (None, None, None)
    return close.state == CloseState.OPEN and nobody and ready.is_open() and not ApprovalRequest.objects.filter(state="PENDING").exists()


@pytest.mark.spec("D1")
def test_a_close_keeps_the_zone_and_cut_off_of_its_day(ready: ReadyDay) -> None:
    ready.house.entity.zone = "Europe/London"
    ready.house.entity.save()
    assert (ready.fresh().zone, ready.fresh().cutoff.isoformat()) == ("Europe/Malta", "00:00:00")
    assert open_close(entity=ready.house.entity, day=DAY, now=NOW).pk == ready.close.pk


def test_a_whole_day_is_prepared_and_waits_for_another_person(ready: ReadyDay) -> None:
    ready.prepare()

    close, request = ready.fresh(), ready.request()
    assert (close.state, close.preparer, close.prepared_at, close.approval_id) == (CloseState.PREPARED, ready.house.ada, NOW, request.pk)
    assert (request.maker_kind, request.maker_id, request.target_id) == ("user", str(ready.house.ada.pk), close.public_id)
    assert [item["name"] for item in close.checklist if not item["ok"]] == []
    edges = Transition.objects.filter(target_id=close.pk).order_by("id").values_list("from_state", "to_state", "event")
    assert list(edges) == [("OPEN", "CLOSING", "close.begun"), ("CLOSING", "PREPARED", "close.prepared")]
    assert AuditRecord.objects.filter(act="close.prepared", target_id=close.public_id, actor_id=str(ready.house.ada.pk)).count() == 1


def test_what_is_to_be_signed_are_the_totals_of_the_day(ready: ReadyDay) -> None:
    make_case(ready.house, "FEE_UNEXPECTED", amount_minor=40)
    ready.prepare()

    totals = ready.request().payload["totals"]
    assert (totals["entity"], totals["business_date"], totals["journal"]["transactions"]) == ("MT1", "2026-11-19", 2)
    assert totals["movements"] == [{"kind": "MANUAL_CREDIT", "currency": "EUR", "count": 2, "debit_minor": 2500}]
    assert totals["balances"] == [
        {"account": "adjustments", "currency": "EUR", "debit_minor": 2500, "credit_minor": 0},
        {"account": "playable", "currency": "EUR", "debit_minor": 0, "credit_minor": 2500},
    ]
    assert totals["cases"] == [{"code": "FEE_UNEXPECTED", "state": "OPEN", "currency": "EUR", "count": 1, "amount_minor": 40}]
    assert [file["name"] for file in totals["files"]] == ["2026-11-19.camt053.xml"]
    assert [(run["account_code"], run["lines"], run["matched"], run["carried_forward"]) for run in totals["runs"]] == [
        ("BANK_EUR", 4, 3, 1)
    ]


@pytest.mark.spec("L16")
def test_from_then_on_postings_of_the_day_go_to_the_next(ready: ReadyDay) -> None:
    ready.prepare()
    late = ready.pay("late")
    assert (late.business_date, late.corrects_date) == (NEXT_DAY, DAY)


def test_what_is_missing_is_named_and_leads_back_to_open(ready: ReadyDay) -> None:
    case = make_case(ready.house, "LEDGER_CREDIT_MISSING_PSP_SUCCESS", amount_minor=5000)

    with pytest.raises(CloseNotReady, match="1 thing is missing") as refused:
        ready.prepare()

    assert refused.value.details["missing"] == [f"No case above the threshold: {case.label} {case.reason.title}, 50.00 EUR"]
    assert unchanged(ready)
    assert [item["name"] for item in ready.fresh().checklist if not item["ok"]] == ["cases"]
    assert ready.pay("late").business_date == DAY


def test_a_day_that_is_not_over_can_not_be_prepared(ready: ReadyDay) -> None:
    with pytest.raises(CloseNotReady) as refused:
        ready.prepare(now=NOW - timedelta(hours=10, minutes=1))
    assert "Day is over: The day ends 19 Nov 2026 23:00 UTC" in refused.value.details["missing"]
    assert unchanged(ready)


@pytest.mark.spec("S1")
def test_who_may_not_prepare_is_refused_superusers_too(ready: ReadyDay) -> None:
    ready.house.cleo.is_superuser = True
    ready.house.cleo.save()
    for person in (ready.house.cleo, ready.house.ben):
        with pytest.raises(CloseNotPermitted):
            ready.prepare(person)
    assert unchanged(ready)
    assert not Transition.objects.filter(target_id=ready.close.pk).exists()


def test_a_prepared_day_is_not_prepared_again(ready: ReadyDay) -> None:
    ready.prepare()
    with pytest.raises(CloseStateConflict, match="prepared already"):
        ready.prepare(ready.house.fay)
    assert (ready.state(), ready.fresh().preparer, ApprovalRequest.objects.count()) == (CloseState.PREPARED, ready.house.ada, 1)


def test_a_day_with_movements_that_nobody_closed_comes_first(ready: ReadyDay) -> None:
    ready.pay("the day before", at=NOW - timedelta(days=2))
    with pytest.raises(CloseNotReady, match="2026-11-18 comes first"):
        ready.prepare()
    assert unchanged(ready)


def test_a_day_before_that_is_not_signed_comes_first(ready: ReadyDay) -> None:
    open_close(entity=ready.house.entity, day=date(2026, 11, 17), now=NOW)
    with pytest.raises(CloseNotReady, match="2026-11-17 comes first"):
        ready.prepare()
    assert unchanged(ready)


def test_after_a_signed_day_the_next_one_may_be_prepared_and_no_day_before(ready: ReadyDay) -> None:
    ready.prepare()
    ready.sign()
    before = ReadyDay(ready.house, open_close(entity=ready.house.entity, day=date(2026, 11, 18), now=NOW))
    make_papers(ready.house, before.close.business_date)
    with pytest.raises(CloseNotReady, match="2026-11-19 is signed already"):
        before.prepare()

    DailyClose.objects.filter(pk=before.close.pk).delete()
    ready.pay("of the next day", at=NOW)
    following = ReadyDay(ready.house, open_close(entity=ready.house.entity, day=NEXT_DAY, now=NOW))
    make_papers(ready.house, NEXT_DAY)
    prove(NOW + timedelta(days=1))
    following.prepare(now=NOW + timedelta(days=1))
    assert following.state() == CloseState.PREPARED


def test_looking_again_stores_the_checklist_of_an_open_day_only(ready: ReadyDay) -> None:
    assert [item["name"] for item in refresh_checklist(close_id=ready.close.pk, now=NOW).checklist][:4] == [
        "day_over",
        "reports",
        "registers",
        "statements",
    ]
    ready.prepare()
    prepared = ready.fresh().checklist
    make_run(ready.house, DAY + timedelta(days=3))
    assert refresh_checklist(close_id=ready.close.pk, now=NOW + timedelta(days=1)).checklist == prepared
