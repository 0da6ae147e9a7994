"""A run ends only what it looked at: run again for an older day, or long after, it says of no break that it is gone (R9, E1)."""

import io
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from tests.reconciliation.detect.bench import AT, DAY, NOW, later, row, sale_row
from tests.reconciliation.detect.test_activity import told

if TYPE_CHECKING:
    from reconciliation.models import ExceptionCase
    from tests.reconciliation.detect.bench import Bench

pytestmark = pytest.mark.spec("R9", "E1")
BEFORE = later(-1)


def run_again(bench: "Bench", day: date, *, after: int) -> None:
    """The account is run for a day, so many days after the house's first."""
    bench.run(day, now=NOW + timedelta(days=after))


def require_open(case: "ExceptionCase") -> None:
    case.refresh_from_db()
    assert (case.state, case.resolution) == ("OPEN", "")


@pytest.mark.spec("R14")
def test_a_reserve_that_did_not_come_stays_overdue(bench: "Bench") -> None:
    bench.agree(contract={"reserve": {"percent": "5.00", "days": 10, "grace_days": 2}})
    bench.report(sale_row(bench.sale(20_000)), row("DepositCorrection", net=-1_000))
    bench.run(later(13))
    (case,) = bench.cases("RESERVE_RELEASE_OVERDUE")

    run_again(bench, DAY, after=14)
    require_open(case)

    # but where both sides agreed on a later day it is due no more
    bench.agree(contract={"reserve": {"percent": "5.00", "days": 180, "grace_days": 2}})
    run_again(bench, later(14), after=15)
    case.refresh_from_db()
    assert (case.state, case.resolution) == ("AUTO_RESOLVED", "reserve_came@1")


def sent(bench: "Bench", rule: str) -> None:
    from django.db import transaction

    from ledger.operations import Posting, post
    from tests.reconciliation.cases.records import TESTER

    source = {
        "merchant_account": bench.house.merchant.public_id, "bank_account": bench.house.bank.public_id, "asset": "EUR",
        "amount_minor": 50_000, "top_up": "top_1",
    }  # fmt: skip
    with transaction.atomic():
        post(Posting(rule, f"{rule}:top_1", bench.house.entity.pk, source, AT), actor=TESTER, now=AT)


@pytest.mark.parametrize("days", [1, 75], ids=["an older day", "long after"])
def test_a_top_up_that_did_not_arrive_stays_missing(bench: "Bench", days: int) -> None:
    sent(bench, "TOP_UP_SENT@1")
    bench.run(later(7))
    (case,) = bench.cases("TOP_UP_NOT_RECEIVED")

    run_again(bench, later(days), after=76)
    require_open(case)

    sent(bench, "TOP_UP_ARRIVED@1")
    run_again(bench, later(76), after=77)
    case.refresh_from_db()
    assert case.resolution == "top_up_arrived@1"


@pytest.mark.spec("R8")
@pytest.mark.parametrize("day", [BEFORE, later(70)], ids=["an older day", "long after"])
def test_clearing_that_nothing_explains_stays_unexplained(bench: "Bench", day: date) -> None:
    from tests.ledger.books import book, cr, dr

    m, e = bench.house.merchant.public_id, bench.house.entity.public_id
    book(bench.house.entity, "stray", dr("clearing", m, 777, ref="found"), cr("adjustments", e, 777), at=AT)
    bench.run()
    (case,) = bench.cases("CLEARING_BALANCE_UNEXPLAINED")

    run_again(bench, day, after=71)
    require_open(case)


@pytest.mark.spec("R14")
def test_a_balance_that_the_psp_states_otherwise_stays_different(bench: "Bench") -> None:
    from tests.ledger.books import book, cr, dr

    m, e = bench.house.merchant.public_id, bench.house.entity.public_id
    book(bench.house.entity, "prefund", dr("prefund", m, 20_000, ref="start"), cr("outside", e, 20_000), at=AT)
    for day, amount in ((19, "200.00"), (20, "175.00")):
        content = f"Merchant Account,Date,Balance,Currency,Amount\nSANDBOX_EU,2026-11-{day},prefund,EUR,{amount}\n"
        assert bench.take_in(content.encode(), f"balances_{day}.csv", "psp_balances", "SANDBOX_EU")["accepted"]
    bench.run(later(1))
    (case,) = bench.cases("PSP_BALANCE_DIFFERS")

    run_again(bench, DAY, after=2)
    require_open(case)


@pytest.mark.spec("R14", "D2")
def test_a_balance_stays_different_however_many_papers_came_since(bench: "Bench") -> None:
    from reconciliation.operations import ingest_file
    from reconciliation.queries.checklist import checklist
    from tests.ledger.books import book, cr, dr
    from tests.reconciliation.ingest.papers import ACTOR

    m, e = bench.house.merchant.public_id, bench.house.entity.public_id
    book(bench.house.entity, "reserve", dr("reserve", m, 20_000, ref="start"), cr("outside", e, 20_000), at=AT)

    def said(day: int, amount: str, currency: str = "EUR") -> None:
        content = f"Merchant Account,Date,Balance,Currency,Amount\nSANDBOX_EU,{later(day)},reserve,{currency},{amount}\n"
        came = NOW + timedelta(days=day)
        taken = ingest_file(
            file=io.BytesIO(content.encode()), name=f"{day}.csv", source="psp_balances", account="SANDBOX_EU", actor=ACTOR, now=came
        )
        assert taken["accepted"]

    said(0, "175.00")
    bench.run()
    (case,) = bench.cases("PSP_BALANCE_DIFFERS")

    def told() -> tuple[str, ...]:
        return next(item for item in checklist(bench.house.entity, DAY, now=NOW) if item.name == "reserve").missing

    assert len(told()) == 1
    for day in range(1, 12):  # a paper for each day, of another currency: none says anything of this balance
        said(day, "0.00", "SEK")
    run_again(bench, DAY, after=12)
    run_again(bench, later(11), after=12)
    require_open(case)
    assert len(told()) == 1


@pytest.mark.spec("R4")
@pytest.mark.parametrize(("day", "after"), [(BEFORE, 3), (date(2026, 12, 22), 40)], ids=["an older day", "long after"])
def test_a_payment_that_nobody_here_knows_stays_unknown(bench: "Bench", monkeypatch: pytest.MonkeyPatch, day: date, after: int) -> None:
    monkeypatch.setenv("SANDBOX_EU_API_KEY", "key")  # the PSP is asked of the sale, and can't be reached
    ours = bench.sale(30_000).intent.public_id
    told(bench, ("SentForSettle", "psp-obj_1", ours, "obj_1", 30_000), day=18)  # the register told something of either day
    told(bench, ("SentForSettle", "psp-obj_1", ours, "obj_1", 30_000), day=30)
    told(bench, ("Settled", "psp-x", "nobody", "obj_x", 900))
    bench.run(later(2))
    (case,) = bench.cases("EVENT_UNKNOWN_REFERENCE")

    run_again(bench, day, after=after)
    require_open(case)


@pytest.mark.spec("R7")
def test_what_the_hour_at_which_the_day_ends_keeps_apart_stays_apart(bench: "Bench") -> None:
    from cashier.models import Refund

    bench.house.merchant.report_zone = "America/New_York"
    bench.house.merchant.save()
    sale = bench.sale(5_000)
    bench.report(sale_row(sale))
    refund: Any = bench.records.refund(sale, 1_000)
    at = datetime(2026, 11, 19, 0, 30, tzinfo=UTC)
    Refund.objects.filter(pk=refund.pk).update(state="REFUND_PROCESSED", processed_at=at, psp_ref="r1")
    bench.run(later(6))
    (case,) = bench.cases("CUTOFF_DIFFERENCE")

    run_again(bench, later(3), after=7)
    require_open(case)


def end_by_hand(case: "ExceptionCase", bench: "Bench", *, after: int) -> None:
    """A person resolves it without a posting, so many days after the house's first."""
    from ledger.actors import user_actor
    from reconciliation.operations.casework import propose_disposition

    case.refresh_from_db()
    propose_disposition(
        case_id=case.pk, disposition="no_action", reason="known, comes right by itself", actor=user_actor(bench.house.ada),
        now=NOW + timedelta(days=after),
    )  # fmt: skip


def require_new_version_on_later_days_only(bench: "Bench", code: str, run: Any) -> None:
    """The case was ended by hand a day late; `run` runs the account for the n-th day."""
    (case,) = bench.cases(code)
    end_by_hand(case, bench, after=1)  # when the next day was over too
    run(0)
    run(1)
    assert bench.cases(code) == [case]  # both days were judged

    run(2)
    run(2)
    run(0)
    _, again = bench.cases(code)
    assert (again.version, again.previous, again.state, again.amount_minor) == (2, case, "OPEN", case.amount_minor)

    end_by_hand(again, bench, after=2)
    run(2)
    assert len(bench.cases(code)) == 2


@pytest.mark.spec("R8")
def test_clearing_that_still_differs_after_a_person_ended_its_case_is_a_new_version(bench: "Bench") -> None:
    from tests.ledger.books import book, cr, dr

    m, e = bench.house.merchant.public_id, bench.house.entity.public_id
    book(bench.house.entity, "stray", dr("clearing", m, 777, ref="found"), cr("adjustments", e, 777), at=AT)
    bench.run()

    def run(day: int) -> None:
        run_again(bench, later(day), after=day + 1)

    require_new_version_on_later_days_only(bench, "CLEARING_BALANCE_UNEXPLAINED", run)


@pytest.mark.spec("R8")
def test_what_a_person_let_stand_in_clearing_is_seen_as_long_as_its_case_lives(bench: "Bench") -> None:
    from tests.ledger.books import book, cr, dr

    m, e = bench.house.merchant.public_id, bench.house.entity.public_id
    book(bench.house.entity, "stray", dr("clearing", m, 777, ref="found"), cr("adjustments", e, 777), at=AT)
    bench.run()
    end_by_hand(*bench.cases("CLEARING_BALANCE_UNEXPLAINED"), bench, after=0)
    run_again(bench, later(50), after=51)
    _, again = bench.cases("CLEARING_BALANCE_UNEXPLAINED")

    run_again(bench, later(70), after=71)  # the posting is out of sight, the case's day is not
    require_open(again)


@pytest.mark.spec("R8")
def test_a_case_that_does_not_say_since_when_is_looked_at_as_far_as_runs_look(bench: "Bench") -> None:
    from tests.ledger.books import book, cr, dr

    m, e = bench.house.merchant.public_id, bench.house.entity.public_id
    book(bench.house.entity, "stray", dr("clearing", m, 777, ref="found"), cr("adjustments", e, 777), at=AT)
    bench.run()
    (case,) = bench.cases("CLEARING_BALANCE_UNEXPLAINED")
    case.facts = {name: value for name, value in case.facts.items() if name != "since"}
    case.save()

    run_again(bench, later(1), after=2)
    require_open(case)


@pytest.mark.spec("R8", "D2")
def test_a_bank_that_still_differs_after_a_person_ended_its_case_is_a_new_version(bench: "Bench") -> None:
    from tests.ledger.books import book, cr, dr

    bank, entity = bench.house.bank.public_id, bench.house.entity
    bench.statement((5_000, "PAYMENT"))
    book(entity, "stray", dr("bank", bank, 900), cr("adjustments", entity.public_id, 900), at=AT)
    bench.run(account="BANK_EUR")

    def run(day: int) -> None:
        if day and not BankStatement.objects.filter(number=str(day + 1)).exists():
            bench.statement((100, "PAYMENT"), number=day + 1, opening=104_900 + 100 * day, day=later(day))
        bench.run(later(day), "BANK_EUR", now=NOW + timedelta(days=day + 1))

    from reconciliation.models import BankStatement

    require_new_version_on_later_days_only(bench, "BANK_BALANCE_DIFFERS", run)


@pytest.mark.spec("R14", "D2")
def test_a_psps_balance_that_still_differs_after_a_person_ended_its_case_is_a_new_version(bench: "Bench") -> None:
    from tests.ledger.books import book, cr, dr

    m, e = bench.house.merchant.public_id, bench.house.entity.public_id
    book(bench.house.entity, "prefund", dr("prefund", m, 20_000, ref="start"), cr("outside", e, 20_000), at=AT)

    def run(day: int) -> None:
        content = f"Merchant Account,Date,Balance,Currency,Amount\nSANDBOX_EU,{later(day)},prefund,EUR,175.00\n"
        assert bench.take_in(content.encode(), f"balances_{day}.csv", "psp_balances", "SANDBOX_EU")["accepted"]
        run_again(bench, later(day), after=day + 1)

    run(0)
    require_new_version_on_later_days_only(bench, "PSP_BALANCE_DIFFERS", run)
