"""Bank lines that stand twice (BANK_LINE_DUPLICATED): by the bank's own id, or by balances that hold only without one of two equals."""

from dataclasses import dataclass

from django.db import connection

from cashier.models import BankAccount

# What banks put where they have no reference of their own.
NO_REFERENCE = ("", "NONREF", "NOTPROVIDED", "NOREF", "0")
_SAME = """
   first.bank_account_id = l.bank_account_id AND first.id < l.id AND first.amount_minor = l.amount_minor AND first.currency = l.currency
   AND first.booked_date = l.booked_date AND first.bank_reference = l.bank_reference AND first.end_to_end = l.end_to_end
   AND first.narrative = l.narrative AND first.is_reversal = l.is_reversal"""
# Banks also put the kind of payment there (BGC, BACS PAYMENT, 260105BGI): an id has a digit, is of one day, and in one statement of equal
# lines only. What is none tells no second line; the balances do.
_IS_ID = """
   upper(l.bank_reference) <> ALL(%(no_reference)s::text[]) AND l.bank_reference ~ '[0-9]'
   AND NOT EXISTS (SELECT FROM reconciliation_bank_line other
                    WHERE other.bank_account_id = l.bank_account_id AND other.bank_reference = l.bank_reference
                      AND (other.booked_date <> l.booked_date OR other.statement_id = l.statement_id
                           AND (other.amount_minor, other.end_to_end, other.narrative) <> (l.amount_minor, l.end_to_end, l.narrative)))"""
# `over`: what a statement's lines come to more than its balances.
_DUPLICATES = f"""
WITH fresh AS (
  SELECT l.* FROM reconciliation_bank_line l
   WHERE l.bank_account_id = %(account)s
     AND NOT EXISTS (SELECT FROM reconciliation_match m WHERE m.line_kind = 'bank' AND m.line_id = l.id AND m.undone_at IS NULL)
     AND NOT EXISTS (SELECT FROM reconciliation_suspense_item s WHERE s.line_kind = 'bank' AND s.line_id = l.id)
), held AS (
  SELECT s.id, s.opening_minor + coalesce((SELECT sum(all_l.amount_minor) FROM reconciliation_bank_line all_l
           WHERE all_l.statement_id = s.id AND all_l.bucket = s.bucket), 0) - s.closing_minor AS over
    FROM reconciliation_statement s WHERE s.id IN (SELECT statement_id FROM fresh)
)
SELECT DISTINCT ON (CASE WHEN h.over = 0 THEN -l.id ELSE h.id END) l.id, max(first.id), h.over
  FROM fresh l JOIN held h ON h.id = l.statement_id JOIN reconciliation_bank_line first ON {_SAME}
 WHERE h.over = l.amount_minor AND first.statement_id = l.statement_id
    OR h.over = 0 AND {_IS_ID}
 GROUP BY l.id, h.id, h.over ORDER BY CASE WHEN h.over = 0 THEN -l.id ELSE h.id END, l.id DESC
"""


@dataclass(frozen=True, slots=True)
class Duplicate:
    """Line `line_id` repeats `first_id`. `is_counted`: the statement's own balances hold with it."""

    line_id: int
    first_id: int
    is_counted: bool


def duplicate_lines(account: BankAccount) -> list[Duplicate]:
    """Lines of the account that are not posted and repeat another one; of a statement that is over by one line, one."""
    with connection.cursor() as cursor:
        cursor.execute(_DUPLICATES, {"account": account.pk, "no_reference": list(NO_REFERENCE)})
        return [Duplicate(line, first, not over) for line, first, over in cursor.fetchall()]
