-- A bank line that was taken in on the day stands in bank with exactly its amount, once (R8).
SELECT l.account, l.id AS line, l.amount_minor, sum(e.amount_minor) AS booked_minor
  FROM bank_lines l JOIN entries e ON e.account = 'bank' AND e.ref = 'bl:' || cast(l.id AS varchar)
 GROUP BY l.account, l.id, l.amount_minor HAVING sum(e.amount_minor) <> l.amount_minor ORDER BY l.id
