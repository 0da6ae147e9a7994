"""Books that were committed, and connections as the two roles beside Django's own."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import psycopg
import pytest

if TYPE_CHECKING:
    from ledger.models import LegalEntity
    from tests.databases import TestDatabase


@pytest.fixture
def books(committed_db: "TestDatabase", settings: Any) -> "LegalEntity":
    """A deposit, an adjustment that two people made, a request that waits, checkpoints, a sealed log. Of the ledger alone."""
    from ledger.actors import user_actor
    from ledger.operations import decide, propose_adjustment, seal_audit, write_checkpoints
    from tests.ledger.books import NOON, book, deposit
    from tests.ledger.cast import APPROVES, make_entity, make_person

    settings.PROOF_CHECKS = []
    entity = make_entity()
    ada, ben = make_person("ada"), make_person("ben", *APPROVES)
    book(entity, "a", *deposit("pl_1", 5000))
    for reason in ("goodwill", "more goodwill"):
        request = propose_adjustment(
            entity_id=entity.pk, player_id="pl_1", asset="EUR", amount_minor=500, direction="credit", reason=reason,
            maker=user_actor(ada), now=NOON,
        )  # fmt: skip
        if reason == "goodwill":
            decide(request_id=request.pk, approve=True, checker=ben, reason="", now=NOON)
    assert write_checkpoints() == 2
    seal_audit(now=NOON)
    return entity


@pytest.fixture
def app(books: "LegalEntity", committed_db: "TestDatabase") -> Iterator["psycopg.Connection[Any]"]:
    """The application's role, each statement in a transaction that the test ends."""
    with psycopg.connect(committed_db.app_url) as connection:
        yield connection
        connection.rollback()


@pytest.fixture
def owner(books: "LegalEntity", committed_db: "TestDatabase") -> Iterator["psycopg.Connection[Any]"]:
    """The owner of the tables, each statement committed."""
    with psycopg.connect(committed_db.owner_url, autocommit=True) as connection:
        yield connection
