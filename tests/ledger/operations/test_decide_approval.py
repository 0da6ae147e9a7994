"""The one choke point of four eyes (S1)."""

from datetime import timedelta
from typing import Any

import psycopg
import pytest
from django.contrib.auth.models import Group, Permission
from django.db import connection, transaction
from django.db.utils import DatabaseError, IntegrityError

from ledger.actors import Actor, client_actor, system_actor, user_actor
from ledger.errors import ApprovalRefused
from ledger.models import ApprovalDecision, ApprovalRequest, AuditRecord, Transition, User
from ledger.operations import decide, expire_approvals, may_decide, request_approval, withdraw_approval
from tests.ledger import approvals_for_tests as act
from tests.ledger.books import NOON
from tests.ledger.cast import make_person

pytestmark = pytest.mark.django_db
KIND = {
    "execute": "tests.ledger.approvals_for_tests.execute",
    "rejected": "tests.ledger.approvals_for_tests.rejected",
    "preview": "tests.ledger.approvals_for_tests.preview",
    "permission": "ledger.approve_adjustment",
    "expires_hours": 24,
}


@pytest.fixture(autouse=True)
def _kind(settings: Any) -> None:
    settings.APPROVAL_KINDS = {**settings.APPROVAL_KINDS, "test.act": KIND}
    act.executed.clear()
    act.ended.clear()


def ask(maker: Actor, *, required: int = 1, **payload: Any) -> ApprovalRequest:
    return request_approval(
        kind="test.act", payload=payload or {"amount": 5}, summary="A test", reason="because", maker=maker, required=required, now=NOON
    )


def yes(request: ApprovalRequest, checker: User, **changes: Any) -> ApprovalRequest:
    given = {"request_id": request.pk, "approve": True, "checker": checker, "reason": "", "now": NOON} | changes
    return decide(**given)


def refused(request: ApprovalRequest, checker: User, **changes: Any) -> str:
    """The refusal's words; nothing may be decided, and the refusal is in the audit log."""
    with pytest.raises(ApprovalRefused) as error:
        yes(request, checker, **changes)
    assert AuditRecord.objects.filter(act="approval.refused", actor_id=str(checker.pk), target_id=request.public_id).exists()
    return str(error.value)


@pytest.mark.spec("S1")
def test_another_persons_yes_executes_the_frozen_payload_once(ada: User, ben: User) -> None:
    request = ask(user_actor(ada), amount=5)

    decided = yes(request, ben)

    assert act.executed == [{"amount": 5}]
    assert (decided.state, decided.decided_at) == ("APPROVED", NOON)
    row = ApprovalDecision.objects.get()
    assert (row.maker_kind, row.maker_id, row.checker_id, row.approve) == ("user", str(ada.pk), ben.pk, True)
    assert [record.act for record in AuditRecord.objects.order_by("id")] == ["approval.requested", "approval.approved", "approval.executed"]


@pytest.mark.spec("S1")
def test_the_maker_never_decides(ada: User) -> None:
    request = ask(user_actor(ada))
    assert "Who made a request" in refused(request, ada)
    assert "Who made a request" in refused(request, ada, approve=False, reason="no")
    assert (act.executed, ApprovalDecision.objects.count()) == ([], 0)


@pytest.mark.spec("S1")
@pytest.mark.parametrize("superuser", [False, True])
def test_a_person_without_the_role_never_decides(ada: User, superuser: bool) -> None:
    request = ask(user_actor(ada))
    cleo = make_person("cleo", superuser=superuser)
    assert "approve_adjustment" in refused(request, cleo)
    assert not may_decide(request, cleo)
    assert act.executed == []


@pytest.mark.spec("S1")
def test_a_superuser_who_made_it_is_no_exception(db: None) -> None:
    root = make_person("root", "approve_adjustment", superuser=True)
    assert "Who made a request" in refused(ask(user_actor(root)), root)


@pytest.mark.spec("S1")
def test_a_person_who_left_does_not_decide(ada: User, ben: User) -> None:
    request = ask(user_actor(ada))
    ben.is_active = False
    ben.save()
    assert "permission" in refused(request, ben)


@pytest.mark.spec("S1")
def test_a_role_gives_the_right(ada: User, cleo: User) -> None:
    group = Group.objects.create(name="finance-test")
    group.permissions.add(Permission.objects.get(codename="approve_adjustment"))
    cleo.groups.add(group)
    request = ask(user_actor(ada))

    assert may_decide(request, cleo)
    assert yes(request, cleo).state == "APPROVED"


@pytest.mark.spec("S1")
@pytest.mark.parametrize("maker", [client_actor("shop"), system_actor("sweeper")])
def test_clients_and_the_system_may_make(maker: Actor, ben: User) -> None:
    assert yes(ask(maker), ben).state == "APPROVED"


@pytest.mark.spec("S1", "P4")
def test_two_approvals_take_two_people(ada: User, ben: User) -> None:
    request = ask(user_actor(ada), required=2)
    dora = make_person("dora", "approve_adjustment")

    assert yes(request, ben).state == "PENDING"
    assert "decided already" in refused(request, ben)
    assert act.executed == []
    assert yes(request, dora).state == "APPROVED"
    assert len(act.executed) == 1


@pytest.mark.spec("S1")
def test_one_no_ends_it(ada: User, ben: User) -> None:
    request = ask(user_actor(ada), required=2)

    assert decide(request_id=request.pk, approve=False, checker=ben, reason="not so", now=NOON).state == "REJECTED"

    assert (act.executed, act.ended) == ([], ["REJECTED"])
    assert "REJECTED already" in refused(request, make_person("dora", "approve_adjustment"))


@pytest.mark.spec("S1")
def test_a_no_needs_a_reason(ada: User, ben: User) -> None:
    assert "needs a reason" in refused(ask(user_actor(ada)), ben, approve=False)


@pytest.mark.spec("S1")
def test_what_is_decided_stays_decided(ada: User, ben: User) -> None:
    request = ask(user_actor(ada))
    yes(request, ben)
    assert "APPROVED already" in refused(request, make_person("dora", "approve_adjustment"))
    assert len(act.executed) == 1


@pytest.mark.spec("S1")
def test_an_expired_request_is_not_decided(ada: User, ben: User) -> None:
    request = ask(user_actor(ada))
    assert "expired" in refused(request, ben, now=NOON + timedelta(hours=24))

    assert expire_approvals(now=NOON + timedelta(hours=23)) == 0
    assert expire_approvals(now=NOON + timedelta(hours=24)) == 1
    assert expire_approvals(now=NOON + timedelta(hours=24)) == 0
    assert act.ended == ["EXPIRED"]
    assert "EXPIRED already" in refused(request, ben)


@pytest.mark.spec("S1")
def test_a_request_that_can_not_be_ended_keeps_no_other_open(ada: User, monkeypatch: pytest.MonkeyPatch) -> None:
    stuck, fine = ask(user_actor(ada), amount=1), ask(user_actor(ada), amount=2)
    undo = act.rejected

    def fail_for_one(**facts: Any) -> None:
        if facts["payload"] == {"amount": 1}:
            raise KeyError("what it held is gone")
        undo(**facts)

    monkeypatch.setattr(act, "rejected", fail_for_one)

    assert expire_approvals(now=NOON + timedelta(hours=24)) == 1

    states = dict(ApprovalRequest.objects.values_list("pk", "state"))
    assert (states[stuck.pk], states[fine.pk]) == ("PENDING", "EXPIRED")
    assert AuditRecord.objects.filter(act="approval.expired", target_id=stuck.public_id).count() == 0


@pytest.mark.spec("S1")
def test_only_the_maker_withdraws(ada: User, ben: User) -> None:
    request = ask(user_actor(ada))
    with pytest.raises(ApprovalRefused):
        withdraw_approval(request_id=request.pk, maker=user_actor(ben), now=NOON)
    assert withdraw_approval(request_id=request.pk, maker=user_actor(ada), now=NOON).state == "WITHDRAWN"
    assert act.ended == ["WITHDRAWN"]
    assert "WITHDRAWN already" in refused(request, ben)


@pytest.mark.spec("S1")
def test_where_the_executor_refuses_nothing_is_decided(ada: User, ben: User) -> None:
    request = ask(user_actor(ada), refuse=True)

    with pytest.raises(act.TooLate):
        yes(request, ben)

    request.refresh_from_db()
    moves = Transition.objects.filter(target_id=request.pk)
    assert (request.state, ApprovalDecision.objects.count(), moves.count()) == ("PENDING", 0, 0)
    record = AuditRecord.objects.get(act="approval.refused")
    assert (record.detail["refusal"], record.reason) == ("TooLate", "The balance is gone.")


@pytest.mark.spec("S1")
def test_a_request_needs_a_reason_and_a_known_kind(ada: User) -> None:
    for change in ({"reason": " "}, {"kind": "test.unknown"}, {"required": 0}):
        given: dict[str, Any] = {"kind": "test.act", "payload": {}, "summary": "s", "reason": "r", "maker": user_actor(ada), "now": NOON}
        with pytest.raises(ApprovalRefused):
            request_approval(**(given | change))
    assert ApprovalRequest.objects.count() == 0


@pytest.mark.spec("S1")
@pytest.mark.parametrize(
    "change", ["payload = '{\"amount\": 500}'", "maker_id = 'x'", "kind = 'y'", "required = 0", "payload_sha256 = 'z'", "reason = 'better'"]
)
def test_the_database_freezes_what_was_asked_for(ada: User, change: str) -> None:
    request = ask(user_actor(ada))
    with pytest.raises((IntegrityError, DatabaseError)) as error, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"UPDATE ledger_approval_request SET {change} WHERE id = %s", [request.pk])
    assert isinstance(error.value.__cause__, psycopg.errors.RestrictViolation)


@pytest.mark.spec("S1")
def test_the_database_refuses_a_maker_as_checker(ada: User, ben: User) -> None:
    request = ask(user_actor(ada))
    decision = {"request": request, "maker_kind": "user", "approve": True, "decided_at": NOON}
    for wrong in (
        {"maker_id": str(ada.pk), "checker": ada, "checker_ref": str(ada.pk)},
        {"maker_id": str(ben.pk), "checker": ada, "checker_ref": str(ada.pk)},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            ApprovalDecision.objects.create(**decision, **wrong)


@pytest.mark.spec("S1")
def test_the_database_refuses_a_second_decision_of_one_person(ada: User, ben: User) -> None:
    request = ask(user_actor(ada), required=3)
    yes(request, ben)
    with pytest.raises(IntegrityError), transaction.atomic():
        ApprovalDecision.objects.create(
            request=request, maker_kind="user", maker_id=str(ada.pk), checker=ben, checker_ref=str(ben.pk), approve=True, decided_at=NOON
        )


@pytest.mark.spec("S8", "S3")
def test_every_change_of_state_is_a_row(ada: User, ben: User) -> None:
    request = ask(user_actor(ada))
    yes(request, ben)

    row = Transition.objects.get(target_id=request.pk)
    assert (row.from_state, row.to_state, row.event, row.actor_id) == ("PENDING", "APPROVED", "approval.approved", str(ben.pk))
    assert [past.history_user_id for past in request.history.order_by("history_id")] == [ada.pk, ben.pk]
