"""The posting functions are the journal's one door, whoever calls them (ADR 0011; L1, L2, L5)."""

from decimal import Decimal
from typing import TYPE_CHECKING

import psycopg
import pytest

from ledger.ids import new_id
from ledger.models import Account, LegalEntity
from tests.ledger.books import book, deposit
from tests.ledger.cast import make_entity
from tests.ledger.raw_sql import NEW_ENTRIES, Lines, accounts_of, call_door, insert

if TYPE_CHECKING:
    from tests.databases import TestDatabase


@pytest.fixture
def entity(committed_db: "TestDatabase") -> LegalEntity:
    entity = make_entity()
    book(entity, "k", *deposit("pl_1", 5000))
    return entity


@pytest.mark.spec("L1", "L2")
def test_the_application_writes_the_journal_by_the_posting_functions_alone(committed_db: "TestDatabase", entity: LegalEntity) -> None:
    clearing, playable = Account.objects.get(kind="clearing"), Account.objects.get(kind="playable")
    with psycopg.connect(committed_db.app_url) as app:
        app.execute("SET ledger.door = 'open'")
        app.commit()
        with pytest.raises(psycopg.errors.InsufficientPrivilege, match="permission denied"):
            insert(app, entity, [clearing.pk, playable.pk], ["EUR", "EUR"], [500, -500])
        app.rollback()
        with pytest.raises(psycopg.errors.InsufficientPrivilege, match="permission denied"):
            app.execute(NEW_ENTRIES, {"id": new_id(), "accounts": [clearing.pk], "assets": ["EUR"], "amounts": [5]})
        app.rollback()
        with pytest.raises(psycopg.errors.InsufficientPrivilege, match="ledger_account"):
            accounts_of(app, entity, ["EUR"])


LINES: dict[str, Lines] = {
    "halves": (["clearing", "clearing", "playable"], ["ma_1", "ma_1", "pl_1"], ["EUR"] * 3, [Decimal("0.5"), Decimal("0.5"), Decimal(-1)]),
    "halves that balance": (["clearing", "playable"], ["ma_1", "pl_1"], ["EUR", "EUR"], [Decimal("1.5"), Decimal("-1.5")]),
    "unbalanced": (["clearing", "playable"], ["ma_1", "pl_1"], ["EUR", "EUR"], [5, -4]),
    "one line": (["clearing"], ["ma_1"], ["EUR"], [5]),
    "none": ([], [], [], []),
    "balanced over two assets": (["clearing", "playable"], ["ma_1", "pl_1"], ["SEK", "EUR"], [5, -5]),
}


@pytest.mark.spec("L1", "L2")
@pytest.mark.parametrize("lines", LINES.values(), ids=LINES)
@pytest.mark.parametrize("function", ["ledger_post", "ledger_post_many"])
def test_the_posting_functions_refuse_what_is_not_balanced(
    committed_db: "TestDatabase", entity: LegalEntity, function: str, lines: Lines
) -> None:
    """Called in raw SQL, without the checks that Python makes before."""
    with psycopg.connect(committed_db.app_url) as app, pytest.raises(psycopg.errors.IntegrityConstraintViolation, match="sum to zero"):
        call_door(app, function, entity, entity, lines)


@pytest.mark.spec("L5")
def test_a_batch_refuses_lines_of_another_entity(committed_db: "TestDatabase", entity: LegalEntity) -> None:
    other = LegalEntity.objects.create(code="GB1", name="Countroom UK", zone="Europe/London")
    amounts: list[int | Decimal] = [5, -5]
    lines = (["clearing", "playable"], ["ma_1", "pl_1"], ["EUR", "EUR"], amounts)
    with psycopg.connect(committed_db.app_url) as app, pytest.raises(psycopg.errors.IntegrityConstraintViolation, match="another entity"):
        call_door(app, "ledger_post_many", entity, other, lines)
