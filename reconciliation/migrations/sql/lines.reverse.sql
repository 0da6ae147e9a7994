DROP INDEX reconciliation_match_id;
ALTER TABLE reconciliation_match ADD CONSTRAINT reconciliation_match_pkey PRIMARY KEY (id);
DROP TABLE reconciliation_bank_line;
DROP SEQUENCE reconciliation_bank_line_id_seq;
DROP TABLE reconciliation_psp_line;
DROP SEQUENCE reconciliation_psp_line_id_seq;
DROP SEQUENCE reconciliation_case_number_seq;
DROP SCHEMA lines;
