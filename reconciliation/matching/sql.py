"""SQL of the rules. Names and conditions come from the rules alone; every value is a parameter."""

from reconciliation.matching.rules import Rule

LEGACY_RULE = "legacy.before_our_time@1"
LEGACY = "legacy_"  # before the kind of line: the kind of item of what is from before our time
LEGACY_KINDS = ("sale", "refund", "payout", "chargeback", "reversal")

_NOT_MATCHED = """
   AND NOT EXISTS (SELECT FROM reconciliation_match m WHERE m.line_kind = 'psp' AND m.line_id = l.id AND m.undone_at IS NULL)"""
# What a person took apart stays apart (R6). Read once and hashed: these are few, and whatever the planner expects of the join, nothing is
# read again for each line.
_NOT_TAKEN_APART = """
   AND l.id NOT IN (SELECT m.line_id FROM reconciliation_match m WHERE m.line_kind = 'psp' AND m.undone_at IS NOT NULL)"""

_FIRST_WINS = """
 ORDER BY l.id
    ON CONFLICT DO NOTHING"""


def insert_matches(rule: Rule, *, is_fresh: bool, by_line: bool = False) -> str:
    """Pair the lines of a batch (or, `by_line`, of a list of ids) with their items; the first line wins, the others stay unpaired.

    `is_fresh`: no line of the batch is matched yet, and the report is expected to name every item once: a second line for an item is
    an error then, and the caller asks again without it. Parameters: run, now, account, bucket, batch (uuid) or lines (ids).
    """
    chosen = "l.id = ANY(%(lines)s)" if by_line else "l.batch_id = %(batch)s AND l.bucket = %(bucket)s"
    return f"""
INSERT INTO reconciliation_match (rule, line_kind, line_id, item_kind, item_id, item_part, batch_id, run_id, currency, line_minor,
                                  difference_minor, suggested, matched_at, undone_by_kind, undone_by_id, undone_reason)
SELECT '{rule.name}', 'psp', l.id, '{rule.item_kind}', i.id, 0, l.batch_id, %(run)s, l.gross_currency, l.gross_minor,
       l.gross_minor - ({rule.item_minor}), false, %(now)s, '', '', ''
  FROM reconciliation_psp_line l
  JOIN {rule.table} i ON i.merchant_account_id = %(account)s AND {rule.join}
 WHERE {chosen} AND l.kind = '{rule.kind}' AND {rule.lines}{"" if is_fresh else _NOT_MATCHED + _NOT_TAKEN_APART + _FIRST_WINS}"""


def insert_legacy(*, by_line: bool = False) -> str:
    """Match the lines of a batch (or, `by_line`, of a list of ids) that are from before our time and name nothing of ours (R5): they are
    proven with their batch, and no item of ours stands behind them.

    Parameters: run, now, account, ours_since, kinds, and bucket, batch (uuid) or lines (ids).
    """
    chosen = "l.id = ANY(%(lines)s)" if by_line else "l.batch_id = %(batch)s AND l.bucket = %(bucket)s"
    return f"""
INSERT INTO reconciliation_match (rule, line_kind, line_id, item_kind, item_part, batch_id, run_id, currency, line_minor,
                                  difference_minor, suggested, matched_at, undone_by_kind, undone_by_id, undone_reason)
SELECT '{LEGACY_RULE}', 'psp', l.id, '{LEGACY}' || l.kind, 0, l.batch_id, %(run)s, l.gross_currency, l.gross_minor, 0, false, %(now)s,
       '', '', ''
  FROM reconciliation_psp_line l
 WHERE {chosen} AND l.kind = ANY(%(kinds)s) AND l.created_at < %(ours_since)s AND l.reference_kind = '' AND l.object_kind = ''
   AND NOT EXISTS (SELECT FROM cashier_attempt a
                    WHERE a.merchant_account_id = %(account)s AND a.psp_ref <> '' AND a.psp_ref = l.psp_reference)
   AND NOT EXISTS (SELECT FROM cashier_capture c
                    WHERE c.merchant_account_id = %(account)s AND c.psp_ref <> '' AND c.psp_ref = l.object_reference)
   AND NOT EXISTS (SELECT FROM cashier_refund f
                    WHERE f.merchant_account_id = %(account)s AND f.psp_ref <> '' AND f.psp_ref = l.object_reference)
   AND NOT EXISTS (SELECT FROM cashier_payout_intent p
                    WHERE p.merchant_account_id = %(account)s AND p.psp_ref <> '' AND p.psp_ref IN (l.psp_reference, l.object_reference))
{_NOT_MATCHED}{_NOT_TAKEN_APART}{_FIRST_WINS}"""


LINE_COLUMNS = (
    "id",
    "batch_id",
    "bucket",
    "line_number",
    "kind",
    "type",
    "reverses",
    "merchant_reference",
    "object_merchant_reference",
    "psp_reference",
    "object_reference",
    "reference_kind",
    "reference_id",
    "object_kind",
    "object_id",
    "gross_currency",
    "gross_minor",
    "net_currency",
    "net_minor",
    "commission_minor",
    "markup_minor",
    "scheme_minor",
    "interchange_minor",
    "created_at",
    "business_date",
)

_COLUMNS = ", ".join(f"l.{column}" for column in LINE_COLUMNS)

ITEM_KINDS = ("sale", "refund", "payout", "chargeback", "reversal", "unknown", "adjustment", "fx")

# How many lines of each kind a batch has. Parameters: batch, bucket.
KINDS_OF_BATCH = """
SELECT l.kind, count(*) FROM reconciliation_psp_line l WHERE l.batch_id = %(batch)s AND l.bucket = %(bucket)s GROUP BY l.kind"""

# How many lines of each kind of a batch are matched, by the kind of item. Parameters: batch.
MATCHED_OF_BATCH = """
SELECT m.item_kind, count(*) FROM reconciliation_match m
 WHERE m.batch_id = %(batch)s AND m.line_kind = 'psp' AND m.undone_at IS NULL GROUP BY m.item_kind"""

# Lines of some kinds of one batch that have no item. Parameters: batch, bucket, kinds.
UNMATCHED_OF_BATCH = f"""
SELECT {_COLUMNS}
  FROM reconciliation_psp_line l
 WHERE l.batch_id = %(batch)s AND l.bucket = %(bucket)s AND l.kind = ANY(%(kinds)s){_NOT_MATCHED}
 ORDER BY l.id"""

# Lines that wait in suspense of one merchant account; what a person took apart is for people. Parameters: holder.
UNMATCHED_IN_SUSPENSE = f"""
SELECT {_COLUMNS}
  FROM reconciliation_suspense_item s
  JOIN reconciliation_psp_line l ON l.id = s.line_id
 WHERE s.line_kind = 'psp' AND s.holder = %(holder)s AND s.cleared_at IS NULL{_NOT_MATCHED}{_NOT_TAKEN_APART}
 ORDER BY l.id"""

_SAME = ("kind", "reverses", "merchant_reference", "object_merchant_reference", "psp_reference", "object_reference", "gross_currency",
         "gross_minor", "net_currency", "value_minor", "copy")  # fmt: skip
_COPIES = f"""(
    SELECT v.*, row_number() OVER (PARTITION BY {", ".join(_SAME[:-1])} ORDER BY v.id) AS copy
      FROM (SELECT l.*, l.net_minor + l.commission_minor + l.markup_minor + l.scheme_minor + l.interchange_minor AS value_minor
              FROM reconciliation_psp_line l
             WHERE l.batch_id = %({{0}})s AND l.bucket = %({{0}}_bucket)s AND l.kind = ANY(%(kinds)s)) v)"""
# Lines of one version of a batch that move money and have no equal in the other; fees and dates may differ. Parameters: one, other,
# their buckets, kinds.
WITHOUT_EQUAL = f"""
SELECT {_COLUMNS}
  FROM {_COPIES.format("one")} l
 WHERE l.value_minor <> 0
   AND NOT EXISTS (SELECT FROM {_COPIES.format("other")} o WHERE {" AND ".join(f"o.{name} = l.{name}" for name in _SAME)})
 ORDER BY l.id"""

# Fee lines, which need no item but a place in the contract. Parameters: batch, bucket.
FEE_LINES = f"""
SELECT {_COLUMNS}
  FROM reconciliation_psp_line l
 WHERE l.batch_id = %(batch)s AND l.bucket = %(bucket)s AND l.kind = 'fee'
 ORDER BY l.id"""

_SUMS = """count(*), sum(l.gross_minor), sum(l.net_minor), sum(l.commission_minor), sum(l.markup_minor), sum(l.scheme_minor),
       sum(l.interchange_minor), sum(greatest(l.net_minor, 0)), sum(greatest(-l.net_minor, 0)),
       count(*) FILTER (WHERE l.commission_minor <> 0 OR l.markup_minor <> 0 OR l.scheme_minor <> 0 OR l.interchange_minor <> 0)"""

# What of a batch is from before our time, by kind of line. Parameters: batch, bucket. Such matches name no item, which an index knows.
LEGACY_SUMS = f"""
SELECT l.kind, l.reverses, l.gross_currency, {_SUMS}
  FROM reconciliation_match m
  JOIN reconciliation_psp_line l ON l.id = m.line_id AND l.batch_id = %(batch)s AND l.bucket = %(bucket)s
 WHERE m.item_id IS NULL AND starts_with(m.item_kind, '{LEGACY}') AND m.batch_id = %(batch)s AND m.line_kind = 'psp'
   AND m.undone_at IS NULL
 GROUP BY 1, 2, 3
 ORDER BY 1, 2, 3"""

# What a batch comes to, by what becomes of each line: those listed have no item. Parameters: batch, bucket, waiting (ids).
BATCH_SUMS = f"""
SELECT l.kind, l.reverses, l.gross_currency, NOT l.id = ANY(%(waiting)s) AS has_item,
       lower(l.type) = 'bankinstructionreturned' OR l.reverses = 'transfer' AS bounced, {_SUMS}
  FROM reconciliation_psp_line l
 WHERE l.batch_id = %(batch)s AND l.bucket = %(bucket)s
 GROUP BY 1, 2, 3, 4, 5
 ORDER BY 1, 2, 3, 4, 5"""
