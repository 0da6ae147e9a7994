-- A database that was made before the posting functions became the journal's one door has older ones, of whatever parameters.
-- They go, with the triggers that call them; what stands in the files now is made anew right after.
DO $$
DECLARE
    older regprocedure;
BEGIN
    FOR older IN
        SELECT p.oid FROM pg_proc p WHERE p.pronamespace = 'public'::regnamespace AND p.proname IN (
            'ledger_post', 'ledger_post_many', 'ledger_lacking', 'ledger_open_accounts', 'ledger_open_day', 'ledger_make_wallet',
            'ledger_changed_wallets', 'ledger_account_ids', 'ledger_lock_wallets', 'ledger_check_entries', 'ledger_check_transactions',
            'ledger_assign_xact')
    LOOP
        EXECUTE format('DROP FUNCTION %s CASCADE', older);
    END LOOP;
END $$;
