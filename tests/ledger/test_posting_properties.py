"""Any sequence of postings keeps every proof true (L1, L3, L6, L10)."""

from dataclasses import dataclass, field
from uuid import uuid4

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ledger.errors import InsufficientFunds, PostingKeyConflict
from ledger.locks import WalletBalance
from ledger.models import LegalEntity
from ledger.operations import Posting, post, post_many
from ledger.proofs import journal, replay_journal
from ledger.queries import get_balance, trial_balance, wallet_view
from tests.ledger.books import NOON, TESTER, cr, dr, posting
from tests.ledger.cast import make_entity

PLAYERS = ("pl_1", "pl_2", "pl_3")
KINDS = ("playable", "locked", "pending", "bonus", "receivable")
HOUSE = (("clearing", "ma_1"), ("gaming", "le_1"), ("fee_income", "le_1"))


@dataclass(frozen=True)
class Move:
    """From one account to another, told `times` times."""

    debited: tuple[str, str]
    credited: tuple[str, str]
    amount: int
    key: str
    asset: str


accounts = st.one_of(st.sampled_from(HOUSE), st.tuples(st.sampled_from(KINDS), st.sampled_from(PLAYERS)))
moves = st.builds(
    Move, accounts, accounts, st.integers(1, 60), st.sampled_from([f"k{n}" for n in range(25)]), st.sampled_from(["EUR", "JPY"])
)


@dataclass
class Model:
    """What the books must say, kept the simple way."""

    balances: dict[tuple[str, str, str], int] = field(default_factory=dict)
    posted: dict[str, Move] = field(default_factory=dict)

    def tell(self, move: Move) -> type[Exception] | None:
        """The refusal that must come, None where it posts or was posted."""
        before = self.posted.get(move.key)
        if before is not None:
            return None if before == move else PostingKeyConflict
        changed = dict(self.balances)
        for account, amount in ((move.debited, move.amount), (move.credited, -move.amount)):
            place = (*account, move.asset)
            changed[place] = changed.get(place, 0) + amount
            if account[0] in KINDS and not self._is_allowed(account[0], changed[place]) and move.debited != move.credited:
                return InsufficientFunds
        self.balances, self.posted[move.key] = changed, move
        return None

    @staticmethod
    def _is_allowed(kind: str, balance: int) -> bool:
        return balance >= 0 if kind == "receivable" else balance <= 0


def as_posting(entity: LegalEntity, move: Move) -> Posting:
    lines = (dr(*move.debited, move.amount, move.asset), cr(*move.credited, move.amount, move.asset))
    return posting(entity, f"{entity.pk}:{move.key}", *lines)


def require_proved(entity: LegalEntity, model: Model) -> None:
    assert [check.name for check in (proof() for proof in journal.ALL) if not check.ok and check.name != "unconfirmed_equals_pending"] == []
    assert replay_journal().ok
    for (kind, holder, asset), balance in model.balances.items():
        assert get_balance(entity.pk, kind, holder, asset) == balance
    assert sum(row.balance_minor for row in trial_balance(entity.pk)) == 0
    for player in PLAYERS:
        for asset, wallet in wallet_view(player).items():
            expected = {kind: abs(model.balances.get((kind, player, asset), 0)) for kind in KINDS}
            assert wallet == WalletBalance(**expected)


@pytest.mark.django_db
@pytest.mark.spec("L1", "L3", "L6", "L9", "L10")
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(sequence=st.lists(moves, max_size=30))
def test_any_sequence_of_postings_keeps_the_proofs_true(sequence: list[Move]) -> None:
    with transaction.atomic():
        entity, model = make_entity(uuid4().hex), Model()
        for move in sequence:
            refusal = model.tell(move)
            if refusal is None:
                post(as_posting(entity, move), actor=TESTER, now=NOON)
            else:
                with pytest.raises(refusal):
                    post(as_posting(entity, move), actor=TESTER, now=NOON)
        require_proved(entity, model)
        transaction.set_rollback(True)


@pytest.mark.django_db
@pytest.mark.spec("L14", "L10")
@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(sequence=st.lists(moves, max_size=20, unique_by=lambda move: move.key), earlier=st.lists(moves, max_size=5))
def test_a_batch_ends_where_the_single_postings_end(sequence: list[Move], earlier: list[Move]) -> None:
    """Where each posting of the batch would be accepted one by one, so is the batch, to the same balances."""
    with transaction.atomic():
        entity, model = make_entity(uuid4().hex), Model()
        batch = [move for move in [*earlier, *sequence] if model.tell(move) is None]
        post_many([as_posting(entity, move) for move in batch], actor=TESTER, now=NOON)
        require_proved(entity, model)
        transaction.set_rollback(True)
