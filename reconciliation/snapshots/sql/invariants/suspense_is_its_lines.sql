-- Every unit of suspense is a line that waits, by name (POSTINGS 4, R8).
SELECT holder, currency, sum(books_minor) AS books_minor, sum(lines_minor) AS lines_minor
  FROM (SELECT holder, asset AS currency, total_minor AS books_minor, 0 AS lines_minor FROM balances WHERE account = 'suspense'
        UNION ALL
        SELECT a.public_id, s.currency, 0, s.amount_minor FROM suspense s JOIN accounts a ON a.code = s.account) both_sides
 GROUP BY holder, currency HAVING sum(books_minor) <> sum(lines_minor) ORDER BY 1, 2
