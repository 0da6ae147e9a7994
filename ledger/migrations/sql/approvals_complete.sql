-- Four eyes in the database, completed (S1): the scope of a request is frozen too, a checker stands under their own name, and
-- no request is APPROVED without its people.

ALTER TABLE ledger_approval_decision ADD CONSTRAINT ledger_approval_decision_checker CHECK (checker_ref = checker_id::text);

CREATE FUNCTION ledger_guard_request() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.brand, NEW.player_ref, NEW.rule, NEW.summary, NEW.expires_at, NEW.entity_id)
       IS DISTINCT FROM (OLD.brand, OLD.player_ref, OLD.rule, OLD.summary, OLD.expires_at, OLD.entity_id) THEN
        RAISE EXCEPTION 'Approval request % is frozen.', OLD.id USING ERRCODE = 'restrict_violation';
    END IF;
    IF NEW.state = 'APPROVED' AND OLD.state = 'PENDING'
       AND (SELECT count(*) FILTER (WHERE approve) < NEW.required OR count(*) FILTER (WHERE NOT approve) > 0
              FROM ledger_approval_decision WHERE request_id = NEW.id) THEN
        RAISE EXCEPTION 'Approval request % lacks the consent of % people.', OLD.id, NEW.required USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER ledger_approval_request_guarded BEFORE UPDATE ON ledger_approval_request
    FOR EACH ROW EXECUTE FUNCTION ledger_guard_request();
