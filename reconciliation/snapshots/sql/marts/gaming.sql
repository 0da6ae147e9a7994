-- GGR and NGR of the day per currency (D5). Both formulas are stored with the figures.
-- stakes: what rounds took from playable and bonus; wins: what they gave. A rolled-back stake is no stake.
SELECT asset AS currency, stakes_minor, wins_minor, stakes_minor - wins_minor AS ggr_minor, bonus_cost_minor, psp_fees_minor, player_fees_minor,
       chargeback_loss_minor, stakes_minor - wins_minor - bonus_cost_minor - psp_fees_minor + player_fees_minor - chargeback_loss_minor AS ngr_minor,
       'GGR = stakes - wins' AS ggr_formula,
       'NGR = GGR - bonus cost - PSP, bank and network fees + fees paid by players - chargeback loss' AS ngr_formula
  FROM (SELECT e.asset,
               sum(CASE WHEN e.account = 'gaming' AND t.kind IN ('ROUND_DEBITED', 'ROUND_ROLLED_BACK') THEN -e.amount_minor ELSE 0 END) AS stakes_minor,
               sum(CASE WHEN e.account = 'gaming' AND t.kind NOT IN ('ROUND_DEBITED', 'ROUND_ROLLED_BACK') THEN e.amount_minor ELSE 0 END) AS wins_minor,
               sum(CASE WHEN e.account = 'bonus_cost' THEN e.amount_minor ELSE 0 END) AS bonus_cost_minor,
               sum(CASE WHEN e.account IN ('fees', 'bank_fees', 'network_fees') THEN e.amount_minor ELSE 0 END) AS psp_fees_minor,
               sum(CASE WHEN e.account = 'fee_income' THEN -e.amount_minor ELSE 0 END) AS player_fees_minor,
               sum(CASE WHEN e.account = 'chargeback_loss' THEN e.amount_minor ELSE 0 END) AS chargeback_loss_minor
          FROM entries e JOIN transactions t ON t.id = e.transaction_id GROUP BY e.asset) sums
 ORDER BY 1
