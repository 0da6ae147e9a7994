"""What the cashier's rows and the books must agree on (POSTINGS.md section 4): checks of `ledger_prove`."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

from django.db.models import F, Sum

from cashier.models import Bonus, Capture, DepositIntent, Hold, PayoutIntent, Player, Refund
from ledger.ids import to_public
from ledger.models import Entry
from ledger.proofs.checks import Check, Difference, check_of, check_sql

Sums = Counter[tuple[str, str]]  # (player's public id, asset) -> minor units


def pending_is_what_waits() -> Check:
    """Each player's `pending` is the sum of that player's PENDING intents."""
    expected: Sums = Counter()
    rows = DepositIntent.objects.filter(state=DepositIntent.State.PENDING).values_list("player_id", "currency")
    for player_id, currency, total in rows.annotate(total=Sum("pending_minor")).order_by():
        expected[_key(player_id, currency)] += int(total)
    return _compare("pending_is_what_waits", _booked("pending"), expected)


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
    expected: Sums = Counter()
    payouts = PayoutIntent.objects.filter(state__in=PayoutIntent.LOCKING_STATES).values_list("player_id", "currency")
    refunds = Refund.objects.filter(state__in=Refund.OPEN_STATES, source=Refund.Source.PLAYABLE)
    refunds_of = refunds.values_list("capture__intent__player_id", "currency")
    holds = Hold.objects.filter(state=Hold.State.HELD).exclude(ref__startswith="dp_").values_list("player_id", "currency")
    for rows, amount in (
        (payouts, Sum("amount_minor")),
        (refunds_of, Sum(F("amount_minor") - F("fee_returned_minor"))),
        (holds, Sum("amount_minor")),
    ):
        for player_id, currency, total in rows.annotate(total=amount).order_by():
            expected[_key(player_id, currency)] += int(total)
    return _compare("locked_is_named", _booked("locked", except_prefix="dp_"), expected)


def bonus_is_named() -> Check:
    """The `bonus` accounts hold what each active bonus still has, by its reference, and nothing else."""
    expected: Counter[str] = Counter()
    for pk, balance in Bonus.objects.filter(balance_minor__gt=0).values_list("pk", "balance_minor").iterator():
        expected[to_public(Bonus.PREFIX, pk)] += int(balance)
    rows = Entry.objects.filter(account__kind="bonus").values_list("ref").annotate(total=Sum("amount_minor")).order_by()
    booked = Counter({ref: -int(total) for ref, total in rows if total})
    return check_of("bonus_is_named", len(expected), _differences(booked, expected, "bonus"))


def captures_are_booked() -> Check:
    """Each capture that succeeded stands in clearing with its amount, once; nothing else is booked as captured."""
    expected: Counter[str] = Counter()
    taken = Capture.objects.filter(state__in=("SUCCEEDED", "FAILED_LATE", "RETURNED"))
    for pk, amount in taken.values_list("pk", "amount_minor").iterator():
        expected[to_public(Capture.PREFIX, pk)] += int(amount)
    booked = _clearing(("DEPOSIT_CAPTURED", "DEPOSIT_LATE_MONEY"))
    return check_of("captures_are_booked", len(expected), _differences(booked, expected, "capture"))


def refunds_are_booked() -> Check:
    """Each refund that was processed stands in clearing with its amount, once; nothing else is booked as refunded."""
    expected: Counter[str] = Counter()
    done = Refund.objects.filter(state__in=("REFUND_PROCESSED", "REFUND_REVERSED")).exclude(source=Refund.Source.FOUND)
    for pk, amount in done.values_list("pk", "amount_minor").iterator():
        expected[to_public(Refund.PREFIX, pk)] -= int(amount)
    booked = _clearing(("REFUND_PROCESSED", "DEPOSIT_LATE_REFUNDED", "HOUSE_REFUND"))
    return check_of("refunds_are_booked", len(expected), _differences(booked, expected, "refund"))


def intents_sum_their_captures() -> Check:
    """What an intent says was captured and refunded is the sum of its captures; captured money means state CAPTURED."""
    return check_sql(
        "intents_sum_their_captures",
        examined="SELECT count(*) FROM cashier_deposit_intent",
        differences="""
            SELECT i.id AS intent, i.state, i.captured_minor, c.captured AS captures_minor, i.refunded_minor, c.refunded AS refunds_minor
              FROM cashier_deposit_intent i
              JOIN (SELECT intent_id, sum(amount_minor) FILTER (WHERE state IN ('SUCCEEDED', 'FAILED_LATE', 'RETURNED')) AS captured,
                           sum(refunded_minor) AS refunded FROM cashier_capture GROUP BY 1) c ON c.intent_id = i.id
             WHERE i.captured_minor <> coalesce(c.captured, 0) OR (i.captured_minor > 0) <> (i.state = 'CAPTURED')""",
    )


def _key(player_id: Any, currency: str) -> tuple[str, str]:
    return to_public(Player.PREFIX, player_id), currency


def _booked(kind: str, *, except_prefix: str = "") -> Sums:
    """A player account's sum per holder and asset, as people see it (what we owe above zero)."""
    entries = Entry.objects.filter(account__kind=kind)
    if except_prefix:
        entries = entries.exclude(ref__startswith=except_prefix)
    rows = entries.values_list("account__owner_ref", "asset").annotate(total=Sum("amount_minor")).order_by()
    return Counter({(owner, asset): -int(total) for owner, asset, total in rows if total})


def _clearing(kinds: tuple[str, ...]) -> Counter[str]:
    """What these kinds of postings put into clearing, per reference."""
    entries = Entry.objects.filter(account__kind="clearing", transaction__kind__in=kinds)
    rows = entries.values_list("ref").annotate(total=Sum("amount_minor")).order_by()
    return Counter({ref: int(total) for ref, total in rows})


def _compare(name: str, booked: Sums, expected: Sums) -> Check:
    keys = sorted(set(booked) | set(expected))
    differences = (
        {"player": key[0], "asset": key[1], "booked_minor": booked[key], "expected_minor": expected[key]}
        for key in keys
        if booked[key] != expected[key]
    )
    return check_of(name, len(keys), differences)


def _differences(booked: Counter[str], expected: Counter[str], what: str) -> Iterator[Difference]:
    for ref in sorted(set(booked) | set(expected)):
        if booked[ref] != expected[ref]:
            yield {what: ref, "booked_minor": booked[ref], "expected_minor": expected[ref]}
