-- What each PSP and bank charged on the day, by kind of fee (D5).
SELECT coalesce(a.code, e.holder) AS account, e.account AS account_kind, e.label AS fee_kind, e.asset AS currency, sum(e.amount_minor) AS cost_minor
  FROM entries e LEFT JOIN accounts a ON a.public_id = e.holder
 WHERE e.account IN ('fees', 'bank_fees', 'network_fees')
 GROUP BY coalesce(a.code, e.holder), e.account, e.label, e.asset ORDER BY 1, 2, 3, 4
