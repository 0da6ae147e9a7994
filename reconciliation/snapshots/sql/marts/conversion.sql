-- How many authorisations succeeded, per channel (D5). success: the PSP approved or captured.
SELECT account, method, region, currency, count(*) AS attempts,
       sum(CASE WHEN outcome IN ('APPROVED', 'CAPTURED', 'PENDING') THEN 1 ELSE 0 END) AS succeeded,
       sum(CASE WHEN outcome IN ('APPROVED', 'CAPTURED', 'PENDING') THEN amount_minor ELSE 0 END) AS succeeded_minor,
       sum(amount_minor) AS attempted_minor
  FROM attempts GROUP BY account, method, region, currency ORDER BY 1, 2, 3, 4
