"""Four eyes and idempotency keys under fire: one execution, whoever clicks at the same moment (S1, A3)."""

from collections import Counter
from functools import partial
from typing import TYPE_CHECKING

import pytest

from ledger.actors import user_actor
from ledger.locks import WalletBalance
from ledger.models import JournalTransaction, LegalEntity
from ledger.operations import Started, begin_idempotent, decide, propose_adjustment, propose_reversal, withdraw_approval
from ledger.queries import wallet_view
from tests.concurrency.threads import at_once
from tests.ledger.books import NOON, book, deposit
from tests.ledger.cast import APPROVES, make_entity, make_person

if TYPE_CHECKING:
    from tests.databases import TestDatabase


@pytest.fixture
def entity(committed_db: "TestDatabase") -> LegalEntity:
    return make_entity()


@pytest.mark.spec("S1", "L12")
def test_ten_people_approve_at_once_and_it_is_executed_once(entity: LegalEntity) -> None:
    ada = make_person("ada", *APPROVES)
    people = [make_person(f"checker{n}", *APPROVES) for n in range(10)]
    request = propose_adjustment(
        entity_id=entity.pk, player_id="pl_1", asset="EUR", amount_minor=500, direction="credit", reason="r",
        maker=user_actor(ada), now=NOON,
    )  # fmt: skip
    acts = [partial(decide, request_id=request.pk, approve=True, checker=person, reason="", now=NOON) for person in [*people, ada]]

    answers = at_once(acts)

    assert Counter(type(answer).__name__ for answer in answers) == {"ApprovalRequest": 1, "ApprovalRefused": 10}
    assert wallet_view("pl_1") == {"EUR": WalletBalance(playable=500)}


@pytest.mark.spec("S1")
def test_approval_and_withdrawal_at_once_end_in_one_of_them(entity: LegalEntity) -> None:
    ada, ben = make_person("ada"), make_person("ben", *APPROVES)
    for n in range(5):
        request = propose_adjustment(
            entity_id=entity.pk, player_id=f"pl_{n}", asset="EUR", amount_minor=500, direction="credit", reason="r",
            maker=user_actor(ada), now=NOON,
        )  # fmt: skip
        answers = at_once(
            [
                partial(decide, request_id=request.pk, approve=True, checker=ben, reason="", now=NOON),
                partial(withdraw_approval, request_id=request.pk, maker=user_actor(ada), now=NOON),
            ]
        )
        request.refresh_from_db()
        assert Counter(type(answer).__name__ for answer in answers) == {"ApprovalRequest": 1, "ApprovalRefused": 1}
        assert bool(wallet_view(f"pl_{n}")) == (request.state == "APPROVED")


@pytest.mark.spec("L12")
def test_two_reversals_of_one_transaction_approved_at_once_post_one(entity: LegalEntity) -> None:
    ada, checkers = make_person("ada"), [make_person(f"c{n}", *APPROVES) for n in range(4)]
    original = JournalTransaction.objects.get(pk=book(entity, "in", *deposit("pl_1", 5000)).id)
    requests = [propose_reversal(transaction_id=original.pk, reason="twice", maker=user_actor(ada), now=NOON) for _ in checkers]

    answers = at_once(
        [
            partial(decide, request_id=request.pk, approve=True, checker=checker, reason="", now=NOON)
            for request, checker in zip(requests, checkers, strict=True)
        ]
    )

    assert Counter(type(answer).__name__ for answer in answers) == {"ApprovalRequest": 1, "ApprovalRefused": 3}
    assert original.reversed_by.count() == 1


@pytest.mark.spec("A3")
def test_of_twenty_same_requests_at_once_one_starts(entity: LegalEntity) -> None:
    acts = [partial(begin_idempotent, client_id="shop", key="k", fingerprint="f", now=NOON) for _ in range(20)]
    answers = at_once(acts)
    assert Counter(type(answer).__name__ for answer in answers) == {"Started": 1, "StillRunning": 19}
    (started,) = [answer for answer in answers if isinstance(answer, Started)]
    assert (started.client_id, started.key, started.resumed) == ("shop", "k", False)
