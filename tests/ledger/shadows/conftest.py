"""A candidate that settings know for one test, and two people: Pia proposes, Vic approves."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from ledger.models import Shadow, User


@pytest.fixture
def rules() -> Iterator[None]:
    from tests.ledger.shadows.trying import drop_rules, use_rules

    use_rules()
    yield
    drop_rules()


@pytest.fixture
def pia(db: None) -> "User":
    from tests.ledger.cast import make_person

    return make_person("pia", "propose_shadow")


@pytest.fixture
def vic(db: None) -> "User":
    from tests.ledger.cast import make_person

    return make_person("vic", "approve_shadow")


@pytest.fixture
def shadow(rules: None, pia: "User", vic: "User") -> "Shadow":
    from tests.ledger.shadows.trying import open_shadow

    return open_shadow(pia, vic)
