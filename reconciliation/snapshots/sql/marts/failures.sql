-- Why authorisations failed (D5): the PSP's outcome and the normalised decline code.
SELECT account, method, currency, outcome, decline_code, count(*) AS attempts, sum(amount_minor) AS amount_minor
  FROM attempts WHERE outcome NOT IN ('APPROVED', 'CAPTURED', 'PENDING')
 GROUP BY account, method, currency, outcome, decline_code ORDER BY 1, 2, 3, 4, 5
