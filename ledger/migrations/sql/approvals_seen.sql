-- What a request was asked upon is frozen with it (S1).

CREATE FUNCTION ledger_freeze_seen() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.seen IS DISTINCT FROM OLD.seen THEN
        RAISE EXCEPTION 'Approval request % is frozen.', OLD.id USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER ledger_approval_request_seen BEFORE UPDATE ON ledger_approval_request
    FOR EACH ROW EXECUTE FUNCTION ledger_freeze_seen();
