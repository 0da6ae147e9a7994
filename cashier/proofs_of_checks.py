"""What was frozen with payments is as it was frozen (K11): a check of `ledger_prove`."""

import json
from collections.abc import Iterator

from cashier.frozen_facts import digest_of
from cashier.models import FrozenChecks
from ledger.ids import to_public
from ledger.proofs.checks import Check, Difference, check_of, count_of
from ledger.proofs.merge import stream


def frozen_facts_are_whole() -> Check:
    """The digest of each record is that of its facts."""
    return check_of("frozen_facts_are_whole", count_of("SELECT count(*) FROM cashier_frozen_checks"), _changed())


def _changed() -> Iterator[Difference]:
    for pk, facts, digest in stream("SELECT id, facts::text, digest FROM cashier_frozen_checks ORDER BY id", {}):
        if digest_of(json.loads(facts)) != digest:
            yield {"record": to_public(FrozenChecks.PREFIX, pk), "digest": digest}
