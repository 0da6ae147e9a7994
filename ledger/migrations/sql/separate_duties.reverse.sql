DROP TRIGGER ledger_separate_duties ON auth_group_permissions;
DROP TRIGGER ledger_separate_duties ON ledger_user_user_permissions;
DROP TRIGGER ledger_separate_duties ON ledger_user_groups;
DROP FUNCTION ledger_check_role_grants();
DROP FUNCTION ledger_check_person_grants();
DROP FUNCTION ledger_refuse_joined_duties(uuid[]);
DROP FUNCTION ledger_held_permissions(uuid[]);
