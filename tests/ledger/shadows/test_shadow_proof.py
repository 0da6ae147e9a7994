"""The proof of what stands beside (L11, L10): whole on a healthy system, and each kind of damage is found and named."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest
from django.db import DatabaseError, connection, transaction

from ledger.models import LegalEntity
from ledger.proofs.shadows import DIFFERENCES, shadows_stand_beside_what_posted
from ledger.shadow_rules import forget_rules
from tests.ledger.cast import make_entity, make_person
from tests.ledger.shadows.trying import open_shadow, put

if TYPE_CHECKING:
    import psycopg

BESIDE, LINES = "ledger_shadow_posting", "ledger_shadow_line"


@pytest.fixture
def entity(rules: None, committed_db: Any) -> Iterator[LegalEntity]:
    """One posting that is equal, one that differs, one where the candidate broke; committed."""
    books = make_entity()
    open_shadow(make_person("pia", "propose_shadow"), make_person("vic", "approve_shadow"))
    with transaction.atomic():
        put(books, "equal")
        put(books, "different", fee=5)
        put(books, "broken", way="break")
    yield books
    forget_rules()


@pytest.mark.spec("L11", "L2", "L10")
def test_damage_by_the_owner_is_found_and_the_application_can_do_none(
    entity: LegalEntity, owner_connection: "psycopg.Connection[Any]"
) -> None:
    for table in (BESIDE, LINES):
        for statement in (f"DELETE FROM {table}", f"UPDATE {table} SET id = id", f"TRUNCATE {table}"):
            with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(statement)
    assert (shadows_stand_beside_what_posted().ok, shadows_stand_beside_what_posted().examined) == (True, 3)

    for table, statement, words in (
        (BESIDE, f"UPDATE {BESIDE} SET posted_rule = 'OTHER@1' WHERE outcome = 'DIFFERENT'", "another rule or day"),
        (BESIDE, f"UPDATE {BESIDE} SET outcome = 'EQUAL' WHERE outcome = 'DIFFERENT'", "called equal and is not"),
        (BESIDE, f"UPDATE {BESIDE} SET outcome = 'DIFFERENT' WHERE outcome = 'FAILED'", "none where there must be"),
        (LINES, f"UPDATE {LINES} SET amount_minor = amount_minor + 1 WHERE kind = 'fee_income'", "do not sum to zero"),
    ):
        with owner_connection.transaction(force_rollback=True):
            owner_connection.execute(f"ALTER TABLE {table} DISABLE TRIGGER append_only")
            owner_connection.execute(statement)
            faults = {fault for _, _, fault in owner_connection.execute(DIFFERENCES).fetchall()}
        assert len(faults) == 1
        assert words in faults.pop()
