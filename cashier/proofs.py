"""What the cashier's rows and the books must agree on (POSTINGS.md section 4): checks of `ledger_prove`."""

import heapq
from itertools import groupby
from typing import Any
from uuid import UUID

from cashier.models import Bonus, Capture, DepositIntent, Hold, PayoutIntent, Player, Refund, RefundState
from ledger.ids import to_public
from ledger.proofs.checks import Check, check_sql
from ledger.proofs.merge import Key, Sums, check_sums, stream

# What a player's locked money stands for. Disputes name theirs themselves, by its reference.
_LOCKING = r"""
SELECT player_id, currency, sum(minor) FROM (
    SELECT player_id, currency, amount_minor AS minor FROM cashier_payout_intent WHERE state = ANY (%(payouts)s::text[])
    UNION ALL
    SELECT i.player_id, r.currency, r.amount_minor - r.fee_returned_minor
      FROM cashier_refund r JOIN cashier_capture c ON c.id = r.capture_id JOIN cashier_deposit_intent i ON i.id = c.intent_id
     WHERE r.state = ANY (%(refunds)s::text[]) AND r.source = %(playable)s
    UNION ALL
    SELECT player_id, currency, amount_minor FROM cashier_hold WHERE state = %(held)s AND ref NOT LIKE 'dp\_%%'
) locking GROUP BY player_id, currency ORDER BY player_id, currency COLLATE "C"
"""


def pending_is_what_waits() -> Check:
    """Each player's `pending` is the sum of that player's PENDING intents."""
    waiting = """SELECT player_id, currency, sum(pending_minor) FROM cashier_deposit_intent WHERE state = %(state)s
                  GROUP BY player_id, currency ORDER BY player_id, currency COLLATE "C" """
    expected = _of_players(waiting, {"state": DepositIntent.State.PENDING.value})
    return check_sums("pending_is_what_waits", booked=_booked("pending"), expected=expected, named=_player)


def unconfirmed_mirrors_pending() -> Check:
    """Over all merchant accounts `unconfirmed` equals `pending` over all players, per entity and currency."""
    return check_sql(
        "unconfirmed_mirrors_pending",
        examined="SELECT count(*) FROM ledger_account WHERE kind IN ('pending', 'unconfirmed')",
        differences="""
            SELECT a.entity_id AS entity, a.asset, sum(e.amount_minor) AS difference_minor
              FROM ledger_account a JOIN ledger_entry e ON e.account_id = a.id
             WHERE a.kind IN ('pending', 'unconfirmed') GROUP BY 1, 2 HAVING sum(e.amount_minor) <> 0""",
    )


def locked_is_named() -> Check:
    """Each player's `locked` is open payouts, refunds under way and holds; what disputes hold names itself by its reference."""
    params = {
        "payouts": [str(state) for state in PayoutIntent.LOCKING_STATES],
        "refunds": [str(state) for state in Refund.OPEN_STATES],
        "playable": Refund.Source.PLAYABLE.value,
        "held": Hold.State.HELD.value,
    }
    return check_sums(
        "locked_is_named", booked=_booked("locked", except_prefix="dp_"), expected=_of_players(_LOCKING, params), named=_player
    )


def bonus_is_named() -> Check:
    """The `bonus` accounts hold what each active bonus still has, by its reference, and nothing else."""
    booked = """SELECT e.ref, -sum(e.amount_minor) FROM ledger_account a JOIN ledger_entry e ON e.account_id = a.id WHERE a.kind = 'bonus'
                 GROUP BY e.ref HAVING sum(e.amount_minor) <> 0 ORDER BY e.ref COLLATE "C" """
    held = "SELECT id, balance_minor FROM cashier_bonus WHERE balance_minor > 0 ORDER BY id"
    return check_sums("bonus_is_named", booked=_by_ref(booked), expected=_by_id(Bonus.PREFIX, held), named=lambda key: {"bonus": key[0]})


def captures_are_booked() -> Check:
    """Each capture that succeeded stands in clearing with its amount, once; nothing else is booked as captured."""
    taken = "SELECT id, amount_minor FROM cashier_capture WHERE state IN ('SUCCEEDED', 'FAILED_LATE', 'RETURNED') ORDER BY id"
    booked = _clearing("DEPOSIT_CAPTURED", "DEPOSIT_LATE_MONEY")
    expected = _by_id(Capture.PREFIX, taken)
    return check_sums("captures_are_booked", booked=booked, expected=expected, named=lambda key: {"capture": key[0]})


def refunds_are_booked() -> Check:
    """Each refund that was processed stands in clearing with its amount, once; nothing else is booked as refunded."""
    done = """SELECT id, -amount_minor FROM cashier_refund
               WHERE state IN ('REFUND_PROCESSED', 'REFUND_REVERSED') AND source <> %(found)s ORDER BY id"""
    booked = _clearing("REFUND_PROCESSED", "DEPOSIT_LATE_REFUNDED", "HOUSE_REFUND")
    expected = _by_id(Refund.PREFIX, done, {"found": Refund.Source.FOUND.value})
    return check_sums("refunds_are_booked", booked=booked, expected=expected, named=lambda key: {"refund": key[0]})


def intents_sum_their_captures() -> Check:
    """What an intent says was captured and refunded is the sum of its captures in its currency; one that succeeded means state CAPTURED."""
    return check_sql(
        "intents_sum_their_captures",
        examined="SELECT count(*) FROM cashier_deposit_intent",
        differences="""
            SELECT i.id AS intent, i.state, i.captured_minor, sum(c.amount_minor) FILTER (WHERE c.is_taken AND c.is_own) AS captures_minor,
                   i.refunded_minor, sum(c.refunded_minor) FILTER (WHERE c.is_own) AS refunds_minor
              FROM cashier_deposit_intent i
              LEFT JOIN LATERAL (SELECT c.amount_minor, c.refunded_minor, c.currency = i.currency AS is_own,
                                        c.state IN ('SUCCEEDED', 'FAILED_LATE', 'RETURNED') AS is_taken
                                   FROM cashier_capture c WHERE c.intent_id = i.id) c ON true
             GROUP BY i.id
            HAVING i.captured_minor <> coalesce(sum(c.amount_minor) FILTER (WHERE c.is_taken AND c.is_own), 0)
                OR i.refunded_minor <> coalesce(sum(c.refunded_minor) FILTER (WHERE c.is_own), 0)
                OR (i.state = 'CAPTURED') <> coalesce(bool_or(c.is_taken), false)""",
    )


def captures_sum_their_refunds() -> list[Check]:
    """What a capture says was refunded, by us or at the PSP and adopted, and is under way, is what its refunds say: its ceiling (C6)."""
    return [
        _of_captures("captures_sum_their_refunds", "refunded_minor", [RefundState.REFUND_PROCESSED], with_adopted=True),
        _of_captures("captures_sum_open_refunds", "refunding_minor", [*Refund.OPEN_STATES], with_adopted=False),
    ]


def _of_captures(name: str, column: str, states: list[RefundState], *, with_adopted: bool) -> Check:
    said = f"SELECT id, {column} FROM cashier_capture WHERE {column} <> 0 ORDER BY id"
    refunds = """SELECT capture_id, sum(amount_minor) FROM cashier_refund WHERE state = ANY (%(states)s::text[]) AND source <> %(found)s
                  GROUP BY capture_id ORDER BY capture_id"""
    params = {"states": [str(state) for state in states], "found": Refund.Source.FOUND.value}
    expected = heapq.merge(_by_id(Capture.PREFIX, refunds, params), _adopted() if with_adopted else ())
    summed = ((key, sum(minor for _, minor in parts)) for key, parts in groupby(expected, key=lambda part: part[0]))
    return check_sums(name, booked=_by_id(Capture.PREFIX, said), expected=summed, named=lambda key: {"capture": key[0]})


def _adopted() -> Sums:
    """Refunds made at the PSP have no row of ours: what was adopted of each capture stands in the source of its posting."""
    return _by_ref("""
        SELECT source->>'capture', sum((source->>'locked_minor')::numeric + (source->>'receivable_minor')::numeric)
          FROM ledger_journal_transaction WHERE kind = 'REFUND_ADOPTED'
         GROUP BY 1 ORDER BY (source->>'capture') COLLATE "C" """)


def _booked(kind: str, *, except_prefix: str = "") -> Sums:
    """A player account's sum per holder and asset, as people see it (what we owe above zero)."""
    statement = """SELECT a.owner_ref, a.asset, -sum(e.amount_minor) FROM ledger_account a JOIN ledger_entry e ON e.account_id = a.id
                    WHERE a.kind = %(kind)s AND (%(except)s::text = '' OR NOT starts_with(e.ref, %(except)s::text))
                    GROUP BY a.owner_ref, a.asset HAVING sum(e.amount_minor) <> 0 ORDER BY a.owner_ref COLLATE "C", a.asset COLLATE "C" """
    for holder, asset, minor in stream(statement, {"kind": kind, "except": except_prefix}):
        yield (holder, asset), int(minor)


def _clearing(*kinds: str) -> Sums:
    """What these kinds of postings put into clearing, per reference."""
    statement = """SELECT e.ref, sum(e.amount_minor) FROM ledger_account a JOIN ledger_entry e ON e.account_id = a.id
                     JOIN ledger_journal_transaction t ON t.id = e.transaction_id
                    WHERE a.kind = 'clearing' AND t.kind = ANY (%(kinds)s::text[]) GROUP BY e.ref ORDER BY e.ref COLLATE "C" """
    return _by_ref(statement, {"kinds": list(kinds)})


def _by_ref(statement: str, params: dict[str, Any] | None = None) -> Sums:
    for ref, minor in stream(statement, params):
        yield (ref,), int(minor)


def _by_id(prefix: str, statement: str, params: dict[str, Any] | None = None) -> Sums:
    """Rows of (id, minor units) in the order of ids, under their public ids, which have the same order."""
    for identity, minor in stream(statement, params):
        yield (to_public(prefix, identity),), int(minor)


def _of_players(statement: str, params: dict[str, Any]) -> Sums:
    """Rows of (player's id, currency, minor units) in the order of both."""
    player_id: UUID
    for player_id, currency, minor in stream(statement, params):
        yield (to_public(Player.PREFIX, player_id), currency), int(minor)


def _player(key: Key) -> dict[str, Any]:
    return {"player": key[0], "asset": key[1]}
