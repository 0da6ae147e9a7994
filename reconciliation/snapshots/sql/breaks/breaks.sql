-- The break list, from lines, items and matches alone (R16): what does not agree, where, by how much, and the record it is about.
-- Codes as in REASON_CODES.md. A code that depends on the PSP's word is read from its stored answers.
WITH one AS (
  SELECT CASE m.item_kind WHEN 'capture' THEN 'GROSS_AMOUNT_DIFFERS' WHEN 'dispute' THEN 'CHARGEBACK_AMOUNT_DIFFERS'
              WHEN 'refund' THEN 'REFUND_AMOUNT_DIFFERS' WHEN 'refund_reversal' THEN 'REFUND_AMOUNT_DIFFERS'
              ELSE 'PAYOUT_AMOUNT_DIFFERS' END AS code,
         b.account, m.currency, abs(m.difference_minor) AS amount_minor, l.business_date, l.psp_reference AS reference,
         'psp_line' AS about_kind, cast(l.id AS varchar) AS about
    FROM matches m JOIN psp_lines l ON l.id = m.line JOIN batches b ON b.id = l.batch
   WHERE m.line_kind = 'psp' AND m.difference_minor <> 0
  UNION ALL
  SELECT s.reason_code, s.account, l.gross_currency, abs(l.gross_minor), l.business_date, l.psp_reference, 'psp_line', cast(l.id AS varchar)
    FROM suspense s JOIN psp_lines l ON l.id = s.line WHERE s.line_kind = 'psp' AND s.waits
  UNION ALL
  SELECT s.reason_code, s.account, l.currency, abs(l.amount_minor), l.booked_date, l.bank_reference, 'bank_line', cast(l.id AS varchar)
    FROM suspense s JOIN bank_lines l ON l.id = s.line WHERE s.line_kind = 'bank' AND s.waits
  UNION ALL
  SELECT CASE i.kind WHEN 'refund' THEN 'REFUND_MISSING_AT_PSP' WHEN 'payout' THEN 'WITHDRAWAL_SENT_PSP_NOT_PAID'
              ELSE CASE WHEN k.is_known AND position(' ' || i.psp_object || ' ' IN ' ' || k.captures || ' ') > 0 THEN 'CAPTURE_NOT_SETTLED'
                        WHEN k.is_known AND k.state = 'AUTHORIZED' THEN 'CREDITED_ON_AUTHORISATION'
                        ELSE 'LEDGER_CREDIT_WITHOUT_PSP' END END,
         i.account, i.currency, i.amount_minor, i.business_date, i.psp_reference, i.kind, i.id
    FROM open_items i
    JOIN windows w ON w.kind = i.kind AND w.method = i.method AND w.currency = i.currency AND i.business_date < w.not_due_from
    LEFT JOIN lookups k ON k.account = i.account AND k.reference = i.merchant_reference
  UNION ALL
  SELECT 'FEE_UNEXPECTED', b.account, l.gross_currency, abs(l.net_minor), l.business_date, l.psp_reference, 'psp_line', cast(l.id AS varchar)
    FROM psp_lines l JOIN batches b ON b.id = l.batch AND b.version = 1
   WHERE l.kind = 'fee'
     AND NOT EXISTS (SELECT 1 FROM fee_texts f WHERE f.account = b.account
                      AND lower(substring(trim(l.object_reference), 1, length(f.text))) = lower(f.text))
  UNION ALL
  SELECT 'BANK_SETTLEMENT_AMOUNT_DIFFERS', b.account, m.currency, abs(m.difference_minor), l.booked_date, b.transfer_reference, 'batch', b.id
    FROM matches m JOIN batches b ON b.id = m.item JOIN bank_lines l ON l.id = m.line
   WHERE m.line_kind = 'bank' AND m.item_kind = 'batch' AND m.difference_minor <> 0
  UNION ALL
  SELECT 'PSP_SUCCESS_MISSING_BANK_SETTLEMENT', b.account, b.currency, abs(b.payout_minor), coalesce(b.payout_date, b.business_date),
         b.transfer_reference, 'batch', b.id
    FROM batches b JOIN windows w ON w.kind = 'bank' AND w.currency = b.currency AND b.due_date < w.not_due_from
   WHERE b.state = 'SETTLED' AND b.version = 1 AND b.payout_minor <> 0
     AND NOT EXISTS (SELECT 1 FROM matches m WHERE m.line_kind = 'bank' AND m.item_kind = 'batch' AND m.item = b.id)
)
SELECT code, account, currency, cast(amount_minor AS decimal(38, 0)) AS amount_minor, business_date, reference, about_kind, about
  FROM one WHERE business_date <= (SELECT max(d.business_date) FROM snapshot_day d)
 ORDER BY code, account, about_kind, about
