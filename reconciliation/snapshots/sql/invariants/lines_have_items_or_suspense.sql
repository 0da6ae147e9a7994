-- A line of a posted batch that names a payment either proves an item or stands in suspense, never both, never neither (R8).
SELECT b.account, b.number, l.id AS line, l.kind, l.psp_reference, l.net_minor,
       count(m.id) AS matches, count(s.line) AS in_suspense
  FROM psp_lines l
  JOIN batches b ON b.id = l.batch AND b.state IN ('SETTLED', 'PAID') AND b.version = 1
  LEFT JOIN matches m ON m.line_kind = 'psp' AND m.line = l.id
  LEFT JOIN suspense s ON s.line_kind = 'psp' AND s.line = l.id AND s.waits
 WHERE l.kind IN ('sale', 'refund', 'payout', 'chargeback', 'reversal', 'unknown')
 GROUP BY b.account, b.number, l.id, l.kind, l.psp_reference, l.net_minor
HAVING count(m.id) + count(s.line) <> 1
 ORDER BY l.id
