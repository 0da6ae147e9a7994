DROP FUNCTION ledger_post_many(uuid[], text[], uuid[], text[], text[], text[], text[], text[], text[], text[], text[], date[], uuid[],
    text, text, text, timestamptz[], timestamptz, int[], text[], text[], text[], numeric[], text[], text[]);
DROP FUNCTION ledger_changed_wallets(ledger_wallet[], uuid[], int[], text[], text[], text[], numeric[], boolean[]);
DROP FUNCTION ledger_accounts_of_lines(uuid[], text[], text[], text[]);
DROP FUNCTION ledger_lock_wallets(uuid[], text[], text[], text[]);
