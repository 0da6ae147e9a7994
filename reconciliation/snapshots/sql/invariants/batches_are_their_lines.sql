-- A batch of the day is whole: the net of its lines, transfers apart, is what it sends (R8).
SELECT b.account, b.number, b.currency, b.payout_minor, coalesce(sum(l.net_minor), 0) AS lines_minor
  FROM batches b JOIN psp_lines l ON l.batch = b.id AND l.kind <> 'transfer'
 WHERE b.state IN ('SETTLED', 'PAID') AND b.version = 1
   AND b.lines = (SELECT count(*) FROM psp_lines n WHERE n.batch = b.id)
   AND NOT EXISTS (SELECT 1 FROM psp_lines t WHERE t.batch = b.id AND t.kind = 'transfer' AND t.net_minor > 0)
 GROUP BY b.id, b.account, b.number, b.currency, b.payout_minor
HAVING coalesce(sum(l.net_minor), 0) <> b.payout_minor
 ORDER BY 1, 2, 3
