-- Guards look for tables, functions and operators where the migrations put them, and nowhere else (L2, S1). Without this a role that
-- may make temporary tables, or objects in a schema of its own, could put a table of its own choice in front of the journal's
-- (pg_temp comes before every other schema) and have the guard judge by that.
ALTER FUNCTION ledger_refuse_change() SET search_path = pg_catalog, public, pg_temp;
ALTER FUNCTION ledger_check_entries() SET search_path = pg_catalog, public, pg_temp;
ALTER FUNCTION ledger_check_transactions() SET search_path = pg_catalog, public, pg_temp;
ALTER FUNCTION ledger_assign_xact() SET search_path = pg_catalog, public, pg_temp;
ALTER FUNCTION ledger_freeze_request() SET search_path = pg_catalog, public, pg_temp;
ALTER FUNCTION ledger_guard_request() SET search_path = pg_catalog, public, pg_temp;
ALTER FUNCTION ledger_held_permissions(uuid[]) SET search_path = pg_catalog, public, pg_temp;
ALTER FUNCTION ledger_refuse_joined_duties(uuid[]) SET search_path = pg_catalog, public, pg_temp;
ALTER FUNCTION ledger_check_person_grants() SET search_path = pg_catalog, public, pg_temp;
ALTER FUNCTION ledger_check_role_grants() SET search_path = pg_catalog, public, pg_temp;
