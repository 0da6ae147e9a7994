"""Stages of a shadow (L11, C23, S1): each by another person's yes, with a reason and, out of shadow, the whole sign-off list."""

from typing import Any

import pytest
from django.db import IntegrityError, transaction

from ledger.actors import user_actor
from ledger.errors import ApprovalRefused
from ledger.models import ApprovalRequest, AuditRecord, LegalEntity, Shadow, Transition, User
from ledger.operations import decide, propose_shadow, propose_stage
from ledger.shadow_rules import rules_in_shadow
from ledger.shadowing import SIGN_OFF
from tests.ledger.books import NOON
from tests.ledger.cast import make_person
from tests.ledger.shadows.trying import CANDIDATE, EVIDENCE, RULE, go, open_shadow, put

pytestmark = pytest.mark.django_db


def ask_open(maker: User, **facts: Any) -> ApprovalRequest:
    given = {"rule": RULE, "candidate": CANDIDATE, "reason": "try it", **facts}
    return propose_shadow(**given, maker=user_actor(maker), now=NOON)


def ask(shadow: Shadow, stage: str, maker: User, **facts: Any) -> ApprovalRequest:
    return propose_stage(shadow_id=shadow.pk, stage=stage, reason="the report", maker=user_actor(maker), now=NOON, **facts)


def yes(request: ApprovalRequest, checker: User) -> ApprovalRequest:
    return decide(request_id=request.pk, approve=True, checker=checker, reason="", now=NOON)


@pytest.mark.spec("L11", "S1", "S3", "S8", "C23")
def test_from_shadow_to_all_by_two_people_at_each_step(entity: LegalEntity, shadow: Shadow, pia: User, vic: User) -> None:
    put(entity, "k1", fee=1)
    shadow = go(shadow, "COHORT", pia, vic, percent=10)
    shadow = go(shadow, "COHORT", pia, vic, percent=40, cohort_by="intent")
    shadow = go(shadow, "ON", pia, vic)
    assert (shadow.version, shadow.percent, shadow.cohort_by, shadow.sign_off) == (4, 40, "intent", EVIDENCE)

    frozen = ApprovalRequest.objects.get(summary=f"{CANDIDATE}: 10 % of the players of all brands").payload
    assert frozen["sign_off"] == EVIDENCE
    assert frozen["compared_so_far"] == {"compared": 1, "equal": 0, "different": 1, "refused": 0, "failed": 0, "by_candidate": 0}
    events = list(Transition.objects.filter(target_id=shadow.pk).order_by("id").values_list("event", "from_state", "to_state"))
    assert events == [
        ("shadow.cohort_started", "SHADOW", "COHORT"),
        ("shadow.cohort_changed", "COHORT", "COHORT"),
        ("shadow.turned_on", "COHORT", "ON"),
    ]
    assert [row.version for row in shadow.history.order_by("history_id")] == [1, 2, 3, 4]
    acts = ["shadow.opened", *[event for event, _, _ in events]]
    records = list(AuditRecord.objects.filter(target_id=shadow.public_id).order_by("id"))
    assert [record.act for record in records] == acts
    assert [record.actor_id for record in records] == [str(vic.pk)] * 4


@pytest.mark.spec("L11", "S1")
def test_nothing_changes_before_the_second_person_and_never_by_the_first(rules: None, pia: User, vic: User) -> None:
    both = make_person("both", "propose_shadow")
    request = ask_open(both)
    for checker in (both, pia, make_person("root", superuser=True)):
        with pytest.raises(ApprovalRefused):
            yes(request, checker)
    assert Shadow.objects.count() == 0
    assert AuditRecord.objects.filter(act="approval.refused").count() == 3
    assert yes(request, vic).state == "APPROVED"
    assert Shadow.objects.get().state == "SHADOW"


@pytest.mark.spec("S2")
def test_nobody_holds_both_duties(db: None) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        make_person("both", "propose_shadow", "approve_shadow")


@pytest.mark.spec("L11", "C23")
@pytest.mark.parametrize("given", [None, {}, {**EVIDENCE, "risk": ""}, {**EVIDENCE, "risk": "fine"}])
def test_out_of_shadow_only_with_the_whole_list(entity: LegalEntity, shadow: Shadow, pia: User, given: dict[str, str] | None) -> None:
    put(entity, "k1")
    with pytest.raises(ApprovalRefused, match="Risk"):
        ask(shadow, "COHORT", pia, percent=1, sign_off=given)
    with pytest.raises(ApprovalRefused, match="no weather"):
        ask(shadow, "COHORT", pia, percent=1, sign_off={**EVIDENCE, "weather": "sunny all the day"})
    assert ApprovalRequest.objects.filter(kind="shadow.stage").count() == 0
    assert len(SIGN_OFF) == 7


@pytest.mark.spec("L11", "C23")
def test_the_database_keeps_an_unsigned_shadow_in_shadow(shadow: Shadow) -> None:
    from django.db import connection

    with pytest.raises(IntegrityError, match="signed_off"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE ledger_shadow SET state = 'COHORT'")


@pytest.mark.spec("L11")
def test_out_of_shadow_only_on_what_was_compared(shadow: Shadow, pia: User) -> None:
    with pytest.raises(ApprovalRefused, match="Nothing was compared"):
        ask(shadow, "COHORT", pia, percent=1, sign_off=EVIDENCE)


@pytest.mark.spec("L11")
def test_back_in_shadow_the_list_must_be_signed_anew(entity: LegalEntity, shadow: Shadow, pia: User, vic: User) -> None:
    put(entity, "k1")
    shadow = go(shadow, "COHORT", pia, vic, percent=100)
    shadow = go(shadow, "SHADOW", pia, vic)
    assert (shadow.percent, shadow.sign_off) == (0, {})
    with pytest.raises(ApprovalRefused, match="Ledger model"):
        ask(shadow, "COHORT", pia, percent=1)


@pytest.mark.spec("L11", "S1")
def test_of_two_requests_upon_one_version_the_second_is_refused(entity: LegalEntity, shadow: Shadow, pia: User, vic: User) -> None:
    put(entity, "k1")
    first = ask(shadow, "COHORT", pia, percent=10, sign_off=EVIDENCE)
    second = ask(shadow, "COHORT", pia, percent=90, sign_off=EVIDENCE)
    yes(first, vic)
    with pytest.raises(ApprovalRefused, match="ask again"):
        yes(second, vic)
    assert Shadow.objects.get().percent == 10


@pytest.mark.spec("L11", "S1")
def test_of_two_requests_to_open_one_shadow_the_second_is_refused(rules: None, pia: User, vic: User) -> None:
    first, second = ask_open(pia), ask_open(pia)
    yes(first, vic)
    with pytest.raises(ApprovalRefused, match="withdraw it first"):
        yes(second, vic)
    assert second.seen == {"Other shadows of these rules": "none"}


@pytest.mark.spec("L11")
def test_a_withdrawn_shadow_makes_room_for_another(shadow: Shadow, pia: User, vic: User) -> None:
    go(shadow, "WITHDRAWN", pia, vic)
    again = open_shadow(pia, vic)
    assert again.pk != shadow.pk
    assert [rule.id for rule in rules_in_shadow()[RULE]] == [again.pk]


@pytest.mark.spec("L11")
@pytest.mark.parametrize(
    ("facts", "words"),
    [
        ({"candidate": "OPENING_BALANCE@9"}, "No posting rule"),
        ({"rule": "UNKNOWN@1"}, "No posting rule"),
        ({"candidate": RULE}, "another version of the same rule"),
        ({"candidate": "REVERSAL@1"}, "another version of the same rule"),
        ({"rail": "carrier pigeon"}, "No rail is called carrier pigeon"),
        ({"reason": "  "}, "needs a reason"),
    ],
)
def test_a_shadow_that_can_not_be_is_refused_with_the_reason(rules: None, pia: User, facts: dict[str, str], words: str) -> None:
    with pytest.raises(ApprovalRefused, match=words):
        ask_open(pia, **facts)


@pytest.mark.spec("L11")
def test_rules_are_not_chained(shadow: Shadow, pia: User) -> None:
    with pytest.raises(ApprovalRefused, match="withdraw it first"):
        ask_open(pia, rule=CANDIDATE, candidate=RULE)


STEPS: list[tuple[str, dict[str, Any], str]] = [
    ("ON", {}, "can't go from SHADOW to ON"),
    ("SHADOW", {}, "can't go from SHADOW to SHADOW"),
    ("SOMEWHERE", {}, "No stage is called"),
    ("COHORT", {"percent": 101}, "0 to 100 percent"),
    ("COHORT", {"percent": -1}, "0 to 100 percent"),
    ("COHORT", {"percent": 5, "cohort_by": "moon"}, "by player or by intent"),
    ("COHORT", {"percent": 5, "brands": ["nobody"]}, "No brand is called nobody"),
]


@pytest.mark.spec("L11")
@pytest.mark.parametrize(("stage", "facts", "words"), STEPS)
def test_a_step_that_can_not_be_is_refused_with_the_reason(
    entity: LegalEntity, shadow: Shadow, pia: User, stage: str, facts: dict[str, Any], words: str
) -> None:
    put(entity, "k1")
    with pytest.raises(ApprovalRefused, match=words):
        ask(shadow, stage, pia, sign_off=EVIDENCE, **facts)


@pytest.mark.spec("L11")
def test_no_change_is_no_request(entity: LegalEntity, shadow: Shadow, pia: User, vic: User) -> None:
    put(entity, "k1")
    shadow = go(shadow, "COHORT", pia, vic, percent=7)
    with pytest.raises(ApprovalRefused, match="so already"):
        ask(shadow, "COHORT", pia, percent=7)
    shadow = go(shadow, "WITHDRAWN", pia, vic)
    with pytest.raises(ApprovalRefused, match="can't go from WITHDRAWN to ON"):
        ask(shadow, "ON", pia)
