-- Lines of reports and statements, by LIST(bucket): yyyymm for small loads, the load's own number for large ones, which are
-- filled without indexes and attached after. Ids come from one sequence for all partitions of a table.
CREATE SEQUENCE reconciliation_psp_line_id_seq;
CREATE TABLE reconciliation_psp_line (
    id bigint NOT NULL DEFAULT nextval('reconciliation_psp_line_id_seq'),
    bucket bigint NOT NULL,
    batch_id uuid NOT NULL,
    line_number integer NOT NULL,
    kind text COLLATE "C" NOT NULL,
    type text COLLATE "C" NOT NULL,
    reverses text COLLATE "C" NOT NULL,
    merchant_reference text COLLATE "C" NOT NULL,
    object_merchant_reference text COLLATE "C" NOT NULL,
    psp_reference text COLLATE "C" NOT NULL,
    object_reference text COLLATE "C" NOT NULL,
    reference_kind text COLLATE "C" NOT NULL,
    reference_id uuid,
    object_kind text COLLATE "C" NOT NULL,
    object_id uuid,
    method text COLLATE "C" NOT NULL,
    gross_currency text COLLATE "C" NOT NULL,
    gross_minor numeric(38, 0) NOT NULL,
    net_currency text COLLATE "C" NOT NULL,
    net_minor numeric(38, 0) NOT NULL,
    commission_minor numeric(38, 0) NOT NULL,
    markup_minor numeric(38, 0) NOT NULL,
    scheme_minor numeric(38, 0) NOT NULL,
    interchange_minor numeric(38, 0) NOT NULL,
    exchange_rate numeric,
    created_at timestamptz NOT NULL,
    business_date date NOT NULL
) PARTITION BY LIST (bucket);
CREATE INDEX reconciliation_psp_line_id ON reconciliation_psp_line (id);
-- A sale is found by its payment of ours, or by the capture that holds the PSP's id.
CREATE INDEX reconciliation_psp_line_object ON reconciliation_psp_line (object_reference) WHERE kind <> 'sale' AND object_reference <> '';
CREATE INDEX reconciliation_psp_line_ours ON reconciliation_psp_line (reference_id) WHERE reference_id IS NOT NULL;
CREATE INDEX reconciliation_psp_line_psp ON reconciliation_psp_line (psp_reference) WHERE reference_id IS NULL AND psp_reference <> '';
-- A run asks a batch for its fees, reserves, transfers, chargebacks: a few lines beside its sales.
CREATE INDEX reconciliation_psp_line_rest ON reconciliation_psp_line (batch_id, kind) WHERE kind <> 'sale';

CREATE SEQUENCE reconciliation_bank_line_id_seq;
CREATE TABLE reconciliation_bank_line (
    id bigint NOT NULL DEFAULT nextval('reconciliation_bank_line_id_seq'),
    bucket bigint NOT NULL,
    statement_id bigint NOT NULL,
    bank_account_id uuid NOT NULL,
    line_number integer NOT NULL,
    index integer NOT NULL,
    currency text COLLATE "C" NOT NULL,
    amount_minor numeric(38, 0) NOT NULL,
    booked_date date NOT NULL,
    value_date date,
    bank_reference text COLLATE "C" NOT NULL,
    end_to_end text COLLATE "C" NOT NULL,
    transaction_code text COLLATE "C" NOT NULL,
    counterparty text NOT NULL,
    narrative text NOT NULL,
    is_reversal boolean NOT NULL,
    charges_minor numeric(38, 0) NOT NULL DEFAULT 0
) PARTITION BY LIST (bucket);
CREATE INDEX reconciliation_bank_line_id ON reconciliation_bank_line (id);
CREATE INDEX reconciliation_bank_line_account ON reconciliation_bank_line (bank_account_id, booked_date);

-- Partitions live in a schema of their own. Lines, their partitions and that schema belong to the application's role, which makes,
-- fills and attaches partitions; it may create nothing anywhere else.
CREATE SCHEMA lines;
DO $$
BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'countroom_app') AND pg_has_role(current_user, 'countroom_app', 'MEMBER') THEN
        GRANT CREATE ON SCHEMA public TO countroom_app; -- an owner needs it at the moment of taking over
        ALTER SCHEMA lines OWNER TO countroom_app;
        ALTER SEQUENCE reconciliation_psp_line_id_seq OWNER TO countroom_app;
        ALTER TABLE reconciliation_psp_line OWNER TO countroom_app;
        ALTER SEQUENCE reconciliation_bank_line_id_seq OWNER TO countroom_app;
        ALTER TABLE reconciliation_bank_line OWNER TO countroom_app;
        REVOKE CREATE ON SCHEMA public FROM countroom_app;
    END IF;
END $$;

-- Case numbers: short, told over the phone, never used twice.
CREATE SEQUENCE reconciliation_case_number_seq;

-- Match ids come from a sequence and only grow: a range index finds them, and costs nothing while a million rows come in. What must be
-- unique, a line and an item in the matches that stand, has its own unique indexes.
ALTER TABLE reconciliation_match DROP CONSTRAINT reconciliation_match_pkey;
CREATE INDEX reconciliation_match_id ON reconciliation_match USING brin (id) WITH (pages_per_range = 32, autosummarize = on);
