-- A version says what it said when it was sent: matches name its rules for ever (R6, R15). Only a draft is changed.
CREATE FUNCTION reconciliation_keep_matching_rules() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.state <> 'DRAFT' AND (OLD.body, OLD.digest, OLD.version) IS DISTINCT FROM (NEW.body, NEW.digest, NEW.version) THEN
        RAISE EXCEPTION 'version % of the matching rules is no draft: it is never changed', OLD.version;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER kept BEFORE UPDATE ON reconciliation_matching_rules FOR EACH ROW EXECUTE FUNCTION reconciliation_keep_matching_rules();
