"""Which deposits fund a balance (L18): all lots together are the playable balance, and no lot is above what it brought."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cashier.lineage import BONUS, DEPOSIT, OTHER, WINNINGS, Lot, PlayableEntry, trace_lots

DAY = date(2026, 3, 10)


def came(kind: str, ref: str, minor: int, intent: str = "") -> PlayableEntry:
    return PlayableEntry(kind, ref, intent, -minor, DAY)


def went(kind: str, ref: str, minor: int, intent: str = "") -> PlayableEntry:
    return PlayableEntry(kind, ref, intent, minor, DAY)


def deposit(number: int, minor: int) -> PlayableEntry:
    return came("DEPOSIT_CAPTURED", f"cap_{number}", minor, f"pi_{number}")


def told(lots: list[Lot]) -> list[tuple[str, str, int, int]]:
    return [(lot.origin, lot.ref, lot.brought_minor, lot.open_minor) for lot in lots]


@pytest.mark.spec("L18", "P7")
def test_money_that_leaves_takes_the_oldest_deposit_first() -> None:
    lots = trace_lots([deposit(1, 100), deposit(2, 50), went("ROUND_DEBITED", "gr_1", 120)])
    assert told(lots) == [(DEPOSIT, "cap_2", 50, 30)]


@pytest.mark.spec("L18")
def test_a_payout_that_was_not_paid_goes_back_to_the_deposits_it_took() -> None:
    asked, failed = went("PAYOUT_REQUESTED", "po_1", 120), came("PAYOUT_FAILED", "po_1", 120)
    assert told(trace_lots([deposit(1, 100), deposit(2, 50), asked, failed])) == [(DEPOSIT, "cap_1", 100, 100), (DEPOSIT, "cap_2", 50, 50)]


@pytest.mark.spec("L18")
def test_a_stake_won_back_restores_its_deposit_and_the_rest_is_winnings() -> None:
    lots = trace_lots([deposit(1, 100), went("ROUND_DEBITED", "gr_1", 40), came("ROUND_CREDITED", "gr_1", 70)])
    assert told(lots) == [(DEPOSIT, "cap_1", 100, 100), (WINNINGS, "gr_1", 30, 30)]


@pytest.mark.spec("L18", "C6")
@pytest.mark.parametrize(("kind", "ref"), [("REFUND_SUBMITTED", "rf_1"), ("DEPOSIT_RETURNED", "cap_2"), ("CHARGEBACK_OPENED", "dp_1")])
def test_what_is_taken_back_from_a_deposit_takes_its_own_money_first(kind: str, ref: str) -> None:
    lots = trace_lots([deposit(1, 100), deposit(2, 50), went(kind, ref, 60, "pi_2")])
    assert told(lots) == [(DEPOSIT, "cap_1", 100, 90)]


@pytest.mark.spec("L18")
def test_what_no_deposit_brought_is_named_for_what_it_is() -> None:
    lots = trace_lots([came("BONUS_CONVERTED", "bn_1", 5), came("MANUAL_CREDIT", "ap_1", 7), came("ROUND_CREDITED", "gr_9", 9)])
    assert [lot.origin for lot in lots] == [BONUS, OTHER, WINNINGS]


@pytest.mark.spec("L18")
def test_entries_of_one_batch_may_take_before_they_bring() -> None:
    assert told(trace_lots([went("ROUND_DEBITED", "gr_1", 30), deposit(1, 100)])) == [(DEPOSIT, "cap_1", 100, 70)]


refs = st.sampled_from(["gr_1", "gr_2", "po_1", "po_2", "rf_1", "cap_1", ""])
kinds = st.sampled_from(["DEPOSIT_CAPTURED", "ROUND_CREDITED", "ROUND_DEBITED", "PAYOUT_REQUESTED", "REFUND_SUBMITTED", "MANUAL_CREDIT"])
intents = st.sampled_from(["", "pi_1", "pi_2"])
steps = st.lists(st.tuples(kinds, refs, intents, st.integers(-500, 500).filter(bool)), max_size=60)


def possible(steps: list[tuple[str, str, str, int]]) -> list[PlayableEntry]:
    """The steps that a wallet allows: a debit above the balance takes only what is there."""
    balance, entries = 0, []
    for kind, ref, intent, amount in steps:
        minor = min(amount, balance) if amount > 0 else amount
        if minor:
            entries.append(PlayableEntry(kind, ref, intent, minor, DAY))
            balance -= minor
    return entries


@pytest.mark.spec("L18", "P7")
@given(steps)
def test_open_lots_are_the_balance_whatever_happens(steps: list[tuple[str, str, str, int]]) -> None:
    entries = possible(steps)
    lots = trace_lots(entries)
    assert sum(lot.open_minor for lot in lots) == -sum(entry.amount_minor for entry in entries)
    assert all(0 < lot.open_minor <= lot.brought_minor for lot in lots)


@pytest.mark.spec("L18")
@given(steps, st.randoms(use_true_random=False))
def test_the_balance_is_right_in_any_order_of_a_batch(steps: list[tuple[str, str, str, int]], random: object) -> None:
    entries = possible(steps)
    random.shuffle(entries)  # type: ignore[attr-defined]
    lots = trace_lots(entries)
    assert sum(lot.open_minor for lot in lots) == -sum(entry.amount_minor for entry in entries)
    assert all(0 < lot.open_minor <= lot.brought_minor for lot in lots)
