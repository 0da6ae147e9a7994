-- No line and no item is used by two matches (R5).
SELECT line_kind AS kind, cast(line AS varchar) AS row_id, 0 AS part, count(*) AS matches FROM matches
 GROUP BY line_kind, line HAVING count(*) > 1
UNION ALL
SELECT item_kind, item, item_part, count(*) FROM matches WHERE item <> ''
 GROUP BY item_kind, item, item_part HAVING count(*) > 1
 ORDER BY 1, 2
