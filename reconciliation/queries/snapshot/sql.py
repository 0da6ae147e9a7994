"""What COPY selects for each table of a snapshot: the columns of `reconciliation.snapshots.tables`, in that order. No name, no
narrative and no free text of a payer leaves the database (S6).

Parameters: entity, day, its bounds start and end, zone, cutoff, live (states of cases), look_back (days).
"""

TRANSACTIONS = """
SELECT t.id, t.posting_key, t.kind, t.rule, t.currency, t.intent_ref AS intent, t.player_ref AS player, t.business_date, t.corrects_date,
       coalesce(t.reverses_id::text, '') AS reverses, t.occurred_at AT TIME ZONE 'UTC' AS occurred_at,
       t.posted_at AT TIME ZONE 'UTC' AS posted_at, t.actor_kind, t.actor_id AS actor, t.fingerprint, t.payload_sha256
  FROM ledger_journal_transaction t WHERE t.entity_id = %(entity)s AND t.business_date = %(day)s ORDER BY t.id
"""
ENTRIES = """
SELECT e.id, e.transaction_id, a.kind AS account, a.owner_ref AS holder, e.asset, e.amount_minor, e.ref, e.label
  FROM ledger_journal_transaction t JOIN ledger_entry e ON e.transaction_id = t.id JOIN ledger_account a ON a.id = e.account_id
 WHERE t.entity_id = %(entity)s AND t.business_date = %(day)s ORDER BY e.id
"""
_OPEN_SUSPENSE = """
SELECT s.*, coalesce(m.code, k.code) AS account FROM reconciliation_suspense_item s
  LEFT JOIN cashier_merchant_account m ON m.id = s.merchant_account_id LEFT JOIN cashier_bank_account k ON k.id = s.bank_account_id
 WHERE s.cleared_at IS NULL AND coalesce(m.entity_id, k.entity_id) = %(entity)s
"""
# Lines that live cases speak of.
_SPOKEN_OF = """
SELECT k.target_id::bigint FROM reconciliation_case_link k JOIN reconciliation_case c ON c.id = k.case_id
 WHERE k.kind = 'psp_line' AND c.entity_id = %(entity)s AND c.business_date <= %(day)s AND c.state = ANY(%(live)s::text[])
"""
# Matches whose bank line or PSP line differs, of batches that are not too old.
_CHOSEN_BATCHES = f"""
SELECT b.* FROM reconciliation_batch b JOIN cashier_merchant_account m ON m.id = b.merchant_account_id
 WHERE m.entity_id = %(entity)s AND b.business_date <= %(day)s AND b.business_date >= %(day)s::date - %(look_back)s
   AND (b.business_date = %(day)s OR b.state IN ('LOADED', 'HELD', 'SETTLED')
        OR b.id IN (SELECT n.batch_id FROM reconciliation_psp_line n WHERE n.id IN ({_SPOKEN_OF}
                      UNION SELECT s.line_id FROM ({_OPEN_SUSPENSE}) s WHERE s.line_kind = 'psp'))
        OR EXISTS (SELECT FROM reconciliation_match d WHERE d.batch_id = b.id AND d.difference_minor <> 0 AND d.undone_at IS NULL))
"""
BATCHES = f"""
SELECT b.id, m.code AS account, b.number, b.currency, b.version, b.state, b.business_date, b.payout_date, b.due_date, b.payout_minor,
       b.carried_minor, b.lines, b.transfer_reference, f.sha256 AS file_sha256
  FROM ({_CHOSEN_BATCHES}) b JOIN cashier_merchant_account m ON m.id = b.merchant_account_id
  JOIN reconciliation_source_file f ON f.id = b.source_file_id ORDER BY b.id
"""
_DIFFERING = """
SELECT d.line_id FROM reconciliation_match d JOIN reconciliation_batch x ON x.id = d.batch_id
  JOIN cashier_merchant_account y ON y.id = x.merchant_account_id
 WHERE d.difference_minor <> 0 AND d.undone_at IS NULL AND y.entity_id = %(entity)s
   AND x.business_date BETWEEN %(day)s::date - %(look_back)s AND %(day)s
"""
_OF_DAY = """
SELECT x.id, x.bucket FROM reconciliation_batch x JOIN cashier_merchant_account y ON y.id = x.merchant_account_id
 WHERE y.entity_id = %(entity)s AND x.business_date = %(day)s
"""
_CHOSEN_PSP = f"""
SELECT l.* FROM reconciliation_psp_line l JOIN ({_OF_DAY}) o ON o.id = l.batch_id AND o.bucket = l.bucket
UNION
SELECT l.* FROM reconciliation_psp_line l
 WHERE l.id IN (SELECT s.line_id FROM ({_OPEN_SUSPENSE}) s WHERE s.line_kind = 'psp'
                UNION SELECT line_id FROM ({_DIFFERING} AND d.line_kind = 'psp') n
                UNION {_SPOKEN_OF})
"""
PSP_LINES = f"""
SELECT l.id, l.batch_id AS batch, l.line_number, l.kind, l.type, l.reverses, l.merchant_reference, l.object_merchant_reference,
       l.psp_reference, l.object_reference, l.method, l.gross_currency, l.gross_minor, l.net_currency, l.net_minor,
       l.commission_minor + l.markup_minor + l.scheme_minor + l.interchange_minor AS fees_minor,
       l.created_at AT TIME ZONE 'UTC' AS created_at, l.business_date
  FROM ({_CHOSEN_PSP}) l ORDER BY l.id
"""
_CHOSEN_BANK = f"""
SELECT l.*, k.code AS account FROM reconciliation_bank_line l JOIN cashier_bank_account k ON k.id = l.bank_account_id
 WHERE k.entity_id = %(entity)s AND (l.booked_date = %(day)s
       OR l.id IN (SELECT s.line_id FROM ({_OPEN_SUSPENSE}) s WHERE s.line_kind = 'bank'
                      UNION SELECT line_id FROM ({_DIFFERING} AND d.line_kind = 'bank') n))
"""
BANK_LINES = f"""
SELECT l.id, l.account, l.currency, l.amount_minor, l.booked_date, l.value_date, l.bank_reference, l.end_to_end, l.transaction_code,
       l.is_reversal
  FROM ({_CHOSEN_BANK}) l ORDER BY l.id
"""
STATEMENTS_OF_DAY = """
SELECT k.code AS account, t.number, t.currency, t.opening_minor, t.closing_minor, t.opening_date, t.closing_date, t.lines,
       f.sha256 AS file_sha256
  FROM reconciliation_statement t JOIN cashier_bank_account k ON k.id = t.bank_account_id
  JOIN reconciliation_source_file f ON f.id = t.source_file_id
 WHERE k.entity_id = %(entity)s AND t.closing_date = %(day)s ORDER BY k.code, t.closing_date, t.number, t.id
"""
MATCHES = f"""
SELECT m.id, m.rule, m.line_kind, m.line_id AS line, m.item_kind, coalesce(m.item_id::text, '') AS item, m.item_part, m.currency,
       m.line_minor, m.difference_minor, m.suggested
  FROM reconciliation_match m
 WHERE m.undone_at IS NULL
   AND (m.line_kind = 'psp' AND m.line_id IN (SELECT id FROM ({_CHOSEN_PSP}) p)
        OR m.line_kind = 'bank' AND (m.line_id IN (SELECT id FROM ({_CHOSEN_BANK}) p)
                                     OR m.item_kind = 'batch' AND m.item_id IN (SELECT id FROM ({_CHOSEN_BATCHES}) c)))
 ORDER BY m.id
"""
# Unpaired items of the last weeks; the day of an item as `ledger.calendar.business_date` gives it.
_SINCE_DAY = "((i.since AT TIME ZONE %(zone)s) - %(cutoff)s::time::interval)::date"
_CAPTURES = """
SELECT 'capture' AS kind, c.id, c.merchant_account_id,
       CASE WHEN t.method = ANY(%(own_windows)s::text[]) THEN t.method ELSE '' END AS method, c.currency, c.amount_minor,
       t.id AS intent_id, a.psp_ref, c.psp_ref AS psp_object, c.captured_at AS since
  FROM cashier_capture c JOIN cashier_attempt a ON a.id = c.attempt_id JOIN cashier_deposit_intent t ON t.id = c.intent_id
 WHERE c.state = 'SUCCEEDED'
"""
_REFUNDS = """
SELECT 'refund', r.id, r.merchant_account_id, '', r.currency, r.amount_minor, NULL::uuid, a.psp_ref, r.psp_ref,
       coalesce(r.processed_at, r.created_at)
  FROM cashier_refund r JOIN cashier_capture c ON c.id = r.capture_id JOIN cashier_attempt a ON a.id = c.attempt_id
 WHERE r.state IN ('REFUND_SUBMITTED', 'REFUND_PENDING', 'REFUND_PROCESSED')
"""
_PAYOUTS = """
SELECT 'payout', p.id, p.merchant_account_id, '', p.currency, p.amount_minor - p.player_fee_minor, NULL::uuid, p.psp_ref, p.psp_ref,
       coalesce(p.settled_at, p.created_at)
  FROM cashier_payout_intent p JOIN cashier_merchant_account m ON m.id = p.merchant_account_id AND m.payout_funding = 'settlement'
 WHERE p.state IN ('SUBMITTED', 'SETTLED')
"""
OPEN_ITEMS = f"""
SELECT i.kind, i.id, m.code AS account, i.method, i.currency, i.amount_minor, coalesce(i.intent_id, i.id)::text AS merchant_reference,
       i.psp_ref AS psp_reference, i.psp_object, {_SINCE_DAY} AS business_date
  FROM ({_CAPTURES} UNION ALL {_REFUNDS} UNION ALL {_PAYOUTS}) i JOIN cashier_merchant_account m ON m.id = i.merchant_account_id
 WHERE m.entity_id = %(entity)s AND i.since < %(end)s AND i.since >= %(start)s - make_interval(days => %(look_back)s)
   AND NOT EXISTS (SELECT FROM reconciliation_match x WHERE x.item_kind = i.kind AND x.item_id = i.id AND x.undone_at IS NULL)
 ORDER BY i.kind, i.id
"""
CASES = """
SELECT c.number, c.reason_code AS code, c.category, c.severity, c.state, c.owner_team, coalesce(m.code, k.code, '') AS account, c.currency,
       c.amount_minor, c.business_date, c.merchant_reference, c.psp_reference, c.bank_reference, c.resolution,
       c.opened_at AT TIME ZONE 'UTC' AS opened_at, c.due_at AT TIME ZONE 'UTC' AS due_at
  FROM reconciliation_case c LEFT JOIN cashier_merchant_account m ON m.id = c.merchant_account_id
  LEFT JOIN cashier_bank_account k ON k.id = c.bank_account_id
 WHERE c.entity_id = %(entity)s AND (c.business_date = %(day)s OR (c.business_date < %(day)s AND c.state = ANY(%(live)s::text[])))
 ORDER BY c.number
"""
FILES = """
SELECT f.name, f.source, f.sha256, f.byte_size AS bytes FROM reconciliation_source_file f
 WHERE f.id IN (SELECT b.source_file_id FROM reconciliation_batch b JOIN cashier_merchant_account m ON m.id = b.merchant_account_id
                 WHERE m.entity_id = %(entity)s AND b.business_date = %(day)s
                UNION
                SELECT t.source_file_id FROM reconciliation_statement t JOIN cashier_bank_account k ON k.id = t.bank_account_id
                 WHERE k.entity_id = %(entity)s AND t.closing_date = %(day)s)
 ORDER BY f.name COLLATE "C", f.sha256
"""
ATTEMPTS = """
SELECT a.id, m.code AS account, i.method, i.region, a.currency, a.amount_minor, a.outcome, a.decline_code, a.three_ds_version, a.eci, a.avs,
       a.cvv, a.has_challenge AS challenged, a.created_at AT TIME ZONE 'UTC' AS tried_at
  FROM cashier_attempt a JOIN cashier_merchant_account m ON m.id = a.merchant_account_id
  JOIN cashier_deposit_intent i ON i.id = a.intent_id
 WHERE m.entity_id = %(entity)s AND a.created_at >= %(start)s AND a.created_at < %(end)s ORDER BY a.id
"""
STATEMENTS = {
    "transactions": TRANSACTIONS, "entries": ENTRIES, "batches": BATCHES, "psp_lines": PSP_LINES, "bank_lines": BANK_LINES,
    "statements": STATEMENTS_OF_DAY, "matches": MATCHES, "open_items": OPEN_ITEMS, "cases": CASES, "files": FILES,
    "attempts": ATTEMPTS,
}  # fmt: skip
