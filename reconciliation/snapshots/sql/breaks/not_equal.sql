-- Where the break list and the engine's cases differ: a break that no case speaks of, or a live case of such a code without its break.
-- A case of money that books and papers agree on (late money, a second capture, a return) is no break.
-- Views: breaks (breaks.sql), cases, case_links.
SELECT 'break without a case' AS fault, b.code, b.account, b.reference, b.amount_minor
  FROM breaks b
 WHERE NOT EXISTS (SELECT 1 FROM cases c JOIN case_links k ON k.case_number = c.number
                    WHERE c.code = b.code AND k.kind = b.about_kind AND k.target = b.about AND c.amount_minor = b.amount_minor)
UNION ALL
SELECT 'case without a break', c.code, c.account, c.merchant_reference, c.amount_minor
  FROM cases c
 WHERE c.state NOT IN ('RESOLVED', 'AUTO_RESOLVED')
   AND c.code IN ('FEE_UNEXPECTED', 'GROSS_AMOUNT_DIFFERS', 'CHARGEBACK_AMOUNT_DIFFERS', 'REFUND_AMOUNT_DIFFERS', 'PAYOUT_AMOUNT_DIFFERS',
                  'REFUND_MISSING_AT_PSP', 'WITHDRAWAL_SENT_PSP_NOT_PAID', 'CAPTURE_NOT_SETTLED', 'CREDITED_ON_AUTHORISATION',
                  'LEDGER_CREDIT_WITHOUT_PSP', 'BANK_SETTLEMENT_AMOUNT_DIFFERS', 'PSP_SUCCESS_MISSING_BANK_SETTLEMENT',
                  'BANK_CREDIT_UNIDENTIFIED', 'BANK_DEBIT_UNIDENTIFIED', 'PSP_LINE_UNKNOWN_REFERENCE', 'UNKNOWN_LINE_TYPE',
                  'DUPLICATE_PSP_LINE', 'REFUND_UNKNOWN_TO_PLATFORM')
   AND NOT EXISTS (SELECT 1 FROM breaks b JOIN case_links k ON k.kind = b.about_kind AND k.target = b.about
                    WHERE k.case_number = c.number AND b.code = c.code AND b.amount_minor = c.amount_minor)
 ORDER BY 1, 2, 3, 4
