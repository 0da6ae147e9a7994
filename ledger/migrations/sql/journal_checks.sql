-- What the database itself holds of double entry (L1, L2, L5), whoever inserts and by whatever way.

-- Entries of one statement: their transaction is of this very database transaction (so nothing is added to what was
-- committed), account and transaction agree on entity and asset, and each transaction sums to zero per asset.
-- No entry is zero (CHECK), so a sum of zero takes two entries at least.
CREATE FUNCTION ledger_check_entries() RETURNS trigger LANGUAGE plpgsql
    SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off SET plan_cache_mode = force_generic_plan AS $$
DECLARE
    xact bigint := pg_current_xact_id()::text::bigint;
    bad record;
BEGIN
    SELECT e.transaction_id, e.asset, sum(e.amount_minor) AS total, bool_and(coalesce(t.xact_id = xact, false)) AS same_xact
      INTO bad
      FROM new_entries e
      LEFT JOIN ledger_journal_transaction t ON t.id = e.transaction_id
      LEFT JOIN ledger_account a ON a.id = e.account_id AND a.asset = e.asset
     GROUP BY e.transaction_id, e.asset
    HAVING sum(e.amount_minor) <> 0
        OR NOT bool_and(coalesce(t.xact_id = xact AND a.entity_id = t.entity_id AND t.business_date = e.business_date, false))
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
    REFERENCING NEW TABLE AS new_entries FOR EACH STATEMENT EXECUTE FUNCTION ledger_check_entries();
ALTER TABLE ledger_entry ENABLE ALWAYS TRIGGER ledger_entry_check;

-- A transaction names the database transaction that writes it, and has entries when that one commits.
CREATE FUNCTION ledger_check_transaction() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.xact_id <> pg_current_xact_id()::text::bigint THEN
        RAISE EXCEPTION 'Transaction % is refused: xact_id is not that of this database transaction.', NEW.id
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF NOT EXISTS (SELECT FROM ledger_entry WHERE transaction_id = NEW.id) THEN
        RAISE EXCEPTION 'Transaction % is refused: it has no entries.', NEW.id USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NULL;
END $$;

CREATE CONSTRAINT TRIGGER ledger_transaction_check AFTER INSERT ON ledger_journal_transaction
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION ledger_check_transaction();
ALTER TABLE ledger_journal_transaction ENABLE ALWAYS TRIGGER ledger_transaction_check;

-- An audit record's database transaction has its id before the record has its own: the sealer relies on it (S5).
CREATE FUNCTION ledger_assign_xact() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_current_xact_id();
    RETURN NULL;
END $$;

CREATE TRIGGER ledger_audit_record_xact BEFORE INSERT ON ledger_audit_record
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_assign_xact();
