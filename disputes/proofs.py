"""What disputes and the books must agree on (POSTINGS.md section 4, X5): checks of `ledger_prove`."""

import heapq
from collections.abc import Iterator

from django.db.models.functions import Collate

from cashier.models import Hold
from disputes.models import Dispute, DisputeMovement
from disputes.operations.movements import EVENTS
from ledger.ids import to_public
from ledger.models import Entry
from ledger.proofs.checks import Check, check_sql
from ledger.proofs.items import booked_by_ref, check_items
from ledger.proofs.kinds import DECIDED_BY_PEOPLE

Kind = DisputeMovement.Kind
_MOVEMENT = DisputeMovement._meta.db_table
_KINDS = tuple(event.replace(".", "_").upper() for event in EVENTS.values())
# Which way each movement goes through chargeback_clearing, debit positive.
_WAYS = {Kind.OPENED: -1, Kind.DEBITED: 1, Kind.CREDITED: -1, Kind.WON: 1, Kind.WITHDRAWN: 1}
_SIGNED = "CASE m.kind " + " ".join(f"WHEN '{kind}' THEN {way} * m.amount_minor" for kind, way in _WAYS.items()) + " ELSE 0 END"
_BY_DISPUTE = f"""
SELECT d.id AS dispute, d.state, sum({_SIGNED}) AS movements_minor, sum(b.booked) AS booked_minor
  FROM {Dispute._meta.db_table} d JOIN {_MOVEMENT} m ON m.dispute_id = d.id,
       LATERAL (SELECT coalesce(sum(e.amount_minor), 0) AS booked FROM ledger_entry e JOIN ledger_account a ON a.id = e.account_id
                 WHERE e.transaction_id = m.transaction_id AND a.kind = 'chargeback_clearing') b
 GROUP BY d.id, d.state
"""


def dispute_movements_are_booked() -> Check:
    """Each movement is one transaction of its amount, and each transaction of a dispute is one movement (L3)."""
    return check_sql(
        "dispute_movements_are_booked",
        examined=f"SELECT count(*) FROM {_MOVEMENT}",
        differences=f"""
            SELECT * FROM (
                SELECT m.dispute_id AS dispute, m.kind, m.number, m.amount_minor, t.moved AS booked_minor, '' AS fault
                  FROM {_MOVEMENT} m,
                       LATERAL (SELECT coalesce(sum(e.amount_minor) FILTER (WHERE e.amount_minor > 0), 0) AS moved
                                  FROM ledger_entry e WHERE e.transaction_id = m.transaction_id) t
                 WHERE t.moved <> m.amount_minor
                UNION ALL
                SELECT NULL, t.kind, NULL, NULL, NULL, 'no movement has transaction ' || t.id
                  FROM ledger_journal_transaction t
                 WHERE t.kind = ANY(%(kinds)s::text[]) AND NOT EXISTS (SELECT FROM {_MOVEMENT} m WHERE m.transaction_id = t.id)
            ) f""",
        params={"kinds": list(_KINDS)},
    )


def chargeback_clearing_is_named() -> Check:
    """What stands in chargeback_clearing is the movements of disputes, dispute by dispute.

    So it is zero for each dispute whose money has all moved; what a closed one still shows is the PSP's debit or credit to come.
    """
    return check_sql(
        "chargeback_clearing_is_named",
        examined=f"SELECT count(*) FROM ({_BY_DISPUTE}) d",
        differences=f"""
            SELECT * FROM (
                SELECT dispute, state, movements_minor, booked_minor FROM ({_BY_DISPUTE}) d WHERE movements_minor <> booked_minor
                UNION ALL
                SELECT NULL, 'posted by ' || t.kind, 0, sum(e.amount_minor)
                  FROM ledger_account a JOIN ledger_entry e ON e.account_id = a.id
                  JOIN ledger_journal_transaction t ON t.id = e.transaction_id
                 WHERE a.kind = 'chargeback_clearing' AND t.kind <> ALL(%(known)s::text[]) GROUP BY t.kind HAVING sum(e.amount_minor) <> 0
            ) f""",
        params={"known": [*_KINDS, *DECIDED_BY_PEOPLE]},
    )


def dispute_holds_are_named() -> Check:
    """What `locked` holds under a dispute is its inquiry's hold, and what came back to a player who may not be paid."""
    locked = booked_by_ref(Entry.objects.filter(account__kind="locked", ref__startswith=Dispute.PREFIX))
    booked = ((ref, -total) for ref, total in locked)
    return check_items("dispute_holds_are_named", expected=heapq.merge(_by_inquiries(), _kept_locked()), booked=booked)


def _by_inquiries() -> Iterator[tuple[str, int]]:
    rows = Dispute.objects.filter(held_minor__gt=0).order_by("pk").values_list("pk", "held_minor")
    return ((to_public(Dispute.PREFIX, pk), int(minor)) for pk, minor in rows.iterator())


def _kept_locked() -> Iterator[tuple[str, int]]:
    held = Hold.objects.filter(state=Hold.State.HELD, ref__startswith=Dispute.PREFIX)
    rows = held.order_by(Collate("ref", "C")).values_list("ref", "amount_minor")
    return ((ref, int(minor)) for ref, minor in rows.iterator())
