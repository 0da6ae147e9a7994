"""Books against themselves and against what the PSP says it holds; files that are late (R1, R8, L10)."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from tests.reconciliation.detect.bench import AT, DAY, later, sale_row

if TYPE_CHECKING:
    from tests.reconciliation.detect.bench import Bench


def posted(bench: "Bench", key: str, *lines: dict[str, Any]) -> None:
    from tests.ledger.books import book

    book(bench.house.entity, key, *lines, at=AT)


@pytest.mark.spec("R8", "L10")
def test_a_capture_credited_too_high_is_a_case_and_what_is_too_much_is_held(bench: "Bench") -> None:
    from cashier.models import Capture

    capture = bench.sale(5_000)
    Capture.objects.filter(pk=capture.pk).update(amount_minor=4_000)  # what the PSP captured
    bench.run()
    bench.run()

    (case,) = bench.cases()
    assert (case.reason_id, case.amount_minor, case.merchant_reference) == (
        "DEPOSIT_CREDITED_INCORRECTLY", 1_000, capture.intent.public_id,
    )  # fmt: skip
    assert (case.facts["credited_minor"], case.facts["captured_minor"]) == (5_000, 4_000)
    assert (bench.records.playable(), bench.records.locked()) == (4_000, 1_000)


@pytest.mark.spec("R8")
def test_a_capture_credited_less_the_players_fee_is_right(bench: "Bench") -> None:
    bench.records.capture(5_000, fee_minor=100)
    bench.run()

    assert bench.codes() == []


@pytest.mark.spec("L10")
def test_two_credits_for_one_capture_are_the_duplicate_and_nothing_else(bench: "Bench") -> None:
    from ledger.operations import Posting, post
    from tests.reconciliation.cases.records import TESTER

    capture = bench.sale(5_000)
    from django.db import transaction

    from cashier.operations.bookings import deposit_source

    source = deposit_source(capture.intent, capture, gross_minor=5_000, player_fee_minor=0, seen_minor=0)
    with transaction.atomic():
        post(
            Posting("DEPOSIT_CAPTURED@1", "again", bench.house.entity.pk, source, AT, player_id=bench.records.player.public_id),
            actor=TESTER, now=AT,
        )  # fmt: skip
    bench.run()

    (case,) = bench.cases()
    assert (case.reason_id, case.amount_minor, bench.records.locked()) == ("DUPLICATE_LEDGER_POSTING", 5_000, 5_000)


@pytest.mark.spec("R8", "L10")
def test_clearing_that_no_item_stands_behind_is_a_case_until_explained(bench: "Bench") -> None:
    from tests.ledger.books import cr, dr

    bench.sale(5_000)
    bench.run()
    assert bench.codes() == []

    m, e = bench.house.merchant.public_id, bench.house.entity.public_id
    posted(bench, "stray", dr("clearing", m, 777, ref="found"), cr("adjustments", e, 777))
    bench.run()
    (case,) = bench.cases()
    assert (case.reason_id, case.amount_minor, case.facts["references"]) == ("CLEARING_BALANCE_UNEXPLAINED", 777, {"found": 777})

    posted(bench, "stray back", cr("clearing", m, 777, ref="found"), dr("adjustments", e, 777))
    bench.run()
    case.refresh_from_db()
    assert case.resolution == "clearing_explained@1"


@pytest.mark.spec("R7")
def test_a_top_up_that_does_not_arrive_in_its_window_is_a_case_until_it_does(bench: "Bench") -> None:
    from django.db import transaction

    from ledger.operations import Posting, post
    from tests.reconciliation.cases.records import TESTER

    source = {
        "merchant_account": bench.house.merchant.public_id, "bank_account": bench.house.bank.public_id, "asset": "EUR",
        "amount_minor": 50_000, "top_up": "top_1",
    }  # fmt: skip

    def move(rule: str) -> None:
        with transaction.atomic():
            post(Posting(rule, f"{rule}:top_1", bench.house.entity.pk, source, AT), actor=TESTER, now=AT)

    move("TOP_UP_SENT@1")
    bench.run(later(1))
    assert bench.codes() == []

    bench.run(later(7))
    (case,) = bench.cases()
    assert (case.reason_id, case.amount_minor, case.merchant_reference) == ("TOP_UP_NOT_RECEIVED", 50_000, "top_1")

    move("TOP_UP_ARRIVED@1")
    bench.run(later(8))
    case.refresh_from_db()
    assert case.resolution == "top_up_arrived@1"


@pytest.mark.spec("R14", "D2")
def test_a_balance_that_the_psp_states_otherwise_is_a_case_until_they_agree(bench: "Bench") -> None:
    from tests.ledger.books import cr, dr

    m, e = bench.house.merchant.public_id, bench.house.entity.public_id
    posted(bench, "prefund", dr("prefund", m, 20_000, ref="start"), cr("outside", e, 20_000))

    def said(amount: str, day: str, kind: str = "prefund") -> None:
        content = f"Merchant Account,Date,Balance,Currency,Amount\nSANDBOX_EU,{day},{kind},EUR,{amount}\n"
        assert bench.take_in(content.encode(), f"balances_{day}{amount}.csv", "psp_balances", "SANDBOX_EU")["accepted"]

    said("200.00", "2026-11-19")
    bench.run()
    assert bench.codes() == []

    said("175.00", "2026-11-20")
    bench.run(later(1))
    (case,) = bench.cases()
    assert (case.reason_id, case.amount_minor, case.facts["psp_minor"]) == ("PSP_BALANCE_DIFFERS", 2_500, 17_500)

    said("200.00", "2026-11-21")
    bench.run(later(2))
    case.refresh_from_db()
    assert case.resolution == "balances_agree@1"


@pytest.mark.spec("R1")
def test_a_file_past_its_hour_is_a_case_until_it_comes(bench: "Bench") -> None:
    from reconciliation.operations import watch_files

    bench.agree(contract={"file_due": "11:00"})
    bench.house.bank.contract = {"file_due": "09:00"}
    bench.house.bank.save()
    sale = bench.sale(5_000)
    early, late = (datetime(2026, 11, 20, hour, 30, tzinfo=UTC) for hour in (9, 10))  # the entity is an hour ahead

    # nothing before its hour, nor for a bank that has not begun, nor for days on which nothing moved
    assert watch_files(now=early) == 0
    assert watch_files(now=late) == watch_files(now=late) == 1
    (case,) = bench.cases()
    assert (case.reason_id, case.business_date, case.merchant_account) == ("SOURCE_FILE_LATE", DAY, bench.house.merchant)

    bench.report(sale_row(sale))
    watch_files(now=late)
    case.refresh_from_db()
    assert case.resolution == "file_came@1"


@pytest.mark.spec("R1")
def test_a_statement_is_expected_on_bank_days_only(bench: "Bench") -> None:
    from reconciliation.operations import watch_files

    bench.house.bank.contract = {"file_due": "09:00"}
    bench.house.bank.save()
    bench.statement((100, "X"), day=later(1))  # of Friday the 20th

    assert watch_files(now=datetime(2026, 11, 23, 7, 0, tzinfo=UTC)) == 0  # Monday, before the hour; the weekend has no statements
    assert watch_files(now=datetime(2026, 11, 24, 9, 0, tzinfo=UTC)) == 1
    assert [case.business_date for case in bench.cases()] == [later(4)]


@pytest.mark.spec("R7")
def test_a_refund_dated_otherwise_by_the_psp_is_carried_by_name_and_a_case_after_three_bank_days(bench: "Bench") -> None:
    from cashier.models import Refund

    bench.house.merchant.report_zone = "America/New_York"
    bench.house.merchant.save()
    sale = bench.sale(5_000)
    bench.report(sale_row(sale))
    refund = bench.records.refund(sale, 1_000)
    # half past midnight in Malta, still the day before in New York
    at = datetime(2026, 11, 19, 0, 30, tzinfo=UTC)
    Refund.objects.filter(pk=refund.pk).update(state="REFUND_PROCESSED", processed_at=at, psp_ref="r1")
    bench.run(later(3))
    assert "CUTOFF_DIFFERENCE" not in bench.codes()

    bench.run(later(6))  # Wednesday: the fourth bank day
    (case,) = bench.cases("CUTOFF_DIFFERENCE")
    assert (case.amount_minor, case.business_date, case.facts["named"]) == (1_000, DAY, [refund.public_id])
