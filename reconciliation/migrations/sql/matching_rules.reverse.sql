DROP TRIGGER IF EXISTS kept ON reconciliation_matching_rules;
DROP FUNCTION IF EXISTS reconciliation_keep_matching_rules();
