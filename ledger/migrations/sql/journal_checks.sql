-- What the database itself holds of double entry (L1, L2, L5), whoever inserts and by whatever way. The posting functions check
-- what they insert by themselves, before, and say so by `ledger.door` for the moment of their INSERT; the application's role can't
-- insert otherwise. Base tables are joined by LATERAL … OFFSET 0: one look into an index per row, whatever the planner thinks.

-- Entries of one statement: their transaction is of this very database transaction (so nothing is added to what was
-- committed), account and transaction agree on entity, asset and day, and each transaction sums to zero per asset.
-- No entry is zero (CHECK), so a sum of zero takes two entries at least.
CREATE FUNCTION ledger_check_entries() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    xact bigint := pg_current_xact_id()::text::bigint;
    bad record;
BEGIN
    SELECT e.transaction_id, e.asset, sum(e.amount_minor) AS total, bool_and(coalesce(t.xact_id = xact, false)) AS same_xact INTO bad
      FROM new_entries e
      LEFT JOIN LATERAL (SELECT * FROM ledger_journal_transaction x WHERE x.id = e.transaction_id OFFSET 0) t ON true
      LEFT JOIN LATERAL (SELECT * FROM ledger_account x WHERE x.id = e.account_id OFFSET 0) a ON true
     GROUP BY e.transaction_id, e.asset
    HAVING sum(e.amount_minor) <> 0
        OR NOT bool_and((t.xact_id = xact AND a.entity_id = t.entity_id AND a.asset = e.asset AND t.business_date = e.business_date) IS TRUE)
     LIMIT 1;
    IF NOT FOUND THEN
        RETURN NULL;
    ELSIF NOT bad.same_xact THEN
        RAISE EXCEPTION 'Entries of transaction % are refused: it is unknown or already committed.', bad.transaction_id
            USING ERRCODE = 'restrict_violation';
    ELSIF bad.total <> 0 THEN
        RAISE EXCEPTION 'Entries of transaction % sum to % in %, not to zero.', bad.transaction_id, bad.total, bad.asset
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RAISE EXCEPTION 'Entries of transaction % are refused: accounts of another entity or asset, or another day.', bad.transaction_id
        USING ERRCODE = 'integrity_constraint_violation';
END $$;

CREATE TRIGGER ledger_entry_check AFTER INSERT ON ledger_entry
    REFERENCING NEW TABLE AS new_entries FOR EACH STATEMENT
    WHEN (current_setting('ledger.door', true) IS DISTINCT FROM 'open') EXECUTE FUNCTION ledger_check_entries();
ALTER TABLE ledger_entry ENABLE ALWAYS TRIGGER ledger_entry_check;

-- A transaction names the database transaction that writes it, and its entries come in the same statement (WITH … INSERT …
-- INSERT): so there is never one without.
CREATE FUNCTION ledger_check_transactions() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    xact bigint := pg_current_xact_id()::text::bigint;
    bad uuid;
BEGIN
    SELECT t.id INTO bad FROM new_transactions t
      LEFT JOIN LATERAL (SELECT x.transaction_id FROM ledger_entry x WHERE x.transaction_id = t.id LIMIT 1) e ON true
     WHERE t.xact_id <> xact OR e.transaction_id IS NULL LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'Transaction % is refused: it has no entries, or xact_id is not that of this database transaction.', bad
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NULL;
END $$;

CREATE TRIGGER ledger_transaction_check AFTER INSERT ON ledger_journal_transaction
    REFERENCING NEW TABLE AS new_transactions FOR EACH STATEMENT
    WHEN (current_setting('ledger.door', true) IS DISTINCT FROM 'open') EXECUTE FUNCTION ledger_check_transactions();
ALTER TABLE ledger_journal_transaction ENABLE ALWAYS TRIGGER ledger_transaction_check;

-- An audit record's database transaction has its id before the record has its own: the sealer relies on it (S5).
CREATE FUNCTION ledger_assign_xact() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    PERFORM pg_current_xact_id();
    RETURN NULL;
END $$;

CREATE TRIGGER ledger_audit_record_xact BEFORE INSERT ON ledger_audit_record
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_assign_xact();
