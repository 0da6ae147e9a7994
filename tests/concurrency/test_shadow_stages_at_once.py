"""Stages of a shadow changed while others post (L11): every posting is by one of the two rules, whole, with what stands beside."""

from collections.abc import Callable, Iterator
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest
from django.db import transaction

from ledger.actors import user_actor
from ledger.models import JournalTransaction, LegalEntity, Shadow, ShadowLine, ShadowPosting, User
from ledger.operations import decide, post, post_many, propose_shadow, propose_stage
from ledger.proofs import prove_ledger, replay_journal
from ledger.queries import wallet_view
from ledger.shadow_rules import forget_rules
from tests.concurrency.threads import at_once
from tests.ledger.books import NOON, TESTER
from tests.ledger.cast import make_entity, make_person
from tests.ledger.shadows.trying import CANDIDATE, EVIDENCE, RULE, drop_rules, open_shadow, told, use_rules

if TYPE_CHECKING:
    from tests.databases import TestDatabase

WORKERS, EACH, FEE = 6, 25, 7


@pytest.fixture
def entity(committed_db: "TestDatabase") -> Iterator[LegalEntity]:
    use_rules()
    yield make_entity()
    drop_rules()


@pytest.fixture
def pia(entity: LegalEntity) -> User:
    return make_person("pia", "propose_shadow")


@pytest.fixture
def vic(entity: LegalEntity) -> User:
    return make_person("vic", "approve_shadow")


def work(entity: LegalEntity, worker: int) -> int:
    """Deposits of one fee each, alone and in batches; each reads the shadows anew, as a process of its own would now and then."""
    for number in range(EACH):
        forget_rules()
        batch = [told(entity, f"w{worker}-{number}-{part}", player=f"pl_{worker}", fee=FEE) for part in range(2)]
        with transaction.atomic():
            post(told(entity, f"w{worker}-{number}", player=f"pl_{worker}", fee=FEE), actor=TESTER, now=NOON)
            post_many(batch, actor=TESTER, now=NOON)
    return EACH * 3


def made_by(acts: list[Callable[[], int]]) -> int:
    """All acts at once; none may be refused."""
    answers = at_once(acts)
    assert [answer for answer in answers if isinstance(answer, Exception)] == []
    return sum(answer for answer in answers if isinstance(answer, int))


def walk(shadow: Shadow, pia: User, vic: User) -> int:
    """Through all stages and back, as two people would."""
    for stage, percent in (("COHORT", 30), ("COHORT", 70), ("SHADOW", 0), ("COHORT", 100), ("ON", 0), ("WITHDRAWN", 0)):
        signed = EVIDENCE if stage == "COHORT" else None
        request = propose_stage(
            shadow_id=shadow.pk, stage=stage, percent=percent, sign_off=signed, reason="go on", maker=user_actor(pia), now=NOON
        )
        decide(request_id=request.pk, approve=True, checker=vic, reason="", now=NOON)
    return 0


@pytest.mark.spec("L11", "L9", "L10")
def test_while_stages_change_every_posting_is_whole(entity: LegalEntity, pia: User, vic: User) -> None:
    shadow = open_shadow(pia, vic)
    with transaction.atomic():
        post(told(entity, "first", player="pl_first", fee=FEE), actor=TESTER, now=NOON)

    acts: list[Callable[[], int]] = [*[partial(work, entity, worker) for worker in range(WORKERS)], partial(walk, shadow, pia, vic)]
    assert made_by(acts) == WORKERS * EACH * 3

    posted = dict(JournalTransaction.objects.values_list("id", "rule"))
    beside = list(ShadowPosting.objects.all())
    assert {row.posted_rule for row in beside} == {RULE, CANDIDATE}
    assert all(row.posted_rule == posted[row.transaction_id] and {row.posted_rule, row.shadow_rule} == {RULE, CANDIDATE} for row in beside)
    assert all(row.outcome == "DIFFERENT" for row in beside)
    assert all(row.posted_rule == RULE for row in beside if row.stage == "SHADOW")
    assert all(row.posted_rule == CANDIDATE for row in beside if row.stage == "ON")
    assert ShadowLine.objects.count() == sum(3 if row.shadow_rule == CANDIDATE else 2 for row in beside)
    _require_money(posted)
    assert replay_journal().ok
    assert [check for check in prove_ledger().checks if not check.ok] == []


def _require_money(posted: dict[Any, str]) -> None:
    by_candidate = {row.player_ref: 0 for row in JournalTransaction.objects.all()}
    for row in JournalTransaction.objects.filter(rule=CANDIDATE):
        by_candidate[row.player_ref] += 1
    for worker in range(WORKERS):
        player = f"pl_{worker}"
        assert wallet_view(player)["EUR"].playable == EACH * 3 * 1_000 - FEE * by_candidate[player]


@pytest.mark.spec("L11", "L3")
def test_one_movement_told_while_the_stage_changes_is_posted_once(entity: LegalEntity, pia: User, vic: User) -> None:
    shadow = open_shadow(pia, vic)
    with transaction.atomic():
        post(told(entity, "first", fee=FEE), actor=TESTER, now=NOON)

    def tell() -> int:
        made = 0
        for number in range(20):
            forget_rules()
            with transaction.atomic():
                made += post(told(entity, f"k{number}", player="pl_1", fee=FEE), actor=TESTER, now=NOON).created
        return made

    acts: list[Callable[[], int]] = [*[tell for _ in range(5)], partial(walk, shadow, pia, vic)]
    assert made_by(acts) == 20
    assert JournalTransaction.objects.count() == 21
    assert ShadowPosting.objects.count() == ShadowPosting.objects.values("transaction").distinct().count()


@pytest.mark.spec("L11", "S1")
def test_of_shadows_of_one_rule_opened_at_once_one_is_opened(entity: LegalEntity, pia: User, vic: User) -> None:
    requests = [propose_shadow(rule=RULE, candidate=CANDIDATE, reason="try it", maker=user_actor(pia), now=NOON).pk for _ in range(4)]
    answers = at_once([partial(decide, request_id=pk, approve=True, checker=vic, reason="", now=NOON) for pk in requests])
    assert sorted(type(answer).__name__ for answer in answers) == ["ApprovalRefused"] * 3 + ["ApprovalRequest"]
    assert sum("withdraw it first" in str(answer) for answer in answers) == 3
    assert Shadow.objects.count() == 1
