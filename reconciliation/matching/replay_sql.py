"""SQL of a back-test over lines of reports (R15): the rules' own conditions, pairs into a table of the session and nowhere else.

What people matched or took apart is theirs on both sides (R6): their lines are passed over, their items are consumed, as are those of
lines outside of the period. Names and conditions come from the rules alone; every value is a parameter.
"""

from reconciliation.matching.rules import Rule

# `side`: 0 the version in force, 1 the one that is tried. The same uniqueness as of matches: a line and an item once.
MAKE = """
DROP TABLE IF EXISTS pg_temp.back_test_pair;
CREATE TEMP TABLE back_test_pair (side smallint, line_id bigint, batch_id uuid, kind text, rule text, item_kind text, item_id uuid,
                                  currency text, line_minor numeric, difference_minor numeric);
CREATE UNIQUE INDEX ON back_test_pair (side, line_id);
CREATE UNIQUE INDEX ON back_test_pair (side, item_id, item_kind)"""
DROP = "DROP TABLE IF EXISTS pg_temp.back_test_pair"
ANALYZE = "ANALYZE back_test_pair"

_OURS = """
   AND NOT EXISTS (SELECT FROM reconciliation_match h WHERE h.line_kind = 'psp' AND h.line_id = l.id
                     AND (h.undone_at IS NOT NULL OR h.rule = ANY(%(by_people)s)))"""


def insert_pairs(rule: Rule) -> str:
    """Pair lines of a batch by one rule, the first line wins. Parameters: side, account, batch, bucket, by_people, batches (replayed)."""
    return f"""
INSERT INTO back_test_pair (side, line_id, batch_id, kind, rule, item_kind, item_id, currency, line_minor, difference_minor)
SELECT %(side)s, l.id, l.batch_id, l.kind, '{rule.name}', '{rule.item_kind}', i.id, l.gross_currency, l.gross_minor,
       l.gross_minor - ({rule.item_minor})
  FROM reconciliation_psp_line l
  JOIN {rule.table} i ON i.merchant_account_id = %(account)s AND {rule.join}
 WHERE l.batch_id = %(batch)s AND l.bucket = %(bucket)s AND l.kind = '{rule.kind}' AND {rule.lines}
   AND NOT EXISTS (SELECT FROM back_test_pair p WHERE p.side = %(side)s AND p.line_id = l.id)
   AND NOT EXISTS (SELECT FROM reconciliation_match m WHERE m.item_id = i.id AND m.item_part = 0 AND m.item_kind = '{rule.item_kind}'
                     AND m.undone_at IS NULL AND (m.rule = ANY(%(by_people)s) OR m.batch_id <> ALL(%(batches)s::uuid[]))){_OURS}
 ORDER BY l.id
    ON CONFLICT DO NOTHING"""


# Lines of a kind that rules look at. Parameters: batch, bucket, kind, by_people.
LOOKED_AT = f"""
SELECT count(*) FROM reconciliation_psp_line l
 WHERE l.batch_id = %(batch)s AND l.bucket = %(bucket)s AND l.kind = %(kind)s AND l.reverses <> 'chargeback'{_OURS}"""

# The other side is the same where no rule of this kind differs. Parameters: batch, kind.
COPY_SIDE = """
INSERT INTO back_test_pair SELECT 1, line_id, batch_id, kind, rule, item_kind, item_id, currency, line_minor, difference_minor
  FROM back_test_pair WHERE side = 0 AND kind = %(kind)s AND batch_id = %(batch)s"""

# Pairs by side and rule, and those that differ in amount by side and kind of item.
BY_RULE = "SELECT side, rule, count(*) FROM back_test_pair GROUP BY 1, 2"
BY_DIFFERENCE = "SELECT side, item_kind, count(*) FROM back_test_pair WHERE difference_minor <> 0 GROUP BY 1, 2"

_BOTH = """
  FROM (SELECT * FROM back_test_pair WHERE side = 0) o
  FULL JOIN (SELECT * FROM back_test_pair WHERE side = 1) n ON n.line_id = o.line_id
 WHERE (o.item_id, o.item_kind, o.rule) IS DISTINCT FROM (n.item_id, n.item_kind, n.rule)"""
_CHANGE = """CASE WHEN o.item_id IS NULL THEN 'gained' WHEN n.item_id IS NULL THEN 'lost'
       WHEN (o.item_id, o.item_kind) = (n.item_id, n.item_kind) THEN 'renamed' ELSE 'moved' END"""

CHANGES = f"""
SELECT {_CHANGE}, coalesce(o.currency, n.currency), count(*), sum(abs(coalesce(o.line_minor, n.line_minor))){_BOTH} GROUP BY 1, 2"""

# The first lines that change so. Parameters: change, most.
EXAMPLES = f"""
WITH changed AS (
  SELECT {_CHANGE} AS change, coalesce(o.line_id, n.line_id) AS line_id, o.rule AS old_rule, o.item_kind AS old_kind, o.item_id AS old_item,
         n.rule AS new_rule, n.item_kind AS new_kind, n.item_id AS new_item{_BOTH}
), first AS (
  SELECT * FROM changed WHERE change = %(change)s ORDER BY line_id LIMIT %(most)s
)
SELECT l.id, l.batch_id, l.merchant_reference, l.gross_minor, l.gross_currency, c.old_kind, c.old_item, coalesce(c.old_rule, ''),
       c.new_kind, c.new_item, coalesce(c.new_rule, '')
  FROM first c JOIN reconciliation_psp_line l ON l.id = c.line_id
 ORDER BY l.id"""

# Items that one side alone pairs: the other side would miss their line. By side that has them.
ITEMS_ALONE = """
SELECT p.side, p.item_kind, count(*) FROM back_test_pair p
 WHERE NOT EXISTS (SELECT FROM back_test_pair q WHERE q.side <> p.side AND q.item_id = p.item_id AND q.item_kind = p.item_kind)
 GROUP BY 1, 2"""

# How many pairs of the version in force are matches that stand, and how many are not (yet, or any more).
AS_STORED = """
SELECT count(*) FILTER (WHERE m.id IS NOT NULL), count(*) FILTER (WHERE m.id IS NULL) FROM back_test_pair p
  LEFT JOIN reconciliation_match m ON m.line_kind = 'psp' AND m.line_id = p.line_id AND m.undone_at IS NULL AND m.item_id = p.item_id
 WHERE p.side = 0"""

# Ids of lines of a batch that a side leaves without partner, with the sides: {0}, {1} or {0,1}. Parameters: batch, bucket, kinds,
# by_people, most.
LEFT_ALONE = f"""
SELECT l.id, o.line_id IS NULL, n.line_id IS NULL
  FROM reconciliation_psp_line l
  LEFT JOIN back_test_pair o ON o.side = 0 AND o.line_id = l.id
  LEFT JOIN back_test_pair n ON n.side = 1 AND n.line_id = l.id
 WHERE l.batch_id = %(batch)s AND l.bucket = %(bucket)s AND l.kind = ANY(%(kinds)s) AND l.reverses <> 'chargeback'
   AND (o.line_id IS NULL OR n.line_id IS NULL){_OURS}
 ORDER BY l.id LIMIT %(most)s"""
