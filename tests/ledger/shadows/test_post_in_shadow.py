"""Postings whose rule is in shadow (L11): the books are as without it, and what the other rule made stands beside."""

import time
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from ledger import shadow_rules
from ledger.errors import PostingKeyConflict
from ledger.locks import WalletBalance
from ledger.models import JournalTransaction, LegalEntity, Shadow, ShadowLine, ShadowPosting, User
from ledger.operations import post, post_many, shadow_postings
from ledger.operations.rows import ask
from ledger.proofs import prove_ledger, replay_journal
from ledger.queries import wallet_view
from ledger.refusals import LedgerError
from tests.ledger.books import NOON, TESTER, deposit, posting
from tests.ledger.shadows.trying import CANDIDATE, RULE, go, put, told

pytestmark = pytest.mark.django_db


def rule_of(posted: Any) -> str:
    return JournalTransaction.objects.get(pk=posted.id).rule


def lines_beside(posted: Any) -> list[tuple[str, str, int]]:
    lines = ShadowLine.objects.filter(posting__transaction=posted.id).order_by("id")
    return [(line.kind, line.holder, line.amount_minor) for line in lines]


@pytest.mark.spec("L11")
def test_lines_of_the_candidate_stand_beside_and_move_no_money(entity: LegalEntity, shadow: Shadow) -> None:
    posted = put(entity, "k1", fee=30)

    assert rule_of(posted) == RULE
    assert wallet_view("pl_1") == {"EUR": WalletBalance(playable=1_000)}
    row = ShadowPosting.objects.get()
    assert (row.shadow_id, row.version, row.stage, row.transaction_id) == (shadow.pk, 1, "SHADOW", posted.id)
    assert (row.posted_rule, row.shadow_rule, row.outcome, row.business_date) == (RULE, CANDIDATE, "DIFFERENT", posted.business_date)
    assert lines_beside(posted) == [("clearing", "ma_1", 1_000), ("playable", "pl_1", -970), ("fee_income", "le_1", -30)]


@pytest.mark.spec("L11")
def test_equal_lines_in_another_order_are_equal(entity: LegalEntity, shadow: Shadow) -> None:
    put(entity, "k1")
    assert ShadowPosting.objects.get().outcome == "EQUAL"


@pytest.mark.spec("L11")
@pytest.mark.parametrize("stage", ["SHADOW", "COHORT"])
@pytest.mark.parametrize(
    ("way", "outcome", "words"),
    [
        ("refuse", "REFUSED", "LedgerError: The rate is not the one of the quote."),
        ("break", "FAILED", "ZeroDivisionError: division by zero"),
        ("unbalanced", "REFUSED", "UnbalancedPosting: k1: lines in EUR sum to 2000 minor units, not to zero."),
        ("long", "REFUSED", "UnbalancedPosting: A line's ref is a text of at most 120 characters."),
        ("read", "REFUSED", "The source can't be read: KeyError: 'nobody'"),
    ],
)
def test_what_is_wrong_with_the_candidate_is_kept_and_harms_nothing(
    entity: LegalEntity, shadow: Shadow, pia: User, vic: User, stage: str, way: str, outcome: str, words: str
) -> None:
    if stage == "COHORT":
        put(entity, "k0", player="pl_9")
        go(shadow, "COHORT", pia, vic, percent=100)
    posted = put(entity, "k1", way=way)
    assert (rule_of(posted), wallet_view("pl_1")["EUR"].playable) == (RULE, 1_000)
    row = ShadowPosting.objects.get(transaction=posted.id)
    assert (row.outcome, row.error, row.stage, row.shadow_rule) == (outcome, words, stage, CANDIDATE)
    assert lines_beside(posted) == []


@pytest.mark.spec("L11", "L9")
def test_in_a_cohort_the_candidate_posts_and_the_old_rule_stands_beside(entity: LegalEntity, shadow: Shadow, pia: User, vic: User) -> None:
    put(entity, "k0", fee=10)
    go(shadow, "COHORT", pia, vic, percent=50)
    taken = {f"pl_{n}": rule_of(put(entity, f"k{n}", player=f"pl_{n}", fee=10)) for n in range(1, 9)}
    assert set(taken.values()) == {RULE, CANDIDATE}
    for player, rule in taken.items():
        assert wallet_view(player)["EUR"].playable == (990 if rule == CANDIDATE else 1_000) + (1_000 if player == "pl_1" else 0)
    again = {player: rule_of(put(entity, f"{player}-again", player=player, fee=10)) for player in taken}
    assert again == taken
    for row in ShadowPosting.objects.filter(stage="COHORT"):
        assert {row.posted_rule, row.shadow_rule} == {RULE, CANDIDATE}
        assert row.version == 2
    assert replay_journal().ok
    assert [check.name for check in prove_ledger().checks if not check.ok] == []


@pytest.mark.spec("L11", "L9")
def test_turned_on_it_posts_for_all_and_withdrawn_for_nobody(entity: LegalEntity, shadow: Shadow, pia: User, vic: User) -> None:
    put(entity, "k0", fee=10)
    shadow = go(shadow, "COHORT", pia, vic, percent=0)
    assert rule_of(put(entity, "k1", fee=10)) == RULE
    shadow = go(shadow, "ON", pia, vic)
    assert {rule_of(put(entity, f"on{n}", player=f"pl_{n}", fee=10)) for n in range(6)} == {CANDIDATE}
    go(shadow, "WITHDRAWN", pia, vic)
    assert rule_of(put(entity, "k2", fee=10)) == RULE
    assert ShadowPosting.objects.filter(transaction__posting_key="k2").count() == 0
    assert replay_journal().ok


@pytest.mark.spec("L11", "L3")
def test_one_movement_told_again_in_another_stage_is_posted_once(entity: LegalEntity, shadow: Shadow, pia: User, vic: User) -> None:
    first = put(entity, "k1", fee=10)
    shadow = go(shadow, "COHORT", pia, vic, percent=100)
    again = put(entity, "k1", fee=10)
    assert (again.id, again.created) == (first.id, False)

    second = put(entity, "k2", fee=10)
    assert rule_of(second) == CANDIDATE
    batch = [told(entity, "k3", fee=10), told(entity, "k1", fee=10), told(entity, "k2", fee=10)]
    assert [row.created for row in post_many(batch, actor=TESTER, now=NOON)] == [True, False, False]
    go(shadow, "WITHDRAWN", pia, vic)
    assert put(entity, "k2", fee=10).id == second.id
    assert [row.id for row in post_many(batch, actor=TESTER, now=NOON)][1:] == [first.id, second.id]
    with pytest.raises(PostingKeyConflict):
        put(entity, "k2", fee=11)
    with pytest.raises(PostingKeyConflict):
        put(entity, "k2", way="break")
    assert (JournalTransaction.objects.count(), ShadowPosting.objects.count()) == (3, 3)


@pytest.mark.spec("L11", "L14")
def test_a_batch_writes_what_stands_beside_in_one_round_trip(entity: LegalEntity, shadow: Shadow, monkeypatch: pytest.MonkeyPatch) -> None:
    batch = [told(entity, f"k{n}", player=f"pl_{n}", fee=n % 2, way="break" if n == 3 else "") for n in range(6)]
    put(entity, "warm")
    trips: list[int] = []

    def counted(*questions: Any) -> Any:
        trips.append(len(questions))
        return ask(*questions)

    monkeypatch.setattr(shadow_postings, "ask", counted)
    with CaptureQueriesContext(connection) as found:
        rows = post_many([*batch, batch[0]], actor=TESTER, now=NOON)
    assert (trips, found.captured_queries) == ([1], [])
    outcomes = dict(ShadowPosting.objects.values_list("transaction__posting_key", "outcome"))
    assert [outcomes[f"k{n}"] for n in range(6)] == ["EQUAL", "DIFFERENT", "EQUAL", "FAILED", "EQUAL", "DIFFERENT"]
    assert len(lines_beside(rows[1])) == 3


@pytest.mark.spec("L11")
def test_where_the_posting_is_rolled_back_nothing_stands_beside(entity: LegalEntity, shadow: Shadow) -> None:
    with transaction.atomic():
        put(entity, "k1", fee=1)
        assert ShadowPosting.objects.count() == 1
        transaction.set_rollback(True)
    assert (ShadowPosting.objects.count(), ShadowLine.objects.count()) == (0, 0)


@pytest.mark.spec("L11")
def test_what_the_current_rule_refuses_is_refused_as_without_a_shadow(entity: LegalEntity, shadow: Shadow) -> None:
    with pytest.raises(LedgerError, match="sum to 7"):
        post(posting(entity, "k1", *deposit("pl_1", 5), {**deposit("pl_1", 7)[0]}), actor=TESTER, now=NOON)
    broken = posting(entity, "k2")
    broken.source.clear()
    with pytest.raises(KeyError):
        post(broken, actor=TESTER, now=NOON)
    assert (JournalTransaction.objects.count(), ShadowPosting.objects.count()) == (0, 0)


@pytest.mark.spec("L11")
def test_without_a_shadow_nothing_is_asked_and_nothing_is_written(entity: LegalEntity, rules: None) -> None:
    put(entity, "k0")
    with CaptureQueriesContext(connection) as found:
        for n in range(1, 6):
            put(entity, f"k{n}")
    assert found.captured_queries == []
    assert ShadowPosting.objects.count() == 0


@pytest.mark.spec("L11")
def test_another_process_sees_a_change_when_its_time_is_up(entity: LegalEntity, shadow: Shadow, monkeypatch: pytest.MonkeyPatch) -> None:
    put(entity, "k1", fee=1)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE ledger_shadow SET state = 'ON', sign_off = '{\"by\": \"another process\"}', version = 2")
    assert rule_of(put(entity, "k2", fee=1)) == RULE
    clock = time.monotonic
    monkeypatch.setattr(time, "monotonic", lambda: clock() + shadow_rules.KEEP_SECONDS)
    assert rule_of(put(entity, "k3", fee=1)) == CANDIDATE
    seen = dict(ShadowPosting.objects.values_list("transaction__posting_key", "version"))
    assert seen == {"k1": 1, "k2": 1, "k3": 2}
    assert shadow_rules.KEEP_SECONDS <= 5
