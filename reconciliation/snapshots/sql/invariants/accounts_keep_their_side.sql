-- No player is owed less than nothing, and accounts of the house that may never be below zero are not (POSTINGS 2, L10).
SELECT account, holder, asset, total_minor FROM balances
 WHERE (account IN ('playable', 'pending', 'locked', 'bonus') AND total_minor > 0)
    OR (account IN ('receivable', 'unconfirmed', 'reserve', 'network_fees') AND total_minor < 0)
 ORDER BY 1, 2, 3
