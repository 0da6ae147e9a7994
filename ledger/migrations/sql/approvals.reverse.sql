DROP FUNCTION ledger_freeze_request() CASCADE;
ALTER TABLE ledger_approval_decision DROP CONSTRAINT ledger_approval_decision_request;
