"""What each disposition does to real records: exact balances, holds that end with their case, items that don't move twice (E4, L12)."""

import pytest

from cashier.models import Capture, Hold, Player, Refund
from cashier.operations.payouts import fail_payout
from ledger.actors import user_actor
from ledger.operations import decide
from reconciliation.models import CaseState, ExceptionCase, Match, SuspenseItem
from reconciliation.operations import auto_resolve_case
from reconciliation.operations.casework import (
    DispositionNotAllowed,
    NothingToMove,
    allowed_dispositions,
    propose_disposition,
)
from tests.reconciliation.cases.acting import REASON, a_case, end, propose
from tests.reconciliation.cases.records import Records
from tests.reconciliation.house import NOW

pytestmark = pytest.mark.spec("E4", "S1", "L12")
# --- differences ---


def test_only_the_difference_of_a_settled_capture_is_open(records: Records) -> None:
    capture = records.capture(5000)
    batch, (line, _) = records.batch(("sale", 4500, capture), ("sale", 700, records.capture(700, psp_ref="psp-cap-2")))
    case = a_case(records, "GROSS_AMOUNT_DIFFERS", [("capture", capture.public_id), ("psp_line", str(line.pk))], amount_minor=500)

    end(records, case, "write_off")

    assert (case.state, records.balance("write_off", records.house.entity.public_id)) == (CaseState.RESOLVED, 500)
    assert (records.balance("clearing"), records.playable(), batch.state) == (0, 5700, "SETTLED")


def test_too_much_credited_is_taken_from_whoever_the_record_belongs_to(records: Records) -> None:
    capture = records.capture(5000)
    records.play(4800)
    _, (line,) = records.batch(("sale", 4500, capture))
    case = a_case(records, "GROSS_AMOUNT_DIFFERS", [("capture", capture.public_id), ("psp_line", str(line.pk))], amount_minor=500)

    end(records, case, "correct_credit")

    assert (records.playable(), records.owed(), records.balance("clearing")) == (0, 300, 0)


def test_too_little_credited_is_given(records: Records) -> None:
    capture = records.capture(5000)
    _, (line,) = records.batch(("sale", 5500, capture))
    end(
        records,
        a_case(records, "GROSS_AMOUNT_DIFFERS", [("capture", capture.public_id), ("psp_line", str(line.pk))], amount_minor=500),
        "correct_credit",
    )
    assert (records.playable(), records.balance("clearing")) == (5500, 0)


@pytest.mark.parametrize("disposition", ["write_off", "correct_credit"])
def test_a_capture_whose_line_has_not_come_is_no_difference(records: Records, disposition: str) -> None:
    capture = records.capture(5000)
    case = a_case(records, "GROSS_AMOUNT_DIFFERS", [("capture", capture.public_id)], amount_minor=500)
    with pytest.raises(NothingToMove):
        propose(records, case, disposition)
    case.refresh_from_db()
    assert (case.state, records.playable(), records.balance("clearing")) == (CaseState.OPEN, 5000, 5000)


def test_an_amount_that_the_psp_changed_waits_in_locked_and_is_credited_as_it_came(records: Records) -> None:
    capture = records.capture(4500, is_late=True)
    end(records, a_case(records, "GROSS_AMOUNT_DIFFERS", [("capture", capture.public_id)], amount_minor=500), "correct_credit")
    assert (records.playable(), records.locked(), records.balance("clearing")) == (4500, 0, 4500)
    assert Hold.objects.get().state == "RELEASED"


# --- what the PSP does not have ---


@pytest.mark.parametrize(("played", "playable", "owed"), [(0, 0, 0), (4000, 0, 4000)])
def test_a_capture_that_the_psp_never_made_is_taken_back_whole_with_its_fee(
    records: Records, played: int, playable: int, owed: int
) -> None:
    capture = records.capture(5100, fee_minor=100)
    if played:
        records.play(played)
    case = a_case(records, "LEDGER_CREDIT_WITHOUT_PSP", [("capture", capture.public_id)], amount_minor=5100)

    end(records, case, "correct_credit")

    assert (records.playable(), records.owed(), records.balance("clearing")) == (playable, owed, 0)
    assert records.balance("fee_income", records.house.entity.public_id) == 0
    assert Capture.objects.get(pk=capture.pk).state == "FAILED_LATE"
    assert [(each.reason_id, each.state) for each in ExceptionCase.objects.order_by("number")] == [
        ("LEDGER_CREDIT_WITHOUT_PSP", "RESOLVED"), ("CAPTURE_FAILED_AFTER_CREDIT", "AUTO_RESOLVED"),
    ]  # fmt: skip


def test_late_money_that_the_psp_never_had_is_taken_from_where_it_is_held(records: Records) -> None:
    capture = records.capture(5000, is_late=True)
    end(records, a_case(records, "LEDGER_CREDIT_WITHOUT_PSP", [("capture", capture.public_id)]), "correct_credit")

    assert (records.playable(), records.locked(), records.owed(), records.balance("clearing")) == (0, 0, 0, 0)
    assert (Hold.objects.get().state, Capture.objects.get(pk=capture.pk).state) == ("TAKEN", "FAILED_LATE")


def test_a_capture_not_settled_is_written_off_whole(records: Records) -> None:
    capture = records.capture(5000)
    end(records, a_case(records, "CAPTURE_NOT_SETTLED", [("capture", capture.public_id)]), "write_off")
    assert (records.balance("clearing"), records.balance("write_off", records.house.entity.public_id), records.playable()) == (
        0,
        5000,
        5000,
    )


def test_a_refund_never_executed_goes_back(records: Records) -> None:
    capture = records.capture(5000)
    refund = records.refund(capture, 2000)
    assert (records.playable(), records.locked()) == (3000, 2000)
    end(records, a_case(records, "REFUND_MISSING_AT_PSP", [("refund", refund.public_id)], amount_minor=2000), "fail_refund")
    assert (records.playable(), records.locked(), Refund.objects.get().state) == (5000, 0, "REFUND_FAILED")


def test_a_refund_that_was_executed_does_not_fail(records: Records) -> None:
    refund = records.refund(records.capture(5000), 2000, state="REFUND_PROCESSED")
    case = a_case(records, "REFUND_MISSING_AT_PSP", [("refund", refund.public_id)], amount_minor=2000)
    with pytest.raises(NothingToMove):
        propose(records, case, "fail_refund")
    assert (records.locked(), Refund.objects.get().state) == (2000, "REFUND_PROCESSED")


def test_a_payout_never_paid_goes_back_and_one_without_an_answer_does_not(records: Records) -> None:
    records.capture(5000)
    payout = records.payout(4000)
    case = a_case(records, "WITHDRAWAL_SENT_PSP_NOT_PAID", [("payout", payout.public_id)], amount_minor=4000)
    payout.call_state = "UNKNOWN"
    payout.save(update_fields=["call_state"])
    with pytest.raises(NothingToMove):
        propose(records, case, "fail_payout")
    payout.call_state = "DONE"
    payout.save(update_fields=["call_state"])

    end(records, case, "fail_payout")

    payout.refresh_from_db()
    assert (records.playable(), records.locked(), payout.state) == (5000, 0, "FAILED")


# --- what the PSP has and we don't ---


def test_a_payout_that_was_paid_is_adopted(records: Records) -> None:
    records.capture(5000)
    payout = records.payout(4000)
    end(records, a_case(records, "PAYOUT_PAID_NOT_RECORDED", [("payout", payout.public_id)], amount_minor=4000), "adopt_payout")
    payout.refresh_from_db()
    assert (records.playable(), records.locked(), records.balance("clearing"), payout.state) == (1000, 0, 1000, "SETTLED")


def test_one_paid_after_release_takes_what_was_held_and_the_rest_is_owed(records: Records) -> None:
    records.capture(5000)
    payout = records.payout(4000, state="FAILED")
    records.play(3500)
    links = [("payout", payout.public_id)]
    case = a_case(records, "PAYOUT_PAID_AFTER_RELEASE", links, amount_minor=4000, about=payout.public_id)
    records.hold("CASE", case.public_id, 4000)
    assert (records.playable(), records.locked()) == (0, 1500)

    end(records, case, "adopt_payout")

    payout.refresh_from_db()
    assert (records.playable(), records.locked(), records.owed(), payout.state) == (0, 0, 2500, "SETTLED")
    assert (Hold.objects.get().state, ExceptionCase.objects.count()) == ("RELEASED", 1)


def test_one_whose_money_was_kept_for_a_player_who_may_not_be_credited_is_paid_out_of_that(records: Records) -> None:
    records.capture(5000)
    payout = records.payout(4000)
    Player.objects.filter(pk=records.player.pk).update(state=Player.State.BLOCKED)
    fail_payout(payout_id=payout.pk, occurred_at=NOW, actor=user_actor(records.house.ada), now=NOW)
    assert (records.playable(), records.locked()) == (1000, 4000)
    case = a_case(records, "PAYOUT_PAID_AFTER_RELEASE", [("payout", payout.public_id)], amount_minor=4000, about=payout.public_id)

    end(records, case, "adopt_payout")

    payout.refresh_from_db()
    assert (records.playable(), records.locked(), records.owed(), payout.state) == (1000, 0, 0, "SETTLED")


@pytest.mark.parametrize(("held", "owed"), [(2500, 1500), (0, 4000)])
def test_a_refund_made_at_the_psp_is_adopted_line_for_line_as_in_story_22(records: Records, held: int, owed: int) -> None:
    capture = records.capture(4000)
    records.play(4000 - held)
    _, (_, line) = records.batch(("sale", 4000, capture), ("refund", -4000, None))
    records.hold("FOUND_REFUND", line.object_reference, 4000)
    assert (records.playable(), records.locked(), records.balance("suspense")) == (0, held, 4000)
    links = [("capture", capture.public_id), ("psp_line", str(line.pk))]
    case = a_case(records, "REFUND_UNKNOWN_TO_PLATFORM", links, amount_minor=4000, facts={"psp_object": line.object_reference})

    end(records, case, "adopt_refund")

    assert (records.playable(), records.locked(), records.owed()) == (0, 0, owed)
    assert (records.balance("suspense"), records.balance("clearing")) == (0, 0)
    assert SuspenseItem.objects.get().cleared_at == NOW
    match = Match.objects.get(rule="person.named@1")
    assert (match.line_id, match.item_kind, match.line_minor, match.difference_minor) == (line.pk, "refund", -4000, 0)
    assert Capture.objects.get(pk=capture.pk).refunded_minor == 4000


@pytest.mark.parametrize(("disposition", "playable", "locked"), [("credit_missing_deposit", 5000, 0), ("refund", 0, 5000)])
def test_late_money_is_credited_or_sent_back(records: Records, disposition: str, playable: int, locked: int) -> None:
    capture = records.capture(5000, is_late=True)
    case = a_case(records, "PSP_SUCCESS_AFTER_TERMINAL", [("capture", capture.public_id)])
    end(records, case, disposition)
    assert (case.state, records.playable(), records.locked()) == (CaseState.RESOLVED, playable, locked)
    assert Refund.objects.count() == (1 if disposition == "refund" else 0)


# --- holds ---


def test_holding_funds_keeps_the_case_open_and_its_ending_gives_them_back(records: Records) -> None:
    capture = records.capture(5000)
    case = a_case(records, "CREDITED_ON_AUTHORISATION", [("capture", capture.public_id)], amount_minor=3000)

    end(records, case, "hold_funds")
    assert (case.state, case.approval_id, records.playable(), records.locked()) == (CaseState.INVESTIGATING, None, 2000, 3000)
    hold = Hold.objects.get()
    assert (hold.kind, hold.ref, hold.state, hold.amount_minor) == ("CASE", case.public_id, "HELD", 3000)
    with pytest.raises(NothingToMove):
        propose(records, case, "hold_funds")

    end(records, case, "correct_credit")
    hold.refresh_from_db()
    assert (case.state, hold.state) == (CaseState.RESOLVED, "RELEASED")
    assert (records.playable(), records.locked(), records.owed(), records.balance("clearing")) == (0, 0, 0, 0)


@pytest.mark.spec("E3")
def test_a_case_for_which_money_is_held_is_not_ended_by_the_engine(records: Records) -> None:
    capture = records.capture(5000)
    case = a_case(records, "LEDGER_CREDIT_WITHOUT_PSP", [("capture", capture.public_id)])
    end(records, case, "hold_funds")

    records.batch(("sale", 5000, capture))
    for _ in range(2):  # the line came; a person says what becomes of what is held
        assert not auto_resolve_case(case, rule="line_came@1", text="A later report has the line.", now=NOW)
    case.refresh_from_db()
    assert (case.state, records.locked(), Hold.objects.get().state) == (CaseState.INVESTIGATING, 5000, "HELD")
    assert [entry.text for entry in case.entries.filter(kind="evidence")] == [
        "A later report has the line. Money is held for this case: a person ends it."
    ]

    end(records, case, "no_action")
    assert (case.state, records.playable(), records.locked()) == (CaseState.RESOLVED, 5000, 0)


def test_what_is_held_is_not_given_back_by_one_person(records: Records) -> None:
    records.capture(5000)
    case = a_case(records, "PAYOUT_RETURNED", [("player", records.player.public_id)])
    records.hold("CASE", case.public_id, 5000)
    no_action = {row.name: row for row in allowed_dispositions(case)}["no_action"]
    assert no_action.moves_money

    request = propose(records, case, "no_action")
    assert (records.locked(), ExceptionCase.objects.get().state) == (5000, CaseState.PROPOSED)
    decide(request_id=request.pk, approve=True, checker=records.house.ben, reason="", now=NOW)
    assert (records.playable(), records.locked(), ExceptionCase.objects.get().resolution) == (5000, 0, "no_action")


def test_money_kept_for_a_player_is_released_only_when_he_may_be_credited(records: Records) -> None:
    records.capture(5000)
    payout = records.payout(4000, state="FAILED")
    records.hold("CASE", payout.public_id, 4000)
    case = a_case(records, "ABNORMAL_PENDING", [("payout", payout.public_id), ("player", records.player.public_id)], amount_minor=4000)
    Player.objects.filter(pk=records.player.pk).update(state="SELF_EXCLUDED")
    with pytest.raises(NothingToMove):
        propose(records, case, "credit_missing_deposit")
    Player.objects.filter(pk=records.player.pk).update(state="ACTIVE")
    end(records, case, "credit_missing_deposit")
    assert (records.playable(), records.locked()) == (5000, 0)


# --- when nothing is open ---


def test_a_case_for_which_the_books_hold_nothing_may_always_be_resolved(records: Records) -> None:
    case = a_case(records, "CAPTURE_FAILED_AFTER_CREDIT", [("player", records.player.public_id)])
    assert "no_action" not in case.reason.dispositions
    propose_disposition(case_id=case.pk, disposition="no_action", reason=REASON, actor=user_actor(records.house.ada), now=NOW)
    case.refresh_from_db()
    assert (case.state, case.resolution) == (CaseState.RESOLVED, "no_action")


def test_one_for_which_they_do_may_not(records: Records) -> None:
    capture = records.capture(5000)
    case = a_case(records, "CAPTURE_FAILED_AFTER_CREDIT", [("capture", capture.public_id)])
    with pytest.raises(DispositionNotAllowed):
        propose_disposition(case_id=case.pk, disposition="no_action", reason=REASON, actor=user_actor(records.house.ada), now=NOW)
