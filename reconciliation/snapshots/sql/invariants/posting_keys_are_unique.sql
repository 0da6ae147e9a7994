-- No posting key names two postings (L3, L10).
SELECT posting_key, count(*) AS postings FROM transactions GROUP BY posting_key HAVING count(*) > 1 ORDER BY 1
