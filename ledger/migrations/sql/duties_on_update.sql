-- A grant that is changed into another one is a grant too (S2).
CREATE TRIGGER ledger_separate_duties_changed AFTER UPDATE ON ledger_user_groups
    REFERENCING NEW TABLE AS given FOR EACH STATEMENT EXECUTE FUNCTION ledger_check_person_grants();
CREATE TRIGGER ledger_separate_duties_changed AFTER UPDATE ON ledger_user_user_permissions
    REFERENCING NEW TABLE AS given FOR EACH STATEMENT EXECUTE FUNCTION ledger_check_person_grants();
CREATE TRIGGER ledger_separate_duties_changed AFTER UPDATE ON auth_group_permissions
    REFERENCING NEW TABLE AS given FOR EACH STATEMENT EXECUTE FUNCTION ledger_check_role_grants();
