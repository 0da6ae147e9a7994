DROP FUNCTION ledger_post(uuid, text, uuid, text, text, text, text, text, text, text, text, date, uuid, text, text, text, timestamptz, timestamptz,
    text[], text[], text[], numeric[], text[], text[]);
DROP FUNCTION ledger_lacking(ledger_wallet, numeric, numeric, numeric, numeric, numeric);
DROP FUNCTION ledger_open_accounts(uuid[], text[], text[], text[]);
DROP FUNCTION ledger_open_day(uuid, date);
