"""Proof that what stands beside the journal is about what was posted, and is no money itself (L11, L10)."""

from ledger.proofs.checks import Check, check_sql

# EQUAL is said of the same lines: both sides' sums per line are equal. A rule that said no has no lines.
DIFFERENCES = """
SELECT p.id AS beside, p.transaction_id AS transaction, 'it is beside no transaction, or beside one of another rule or day' AS fault
  FROM ledger_shadow_posting p LEFT JOIN ledger_journal_transaction t ON t.id = p.transaction_id
 WHERE t.id IS NULL OR t.rule <> p.posted_rule OR t.business_date <> p.business_date
UNION ALL
SELECT p.id, p.transaction_id, 'its lines do not sum to zero, or there are none where there must be, or some where there can be none'
  FROM ledger_shadow_posting p
  LEFT JOIN (SELECT s.posting_id, bool_and(s.total = 0) AS balanced
               FROM (SELECT posting_id, asset, sum(amount_minor) AS total FROM ledger_shadow_line GROUP BY 1, 2) s GROUP BY 1) l
         ON l.posting_id = p.id
 WHERE (p.outcome IN ('EQUAL', 'DIFFERENT')) IS DISTINCT FROM (l.posting_id IS NOT NULL) OR NOT coalesce(l.balanced, true)
UNION ALL
SELECT b.id, b.transaction_id, 'it is called equal and is not'
  FROM (SELECT p.id, p.transaction_id, a.kind, a.owner_ref AS holder, e.asset, e.ref, e.label, e.amount_minor AS amount
          FROM ledger_shadow_posting p
          JOIN ledger_entry e ON e.transaction_id = p.transaction_id JOIN ledger_account a ON a.id = e.account_id
         WHERE p.outcome = 'EQUAL'
        UNION ALL
        SELECT p.id, p.transaction_id, l.kind, l.holder, l.asset, l.ref, l.label, -l.amount_minor
          FROM ledger_shadow_posting p JOIN ledger_shadow_line l ON l.posting_id = p.id WHERE p.outcome = 'EQUAL') b
 GROUP BY b.id, b.transaction_id, b.kind, b.holder, b.asset, b.ref, b.label HAVING sum(b.amount) <> 0
"""


def shadows_stand_beside_what_posted() -> Check:
    """Every row beside names a transaction, the rule that posted it and its day; its lines balance; equal ones are equal (L11)."""
    return check_sql(
        "shadows_stand_beside_what_posted", examined="SELECT count(*) FROM ledger_shadow_posting",
        differences=f"SELECT * FROM ({DIFFERENCES}) d",
    )  # fmt: skip
