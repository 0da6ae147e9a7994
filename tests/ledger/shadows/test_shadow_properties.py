"""Whatever is in shadow, in whatever order: balances are those of the rules that posted, and never of those beside (L11, L9, L10)."""

from typing import Any
from uuid import uuid4

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ledger.errors import InsufficientFunds
from ledger.models import Account, Entry, JournalTransaction, ShadowPosting, User
from ledger.operations import lines_of, post
from ledger.proofs import journal, replay_journal
from ledger.queries import count_shadow, get_balance, wallet_view
from ledger.refusals import LedgerError
from ledger.shadow_rules import forget_rules
from tests.ledger.books import NOON, TESTER
from tests.ledger.cast import make_entity
from tests.ledger.shadows.trying import go, open_shadow, put, told

PLAYERS = ("pl_1", "pl_2", "pl_3", "pl_4")
WAYS = ("", "", "", "refuse", "break", "unbalanced", "long", "read")
deposits = st.builds(
    lambda key, player, amount, fee, way: {"key": f"k{key}", "player": player, "amount": amount, "fee": min(fee, amount - 1), "way": way},
    st.integers(0, 20), st.sampled_from(PLAYERS), st.integers(1, 90), st.integers(0, 5), st.sampled_from(WAYS),
)  # fmt: skip
stages = st.sampled_from([("COHORT", 0), ("COHORT", 40), ("COHORT", 75), ("ON", 0), ("SHADOW", 0), ("WITHDRAWN", 0)])
steps = st.lists(st.one_of(deposits, deposits, deposits, stages), max_size=18)
QUIET = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]


def told_once(entity: Any, seen: dict[str, dict[str, Any]], step: dict[str, Any]) -> None:
    """Post the deposit; of one key only what was first told under it."""
    first = seen.setdefault(step["key"], step)
    facts = {name: first[name] for name in ("player", "amount", "fee", "way")}
    post(told(entity, first["key"], **facts), actor=TESTER, now=NOON)


def posted_sums() -> dict[tuple[str, str], int]:
    """What the books must hold: every transaction's source through the rule that it names."""
    sums: dict[tuple[str, str], int] = {}
    for row in JournalTransaction.objects.all():
        for line in lines_of(row.rule, row.source):
            sums[line.kind, line.holder] = sums.get((line.kind, line.holder), 0) + line.amount_minor
    return sums


@pytest.mark.django_db
@pytest.mark.spec("L11", "L9", "L10", "L3")
@settings(max_examples=15, deadline=None, suppress_health_check=QUIET)
@given(sequence=steps)
def test_no_stage_and_no_candidate_changes_a_balance_but_by_what_it_posted(rules: None, pia: User, vic: User, sequence: list[Any]) -> None:
    with transaction.atomic():
        entity, shadow, seen = make_entity(uuid4().hex), open_shadow(pia, vic), dict[str, dict[str, Any]]()
        put(entity, "first", player="pl_first")
        for step in sequence:
            if isinstance(step, dict):
                told_once(entity, seen, step)
                continue
            try:
                with transaction.atomic():
                    shadow = go(shadow, step[0], pia, vic, percent=step[1])
            except LedgerError:
                continue  # a step that the graph doesn't have, or no change
        assert JournalTransaction.objects.count() == len(seen) + 1
        for (kind, holder), amount in posted_sums().items():
            assert get_balance(entity.pk, kind, holder, "EUR") == amount
        for player in {step["player"] for step in seen.values()}:
            assert wallet_view(player)["EUR"].playable == -posted_sums()["playable", player]
        assert replay_journal().ok
        assert [check.name for check in (proof() for proof in journal.ALL) if not check.ok] == []
        rules_posted = dict(JournalTransaction.objects.values_list("id", "rule"))
        assert all(rules_posted[row.transaction_id] == row.posted_rule for row in ShadowPosting.objects.all())
        transaction.set_rollback(True)
    forget_rules()


@pytest.mark.django_db
@pytest.mark.spec("L11")
@settings(max_examples=15, deadline=None, suppress_health_check=QUIET)
@given(sequence=st.lists(deposits, max_size=20, unique_by=lambda step: step["key"]))
def test_in_shadow_the_books_are_as_without_it(rules: None, pia: User, vic: User, sequence: list[dict[str, Any]]) -> None:
    def books(with_shadow: bool) -> tuple[Any, ...]:
        with transaction.atomic():
            entity = make_entity(uuid4().hex)
            shadow = open_shadow(pia, vic) if with_shadow else None
            for step in sequence:
                told_once(entity, {}, step)
            wallets = {player: wallet_view(player) for player in PLAYERS}
            entries = list(Entry.objects.order_by("id").values_list("account__kind", "account__owner_ref", "amount_minor", "ref"))
            if shadow:
                counts = count_shadow(shadow)
                assert counts.compared + counts.refused + counts.failed == len(sequence)
            rules_of = list(JournalTransaction.objects.order_by("id").values_list("rule", flat=True))
            found = wallets, entries, Account.objects.count(), rules_of
            transaction.set_rollback(True)
        forget_rules()
        return found

    assert books(False) == books(True)


@pytest.mark.django_db
@pytest.mark.spec("L11", "L6")
def test_a_candidate_in_its_cohort_meets_the_wallet_as_any_rule_does(rules: None, pia: User, vic: User) -> None:
    """Money that is missing is the database's refusal of the posting, not an error of the rule: nothing is posted."""
    entity, shadow = make_entity(), open_shadow(pia, vic)
    put(entity, "k1", amount=10)
    go(shadow, "COHORT", pia, vic, percent=100)
    bet = told(entity, "bet", fee=0)
    for line in bet.source["lines"]:
        line["amount_minor"] = -line["amount_minor"]
    with pytest.raises(InsufficientFunds):
        post(bet, actor=TESTER, now=NOON)
    assert (JournalTransaction.objects.count(), ShadowPosting.objects.count()) == (1, 1)
