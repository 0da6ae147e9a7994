"""Rules end small cases by themselves once two people said so; a person takes it back; all of it is counted (E3)."""

import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

import reconciliation
from ledger.actors import user_actor
from ledger.errors import ApprovalRefused
from ledger.models import ApprovalRequest, JournalTransaction
from ledger.operations import decide
from ledger.operations.settings_changes import propose_change
from ledger.queries import get_balance
from reconciliation.models import AutoRule, CaseState, ExceptionCase, RuleAct
from reconciliation.operations import auto_resolve_case
from reconciliation.operations.casework import apply_auto_rules, assign_case, reopen_case
from reconciliation.operations.settings import AUTO_RULE
from tests.ledger.books import book, cr, dr
from tests.ledger.cast import make_person
from tests.reconciliation.house import NOW, House, make_case

pytestmark = pytest.mark.spec("E3")
WHY = "small charges of the bank are not worth a person"


def turn_on(house: House, code: str = "small_bank_charge", **after: Any) -> AutoRule:
    """Asked by Ada, approved by one who may decide policies."""
    change = {"is_on": True, **after}
    request = propose_change(AUTO_RULE, key={"code": code}, after=change, reason=WHY, maker=user_actor(house.ada), now=NOW)
    decide(request_id=request.pk, approve=True, checker=make_person(f"pat{request.pk}", "approve_policy"), reason="", now=NOW)
    return AutoRule.objects.get(pk=code)


def short_transfer(house: House, *, short: int, about: str = "1") -> ExceptionCase:
    """The bank shows less (or, below zero, more) than the PSP sent: the rest stands in transit under the batch's name."""
    line = dr if short > 0 else cr
    against = cr if short > 0 else dr
    m = house.merchant.public_id
    book(house.entity, f"batch {about}", line("in_transit", m, abs(short), ref=f"B{about}"), against("clearing", m, abs(short)))
    case = make_case(house, "BANK_SETTLEMENT_AMOUNT_DIFFERS", amount_minor=short, links=[("batch", f"B{about}")], about=about)
    ExceptionCase.objects.filter(pk=case.pk).update(bank_account=house.bank)
    return case


def state_of(case: ExceptionCase) -> str:
    return str(ExceptionCase.objects.get(pk=case.pk).state)


def bank_fees(house: House) -> int:
    return get_balance(house.entity.pk, "bank_fees", house.bank.public_id, "EUR")


def test_rules_that_act_are_off_until_two_people_turn_them_on(house: House) -> None:
    case = short_transfer(house, short=250)
    assert apply_auto_rules(now=NOW) == {}
    rule = turn_on(house)
    request = ApprovalRequest.objects.get(kind="auto_rule.change")
    assert (rule.is_on, rule.version, rule.approval_id) == (True, 2, request.pk)
    assert apply_auto_rules(now=NOW) == {"small_bank_charge": 1}
    case.refresh_from_db()
    assert (case.state, case.resolution, bank_fees(house)) == (CaseState.AUTO_RESOLVED, "small_bank_charge@2", 250)
    told = case.entries.get(kind="evidence")
    assert (told.data["rule"], len(told.data["posted"])) == ("small_bank_charge@2", 1)
    act = RuleAct.objects.get(rule="small_bank_charge")
    assert (act.act, act.version, act.amount_minor, act.posted) == ("ended", 2, 250, told.data["posted"])


def test_what_is_larger_came_too_much_or_is_in_somebodys_hands_waits_for_a_person(house: House) -> None:
    turn_on(house)
    large, surplus, taken = (short_transfer(house, short=short, about=about) for short, about in ((501, "1"), (-200, "2"), (300, "3")))
    assign_case(case_id=taken.pk, assignee=house.ada, actor=user_actor(house.ada), now=NOW)
    assert apply_auto_rules(now=NOW) == {"small_bank_charge": 0}
    assert {state_of(case) for case in (large, surplus, taken)} == {CaseState.OPEN}
    assert bank_fees(house) == 0


def test_a_month_has_a_cap(house: House) -> None:
    turn_on(house, each_minor={"EUR": 400}, month_minor={"EUR": 700})
    for about in ("1", "2"):
        short_transfer(house, short=400, about=about)
    assert apply_auto_rules(now=NOW) == {"small_bank_charge": 1}
    assert apply_auto_rules(now=NOW + timedelta(days=31)) == {"small_bank_charge": 1}
    assert bank_fees(house) == 800


def test_a_person_takes_it_back_and_no_rule_ends_it_again(house: House) -> None:
    turn_on(house)
    case = short_transfer(house, short=250)
    apply_auto_rules(now=NOW)
    reopen_case(case_id=case.pk, reason="the PSP owes us this", actor=user_actor(house.ada), now=NOW)
    request = ApprovalRequest.objects.get(kind="ledger.reversal", state="PENDING")
    assert (request.maker_id, state_of(case), bank_fees(house)) == (str(house.ada.pk), CaseState.OPEN, 250)
    decide(request_id=request.pk, approve=True, checker=make_person("rae", "approve_reversal"), reason="", now=NOW)
    assert bank_fees(house) == 0
    assert apply_auto_rules(now=NOW) == {"small_bank_charge": 0}
    assert sorted(RuleAct.objects.filter(case=case).values_list("act", flat=True)) == ["ended", "reopened"]


def test_a_small_fee_ends_without_a_posting(house: House) -> None:
    turn_on(house, "small_fee_difference")
    case = make_case(house, "FEE_UNEXPECTED", amount_minor=90)
    before = JournalTransaction.objects.count()
    assert apply_auto_rules(now=NOW) == {"small_fee_difference": 1}
    assert (state_of(case), JournalTransaction.objects.count()) == (CaseState.AUTO_RESOLVED, before)


@pytest.mark.parametrize(
    "after",
    [{"reason_codes": ["GROSS_AMOUNT_DIFFERS"]}, {"each_minor": {"EUR": 20_000}}, {"month_minor": {"GBP": 100}}, {"each_minor": {}}],
)
def test_a_rule_never_grows_beyond_what_it_was_made_for(house: House, after: dict[str, Any]) -> None:
    with pytest.raises(ApprovalRefused):
        turn_on(house, **after)
    assert not AutoRule.objects.get(pk="small_bank_charge").is_on


def test_a_rule_of_evidence_may_be_turned_off(house: House) -> None:
    case = make_case(house, "CAPTURE_NOT_SETTLED")
    turn_on(house, "line_came", is_on=False)
    assert not auto_resolve_case(case, rule="line_came@1", text="A later report has the line.", now=NOW)
    assert state_of(case) == CaseState.OPEN


def test_every_rule_that_ends_cases_is_known_by_name(house: House) -> None:
    home = Path(reconciliation.__file__).parent
    calls = re.compile(r'(?:auto_resolve_case|resolve_by_key)\((?:[^()]|\([^()]*\))*?rule="([a-z_.]+)@\d+"')
    used = {name for path in home.rglob("*.py") for name in calls.findall(path.read_text())}
    assert len(used) > 12
    assert used <= set(AutoRule.objects.values_list("code", flat=True))
