"""The cast: an entity, Ada who makes, Ben who checks, Cleo who may not."""

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from ledger.models import LegalEntity, User


@pytest.fixture
def entity(db: None) -> "LegalEntity":
    from tests.ledger.cast import make_entity

    return make_entity()


@pytest.fixture
def ada(db: None) -> "User":
    """She proposes; she could approve, but not what she made herself."""
    from tests.ledger.cast import APPROVES, make_person

    return make_person("ada", *APPROVES)


@pytest.fixture
def ben(db: None) -> "User":
    from tests.ledger.cast import APPROVES, make_person

    return make_person("ben", *APPROVES)


@pytest.fixture
def cleo(db: None) -> "User":
    from tests.ledger.cast import make_person

    return make_person("cleo")
