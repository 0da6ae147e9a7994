DROP FUNCTION ledger_post_many(uuid[], text[], uuid[], text[], text[], text[], text[], text[], text[], text[], text[], date[], uuid[],
    text, text, text, timestamptz[], timestamptz, uuid[], text[], text[], text[], int[], int[], numeric[], text[], text[]);
DROP FUNCTION ledger_changed_wallets(ledger_wallet[], uuid[], text[], text[], text[], int[], int[], numeric[], boolean[]);
DROP FUNCTION ledger_account_ids(uuid[], text[], text[], text[]);
DROP FUNCTION ledger_lock_wallets(uuid[], text[], text[], text[]);
