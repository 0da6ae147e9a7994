DROP FUNCTION ledger_make_append_only(regclass);
DROP FUNCTION ledger_refuse_change() CASCADE;
