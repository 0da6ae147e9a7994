-- The posting of a batch puts into in_transit exactly what the batch sends (R8).
SELECT b.account, b.number, b.currency, b.payout_minor, sum(e.amount_minor) AS booked_minor
  FROM batches b
  JOIN accounts a ON a.code = b.account AND a.kind = 'merchant'
  JOIN entries e ON e.account = 'in_transit' AND e.ref = 'batch:' || a.public_id || ':' || b.number || ':' || b.currency
  JOIN transactions t ON t.id = e.transaction_id AND t.kind = 'BATCH_SETTLED'
 WHERE b.version = 1
 GROUP BY b.id, b.account, b.number, b.currency, b.payout_minor
HAVING sum(e.amount_minor) <> b.payout_minor
 ORDER BY 1, 2, 3
