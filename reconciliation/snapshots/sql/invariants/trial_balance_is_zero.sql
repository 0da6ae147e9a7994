-- All balances at the end of the day sum to zero in each asset (L10).
SELECT asset, sum(total_minor) AS total_minor FROM balances GROUP BY asset HAVING sum(total_minor) <> 0 ORDER BY 1
