"""Where a PSP's activity export and our books, or its own settlement lines, can't both be true (R4).

Each question gives one event per object, the latest. What an event says is over where a later one of the same object undoes it.
Parameters of all: account, since, until (business days of the events).
"""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db import connection

from reconciliation.models import Activity

_CAPTURED = "('capture_sent', 'settled')"
_TAKEN_BACK = "('capture_failed', 'settled_reversed')"
_REFUNDED = "('refund_sent', 'refunded')"
_REFUND_BACK = "('refund_failed', 'refunded_reversed')"
_HELD = "('SUCCEEDED', 'FAILED_LATE', 'RETURNED')"

_EVENTS = """
  FROM reconciliation_activity a
 WHERE a.merchant_account_id = %(account)s AND a.business_date BETWEEN %(since)s AND %(until)s AND a.object_reference <> ''"""
_LATER = """
   AND NOT EXISTS (SELECT FROM reconciliation_activity n
                    WHERE n.merchant_account_id = a.merchant_account_id AND n.psp_reference = a.psp_reference
                      AND n.object_reference = a.object_reference AND n.booked_at >= a.booked_at AND n.kind IN {kinds})"""
# Our capture of an event: by the PSP's id of it or our own; the intent's where the export names no capture, or nobody told us its id.
_CAPTURE = """(c.psp_ref = a.object_reference OR c.id = a.object_id
               OR (c.psp_ref = '' OR a.object_reference = a.psp_reference) AND c.intent_id = a.reference_id)"""
_REFUND = """(r.psp_ref = a.object_reference OR r.id = a.object_id OR a.object_reference = a.psp_reference
              AND r.capture_id IN (SELECT c.id FROM cashier_capture c WHERE c.intent_id = a.reference_id))"""

_QUESTIONS = {
    # Captured at the PSP; no capture of ours holds the money.
    "captured": f"""
SELECT max(a.id){_EVENTS} AND a.kind IN {_CAPTURED}{_LATER.format(kinds=_TAKEN_BACK)}
   AND NOT EXISTS (SELECT FROM cashier_capture c
                    WHERE c.merchant_account_id = a.merchant_account_id AND c.state IN {_HELD} AND {_CAPTURE})
 GROUP BY a.object_reference ORDER BY 1""",
    # Failed at the PSP; ours stands.
    "failed": f"""
SELECT max(a.id){_EVENTS} AND a.kind IN {_TAKEN_BACK}{_LATER.format(kinds=_CAPTURED)}
   AND EXISTS (SELECT FROM cashier_capture c
                WHERE c.merchant_account_id = a.merchant_account_id AND c.state = 'SUCCEEDED' AND c.psp_ref = a.object_reference)
 GROUP BY a.object_reference ORDER BY 1""",
    # The PSP's register says authorised, and nothing after, though it goes on past the next day; we hold a capture.
    "only_authorised": f"""
SELECT max(a.id){_EVENTS} AND a.kind = 'authorised'
   AND NOT EXISTS (SELECT FROM reconciliation_activity n
                    WHERE n.merchant_account_id = a.merchant_account_id AND n.psp_reference = a.psp_reference AND n.kind IN {_CAPTURED})
   AND EXISTS (SELECT FROM cashier_attempt t JOIN cashier_capture c ON c.attempt_id = t.id AND c.state = 'SUCCEEDED'
                WHERE t.merchant_account_id = a.merchant_account_id AND t.psp_ref = a.psp_reference
                  AND c.captured_at < (SELECT max(m.booked_at) FROM reconciliation_activity m
                                        WHERE m.merchant_account_id = %(account)s AND m.business_date <= %(until)s) - interval '1 day')
 GROUP BY a.psp_reference ORDER BY 1""",
    # Refunded at the PSP; no refund of ours.
    "refunded": f"""
SELECT max(a.id){_EVENTS} AND a.kind IN {_REFUNDED}{_LATER.format(kinds=_REFUND_BACK)}
   AND NOT EXISTS (SELECT FROM cashier_refund r
                    WHERE r.merchant_account_id = a.merchant_account_id AND {_REFUND})
   AND NOT EXISTS (SELECT FROM cashier_payout_intent p WHERE p.merchant_account_id = a.merchant_account_id
                                                         AND p.psp_ref = a.object_reference)
 GROUP BY a.object_reference ORDER BY 1""",
    # The refund failed or came back at the PSP; ours is processed.
    "refund_back": f"""
SELECT max(a.id){_EVENTS} AND a.kind IN {_REFUND_BACK}
   AND EXISTS (SELECT FROM cashier_refund r
                WHERE r.merchant_account_id = a.merchant_account_id AND r.state = 'REFUND_PROCESSED' AND {_REFUND})
 GROUP BY a.object_reference ORDER BY 1""",
    # Charged back at the PSP; no posting took it from the player.
    "charged_back": f"""
SELECT max(a.id){_EVENTS} AND a.kind = 'chargeback' AND a.reference_id IS NOT NULL
   AND NOT EXISTS (SELECT FROM reconciliation_psp_line l
                    WHERE l.reference_id = a.reference_id AND l.kind = 'chargeback')
   AND NOT EXISTS (SELECT FROM ledger_journal_transaction t WHERE t.kind IN ('CHARGEBACK_OPENED', 'DISPUTE_AUTO_REFUNDED')
                                                              AND t.intent_ref = a.merchant_reference)
 GROUP BY a.object_reference, a.psp_reference ORDER BY 1""",
    # The PSP took a capture back, and paid it all the same.
    "paid_all_the_same": f"""
SELECT max(a.id){_EVENTS} AND a.kind IN {_TAKEN_BACK}{_LATER.format(kinds=_CAPTURED)} AND a.reference_id IS NOT NULL
   AND EXISTS (SELECT FROM reconciliation_psp_line l WHERE l.reference_id = a.reference_id AND l.kind = 'sale'
                                                       AND l.object_reference = a.object_reference AND l.created_at >= a.booked_at)
 GROUP BY a.object_reference ORDER BY 1""",
    # The register and the settlement report of one PSP state other amounts for one capture.
    "settled_otherwise": f"""
SELECT max(a.id){_EVENTS} AND a.kind IN {_CAPTURED} AND a.reference_id IS NOT NULL
   AND EXISTS (SELECT FROM reconciliation_psp_line l
                WHERE l.reference_id = a.reference_id AND l.kind = 'sale' AND l.object_reference = a.object_reference
                  AND l.gross_currency = a.currency AND l.gross_minor <> a.amount_minor)
 GROUP BY a.object_reference ORDER BY 1""",
}
QUESTIONS = tuple(_QUESTIONS)


@dataclass(frozen=True, slots=True)
class Span:
    """Events of one merchant account, by business day, both included."""

    account_id: UUID
    since: date
    until: date


def has_activity(span: Span) -> bool:
    """Whether the PSP told anything of these days."""
    return Activity.objects.filter(merchant_account_id=span.account_id, business_date__range=(span.since, span.until)).exists()


def broken(question: str, span: Span) -> list[Activity]:
    """Events that the question finds, oldest first. Raises KeyError for one that is not asked."""
    with connection.cursor() as cursor:
        cursor.execute(_QUESTIONS[question], {"account": span.account_id, "since": span.since, "until": span.until})
        ids = [row[0] for row in cursor.fetchall()]
    found = Activity.objects.select_related("source_file").in_bulk(ids)
    return [found[each] for each in ids]
