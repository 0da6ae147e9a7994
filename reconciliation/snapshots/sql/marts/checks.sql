-- Results of 3-DS, AVS and CVV checks against what became of the payment (D5).
SELECT account, three_ds_version, eci, challenged, avs, cvv, count(*) AS attempts,
       sum(CASE WHEN outcome IN ('APPROVED', 'CAPTURED', 'PENDING') THEN 1 ELSE 0 END) AS succeeded
  FROM attempts GROUP BY account, three_ds_version, eci, challenged, avs, cvv ORDER BY 1, 2, 3, 4, 5, 6
