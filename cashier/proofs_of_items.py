"""What payouts, deposits taken back and refunds that came back put into the books, item by item (POSTINGS.md section 4, L10).

Checks of `ledger_prove` beside those of cashier.proofs: together they name every entry of the cashier in `clearing`, `prefund` and
`in_transit`, and every debt. Rows and books stream, item by item.
"""

from collections.abc import Iterator

from cashier.models import Capture, PayoutIntent, Refund
from ledger.ids import to_public
from ledger.models import Entry
from ledger.proofs.checks import Check, check_sql
from ledger.proofs.items import booked_by_ref, check_items

_PAYERS = ("clearing", "prefund", "in_transit", "bank")
_OWED = """
SELECT a.entity_id AS entity, a.owner_ref AS player, a.asset, split_part(e.ref, ':', 1) AS origin, sum(e.amount_minor) AS open_minor
  FROM ledger_account a JOIN ledger_entry e ON e.account_id = a.id WHERE a.kind = 'receivable' GROUP BY 1, 2, 3, 4
"""


def payouts_are_booked() -> Check:
    """Each payout that was paid took its amount, less the player's fee, from who pays it; one that came back gave back what came."""
    kinds = ("PAYOUT_SETTLED", "PAYOUT_PAID_AFTER_RELEASE", "PAYOUT_RETURNED")
    return check_items("payouts_are_booked", expected=_paid(), booked=_booked(kinds, _PAYERS))


def _paid() -> Iterator[tuple[str, int]]:
    done = PayoutIntent.objects.filter(state__in=(PayoutIntent.State.SETTLED, PayoutIntent.State.RETURNED)).order_by("pk")
    for pk, state, amount, fee, returned in done.values_list(
        "pk", "state", "amount_minor", "player_fee_minor", "returned_minor"
    ).iterator():
        ref = to_public(PayoutIntent.PREFIX, pk)
        yield ref, int(fee) - int(amount)
        if state == PayoutIntent.State.RETURNED:
            yield f"{ref}:returned", int(returned)


def taken_back_is_booked() -> Check:
    """Each capture that failed late or was returned left clearing with its amount, once."""
    gone = Capture.objects.filter(state__in=(Capture.State.FAILED_LATE, Capture.State.RETURNED)).order_by("pk")
    rows = gone.values_list("pk", "amount_minor").iterator()
    expected = ((to_public(Capture.PREFIX, pk), -int(amount)) for pk, amount in rows)
    return check_items("taken_back_is_booked", expected=expected, booked=_booked(("DEPOSIT_CAPTURE_FAILED", "DEPOSIT_RETURNED")))


def reversed_refunds_are_booked() -> Check:
    """Each refund that came back stands in clearing again with its amount, once."""
    back = Refund.objects.filter(state=Refund.State.REFUND_REVERSED).order_by("pk")
    rows = back.values_list("pk", "amount_minor").iterator()
    expected = ((to_public(Refund.PREFIX, pk), int(amount)) for pk, amount in rows)
    return check_items("reversed_refunds_are_booked", expected=expected, booked=_booked(("REFUND_REVERSED",)))


def debts_are_named() -> Check:
    """Every unit of `receivable` names what it is owed from, and no debt is paid or written off above what was owed (L19)."""
    return check_sql(
        "debts_are_named",
        examined=f"SELECT count(*) FROM ({_OWED}) o",
        differences=f"SELECT * FROM ({_OWED}) o WHERE open_minor < 0 OR (origin = '' AND open_minor <> 0)",
    )


def round_moves_are_booked() -> Check:
    """Each stake, win and rollback is one transaction of its amount, and each transaction of a round is one move."""
    return check_sql(
        "round_moves_are_booked",
        examined="SELECT count(*) FROM cashier_round_move",
        differences="""
            SELECT m.id AS move, t.id AS transaction, m.amount_minor, t.moved AS booked_minor
              FROM (SELECT * FROM cashier_round_move WHERE transaction_id IS NOT NULL) m
              FULL JOIN (SELECT t.id, sum(e.amount_minor) AS moved
                           FROM ledger_journal_transaction t JOIN ledger_entry e ON e.transaction_id = t.id AND e.amount_minor > 0
                          WHERE t.kind IN ('ROUND_DEBITED', 'ROUND_CREDITED', 'ROUND_ROLLED_BACK', 'FREE_SPIN_WON') GROUP BY t.id) t
                ON t.id = m.transaction_id
             WHERE m.amount_minor IS DISTINCT FROM t.moved""",
    )


def _booked(kinds: tuple[str, ...], accounts: tuple[str, ...] = ("clearing",)) -> Iterator[tuple[str, int]]:
    return booked_by_ref(Entry.objects.filter(account__kind__in=accounts, transaction__kind__in=kinds))
