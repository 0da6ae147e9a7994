"""Two versions of the matching rules that two people approve at the same moment: one comes into force."""

from functools import partial
from typing import TYPE_CHECKING, Any

import pytest

from tests.concurrency.threads import at_once

if TYPE_CHECKING:
    from tests.databases import TestDatabase


@pytest.mark.spec("R15", "S1")
def test_of_two_approved_at_once_one_is_in_force(committed_db: "TestDatabase") -> None:
    from ledger.errors import ApprovalRefused
    from reconciliation.models import MatchingRules
    from reconciliation.queries.matching_rules import active_rules
    from tests.ledger.cast import make_person
    from tests.reconciliation.house import make_house
    from tests.reconciliation.rules.versions import decided, drafted, make_people, proposed, run_test

    make_house()
    mia, max_ = make_people()
    zoe = make_person("zoe", "approve_matching")
    requests = []
    for least in (10, 12):
        row = drafted(mia, bank_payout_reference={"shortest_reference": least})
        run_test(row, mia)
        requests.append(proposed(row, mia))

    results: list[Any] = at_once([partial(decided, requests[0], max_), partial(decided, requests[1], zoe)])

    assert sorted(type(result).__name__ for result in results) == ["ApprovalRefused", "NoneType"]
    assert "Another version came into force" in str(next(result for result in results if isinstance(result, ApprovalRefused)))
    active = active_rules()
    assert active is not None and active.version == (3 if results[0] else 2)
    assert MatchingRules.objects.get(version=1).state == "RETIRED"
