"""An override: two people, of what was named and nothing else, shown for ever (D2, S1)."""

from typing import Any

import pytest

from ledger.actors import system_actor, user_actor
from ledger.errors import ApprovalRefused
from ledger.models import ApprovalRequest, AuditRecord
from ledger.operations import decide, seal_audit
from reconciliation.models import CloseSnapshot, CloseState
from reconciliation.operations.closing import (
    CloseNotPermitted,
    CloseNotReady,
    CloseStateConflict,
    NotACheck,
    refresh_checklist,
    request_override,
)
from tests.reconciliation.closing.day import NOW, REASON, ReadyDay
from tests.reconciliation.house import make_case

pytestmark = pytest.mark.spec("D2", "S1")


def ask(ready: ReadyDay, name: str = "cases", *, reason: str = REASON) -> ApprovalRequest:
    return request_override(close_id=ready.close.pk, name=name, reason=reason, actor=user_actor(ready.house.ada), now=NOW)


def override(ready: ReadyDay, name: str = "cases") -> None:
    decide(request_id=ask(ready, name).pk, approve=True, checker=ready.house.ben, reason="", now=NOW)


def test_what_two_people_let_pass_stops_no_more_and_stays_visible(ready: ReadyDay) -> None:
    case = make_case(ready.house, "LEDGER_CREDIT_MISSING_PSP_SUCCESS", amount_minor=5000)
    override(ready)

    ready.prepare()
    close = ready.sign(ready.house.ben)

    (row,) = close.overrides
    assert (row["name"], row["reason"], row["asked_by_name"], row["approved_by_name"]) == ("cases", REASON, "ada", "ben")
    assert (row["missing"], row["count"]) == ([f"{case.label} {case.reason.title}, 50.00 EUR"], 1)
    assert CloseSnapshot.objects.get().manifest["overrides"] == close.overrides
    item = next(item for item in close.checklist if item["name"] == "cases")
    assert (item["ok"], item["overridden"]) == (False, True)
    assert AuditRecord.objects.get(act="close.overridden").detail["approval_id"] == row["approval_id"]


def test_it_covers_nothing_that_comes_after(ready: ReadyDay) -> None:
    make_case(ready.house, "LEDGER_CREDIT_MISSING_PSP_SUCCESS")
    override(ready)
    second = make_case(ready.house, "LEDGER_CREDIT_MISSING_PSP_SUCCESS", about="2")
    with pytest.raises(CloseNotReady) as refused:
        ready.prepare()
    assert second.label in refused.value.details["missing"][0]
    assert ready.state() == CloseState.OPEN

    override(ready)
    ready.prepare()
    assert (ready.state(), len(ready.fresh().overrides)) == (CloseState.PREPARED, 2)


def test_of_more_than_are_shown_each_is_let_pass_by_name(ready: ReadyDay) -> None:
    """Twenty are shown; the twenty-first that is gone does not make room for another one."""
    blocking = [make_case(ready.house, "LEDGER_CREDIT_MISSING_PSP_SUCCESS", about=str(number)) for number in range(22)]
    override(ready)
    (row,) = ready.fresh().overrides
    assert len(row["missing"]) == row["count"] == 22

    last = blocking[-1]
    type(last).objects.filter(pk=last.pk).update(severity="low")
    refresh_checklist(close_id=ready.close.pk, now=NOW)
    assert item_of(ready)["overridden"] is True

    make_case(ready.house, "LEDGER_CREDIT_MISSING_PSP_SUCCESS", about="another")
    refresh_checklist(close_id=ready.close.pk, now=NOW)
    item = item_of(ready)
    assert (item["count"], len(item["missing"]), item["overridden"]) == (22, 20, False)
    with pytest.raises(CloseNotReady):
        ready.prepare()


def item_of(ready: ReadyDay) -> dict[str, Any]:
    found: dict[str, Any] = next(item for item in ready.fresh().checklist if item["name"] == "cases")
    return found


def test_a_case_resolved_since_leaves_the_rest_covered(ready: ReadyDay) -> None:
    first = make_case(ready.house, "PAYOUT_RETURNED")
    blocking = [make_case(ready.house, "LEDGER_CREDIT_MISSING_PSP_SUCCESS", about=str(number)) for number in (1, 2)]
    override(ready)
    blocking[0].__class__.objects.filter(pk=blocking[0].pk).update(severity="low")
    ready.prepare()
    assert (ready.state(), first.is_live) == (CloseState.PREPARED, True)


def test_who_asked_can_not_agree(ready: ReadyDay) -> None:
    make_case(ready.house, "LEDGER_CREDIT_MISSING_PSP_SUCCESS")
    request = request_override(close_id=ready.close.pk, name="cases", reason=REASON, actor=user_actor(ready.house.fay), now=NOW)
    for person in (ready.house.fay, ready.house.ada, ready.house.cleo):
        with pytest.raises(ApprovalRefused):
            decide(request_id=request.pk, approve=True, checker=person, reason="", now=NOW)
    assert ready.fresh().overrides == []


def test_who_may_not_ask_is_refused(ready: ReadyDay) -> None:
    make_case(ready.house, "LEDGER_CREDIT_MISSING_PSP_SUCCESS")
    for actor in (user_actor(ready.house.cleo), system_actor("closing")):
        with pytest.raises(CloseNotPermitted):
            request_override(close_id=ready.close.pk, name="cases", reason=REASON, actor=actor, now=NOW)
    assert not ApprovalRequest.objects.exists()


@pytest.mark.parametrize("name", ["trial_balance", "nonsense", ""])
def test_only_a_missing_item_can_be_let_pass(ready: ReadyDay, name: str) -> None:
    make_case(ready.house, "LEDGER_CREDIT_MISSING_PSP_SUCCESS")
    with pytest.raises(NotACheck):
        ask(ready, name)
    assert not ApprovalRequest.objects.exists()


def test_a_reason_is_needed(ready: ReadyDay) -> None:
    make_case(ready.house, "LEDGER_CREDIT_MISSING_PSP_SUCCESS")
    with pytest.raises(ApprovalRefused, match="reason"):
        ask(ready, reason="  ")
    assert not ApprovalRequest.objects.exists()


def test_it_is_asked_once(ready: ReadyDay) -> None:
    make_case(ready.house, "LEDGER_CREDIT_MISSING_PSP_SUCCESS")
    ask(ready)
    with pytest.raises(CloseStateConflict, match="waits for a second person"):
        ask(ready)
    assert ApprovalRequest.objects.count() == 1


def test_a_prepared_day_is_not_overridden(ready: ReadyDay) -> None:
    make_case(ready.house, "LEDGER_CREDIT_MISSING_PSP_SUCCESS")
    override(ready)
    ready.prepare()
    with pytest.raises(CloseStateConflict, match="open day"):
        ask(ready)


def test_nothing_is_noted_where_nothing_is_missing_any_more(ready: ReadyDay) -> None:
    case = make_case(ready.house, "LEDGER_CREDIT_MISSING_PSP_SUCCESS")
    request = ask(ready)
    type(case).objects.filter(pk=case.pk).update(severity="low")
    with pytest.raises(NotACheck):
        decide(request_id=request.pk, approve=True, checker=ready.house.ben, reason="", now=NOW)
    request.refresh_from_db()
    assert (request.state, ready.fresh().overrides) == ("PENDING", [])


def test_rejected_it_lets_nothing_pass(ready: ReadyDay) -> None:
    make_case(ready.house, "LEDGER_CREDIT_MISSING_PSP_SUCCESS")
    decide(request_id=ask(ready).pk, approve=False, checker=ready.house.ben, reason="work the case", now=NOW)
    seal_audit(now=NOW)
    with pytest.raises(CloseNotReady):
        ready.prepare()
    assert (ready.state(), ready.fresh().overrides) == (CloseState.OPEN, [])
