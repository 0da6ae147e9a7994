-- Every posting has two lines or more, which sum to zero per asset; no line is without its posting (L1, L10).
SELECT coalesce(t.id, s.transaction_id) AS posting, s.asset, s.total_minor, coalesce(s.lines, 0) AS lines
  FROM transactions t
  FULL JOIN (SELECT transaction_id, min(asset) AS asset, max(abs(total)) AS total_minor, sum(lines) AS lines
               FROM (SELECT transaction_id, asset, sum(amount_minor) AS total, count(*) AS lines
                       FROM entries GROUP BY transaction_id, asset) per_asset
              GROUP BY transaction_id) s ON s.transaction_id = t.id
 WHERE t.id IS NULL OR s.transaction_id IS NULL OR s.total_minor <> 0 OR s.lines < 2
 ORDER BY 1
