-- Four eyes in the database (S1): who asks and who decides are who they say, what was asked for and upon what can't change, and no
-- request is APPROVED without its people.

ALTER TABLE ledger_approval_decision ADD CONSTRAINT ledger_approval_decision_request
    FOREIGN KEY (request_id, maker_kind, maker_id) REFERENCES ledger_approval_request (id, maker_kind, maker_id);
ALTER TABLE ledger_approval_decision ADD CONSTRAINT ledger_approval_decision_checker CHECK (checker_ref = checker_id::text);

CREATE FUNCTION ledger_freeze_request() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF (NEW.id, NEW.kind, NEW.payload, NEW.payload_sha256, NEW.maker_kind, NEW.maker_id, NEW.required, NEW.amount_minor, NEW.currency, NEW.reason,
        NEW.target_kind, NEW.target_id, NEW.requested_at, NEW.brand, NEW.player_ref, NEW.rule, NEW.summary, NEW.expires_at, NEW.entity_id, NEW.seen)
       IS DISTINCT FROM
       (OLD.id, OLD.kind, OLD.payload, OLD.payload_sha256, OLD.maker_kind, OLD.maker_id, OLD.required, OLD.amount_minor, OLD.currency, OLD.reason,
        OLD.target_kind, OLD.target_id, OLD.requested_at, OLD.brand, OLD.player_ref, OLD.rule, OLD.summary, OLD.expires_at, OLD.entity_id, OLD.seen)
       OR (OLD.state <> 'PENDING' AND NEW.state <> OLD.state) THEN
        RAISE EXCEPTION 'Approval request % is frozen.', OLD.id USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE FUNCTION ledger_guard_request() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF NEW.state = 'APPROVED' AND OLD.state = 'PENDING'
       AND (SELECT count(*) FILTER (WHERE approve) < NEW.required OR count(*) FILTER (WHERE NOT approve) > 0
              FROM ledger_approval_decision WHERE request_id = NEW.id) THEN
        RAISE EXCEPTION 'Approval request % lacks the consent of % people.', OLD.id, NEW.required USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER ledger_approval_request_frozen BEFORE UPDATE ON ledger_approval_request
    FOR EACH ROW EXECUTE FUNCTION ledger_freeze_request();
CREATE TRIGGER ledger_approval_request_guarded BEFORE UPDATE ON ledger_approval_request
    FOR EACH ROW EXECUTE FUNCTION ledger_guard_request();
