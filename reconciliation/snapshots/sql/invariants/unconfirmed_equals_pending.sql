-- What rails have shown and what players see as pending is the same (POSTINGS 4, L10).
SELECT asset, sum(total_minor) AS difference_minor FROM balances WHERE account IN ('unconfirmed', 'pending')
 GROUP BY asset HAVING sum(total_minor) <> 0 ORDER BY 1
