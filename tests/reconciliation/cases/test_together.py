"""One ending for many cases, asked for once: each has its own outcome, and who failed is told by name (E5, S1)."""

import pytest

from ledger.actors import user_actor
from ledger.models import ApprovalRequest, AuditRecord
from ledger.operations import decide
from ledger.queries import get_balance
from reconciliation.models import CaseState, ExceptionCase
from reconciliation.operations.casework import DispositionNotAllowed, propose_together, withdraw_proposal
from tests.ledger.books import book, cr, dr
from tests.reconciliation.house import NOW, House, make_case

pytestmark = pytest.mark.spec("E5", "S1")
WHY = "the PSP will not pay these"


def open_cases(house: House, count: int) -> list[ExceptionCase]:
    """Cases of 5.00 each, that their captures still wait for."""
    m, cases = house.merchant.public_id, []
    for number in range(count):
        capture = f"cap_01kahj000000000000000000{number}c"
        book(house.entity, f"capture {number}", dr("clearing", m, 500, ref=capture), cr("gaming", house.entity.public_id, 500))
        book(house.entity, f"less {number}", dr("clearing", m, 100, ref=capture), cr("in_transit", m, 100))
        cases.append(make_case(house, links=[("capture", capture)], about=str(number)))
    return cases


def ask(house: House, cases: list[ExceptionCase], disposition: str = "write_off") -> ApprovalRequest:
    keys = [case.pk for case in cases]
    return propose_together(case_ids=keys, disposition=disposition, reason=WHY, actor=user_actor(house.ada), now=NOW).request


def states(cases: list[ExceptionCase]) -> list[str]:
    return [str(ExceptionCase.objects.get(pk=case.pk).state) for case in cases]


def written_off(house: House) -> int:
    return get_balance(house.entity.pk, "write_off", house.entity.public_id, "EUR")


def test_one_yes_ends_all_of_them(house: House) -> None:
    cases = open_cases(house, 3)
    request = ask(house, cases)
    assert (request.amount_minor, request.summary.split(":")[1][:8]) == (1800, " 3 cases")
    assert states(cases) == [CaseState.PROPOSED] * 3
    decide(request_id=request.pk, approve=True, checker=house.ben, reason="", now=NOW)
    assert (states(cases), written_off(house)) == ([CaseState.RESOLVED] * 3, 1800)


def test_one_that_changed_since_goes_back_to_work_and_the_others_are_done(house: House) -> None:
    cases = open_cases(house, 2)
    request = ask(house, cases)
    link = cases[0].links.get(kind="capture").target_id
    book(
        house.entity, "line came", cr("clearing", house.merchant.public_id, 100, ref=link), dr("in_transit", house.merchant.public_id, 100)
    )
    decide(request_id=request.pk, approve=True, checker=house.ben, reason="", now=NOW)
    assert (states(cases), written_off(house)) == ([CaseState.INVESTIGATING, CaseState.RESOLVED], 600)
    told = AuditRecord.objects.get(act="case.ended_together").detail
    assert (told["done"], list(told["failed"])) == ([cases[1].label], [cases[0].label])
    assert cases[0].entries.filter(kind="proposal", text__startswith="Approved, and not done").exists()


def test_one_that_cannot_be_ended_so_is_named_and_left(house: House) -> None:
    cases = [*open_cases(house, 1), make_case(house, about="empty")]
    keys = [case.pk for case in cases]
    asked = propose_together(case_ids=keys, disposition="write_off", reason=WHY, actor=user_actor(house.ada), now=NOW)
    assert (asked.cases, list(asked.failed)) == (1, [cases[1].label])
    assert states(cases) == [CaseState.PROPOSED, CaseState.OPEN]


@pytest.mark.parametrize("ending", ["no", "withdrawn"])
def test_a_no_gives_all_of_them_back(house: House, ending: str) -> None:
    cases = open_cases(house, 2)
    request = ask(house, cases)
    if ending == "no":
        decide(request_id=request.pk, approve=False, checker=house.ben, reason="ask the PSP first", now=NOW)
    else:
        withdraw_proposal(case_id=cases[0].pk, actor=user_actor(house.ada), now=NOW)
    assert (states(cases), written_off(house)) == ([CaseState.INVESTIGATING] * 2, 0)


def test_cases_that_differ_and_too_many_are_refused(house: House) -> None:
    mixed = [make_case(house, about="1"), make_case(house, "FEE_DIFFERS", about="2")]
    for keys in ([case.pk for case in mixed], []):
        with pytest.raises(DispositionNotAllowed):
            propose_together(case_ids=keys, disposition="write_off", reason=WHY, actor=user_actor(house.ada), now=NOW)
