"""Permissions that nobody holds together (S2): refused at the grant by the database, and again at the decision."""

import pytest
from django.contrib.auth.models import Group, Permission
from django.db import connection, transaction
from django.db.utils import IntegrityError

from ledger.actors import user_actor
from ledger.errors import ApprovalRefused
from ledger.models import ApprovalRequest, AuditRecord, LegalEntity, SeparateDuty, User
from ledger.operations import decide, propose_adjustment, propose_duty, propose_roles
from tests.ledger.books import NOON
from tests.ledger.cast import make_person

pytestmark = pytest.mark.django_db
DISPOSITION = "reconciliation.approve_disposition"


def permission(codename: str) -> Permission:
    return Permission.objects.get(codename=codename)


@pytest.fixture
def kim(db: None) -> User:
    return make_person("kim", "approve_policy")


@pytest.fixture
def roles(db: None) -> None:
    Group.objects.create(name="books").permissions.set([permission("approve_adjustment")])
    Group.objects.create(name="cases").permissions.set([permission("approve_disposition")])


def refused_by_database(change: object) -> str:
    with pytest.raises(IntegrityError) as error, transaction.atomic():
        change()  # type: ignore[operator]
    return str(error.value)


@pytest.mark.spec("S2")
def test_who_changes_postings_approves_no_dispositions(db: None) -> None:
    joined = {(rule.first, rule.second) for rule in SeparateDuty.objects.filter(is_in_force=True)}
    for act in ("adjustment", "reversal", "write_off"):
        assert (f"ledger.approve_{act}", f"ledger.propose_{act}") in joined
        assert (f"ledger.approve_{act}", DISPOSITION) in joined
        assert (f"ledger.propose_{act}", DISPOSITION) in joined


@pytest.mark.spec("S2")
def test_a_grant_that_joins_duties_is_refused_by_the_database(roles: None) -> None:
    cleo = make_person("cleo", "approve_disposition")
    for change in (
        lambda: cleo.user_permissions.add(permission("propose_adjustment")),
        lambda: cleo.groups.add(Group.objects.get(name="books")),
        lambda: Group.objects.get(name="cases").permissions.add(permission("approve_write_off")),
    ):
        assert "separate duties" in refused_by_database(change)
    assert cleo.user_permissions.count() == 1


@pytest.mark.spec("S2")
def test_a_role_that_grows_is_held_against_its_members(roles: None) -> None:
    cleo = make_person("cleo", "approve_disposition")
    plain = Group.objects.create(name="plain")
    cleo.groups.add(plain)
    assert "separate duties" in refused_by_database(lambda: plain.permissions.add(permission("approve_adjustment")))
    plain.permissions.add(permission("work_case"))


@pytest.mark.spec("S2", "S1")
def test_who_held_both_before_the_rule_decides_nothing(entity: LegalEntity, ada: User, ben: User) -> None:
    ben.user_permissions.add(permission("approve_payout"))
    request = propose_adjustment(
        entity_id=entity.pk, player_id="pl_1", asset="EUR", amount_minor=5, direction="credit", reason="r", maker=user_actor(ada), now=NOON
    )
    SeparateDuty.objects.create(first="cashier.approve_payout", second="ledger.approve_adjustment", reason="Newer.", updated_at=NOON)

    with pytest.raises(ApprovalRefused) as error:
        decide(request_id=request.pk, approve=True, checker=ben, reason="", now=NOON)
    assert "cashier.approve_payout" in str(error.value)
    assert AuditRecord.objects.filter(act="approval.refused", actor_id=str(ben.pk)).exists()


@pytest.mark.spec("S1", "S2")
def test_roles_are_granted_by_two_people_and_leave_their_trace(roles: None, ada: User, cleo: User, kim: User) -> None:
    request = propose_roles(
        user_id=cleo.pk, roles=["books"], player_refs=["pl_" + "0" * 26], reason="new here", maker=user_actor(ada), now=NOON
    )
    assert cleo.groups.count() == 0
    decide(request_id=request.pk, approve=True, checker=kim, reason="", now=NOON)

    cleo.refresh_from_db()
    assert (list(cleo.groups.values_list("name", flat=True)), cleo.player_refs) == (["books"], ["pl_" + "0" * 26])
    record = AuditRecord.objects.get(act="role.granted")
    assert (record.detail["before"]["roles"], record.detail["after"]["roles"], record.actor_id) == ([], ["books"], str(kim.pk))
    assert cleo.history.first().history_user_id == ada.pk


@pytest.mark.spec("S1", "S2")
def test_what_can_not_be_granted_is_refused_when_asked_for(roles: None, ada: User, cleo: User) -> None:
    for wanted, words in ((["books", "cases"], "separate duties"), (["kings"], "No role is called kings"), ([], "exactly this already")):
        with pytest.raises(ApprovalRefused) as error:
            propose_roles(user_id=cleo.pk, roles=wanted, player_refs=[], reason="r", maker=user_actor(ada), now=NOON)
        assert words in str(error.value)
    assert ApprovalRequest.objects.count() == 0


@pytest.mark.spec("S1")
def test_a_grant_is_checked_again_when_it_is_decided(roles: None, ada: User, cleo: User, kim: User) -> None:
    request = propose_roles(user_id=cleo.pk, roles=["books"], player_refs=[], reason="r", maker=user_actor(ada), now=NOON)
    cleo.groups.add(Group.objects.get(name="cases"))
    with pytest.raises(ApprovalRefused) as error:
        decide(request_id=request.pk, approve=True, checker=kim, reason="", now=NOON)
    assert "changed since" in str(error.value)


@pytest.mark.spec("S1")
def test_nobody_decides_on_their_own_roles(roles: None, ada: User, kim: User) -> None:
    request = propose_roles(user_id=kim.pk, roles=["books"], player_refs=[], reason="r", maker=user_actor(ada), now=NOON)
    with pytest.raises(ApprovalRefused) as error:
        decide(request_id=request.pk, approve=True, checker=kim, reason="", now=NOON)
    assert "their own roles" in str(error.value)


@pytest.mark.spec("S2", "S3")
def test_a_rule_comes_and_goes_under_four_eyes(roles: None, ada: User, ben: User, kim: User) -> None:
    pair = {"first": "ledger.approve_adjustment", "second": "cashier.approve_payout"}
    ask = {"maker": user_actor(ada), "now": NOON, "reason": "they pay and book"}
    request = propose_duty(**pair, is_in_force=True, **ask)  # type: ignore[arg-type]
    decide(request_id=request.pk, approve=True, checker=kim, reason="", now=NOON)
    assert "separate duties" in refused_by_database(lambda: ben.user_permissions.add(permission("approve_payout")))

    request = propose_duty(**pair, is_in_force=False, **ask)  # type: ignore[arg-type]
    decide(request_id=request.pk, approve=True, checker=kim, reason="", now=NOON)
    ben.user_permissions.add(permission("approve_payout"))
    rule = SeparateDuty.objects.get(first="cashier.approve_payout")
    assert [past.is_in_force for past in rule.history.order_by("history_id")] == [True, False]

    request = propose_duty(**pair, is_in_force=True, **ask)  # type: ignore[arg-type]
    with pytest.raises(ApprovalRefused) as error:
        decide(request_id=request.pk, approve=True, checker=kim, reason="", now=NOON)
    assert "ben hold both today" in str(error.value)
    for wrong in ({**pair, "first": "ledger.nothing"}, {"first": pair["second"], "second": pair["second"]}):
        with pytest.raises(ApprovalRefused):
            propose_duty(**wrong, is_in_force=True, **ask)  # type: ignore[arg-type]
    with pytest.raises(ApprovalRefused):
        propose_duty(**pair, is_in_force=False, **ask)  # type: ignore[arg-type]


@pytest.mark.spec("S3")
def test_a_person_has_a_history_but_not_of_each_sign_in(cleo: User) -> None:
    first = cleo.history.count()
    cleo.last_login = NOON
    cleo.save(update_fields=["last_login"])
    assert cleo.history.count() == first
    cleo.first_name = "Cleo"
    cleo.save(update_fields=["first_name"])
    assert (first, cleo.history.count()) == (1, 2)


def test_the_trigger_asks_only_about_people_who_were_given_something(ben: User) -> None:
    """A rule that somebody breaks from before does not stop grants to others."""
    ben.user_permissions.add(permission("approve_payout"))
    SeparateDuty.objects.create(first="cashier.approve_payout", second="ledger.approve_adjustment", reason="Newer.", updated_at=NOON)
    make_person("dora", "approve_payout")
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM ledger_held_permissions(%s::uuid[])", [[ben.pk]])
        assert cursor.fetchone()[0] == 4
