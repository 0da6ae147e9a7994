"""From a casino's day to its signed close: paid over HTTP, reported, ingested, matched, worked off by people, prepared, signed."""

from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from tests.journeys.living import LivingStack

pytestmark = pytest.mark.whole

DEPOSITS = 40


@dataclass(frozen=True)
class PlayedDay:
    """A simulated day: its date, simulate_day's figures, the truth file."""

    day: date
    figures: dict[str, Any]
    truth: Path


@pytest.fixture(scope="module")
def _days() -> dict[str, PlayedDay]:
    return {}


@pytest.fixture
def played(stack: LivingStack, _days: dict[str, PlayedDay]) -> PlayedDay:
    """The first day of the house, played once for this module."""
    if not _days:
        day, truth = stack.next_day(), stack.running.directory / "first.jsonl"
        options = ("--deposits", str(DEPOSITS), "--seed", "3", "--currencies", "EUR,SEK", "--date", day.isoformat())
        _days["first"] = PlayedDay(day, stack.simulated(*options, "--truth", str(truth)), truth)
    return _days["first"]


@pytest.mark.spec("Z2", "Z3", "R7", "R9", "L9", "L10", "S5")
def test_every_break_is_found_and_the_books_prove(stack: LivingStack, played: PlayedDay) -> None:
    # 1. a day was paid over HTTP: something of everything happened
    deposits = played.figures["deposits"]
    assert deposits["asked"] == DEPOSITS
    ends = ("paid", "declined", "expired", "canceled", "open")
    assert sum(deposits[name] for name in ends) == DEPOSITS
    assert all(deposits[name] for name in ("paid", "declined", "challenged", "payout.requested", "refund.submitted", "round.debited"))

    # 2. its papers came in, and what was broken in them was found, each break by its own code, and nothing else
    score = stack.told("score_matching", "--truth", str(played.truth))
    assert score["missed"] == [] and score["spurious"] == []
    assert {(code["precision"], code["recall"]) for code in score["codes"].values()} == {(1.0, 1.0)}
    assert len(score["codes"]) >= 30  # some need a second account, a day before, or more payments than these

    # 3. ledger, replay and audit chain hold; nobody was charged or paid twice
    stack.prove()
    books = stack.sandbox.books()
    assert (books["double_charged"], books["double_paid"]) == ([], [])


@pytest.mark.spec("R2", "R9", "L3")
def test_the_days_files_twice_are_not_one_more_journal_row(stack: LivingStack, played: PlayedDay) -> None:
    from reconciliation.models import FileState, SourceFile

    # Two accounts may have papers of one name: they are told apart by what is in them.
    files = [file for file in (stack.running.directory / "sandbox").rglob("*") if file.is_file()]
    papers = {sha256(file.read_bytes()).hexdigest(): file for file in files}
    loaded = list(SourceFile.objects.select_related("merchant_account", "bank_account"))
    assert len(loaded) == played.figures["files"]

    with stack.nothing_begins():
        before = _posted()
        for stored in (row for row in loaded if row.state == FileState.LOADED):
            account = stored.merchant_account or stored.bank_account
            assert account is not None
            again = stack.told("ingest", str(papers[stored.sha256]), "--source", stored.source, "--account", account.code)
            assert again["accepted"] and again["duplicate_of"] == stored.public_id
        for day in {run["date"] for run in played.figures["runs"]}:
            stack.told("reconcile", "--date", day)

        assert _posted() == before


@pytest.mark.spec("D1", "D2", "D3", "E1", "E4", "S1", "L12")
def test_two_people_close_the_day(stack: LivingStack, played: PlayedDay) -> None:
    from ledger import clock
    from ledger.errors import ApprovalRefused
    from ledger.models import LegalEntity
    from reconciliation.models import CloseSnapshot, CloseState
    from reconciliation.operations import closing
    from tests.journeys import people

    # 1. payouts that wait for risk are decided, and end
    people.decide_approvals(clock.now)
    stack.settle_down()

    # 2. payments operations end the cases; where money moves, finance agrees
    ended, refused = people.work_cases(clock.now)
    assert len(ended) >= played.figures["mismatches"] // 2, refused

    # 3. Ben prepares; what can't be worked off is overridden by two people and stays visible
    close = closing.open_close(entity=LegalEntity.objects.get(), day=played.day, now=clock.now())
    overridden = people.prepare(close, clock.now)
    close.refresh_from_db()
    assert close.state == CloseState.PREPARED
    assert [row["name"] for row in close.overrides] == overridden
    # "bank": a line that the bank states twice is never posted, so that its statement and our books differ until it is put right.
    # "reserve": a prefund of another amount than the PSP says is one of the day's breaks.
    assert set(overridden) <= {"bank", "cases", "suspense", "runs", "statements", "reports", "reserve"}

    # 4. he can't sign what he prepared; Fay, who touched nothing of that day's money, does
    with pytest.raises(ApprovalRefused):
        people.sign(close, "ben", clock.now)
    close = people.sign(close, "fay", clock.now)
    assert people.is_signed(close)
    assert (close.preparer, close.signer) == (people.person("ben"), people.person("fay"))
    assert CloseSnapshot.objects.get(close=close).totals["journal"]["transactions"] > DEPOSITS

    # 5. the books still prove
    stack.prove()


@pytest.mark.spec("L16", "D3")
def test_a_posting_into_the_signed_day_goes_to_the_next_open_day(stack: LivingStack, played: PlayedDay) -> None:
    from django.db import transaction

    from cashier.models import Player
    from ledger import clock
    from ledger.actors import system_actor
    from ledger.calendar import day_bounds
    from ledger.models import JournalTransaction, LegalEntity
    from ledger.operations import Posting, post

    entity, player = LegalEntity.objects.get(), Player.objects.first()
    assert player is not None
    lines = [
        {"kind": kind, "holder": holder, "asset": "EUR", "amount_minor": amount, "ref": "", "label": ""}
        for kind, holder, amount in (("outside", entity.public_id, 700), ("playable", player.public_id, -700))
    ]
    noon = day_bounds(entity, played.day)[0] + (day_bounds(entity, played.day)[1] - day_bounds(entity, played.day)[0]) / 2

    with transaction.atomic():
        posted = post(
            Posting("OPENING_BALANCE@1", "opening:late", entity.id, {"lines": lines}, noon), actor=system_actor("tests"), now=clock.now()
        )

    row = JournalTransaction.objects.get(pk=posted.id)
    assert row.business_date > played.day
    assert row.corrects_date == played.day


@pytest.mark.spec("Z2", "R7")
def test_a_calm_day_yields_no_case(stack: LivingStack) -> None:
    from reconciliation.models import ExceptionCase

    day, truth = stack.next_day(), stack.running.directory / "calm.jsonl"
    options = ("--deposits", "14", "--seed", "5", "--currencies", "EUR,SEK", "--date", day.isoformat(), "--faults", "none")

    figures = stack.simulated(*options, "--truth", str(truth))

    assert figures["mismatches"] == 0 and figures["cases"] == {}
    assert not ExceptionCase.objects.filter(business_date__gte=day).exists()
    assert stack.told("score_matching", "--truth", str(truth))["codes"] == {}
    # All that is left is what the first day's bank stated twice: never posted, and told by its case.
    left = {(run["account"], each["amount_minor"]) for run in figures["runs"] for each in run["residuals"] if each["amount_minor"]}
    twice = ExceptionCase.objects.filter(reason="BANK_LINE_DUPLICATED").values_list("bank_account__code", "amount_minor")
    assert left <= {(code, int(amount)) for code, amount in twice}


def _posted() -> dict[str, int]:
    """Every posting's key, with the number of its entries."""
    from django.db.models import Count

    from ledger.models import JournalTransaction

    return dict(JournalTransaction.objects.annotate(lines=Count("entries")).values_list("posting_key", "lines"))
