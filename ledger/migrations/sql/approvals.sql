-- Four eyes in the database (S1): the maker beside a decision is the maker of its request, and what is asked for can't change.

ALTER TABLE ledger_approval_decision ADD CONSTRAINT ledger_approval_decision_request
    FOREIGN KEY (request_id, maker_kind, maker_id) REFERENCES ledger_approval_request (id, maker_kind, maker_id);

CREATE FUNCTION ledger_freeze_request() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.id, NEW.kind, NEW.payload, NEW.payload_sha256, NEW.maker_kind, NEW.maker_id, NEW.required, NEW.amount_minor, NEW.currency, NEW.reason,
        NEW.target_kind, NEW.target_id, NEW.requested_at)
       IS DISTINCT FROM
       (OLD.id, OLD.kind, OLD.payload, OLD.payload_sha256, OLD.maker_kind, OLD.maker_id, OLD.required, OLD.amount_minor, OLD.currency, OLD.reason,
        OLD.target_kind, OLD.target_id, OLD.requested_at)
       OR (OLD.state <> 'PENDING' AND NEW.state <> OLD.state) THEN
        RAISE EXCEPTION 'Approval request % is frozen.', OLD.id USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER ledger_approval_request_frozen BEFORE UPDATE ON ledger_approval_request
    FOR EACH ROW EXECUTE FUNCTION ledger_freeze_request();
