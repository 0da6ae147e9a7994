-- A version says what it said when it was sent: payments were taken by it (C23). Only a draft is changed.
CREATE FUNCTION cashier_keep_rails() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.state <> 'DRAFT' AND (OLD.method, OLD.body, OLD.digest, OLD.version) IS DISTINCT FROM (NEW.method, NEW.body, NEW.digest, NEW.version) THEN
        RAISE EXCEPTION 'version % of the rail % is no draft: it is never changed', OLD.version, OLD.method;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER kept BEFORE UPDATE ON cashier_rail FOR EACH ROW EXECUTE FUNCTION cashier_keep_rails();
