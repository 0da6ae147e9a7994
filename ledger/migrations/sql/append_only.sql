-- What is written once and never changed (L2, S5). The marker is the table's comment; triggers hold for every role,
-- owner and superuser included, and session_replication_role can't switch them off (ENABLE ALWAYS).

CREATE FUNCTION ledger_refuse_change() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    RAISE EXCEPTION '% on % is refused: it is append-only.', TG_OP, TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;

-- Mark a table append-only and guard it. Migrations of every app call this for theirs; calling it again changes nothing.
CREATE FUNCTION ledger_make_append_only(guarded regclass) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('COMMENT ON TABLE %s IS %L', guarded, 'append-only');
    EXECUTE format('DROP TRIGGER IF EXISTS append_only ON %s', guarded);
    EXECUTE format('CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON %s '
                   'FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change()', guarded);
    EXECUTE format('ALTER TABLE %s ENABLE ALWAYS TRIGGER append_only', guarded);
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'countroom_app') THEN
        EXECUTE format('REVOKE UPDATE, DELETE, TRUNCATE ON %s FROM countroom_app', guarded);
    END IF;
END $$;

SELECT ledger_make_append_only('ledger_account');
SELECT ledger_make_append_only('ledger_journal_transaction');
SELECT ledger_make_append_only('ledger_entry');
SELECT ledger_make_append_only('ledger_checkpoint');
SELECT ledger_make_append_only('ledger_approval_decision');
SELECT ledger_make_append_only('ledger_audit_record');
SELECT ledger_make_append_only('ledger_audit_seal');
SELECT ledger_make_append_only('ledger_transition');
SELECT ledger_make_append_only('ledger_audit_head');
SELECT ledger_make_append_only('ledger_shadow_posting');
SELECT ledger_make_append_only('ledger_shadow_line');
SELECT ledger_make_append_only('ledger_domain_event');
