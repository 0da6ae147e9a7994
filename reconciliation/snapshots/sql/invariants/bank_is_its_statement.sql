-- bank in the books is the closing balance of the statement that ends on the day (POSTINGS 4, R8).
SELECT t.account, t.currency, t.closing_minor, coalesce(b.total_minor, 0) AS books_minor
  FROM (SELECT s.account, s.currency, s.closing_minor,
               row_number() OVER (PARTITION BY s.account ORDER BY s.opening_date DESC, s.number DESC) AS newest FROM statements s) t
  JOIN accounts a ON a.code = t.account
  LEFT JOIN balances b ON b.account = 'bank' AND b.holder = a.public_id AND b.asset = t.currency
 WHERE t.newest = 1 AND coalesce(b.total_minor, 0) <> t.closing_minor
 ORDER BY 1
