"""Tables of the sandbox's own file. Amounts are integer minor units; instants are UTC text that sorts ("…T12:05:01.123Z").

Columns named `due_at` and `until` are real time (Unix seconds): delivery and delays don't follow the books' clock.
"""

SCHEMA = """
CREATE TABLE IF NOT EXISTS setting (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS merchant_account (
    code TEXT PRIMARY KEY, api_key TEXT NOT NULL UNIQUE, webhook_secret TEXT NOT NULL, company TEXT NOT NULL,
    zone TEXT NOT NULL, pricing TEXT NOT NULL, settlement TEXT NOT NULL, next_batch INTEGER NOT NULL,
    reserve_basis_points INTEGER NOT NULL DEFAULT 0, reserve_days INTEGER NOT NULL DEFAULT 0);
CREATE TABLE IF NOT EXISTS bank_account (
    code TEXT PRIMARY KEY, iban TEXT NOT NULL, bic TEXT NOT NULL, currency TEXT NOT NULL, format TEXT NOT NULL,
    camt_version TEXT NOT NULL, opening_minor INTEGER NOT NULL, rests INTEGER NOT NULL DEFAULT 0);
CREATE TABLE IF NOT EXISTS payment (
    psp_ref TEXT PRIMARY KEY, account TEXT NOT NULL, merchant_reference TEXT NOT NULL, method TEXT NOT NULL, token TEXT NOT NULL,
    currency TEXT NOT NULL, amount_minor INTEGER NOT NULL, voided_minor INTEGER NOT NULL DEFAULT 0, capture_mode TEXT NOT NULL,
    state TEXT NOT NULL, decline_code TEXT NOT NULL DEFAULT '', card TEXT NOT NULL DEFAULT '{}', action TEXT NOT NULL DEFAULT '',
    return_url TEXT NOT NULL DEFAULT '', call_key TEXT NOT NULL, trace_id TEXT NOT NULL DEFAULT '', forgotten INTEGER NOT NULL DEFAULT 0,
    capture_forgotten INTEGER NOT NULL DEFAULT 0,
    injected TEXT NOT NULL DEFAULT '', occurred_at TEXT NOT NULL, created_at TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS payment_reference ON payment (merchant_reference);
CREATE INDEX IF NOT EXISTS payment_key ON payment (call_key);
CREATE INDEX IF NOT EXISTS payment_state ON payment (state) WHERE state IN ('PENDING', 'ACTION_REQUIRED', 'CANCELED');
CREATE TABLE IF NOT EXISTS capture (
    capture_id TEXT PRIMARY KEY, psp_ref TEXT NOT NULL, account TEXT NOT NULL, merchant_reference TEXT NOT NULL DEFAULT '',
    amount_minor INTEGER NOT NULL, currency TEXT NOT NULL, state TEXT NOT NULL, call_key TEXT NOT NULL DEFAULT '',
    injected TEXT NOT NULL DEFAULT '', occurred_at TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS capture_payment ON capture (psp_ref);
CREATE INDEX IF NOT EXISTS capture_reference ON capture (merchant_reference) WHERE merchant_reference <> '';
CREATE INDEX IF NOT EXISTS capture_key ON capture (call_key) WHERE call_key <> '';
CREATE TABLE IF NOT EXISTS refund (
    refund_id TEXT PRIMARY KEY, psp_ref TEXT NOT NULL, capture_id TEXT NOT NULL, account TEXT NOT NULL, merchant_reference TEXT NOT NULL,
    amount_minor INTEGER NOT NULL, currency TEXT NOT NULL, state TEXT NOT NULL, call_key TEXT NOT NULL DEFAULT '',
    injected TEXT NOT NULL DEFAULT '', occurred_at TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS refund_payment ON refund (psp_ref);
CREATE INDEX IF NOT EXISTS refund_reference ON refund (merchant_reference);
CREATE INDEX IF NOT EXISTS refund_key ON refund (call_key);
CREATE TABLE IF NOT EXISTS payout (
    payout_id TEXT PRIMARY KEY, account TEXT NOT NULL, merchant_reference TEXT NOT NULL, amount_minor INTEGER NOT NULL,
    currency TEXT NOT NULL, token TEXT NOT NULL, state TEXT NOT NULL, decline_code TEXT NOT NULL DEFAULT '', call_key TEXT NOT NULL,
    paid INTEGER NOT NULL DEFAULT 0, injected TEXT NOT NULL DEFAULT '', occurred_at TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS payout_reference ON payout (merchant_reference);
CREATE INDEX IF NOT EXISTS payout_key ON payout (call_key);
CREATE TABLE IF NOT EXISTS dispute (
    dispute_id TEXT PRIMARY KEY, psp_ref TEXT NOT NULL, capture_id TEXT NOT NULL, account TEXT NOT NULL, amount_minor INTEGER NOT NULL,
    currency TEXT NOT NULL, scheme TEXT NOT NULL, reason_code TEXT NOT NULL, state TEXT NOT NULL, movement INTEGER NOT NULL,
    evidence TEXT NOT NULL DEFAULT '[]', respond_by TEXT NOT NULL, injected TEXT NOT NULL DEFAULT '', occurred_at TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS dispute_payment ON dispute (psp_ref);
CREATE TABLE IF NOT EXISTS movement (
    id INTEGER PRIMARY KEY, account TEXT NOT NULL, kind TEXT NOT NULL, psp_ref TEXT NOT NULL, object_id TEXT NOT NULL,
    merchant_reference TEXT NOT NULL, object_reference TEXT NOT NULL DEFAULT '', method TEXT NOT NULL, currency TEXT NOT NULL,
    amount_minor INTEGER NOT NULL, reported_minor INTEGER, copies INTEGER NOT NULL DEFAULT 1, label TEXT NOT NULL DEFAULT '',
    fault TEXT NOT NULL DEFAULT '', occurred_at TEXT NOT NULL, batch INTEGER,
    reported_currency TEXT NOT NULL DEFAULT '', extra_fee_minor INTEGER NOT NULL DEFAULT 0,
    settled_currency TEXT NOT NULL DEFAULT '', settled_minor INTEGER NOT NULL DEFAULT 0, exchange_rate TEXT NOT NULL DEFAULT '1');
CREATE INDEX IF NOT EXISTS movement_open ON movement (account, occurred_at) WHERE batch IS NULL;
CREATE INDEX IF NOT EXISTS movement_object ON movement (object_id);
CREATE TABLE IF NOT EXISTS answer (
    account TEXT NOT NULL, call_key TEXT NOT NULL, fingerprint TEXT NOT NULL, status INTEGER NOT NULL, body TEXT NOT NULL,
    PRIMARY KEY (account, call_key)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS first_try (account TEXT NOT NULL, call_key TEXT NOT NULL, PRIMARY KEY (account, call_key)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS dark (psp_ref TEXT PRIMARY KEY, until REAL NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS outbox (
    id INTEGER PRIMARY KEY, account TEXT NOT NULL, slot INTEGER NOT NULL, body TEXT NOT NULL, due_at REAL NOT NULL, state TEXT NOT NULL,
    tries INTEGER NOT NULL DEFAULT 0, last_answer TEXT NOT NULL DEFAULT '');
CREATE INDEX IF NOT EXISTS outbox_due ON outbox (slot, due_at, id) WHERE state = 'PENDING';
CREATE TABLE IF NOT EXISTS job (id INTEGER PRIMARY KEY, due_at REAL NOT NULL, kind TEXT NOT NULL, object_id TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS job_due ON job (due_at);
CREATE TABLE IF NOT EXISTS batch (
    account TEXT NOT NULL, number INTEGER NOT NULL, date TEXT NOT NULL, currency TEXT NOT NULL, net_minor INTEGER NOT NULL,
    carried_minor INTEGER NOT NULL, transfer TEXT NOT NULL, narrative TEXT NOT NULL, PRIMARY KEY (account, number, currency));
CREATE TABLE IF NOT EXISTS bank_line (
    id INTEGER PRIMARY KEY, bank TEXT NOT NULL, booking_date TEXT NOT NULL, amount_minor INTEGER NOT NULL, kind TEXT NOT NULL,
    counterparty TEXT NOT NULL, narrative TEXT NOT NULL, end_to_end TEXT NOT NULL DEFAULT '', bank_reference TEXT NOT NULL,
    statement INTEGER);
CREATE INDEX IF NOT EXISTS bank_line_open ON bank_line (bank, booking_date) WHERE statement IS NULL;
CREATE TABLE IF NOT EXISTS statement (
    bank TEXT NOT NULL, number INTEGER NOT NULL, date TEXT NOT NULL, opening_minor INTEGER NOT NULL, closing_minor INTEGER NOT NULL,
    PRIMARY KEY (bank, number));
CREATE TABLE IF NOT EXISTS withheld (path TEXT PRIMARY KEY, give_on TEXT NOT NULL, file TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS closed_day (date TEXT PRIMARY KEY, answer TEXT NOT NULL);
"""
