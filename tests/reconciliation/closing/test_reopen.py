"""A signed day is reopened by two people; both versions stay (D3)."""

from datetime import timedelta

import pytest

from ledger.actors import user_actor
from ledger.errors import ApprovalRefused
from ledger.models import ApprovalRequest
from ledger.operations import decide, seal_audit
from reconciliation.models import CloseSnapshot, CloseState, DailyClose
from reconciliation.operations.closing import CloseNotPermitted, CloseStateConflict, open_close, request_reopen
from tests.reconciliation.closing.day import DAY, NEXT_DAY, NOW, REASON, ReadyDay, make_papers, prove

pytestmark = pytest.mark.spec("D3", "S1")


def sign_day(ready: ReadyDay) -> None:
    ready.prepare()
    ready.sign()


def ask(ready: ReadyDay) -> ApprovalRequest:
    return request_reopen(close_id=ready.close.pk, reason=REASON, actor=user_actor(ready.house.fay), now=NOW)


def reopen(ready: ReadyDay) -> ReadyDay:
    decide(request_id=ask(ready).pk, approve=True, checker=ready.house.ben, reason="", now=NOW)
    return ReadyDay(ready.house, open_close(entity=ready.house.entity, day=DAY, now=NOW))


def test_both_versions_are_kept_and_the_day_is_posted_into_again(ready: ReadyDay) -> None:
    sign_day(ready)
    first = CloseSnapshot.objects.get()
    again = reopen(ready)

    assert (ready.state(), ready.fresh().reopened_at, ready.fresh().signer) == (CloseState.SIGNED_OFF, NOW, ready.house.ben)
    assert (again.close.version, again.close.state, again.close.overrides) == (2, CloseState.OPEN, [])
    assert ready.pay("found later", 700).business_date == DAY

    seal_audit(now=NOW)
    again.prepare()
    again.sign()
    shots = list(CloseSnapshot.objects.order_by("id"))
    assert [(shot.close.version, shot.totals["journal"]["transactions"]) for shot in shots] == [(1, 2), (2, 3)]
    assert (shots[0].totals, shots[0].sha256) == (first.totals, first.sha256)
    assert [(close.version, close.state) for close in DailyClose.objects.order_by("version")] == [(1, "SIGNED_OFF"), (2, "SIGNED_OFF")]
    assert ready.pay("after the second signature").business_date == NEXT_DAY


def test_it_takes_two_people(ready: ReadyDay) -> None:
    sign_day(ready)
    request = ask(ready)
    for person in (ready.house.fay, ready.house.ada):
        with pytest.raises(ApprovalRefused):
            decide(request_id=request.pk, approve=True, checker=person, reason="", now=NOW)
    assert (DailyClose.objects.count(), ready.is_open(), ready.fresh().reopened_at) == (1, False, None)


def test_who_may_not_ask_is_refused(ready: ReadyDay) -> None:
    sign_day(ready)
    for person in (ready.house.ada, ready.house.cleo):
        with pytest.raises(CloseNotPermitted):
            request_reopen(close_id=ready.close.pk, reason=REASON, actor=user_actor(person), now=NOW)
    assert not ApprovalRequest.objects.filter(kind="close.reopen").exists()


def test_a_version_is_reopened_once(ready: ReadyDay) -> None:
    sign_day(ready)
    second = ask(ready)
    reopen(ready)
    with pytest.raises(CloseStateConflict):
        ask(ready)
    with pytest.raises(CloseStateConflict):
        decide(request_id=second.pk, approve=True, checker=ready.house.ben, reason="", now=NOW)
    assert DailyClose.objects.count() == 2


def test_an_open_day_is_not_reopened(ready: ReadyDay) -> None:
    with pytest.raises(CloseStateConflict, match="Only a signed day"):
        ask(ready)


@pytest.mark.parametrize("is_signed", [True, False])
def test_the_day_after_it_is_undone_first(ready: ReadyDay, is_signed: bool) -> None:
    sign_day(ready)
    ready.pay("of the next day", at=NOW)
    following = ReadyDay(ready.house, open_close(entity=ready.house.entity, day=NEXT_DAY, now=NOW))
    make_papers(ready.house, NEXT_DAY)
    seal_audit(now=NOW)
    prove(NOW + timedelta(days=1))
    following.prepare(now=NOW + timedelta(days=1))
    if is_signed:
        following.sign(now=NOW + timedelta(days=1))

    with pytest.raises(CloseStateConflict, match="2026-11-20 comes after it"):
        ask(ready)
    assert (ready.fresh().reopened_at, ready.is_open()) == (None, False)
