"""How a case ends: money moves only after a second person agreed, once, and only if the books still say the same (E4, S1)."""

import pytest

from ledger.actors import user_actor
from ledger.errors import ApprovalRefused
from ledger.models import ApprovalRequest, JournalTransaction
from ledger.operations import decide
from ledger.queries import get_balance
from reconciliation.models import CaseState, ExceptionCase
from reconciliation.operations.casework import (
    CaseNotOpen,
    DispositionNotAllowed,
    NothingToMove,
    preview_of,
    propose_disposition,
    withdraw_proposal,
)
from tests.ledger.books import book, cr, dr
from tests.reconciliation.house import NOW, PLAYER, House, make_case

pytestmark = pytest.mark.spec("E4", "S1", "L12")
REASON = "the PSP will not pay this item"
CAPTURE = "cap_01kahj0000000000000000000c"


def differing_case(house: House, *, open_minor: int, in_wallet: int = 0) -> ExceptionCase:
    """A capture of 50.00 whose line relieved clearing of less (open > 0) or more (open < 0); the player has `in_wallet` left."""
    m, le = house.merchant.public_id, house.entity.public_id
    book(house.entity, "capture", dr("clearing", m, 5000, ref=CAPTURE), cr("playable", PLAYER, 5000, ref=CAPTURE))
    book(house.entity, "batch", dr("in_transit", m, 5000 - open_minor), cr("clearing", m, 5000 - open_minor, ref=CAPTURE))
    if in_wallet < 5000:
        book(house.entity, "played", dr("playable", PLAYER, 5000 - in_wallet), cr("gaming", le, 5000 - in_wallet))
    return make_case(house, amount_minor=abs(open_minor), links=[("capture", CAPTURE), ("player", PLAYER)])


def propose(house: House, case: ExceptionCase, disposition: str) -> ApprovalRequest:
    propose_disposition(case_id=case.pk, disposition=disposition, reason=REASON, actor=user_actor(house.ada), now=NOW)
    return ApprovalRequest.objects.get(kind="case.disposition", state="PENDING")


def clearing_of(house: House) -> int:
    return get_balance(house.entity.pk, "clearing", house.merchant.public_id, "EUR")


def playable_of(house: House) -> int:
    return -get_balance(house.entity.pk, "playable", PLAYER, "EUR")


def test_a_write_off_is_posted_once_a_second_person_agrees(house: House) -> None:
    case = differing_case(house, open_minor=500)
    assert [(line.kind, line.amount_minor) for line in preview_of(case, "write_off")] == [("write_off", 500), ("clearing", -500)]
    before = JournalTransaction.objects.count()

    request = propose(house, case, "write_off")
    case.refresh_from_db()
    assert (case.state, JournalTransaction.objects.count()) == (CaseState.PROPOSED, before)

    decide(request_id=request.pk, approve=True, checker=house.ben, reason="", now=NOW)
    case.refresh_from_db()
    assert (case.state, case.resolution) == (CaseState.RESOLVED, "write_off")
    assert clearing_of(house) == 0
    assert get_balance(house.entity.pk, "write_off", house.entity.public_id, "EUR") == 500


@pytest.mark.parametrize(("in_wallet", "playable", "owed"), [(5000, 4500, 0), (200, 0, 300), (0, 0, 500)])
def test_what_was_credited_too_much_is_taken_as_far_as_it_goes(house: House, in_wallet: int, playable: int, owed: int) -> None:
    case = differing_case(house, open_minor=500, in_wallet=in_wallet)
    request = propose(house, case, "correct_credit")
    decide(request_id=request.pk, approve=True, checker=house.ben, reason="", now=NOW)
    assert clearing_of(house) == 0
    assert (playable_of(house), get_balance(house.entity.pk, "receivable", PLAYER, "EUR")) == (playable, owed)


def test_what_was_credited_too_little_is_given(house: House) -> None:
    case = differing_case(house, open_minor=-500, in_wallet=5000)
    request = propose(house, case, "correct_credit")
    decide(request_id=request.pk, approve=True, checker=house.ben, reason="", now=NOW)
    assert (clearing_of(house), playable_of(house)) == (0, 5500)


def test_who_proposed_can_not_approve_and_neither_can_a_stranger_or_a_superuser(house: House) -> None:
    case = differing_case(house, open_minor=500)
    request = propose(house, case, "write_off")
    house.cleo.is_superuser = True
    house.cleo.save()
    for person in (house.ada, house.cleo):
        with pytest.raises(ApprovalRefused):
            decide(request_id=request.pk, approve=True, checker=person, reason="", now=NOW)
    case.refresh_from_db()
    assert (case.state, clearing_of(house)) == (CaseState.PROPOSED, 500)


def test_books_that_changed_since_are_not_posted_on(house: House) -> None:
    case = differing_case(house, open_minor=500)
    request = propose(house, case, "write_off")
    book(
        house.entity,
        "late line",
        dr("in_transit", house.merchant.public_id, 500),
        cr("clearing", house.merchant.public_id, 500, ref=CAPTURE),
    )
    with pytest.raises((CaseNotOpen, NothingToMove)):
        decide(request_id=request.pk, approve=True, checker=house.ben, reason="", now=NOW)
    request.refresh_from_db()
    assert (request.state, clearing_of(house)) == ("PENDING", 0)


def test_a_rejected_or_withdrawn_proposal_gives_the_case_back(house: House) -> None:
    case = differing_case(house, open_minor=500)
    decide(request_id=propose(house, case, "write_off").pk, approve=False, checker=house.ben, reason="claim it first", now=NOW)
    case.refresh_from_db()
    assert (case.state, case.proposed_disposition, case.approval_id) == (CaseState.INVESTIGATING, "", None)
    propose(house, case, "write_off")
    withdrawn = withdraw_proposal(case_id=case.pk, actor=user_actor(house.ada), now=NOW)
    assert (withdrawn.state, clearing_of(house)) == (CaseState.INVESTIGATING, 500)


def test_an_unknown_line_goes_from_suspense_to_its_item(house: House) -> None:
    m = house.merchant.public_id
    book(house.entity, "batch", dr("in_transit", m, 5000), cr("suspense", m, 5000, ref="line:psp:7"))
    case = make_case(house, "UNKNOWN_LINE_TYPE", amount_minor=5000, links=[("psp_line", "7")])
    with pytest.raises(NothingToMove, match="cap_"):
        propose_disposition(
            case_id=case.pk, disposition="identify_line", reason=REASON, target="nobody", actor=user_actor(house.ada), now=NOW
        )
    case.refresh_from_db()
    assert case.state == CaseState.OPEN


def test_money_in_of_other_books_leaves_suspense_for_outside(house: House) -> None:
    b = house.bank.public_id
    book(house.entity, "bank line", dr("bank", b, 7500), cr("suspense", b, 7500, ref="bl:3"))
    case = make_case(house, "BANK_CREDIT_UNIDENTIFIED", amount_minor=7500, links=[("bank_line", "3")])
    request = propose(house, case, "outside")
    decide(request_id=request.pk, approve=True, checker=house.ben, reason="", now=NOW)
    assert get_balance(house.entity.pk, "suspense", b, "EUR") == 0
    assert get_balance(house.entity.pk, "outside", house.entity.public_id, "EUR") == -7500


def test_a_disposition_that_the_reason_code_does_not_allow_is_refused(house: House) -> None:
    case = make_case(house, "STATEMENT_GAP")
    with pytest.raises(DispositionNotAllowed, match="wait_for_timing"):
        propose_disposition(case_id=case.pk, disposition="write_off", reason=REASON, actor=user_actor(house.ada), now=NOW)


def test_a_claim_keeps_the_case_alive_until_the_psp_pays(house: House) -> None:
    case = differing_case(house, open_minor=500)
    propose_disposition(case_id=case.pk, disposition="claim_from_psp", reason=REASON, actor=user_actor(house.ada), now=NOW)
    case.refresh_from_db()
    assert (case.state, clearing_of(house)) == (CaseState.WAITING, 500)


def test_nothing_open_is_nothing_to_move(house: House) -> None:
    case = make_case(house, "CAPTURE_NOT_SETTLED", links=[("capture", CAPTURE)])
    with pytest.raises(NothingToMove):
        propose_disposition(case_id=case.pk, disposition="write_off", reason=REASON, actor=user_actor(house.ada), now=NOW)
