"""Checks of what came from outside: reports, statements, runs, the bank against its statement (D2)."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import transaction

from ledger.actors import system_actor
from ledger.operations import Posting, post
from reconciliation.models import DailyClose, ExceptionCase, Match, ReconciliationRun
from reconciliation.operations.closing.days import open_close
from reconciliation.queries.checklist.busy import busy_days
from tests.ledger.books import book, cr, dr
from tests.reconciliation.cases.records import Records
from tests.reconciliation.closing.checking import check, is_held, make_bank_line, make_suspense
from tests.reconciliation.closing.day import make_file, make_papers, make_run
from tests.reconciliation.house import AT, DAY, NOW, PLAYER, House, make_case

pytestmark = pytest.mark.spec("D2")


def test_an_account_that_captured_needs_a_report_that_reaches_the_day(records: Records) -> None:
    house = records.house
    assert (check(house, "reports").figure, is_held(house, "reports")) == ("0 of 0 accounts", True)
    capture = records.capture(5000)
    item = check(house, "reports")
    assert (item.ok, item.figure, item.missing) == (False, "0 of 1 account", ("SANDBOX_EU: no settlement report reaches 2026-11-19",))
    records.batch(("sale", 5000, capture))
    assert (check(house, "reports").figure, is_held(house, "reports")) == ("1 of 1 account", True)


_DISPUTE = {"dispute": "dp_1", "movement": 1, "amount_minor": 500, "taken_from": "clearing"}
_PAYOUT = {
    "payout": "po_1", "payer": "", "paid_to": "clearing", "credit_to": "playable", "returned_minor": 500, "kept_minor": 0, "fee_minor": 0,
}  # fmt: skip
_REFUND = {"ref": "rf_1", "amount_minor": 500, "player_fee_minor": 0}


@pytest.mark.spec("R7")
@pytest.mark.parametrize(
    ("rule", "facts"),
    [
        ("CHARGEBACK_DEBITED@1", _DISPUTE),
        ("CHARGEBACK_CREDITED@1", _DISPUTE),
        ("PAYOUT_RETURNED@1", _PAYOUT),
        ("REFUND_REVERSED@1", _REFUND),
    ],
)
def test_an_account_that_only_took_or_gave_back_needs_its_report_too(house: House, rule: str, facts: dict[str, Any]) -> None:
    m = house.merchant.public_id
    source = {"merchant_account": m, "entity": house.entity.public_id, "player": PLAYER, "asset": "EUR", "credit_to": "playable", **facts}
    if "payer" in facts:
        source["payer"] = m
    with transaction.atomic():
        post(Posting(rule, "back", house.entity.pk, source, AT, player_id=PLAYER), actor=system_actor("tests"), now=AT)
    item = check(house, "reports")
    assert (item.figure, item.missing) == ("0 of 1 account", ("SANDBOX_EU: no settlement report reaches 2026-11-19",))
    assert check(house, "runs").missing[-1] == "SANDBOX_EU: no run"
    assert busy_days(house.merchant, [DAY - timedelta(days=1), DAY]) == {DAY}


def test_a_report_of_the_days_before_does_not_reach_it(records: Records) -> None:
    capture = records.capture(5000)
    _, (line,) = records.batch(("sale", 5000, capture))
    type(line).objects.filter(pk=line.pk).update(business_date=DAY - timedelta(days=1))
    assert not is_held(records.house, "reports")


def test_a_report_loaded_and_not_posted_is_named(records: Records) -> None:
    batch, _ = records.batch(("sale", 5000, records.capture(5000)))
    type(batch).objects.filter(pk=batch.pk).update(state="LOADED")
    assert check(records.house, "reports").missing == ("SANDBOX_EU batch 38 EUR: loaded, not posted",)


def test_a_skipped_batch_number_is_named(house: House) -> None:
    case = make_case(house, "SETTLEMENT_REPORT_GAP")
    case.facts = {"batch": 37}
    case.save(update_fields=["facts"])
    assert check(house, "reports").missing == (f"{case.label}: SANDBOX_EU batch 37 is missing",)


def let_go(case: ExceptionCase, house: House) -> None:
    """Ada ends it, alone."""
    from ledger.actors import user_actor
    from reconciliation.operations.casework import propose_disposition

    reason = "the bank says there was none"
    propose_disposition(case_id=case.pk, disposition="no_action", reason=reason, actor=user_actor(house.ada), now=NOW)


def sign_at(close: DailyClose, moment: datetime) -> None:
    DailyClose.objects.filter(pk=close.pk).update(state="SIGNED_OFF", signed_at=moment)


def test_a_missing_statement_is_not_let_pass_by_one_person(house: House) -> None:
    from reconciliation.operations.load.after import after_statements

    before, after = (make_papers(house, day, closing_minor=100) for day in (DAY - timedelta(days=1), DAY))
    after_statements([after], now=NOW)
    case = ExceptionCase.objects.get(reason="STATEMENT_GAP")
    assert check(house, "statements").missing == (f"{case.label}: BANK_EUR a statement is missing",)

    let_go(case, house)
    sign_at(open_close(entity=house.entity, day=before.closing_date, now=NOW), NOW + timedelta(hours=1))  # it does not reach the gap
    assert check(house, "statements").missing == (f"{case.label}: BANK_EUR a statement is missing, and its case was ended",)

    # once two people have signed over it the next day need not say so again
    assert not check(house, "statements", day=DAY + timedelta(days=1)).ok
    make_papers(house, DAY + timedelta(days=1))
    assert len(check(house, "statements", day=DAY + timedelta(days=1)).missing) == 1
    sign_at(open_close(entity=house.entity, day=DAY, now=NOW), NOW + timedelta(hours=2))
    assert check(house, "statements", day=DAY + timedelta(days=1)).ok

    # nor where it has come
    before.closing_minor = 0
    before.save()
    assert check(house, "statements").ok


def test_a_skipped_batch_number_is_not_let_pass_by_one_person(records: Records) -> None:
    from reconciliation.operations.load.after import after_report

    house = records.house
    batch, _ = records.batch(("sale", 5000, records.capture(5000)))
    paper = make_file(house, "batch_36.csv")
    type(batch).objects.create(
        merchant_account=house.merchant, number="36", currency="EUR", source_file=paper, bucket=batch.bucket, lines=0, totals={},
        payout_minor=0, business_date=DAY, state="SETTLED", updated_at=NOW,
    )  # fmt: skip
    after_report([batch], now=NOW)
    case = ExceptionCase.objects.get(reason="SETTLEMENT_REPORT_GAP")
    let_go(case, house)
    assert check(house, "reports").missing == (f"{case.label}: SANDBOX_EU batch 37 is missing, and its case was ended",)


def test_every_active_bank_account_needs_a_statement_and_a_run(house: House) -> None:
    assert check(house, "statements").missing == ("BANK_EUR: no statement reaches 2026-11-19",)
    assert check(house, "runs").missing == ("BANK_EUR: no run",)
    make_papers(house, DAY)
    assert (check(house, "statements").figure, check(house, "runs").figure) == ("1 of 1 account", "1 of 1 account")
    house.bank.is_active = False
    house.bank.save()
    assert check(house, "statements").figure == "0 of 0 accounts"


def test_a_day_before_the_first_statement_of_an_account_that_held_money_is_not_stated(house: House) -> None:
    first = make_papers(house, DAY + timedelta(days=1), closing_minor=500)
    assert check(house, "statements").ok  # it opens with nothing: before it there was no account, or nothing in it

    first.opening_minor = 500
    first.save()
    item = check(house, "statements")
    told = "BANK_EUR: no statement of 2026-11-19; the first begins on 2026-11-20, with 5.00 EUR"
    assert (item.missing, item.figure) == ((told,), "0 of 1 account")

    # nothing is booked on a Sunday; of what the first statement tells itself nothing is missing
    assert check(house, "statements", day=DAY - timedelta(days=4)).ok
    assert check(house, "statements", day=DAY + timedelta(days=1)).ok
    first.opening_date = DAY
    first.save()
    assert check(house, "statements").ok


def test_a_first_statement_without_the_day_on_which_it_begins_begins_with_its_lines(house: House) -> None:
    first = make_papers(house, DAY + timedelta(days=1), closing_minor=600)
    first.opening_minor = 500
    first.save()
    make_suspense(house, make_bank_line(house, first, 100))
    assert check(house, "statements").ok


def test_lines_that_were_loaded_after_the_banks_run_are_named_though_they_even_out(house: House) -> None:
    statement, run = make_papers(house, DAY), ReconciliationRun.objects.filter(account_code=house.bank.code, date=DAY)
    run.update(started_at=NOW)
    first, second = (make_bank_line(house, statement, minor) for minor in (5_000, -5_000))
    assert check(house, "bank").ok  # an account that is emptied every day
    assert check(house, "statements").missing == ("BANK_EUR: 2 lines booked by 2026-11-19 are loaded, not posted",)

    make_suspense(house, first)
    assert check(house, "statements").missing == ("BANK_EUR: 1 line booked by 2026-11-19 is loaded, not posted",)
    Match.objects.create(
        run=run.get(), rule="bank.charge@1", line_kind="bank", line_id=second.pk, item_kind="bank_charge", currency="EUR",
        line_minor=-5_000, matched_at=NOW,
    )  # fmt: skip
    assert check(house, "statements").ok


def test_a_run_from_before_the_day_ended_has_not_seen_it(house: House) -> None:
    make_papers(house, DAY)
    runs, end = ReconciliationRun.objects.filter(account_code=house.bank.code, date=DAY), datetime(2026, 11, 19, 23, 0, tzinfo=UTC)
    runs.update(started_at=end - timedelta(seconds=1))
    assert check(house, "runs").missing == ("BANK_EUR: run before the day ended",)
    assert check(house, "runs", now=end - timedelta(seconds=1)).ok  # of a day that runs there is no later one
    runs.update(started_at=end)
    assert check(house, "runs").ok


@pytest.mark.parametrize("state", ["RUNNING", "FAILED", "PENDING"])
def test_a_run_that_is_not_done_is_named(house: House, state: str) -> None:
    make_run(house, state=state)
    assert check(house, "runs").missing == (f"BANK_EUR: run {state.lower()}",)


def test_completeness_tells_by_count_and_residual(house: House) -> None:
    make_run(house, residuals=[{"currency": "EUR", "amount_minor": -40}, {"currency": "SEK", "amount_minor": 0}])
    item = check(house, "completeness")
    assert (item.ok, item.figure) == (True, "3 of 4 lines matched, 0 suggested, 1 items carried forward, residual −0.40 EUR")


def test_bank_is_compared_with_the_newest_statement_up_to_the_day(house: House) -> None:
    b = house.bank.public_id
    book(house.entity, "line", dr("bank", b, 7500), cr("outside", house.entity.public_id, 7500), at=AT)
    make_papers(house, DAY - timedelta(days=1), closing_minor=1)
    make_papers(house, DAY, closing_minor=7500)
    make_papers(house, DAY + timedelta(days=1), closing_minor=9999)
    assert is_held(house, "bank")
    book(house.entity, "next day", dr("bank", b, 2499), cr("outside", house.entity.public_id, 2499), at=AT + timedelta(days=1))
    assert is_held(house, "bank")
    book(house.entity, "late", dr("bank", b, 1), cr("outside", house.entity.public_id, 1), at=AT)
    item = check(house, "bank")
    assert (item.figure, item.missing) == ("0 of 1 account", ("BANK_EUR: the books differ from the statement by 0.01 EUR",))


def test_money_in_the_books_that_no_statement_told_of_is_named(house: House) -> None:
    b = house.bank.public_id
    first = make_papers(house, DAY + timedelta(days=1), closing_minor=500)
    assert is_held(house, "bank")  # nothing in the books, nothing stated
    book(house.entity, "nobody stated it", dr("bank", b, 7500), cr("outside", house.entity.public_id, 7500), at=AT)
    assert check(house, "bank").missing == ("BANK_EUR: the books differ from the statement by 75.00 EUR",)

    # a first statement of days on both sides of this one says nothing of its end
    first.opening_date = DAY - timedelta(days=1)
    first.save()
    assert is_held(house, "bank")


def test_an_account_that_was_taken_out_of_use_with_money_in_it_is_still_asked_for(house: House) -> None:
    make_papers(house, DAY, closing_minor=7500)
    book(house.entity, "line", dr("bank", house.bank.public_id, 8000), cr("outside", house.entity.public_id, 8000), at=AT)
    house.bank.is_active = False
    house.bank.save()
    assert check(house, "bank").missing == ("BANK_EUR: the books differ from the statement by 5.00 EUR",)
    assert check(house, "statements", day=DAY + timedelta(days=1)).missing == ("BANK_EUR: no statement reaches 2026-11-20",)


# --- books ---


def test_a_register_that_its_psp_used_to_send_must_reach_the_day(records: Records) -> None:
    from reconciliation.models import Activity

    house = records.house
    records.capture(5000)
    assert (check(house, "registers").figure, is_held(house, "registers")) == ("no PSP exports one", True)
    told = Activity.objects.create(
        source_file=make_file(house, "events.csv"), merchant_account=house.merchant, line_number=2, kind="received", record_type="Received",
        currency="EUR", amount_minor=5000, booked_at=AT - timedelta(days=1), business_date=DAY - timedelta(days=1),
    )  # fmt: skip
    assert check(house, "registers").missing == (f"SANDBOX_EU: its PSP's register ends on {DAY - timedelta(days=1)}",)
    told.pk, told.line_number, told.business_date, told.booked_at = None, 3, DAY, AT
    told.save(force_insert=True)
    assert (check(house, "registers").figure, is_held(house, "registers")) == ("1 of 1 account", True)


def test_a_bank_that_was_run_before_its_payer_is_run_again(records: Records) -> None:
    house = records.house
    batch, _ = records.batch(("sale", 5000, records.capture(5000)))
    runs = ReconciliationRun.objects.filter(account_code=house.bank.code, date=DAY)  # the papers made one
    runs.update(bank_account=house.bank, started_at=NOW, state="DONE")
    type(batch).objects.filter(pk=batch.pk).update(settled_at=NOW + timedelta(minutes=5), business_date=DAY)
    assert check(house, "order").missing == ("BANK_EUR: SANDBOX_EU batch 38 EUR was posted after its run; run it again",)
    runs.update(started_at=NOW + timedelta(minutes=6))
    assert is_held(house, "order")


def test_accuracy_and_timing_are_told_by_value(records: Records) -> None:
    house = records.house
    assert check(house, "accuracy").figure == "no lines of the day; carried forward in clearing: nothing"
    records.batch(("sale", 5000, records.capture(5000)))
    from reconciliation.models import SettlementBatch

    totals = {"sale": {"count": 1, "debit_minor": 0, "credit_minor": 5000}}
    SettlementBatch.objects.update(totals=totals, business_date=DAY)
    assert check(house, "accuracy").figure.startswith("50.00 EUR on lines: 100 % has its item, 100 % agrees")


def test_a_prefund_is_compared_with_the_psps_figure_by_amount(house: House) -> None:
    book(house.entity, "topped", dr("prefund", house.merchant.public_id, 900), cr("outside", house.entity.public_id, 900), at=AT)
    assert check(house, "reserve").missing == (f"SANDBOX_EU: no figure of the PSP reaches {DAY} for its prefund of 9.00 EUR",)

    paper = make_file(house, "balances.csv")
    rows = [{"number": f"prefund {DAY}", "currency": "EUR", "closing_minor": 800}]
    type(paper).objects.filter(pk=paper.pk).update(source="psp_balances", merchant_account=house.merchant, result={"statements": rows})
    assert check(house, "reserve").missing == (f"SANDBOX_EU: prefund is 9.00 EUR in the books, 8.00 EUR by the PSP on {DAY}",)

    rows[0]["closing_minor"] = 900
    type(paper).objects.filter(pk=paper.pk).update(result={"statements": rows})
    assert is_held(house, "reserve")
