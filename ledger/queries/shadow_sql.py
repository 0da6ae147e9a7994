"""The SQL of the comparison of shadows (L11). Each compared posting has two sides: the current rule's lines and the candidate's.

One of them is in the journal, the other beside it; which is which is told by the rule that posted. So sums over days in which the
cohort grew compare rule with rule, never posted with not posted.
"""

_COMPARED = """
compared AS MATERIALIZED (
    SELECT p.id, p.transaction_id, p.business_date, p.posted_rule, p.posted_rule = %(candidate)s AS turned
      FROM ledger_shadow_posting p
     WHERE p.shadow_id = %(shadow)s AND p.business_date BETWEEN %(since)s AND %(until)s AND p.outcome = ANY(%(outcomes)s)
       AND p.id > %(after)s ORDER BY p.id LIMIT %(postings)s
)"""
_SIDES = """
sides AS (
    SELECT c.id AS posting, a.kind, a.owner_ref AS holder, e.asset, e.ref, e.label,
           CASE WHEN c.turned THEN 0 ELSE e.amount_minor END AS current, CASE WHEN c.turned THEN e.amount_minor ELSE 0 END AS candidate
      FROM compared c JOIN ledger_entry e ON e.transaction_id = c.transaction_id JOIN ledger_account a ON a.id = e.account_id
    UNION ALL
    SELECT c.id, l.kind, l.holder, l.asset, l.ref, l.label,
           CASE WHEN c.turned THEN l.amount_minor ELSE 0 END, CASE WHEN c.turned THEN 0 ELSE l.amount_minor END
      FROM compared c JOIN ledger_shadow_line l ON l.posting_id = c.id
)"""

COUNTS = """
SELECT outcome, posted_rule = %(candidate)s, count(*) FROM ledger_shadow_posting
 WHERE shadow_id = %(shadow)s AND business_date BETWEEN %(since)s AND %(until)s GROUP BY 1, 2
"""
DAYS = "SELECT min(business_date), max(business_date) FROM ledger_shadow_posting WHERE shadow_id = %(shadow)s"
ERRORS = """
SELECT outcome, shadow_rule, error, count(*), min(transaction_id::text)::uuid FROM ledger_shadow_posting
 WHERE shadow_id = %(shadow)s AND business_date BETWEEN %(since)s AND %(until)s AND outcome IN ('REFUSED', 'FAILED')
 GROUP BY 1, 2, 3 ORDER BY 4 DESC, 1, 2, 3 LIMIT %(limit)s
"""
# Lines that are not on both sides alike. A rule may make one line more than once: both sides' amounts are compared as lists, and shown
# as sums, so that every posting that differs has a row here.
LINES = f"""
WITH {_COMPARED}, {_SIDES}
SELECT c.id, c.transaction_id, c.business_date, c.posted_rule, s.kind, s.holder, s.asset, s.ref, s.label, sum(s.current), sum(s.candidate)
  FROM sides s JOIN compared c ON c.id = s.posting
 GROUP BY c.id, c.transaction_id, c.business_date, c.posted_rule, s.kind, s.holder, s.asset, s.ref, s.label
HAVING array_agg(s.current ORDER BY s.current) FILTER (WHERE s.current <> 0)
       IS DISTINCT FROM array_agg(s.candidate ORDER BY s.candidate) FILTER (WHERE s.candidate <> 0)
 ORDER BY c.id, s.kind, s.holder, s.asset, s.ref, s.label
"""


def sums(columns: str, where: str = "TRUE", *, differing: bool) -> str:
    """Sums of both sides by some columns of the lines, the widest difference first, and in each row how many there are in all."""
    having = "HAVING sum(current) <> sum(candidate)" if differing else ""
    return f"""
WITH {_COMPARED}, {_SIDES}, summed AS (
    SELECT {columns}, sum(current) AS current, sum(candidate) AS candidate FROM sides WHERE {where} GROUP BY {columns} {having}
)
SELECT *, count(*) OVER () FROM summed ORDER BY abs(candidate - current) DESC, {columns} LIMIT %(limit)s
"""


KINDS = sums("kind, asset", differing=False)
ACCOUNTS = sums("kind, holder, asset", differing=True)
SETTLEMENTS = sums("kind, holder, asset, ref", "kind = ANY(%(settling)s) AND ref <> ''", differing=True)
