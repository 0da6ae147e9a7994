DROP FUNCTION ledger_check_entries() CASCADE;
DROP FUNCTION ledger_check_transactions() CASCADE;
DROP FUNCTION ledger_assign_xact() CASCADE;
