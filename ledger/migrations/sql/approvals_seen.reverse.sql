DROP TRIGGER ledger_approval_request_seen ON ledger_approval_request;
DROP FUNCTION ledger_freeze_seen();
