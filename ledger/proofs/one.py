"""What proof and replay say of one transaction (L1, L9): the same checks as of the whole journal, for a page."""

from dataclasses import dataclass
from uuid import UUID

from ledger.proofs.checks import rows_of
from ledger.proofs.replay import replay_one

_SUMS = """
SELECT e.asset, sum(e.amount_minor) AS total_minor, count(*) AS entries FROM ledger_entry e
 WHERE e.transaction_id = %(transaction)s GROUP BY e.asset ORDER BY e.asset
"""
_ASTRAY = """
SELECT e.id AS entry FROM ledger_entry e JOIN ledger_journal_transaction t ON t.id = e.transaction_id
  LEFT JOIN ledger_account a ON a.id = e.account_id
 WHERE e.transaction_id = %(transaction)s
   AND (a.id IS NULL OR a.entity_id <> t.entity_id OR a.asset <> e.asset OR e.business_date <> t.business_date)
"""


@dataclass(frozen=True, slots=True)
class Said:
    """A statement about the transaction: `ok`, or `fault` says what is wrong."""

    words: str
    ok: bool
    fault: str = ""


def prove_transaction(transaction_id: UUID) -> list[Said]:
    """Balance per asset, books kept apart, and the rule run again on its stored source."""
    params = {"transaction": transaction_id}
    sums = list(rows_of(_SUMS, params))
    uneven = [f"{row['asset']} is out by {row['total_minor']} minor units" for row in sums if row["total_minor"]]
    astray = [str(row["entry"]) for row in rows_of(_ASTRAY, params)]
    fault = replay_one(transaction_id)
    return [
        Said("Its lines sum to zero in each currency", bool(sums) and not uneven, ", ".join(uneven) if sums else "it has no lines"),
        Said("Every line is of its entity, currency and business day", not astray, f"entries {', '.join(astray)}" if astray else ""),
        Said("Its rule, run again on what it read, gives the same lines", fault is None, str(fault["fault"]) if fault else ""),
    ]
