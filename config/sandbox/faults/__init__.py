"""The breaks that the sandbox makes on purpose, and exactly what each leaves behind.

Faults are chosen in close_day, before the day's files are written, from the sandbox's own books with a seeded generator:
the same seed, plan and books give the same choice. One object (payment with its captures, refunds and disputes; payout;
settlement transfer) carries at most one fault. The PSP pays what its own report says: MerchantPayout and bank line follow
the faulty rows, so nothing else breaks.

Truth rows are INTERFACES.md's `mismatch` rows. How the fields are filled, and so what a case must carry:

- account: the merchant account's code; for BANK_CREDIT_UNIDENTIFIED and BANK_DEBIT_UNIDENTIFIED the bank account's.
  A case with a merchant account is compared by that, else by its bank account.
- merchant_reference: our own id of the object at fault. Sale and chargeback: the intent (`pi_…`, column Merchant
  Reference). Refund of ours: the refund (`rf_…`, column Modification Merchant Reference). Payout: `po_…` (column Merchant
  Reference). A refund that is not ours: the intent it was made on.
- psp_reference: the column Psp Reference: the payment's id for sale, refund and chargeback, the payout's id for a payout;
  never the Modification Reference (capture, refund, dispute id). For the two settlement codes: the transfer's token
  "TX…XT" out of the MerchantPayout row's Modification Reference.
- bank_reference: the bank's own id of its line (camt AcctSvcrRef; MT940 what follows // in :61:).
- amount_minor: positive; the absolute difference for *_DIFFERS, else the gross of the line or object (for a Fee row its net).
- business_date: day of the break, below. "Line's day": the Creation Date column read in the report's zone.

| code | what the sandbox does | business_date | amount | merchant_reference | psp_reference | bank_reference |
|---|---|---|---|---|---|---|
| LEDGER_CREDIT_MISSING_PSP_SUCCESS | a payment that is PENDING (pay-by-bank, token `pending_hold`) is captured in the day's last minutes, no event sent; line in the report, lookup says captured | line's day | gross | pi_ | payment | - |
| PSP_SUCCESS_AFTER_TERMINAL | a challenge never completed (ours EXPIRED) is captured in the day's last minutes, no event; line in the report, lookup says captured | line's day | gross | pi_ | payment | - |
| DUPLICATE_PSP_CAPTURE | a captured payment gets a second capture with its own id, same amount, no event; both lines in the report, lookup shows both | line's day | gross of the second | pi_ | payment | - |
| DUPLICATE_PSP_LINE | one Settled row stands twice, equal in every column | line's day | gross | pi_ | payment | - |
| GROSS_AMOUNT_DIFFERS | a Settled row has another gross (either side); lookup has the true one | line's day | difference | pi_ | payment | - |
| CAPTURE_NOT_SETTLED | a captured payment's row is never reported; lookup says captured | capture's day | gross | pi_ | payment | - |
| LEDGER_CREDIT_WITHOUT_PSP | the row is never reported and the lookup forgets the payment (404) | capture's day | gross | pi_ | payment | - |
| REFUND_UNKNOWN_TO_PLATFORM | a refund made in the PSP's own screens: Refunded row, Modification Merchant Reference empty, no event | line's day | gross | pi_ | payment | - |
| REFUND_AMOUNT_DIFFERS | the Refunded row has another gross | line's day | difference | rf_ | payment | - |
| REFUND_MISSING_AT_PSP | the refund was confirmed, its row is never reported | day the refund was processed | gross | rf_ | payment | - |
| WITHDRAWAL_SENT_PSP_NOT_PAID | the payout was confirmed (payout.settled sent), its row is never reported | day it was settled | gross | po_ | payout | - |
| PAYOUT_RETURNED | a settled payout comes back: payout.returned is sent, PaidOutReversed row beside the PaidOut row | day of the return | gross | po_ | payout | - |
| PAYOUT_AMOUNT_DIFFERS | the PaidOut row has another gross | line's day | difference | po_ | payout | - |
| PAYOUT_PAID_NOT_RECORDED | a payout that is PENDING at the PSP (`payout_pending`, ours SUBMITTED) is paid, no event; row in the report, lookup says paid | line's day | gross | po_ | payout | - |
| CHARGEBACK_NOT_BOOKED | a chargeback without any event: Chargeback row (dispute id in Modification Reference and Dispute Reference), fee in Commission | line's day | gross without fee | pi_ | payment | - |
| PSP_LINE_UNKNOWN_REFERENCE | a Settled row of a payment that is none of ours, Merchant Reference like "WEB-48213377" | line's day | gross | that text | that payment | - |
| UNKNOWN_LINE_TYPE | a row of Type "LoyaltyAdjustment" with a gross debit or credit | line's day | gross | - | the row's own | - |
| FEE_UNEXPECTED | a Fee row "Card Programme Surcharge <Month>   <DD> <YYYY>"; rows that begin "Transaction Fees" are in the schedule | line's day | net | - | - | - |
| BANK_SETTLEMENT_AMOUNT_DIFFERS | the bank line of a MerchantPayout has another amount (less or more), same narrative | the bank line's booking date | difference | - | TX…XT | the line's |
| PSP_SUCCESS_MISSING_BANK_SETTLEMENT | the MerchantPayout's bank line never comes | the batch's day (MerchantPayout row's day) | its net | - | TX…XT | - |
| BANK_CREDIT_UNIDENTIFIED | a credit from a payer nobody knows, on the closed day's statement | booking date | amount | - | - | the line's |
| BANK_DEBIT_UNIDENTIFIED | a debit to a payee nobody knows, on the closed day's statement | booking date | amount | - | - | the line's |

What a token asked for and is a case by itself is a truth row too: a payout returned by its token gives PAYOUT_RETURNED.
A settlement transfer carries at most one of the two settlement codes, so a day with one account and one currency has one
of them, by the seed's choice. A code without a fitting object that day is not injected, and has no row.
"""
