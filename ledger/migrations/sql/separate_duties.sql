-- Duties that nobody holds together (S2): a grant that would join them is refused, whoever makes it and by whichever way.

CREATE FUNCTION ledger_held_permissions(people uuid[]) RETURNS TABLE (user_id uuid, permission text) LANGUAGE sql STABLE SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT h.user_id, c.app_label || '.' || p.codename
      FROM (SELECT u.user_id, u.permission_id FROM ledger_user_user_permissions u WHERE u.user_id = ANY(people)
             UNION SELECT g.user_id, r.permission_id FROM ledger_user_groups g JOIN auth_group_permissions r USING (group_id)
                    WHERE g.user_id = ANY(people)) h
      JOIN auth_permission p ON p.id = h.permission_id
      JOIN django_content_type c ON c.id = p.content_type_id
$$;

CREATE FUNCTION ledger_refuse_joined_duties(people uuid[]) RETURNS void LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    joined record;
BEGIN
    SELECT a.user_id, d.first, d.second INTO joined
      FROM ledger_separate_duty d
      JOIN ledger_held_permissions(people) a ON a.permission = d.first
      JOIN ledger_held_permissions(people) b ON b.permission = d.second AND b.user_id = a.user_id
     WHERE d.is_in_force
     LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'User % would hold % and %, which are separate duties.', joined.user_id, joined.first, joined.second
            USING ERRCODE = 'check_violation';
    END IF;
END $$;

CREATE FUNCTION ledger_check_person_grants() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    PERFORM ledger_refuse_joined_duties(ARRAY(SELECT DISTINCT user_id FROM given));
    RETURN NULL;
END $$;

-- A role by itself may not join them either, or nobody could be given it.
CREATE FUNCTION ledger_check_role_grants() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    joined record;
BEGIN
    PERFORM ledger_refuse_joined_duties(
        ARRAY(SELECT DISTINCT g.user_id FROM ledger_user_groups g WHERE g.group_id IN (SELECT group_id FROM given)));
    WITH held AS (
        SELECT r.group_id, c.app_label || '.' || p.codename AS permission
          FROM auth_group_permissions r JOIN auth_permission p ON p.id = r.permission_id
          JOIN django_content_type c ON c.id = p.content_type_id
         WHERE r.group_id IN (SELECT group_id FROM given))
    SELECT g.name, d.first, d.second INTO joined
      FROM ledger_separate_duty d JOIN held a ON a.permission = d.first
      JOIN held b ON b.permission = d.second AND b.group_id = a.group_id JOIN auth_group g ON g.id = a.group_id
     WHERE d.is_in_force LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'Role % would hold % and %, which are separate duties.', joined.name, joined.first, joined.second
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END $$;

CREATE TRIGGER ledger_separate_duties AFTER INSERT ON ledger_user_groups
    REFERENCING NEW TABLE AS given FOR EACH STATEMENT EXECUTE FUNCTION ledger_check_person_grants();
CREATE TRIGGER ledger_separate_duties AFTER INSERT ON ledger_user_user_permissions
    REFERENCING NEW TABLE AS given FOR EACH STATEMENT EXECUTE FUNCTION ledger_check_person_grants();
CREATE TRIGGER ledger_separate_duties AFTER INSERT ON auth_group_permissions
    REFERENCING NEW TABLE AS given FOR EACH STATEMENT EXECUTE FUNCTION ledger_check_role_grants();

-- A grant that is changed into another one is a grant too (S2).
CREATE TRIGGER ledger_separate_duties_changed AFTER UPDATE ON ledger_user_groups
    REFERENCING NEW TABLE AS given FOR EACH STATEMENT EXECUTE FUNCTION ledger_check_person_grants();
CREATE TRIGGER ledger_separate_duties_changed AFTER UPDATE ON ledger_user_user_permissions
    REFERENCING NEW TABLE AS given FOR EACH STATEMENT EXECUTE FUNCTION ledger_check_person_grants();
CREATE TRIGGER ledger_separate_duties_changed AFTER UPDATE ON auth_group_permissions
    REFERENCING NEW TABLE AS given FOR EACH STATEMENT EXECUTE FUNCTION ledger_check_role_grants();
