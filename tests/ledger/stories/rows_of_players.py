"""Rows of POSTINGS.md 3.1 to 3.4, 3.8 and 3.10 that no story tells: deposits, refunds, payouts, disputes, games, bonuses, people."""

from typing import Any

from ledger.fx import Quote, convert
from tests.ledger.stories.bonuses import bonus
from tests.ledger.stories.deposits import MIRROR
from tests.ledger.stories.telling import B, E, M, P, Row, Source, captured, deposit, dispute, opened, payout, refund, won

PERSON = {"entity": E, "player": P, "asset": "EUR", "ref": "ap_1"}
ROUND = {"player": P, "entity": E, "round": "gr_1", "asset": "EUR"}
SEK = convert(9800, "EUR", Quote("EUR", "SEK", "11.50", "11.62", "ecb", "2025-11-20T12:00:00Z"))


def person(rule: str, amount: int, **facts: Any) -> tuple[str, Source]:
    return rule, {**PERSON, "amount_minor": amount, **facts}


def hold(rule: str, amount: int) -> tuple[str, Source]:
    return rule, {"player": P, "asset": "EUR", "ref": "case_1", "amount_minor": amount}


def item(kind: str, holder: str, open_minor: int) -> dict[str, Any]:
    return {"kind": kind, "holder": holder, "asset": "EUR", "open_minor": open_minor, "ref": "cap_1"}


DEPOSITS = [
    Row("3.1", "captured after seen, player's fee on top", captured(5100, fee=100, seen=5100), """
        Dr clearing[m] EUR 51.00
        Dr pending[p] EUR 51.00
        Cr unconfirmed[m] EUR 51.00
        Cr playable[p] EUR 50.00
        Cr fee_income[e] EUR 1.00"""),
    Row("3.1", "capture_failed: a capture that we credited fails later",
        ("DEPOSIT_CAPTURE_FAILED@1", deposit(5100, playable_minor=3000, receivable_minor=2000, player_fee_minor=100)), """
        Dr playable[p] EUR 30.00
        Dr receivable[p] EUR 20.00
        Dr fee_income[e] EUR 1.00
        Cr clearing[m] EUR 51.00"""),
    Row("3.1", "capture_failed after a case's hold: locked before playable",
        ("DEPOSIT_CAPTURE_FAILED@1", deposit(5000, locked_minor=3000, playable_minor=2000, receivable_minor=0, player_fee_minor=0)), """
        Dr locked[p] EUR 30.00
        Dr playable[p] EUR 20.00
        Cr clearing[m] EUR 50.00"""),
    Row("3.1", "late_credited: policy credits it", ("DEPOSIT_LATE_CREDITED@1", deposit(5000)), """
        Dr locked[p] EUR 50.00
        Cr playable[p] EUR 50.00"""),
    Row("3.1", "returned, the player's fee inside",
        ("DEPOSIT_RETURNED@1", deposit(5100, playable_minor=5000, receivable_minor=0, player_fee_minor=100)), """
        Dr playable[p] EUR 50.00
        Dr fee_income[e] EUR 1.00
        Cr clearing[m] EUR 51.00"""),
    Row("3.1", "bank transfer straight to our account", ("BANK_DEPOSIT_RECEIVED@1",
        {"bank_account": B, "merchant_account": M, "currency": "EUR", "amount_minor": 5000, "line": "line:1", "ref": "cap_1"}), """
        Dr bank[b] EUR 50.00
        Cr clearing[m] EUR 50.00"""),
]  # fmt: skip

REFUNDS = [
    Row("3.2", "processed, the player's fee given back", refund("PROCESSED", 5000, player_fee_minor=100), """
        Dr locked[p] EUR 50.00
        Dr fee_income[e] EUR 1.00
        Cr clearing[m] EUR 51.00"""),
    Row("3.2", "reversed, with the player's fee", refund("REVERSED", 5000, player_fee_minor=100), """
        Dr clearing[m] EUR 51.00
        Cr playable[p] EUR 50.00
        Cr fee_income[e] EUR 1.00"""),
    Row("3.2", "reversed, the account may not be credited: to locked", refund("REVERSED", 5000, to_locked=True), """
        Dr clearing[m] EUR 50.00
        Cr locked[p] EUR 50.00"""),
    Row("3.2", "hold.released", hold("HOLD_RELEASED@1", 5000), """
        Dr locked[p] EUR 50.00
        Cr playable[p] EUR 50.00"""),
    Row("3.2", "house-funded refund", ("HOUSE_REFUND@1",
        {"entity": E, "player": P, "merchant_account": M, "asset": "EUR", "ref": "rf_1", "amount_minor": 5000}), """
        Dr adjustments[e] EUR 50.00
        Cr clearing[m] EUR 50.00"""),
]  # fmt: skip

PAYOUTS = [
    *(Row("3.3", f"payout.{event.lower()}", payout(event, amount_minor=20000), """
        Dr locked[p] EUR 200.00
        Cr playable[p] EUR 200.00""") for event in ("REJECTED", "CANCELED")),
    Row("3.3", "settled from our own bank, with a fee",
        payout("SETTLED", amount_minor=20000, fee_minor=200, paid_from="in_transit", payer=B), """
        Dr locked[p] EUR 200.00
        Cr in_transit[b] EUR 198.00
        Cr fee_income[e] EUR 2.00"""),
    Row("3.3", "own payout came back to our bank",
        payout("RETURNED", returned_minor=19300, kept_minor=500, fee_minor=200, paid_to="bank", payer=B, credit_to="playable"), """
        Dr bank[b] EUR 193.00
        Dr fees[m] EUR 5.00
        Dr fee_income[e] EUR 2.00
        Cr playable[p] EUR 200.00"""),
    Row("3.3", "returned to a prefunded balance, the account may not be credited",
        payout("RETURNED", returned_minor=20000, kept_minor=0, fee_minor=0, paid_to="prefund", credit_to="locked"), """
        Dr prefund[m] EUR 200.00
        Cr locked[p] EUR 200.00"""),
    Row("3.3", "second payment of one payout", payout("PAID_TWICE", playable_minor=5000, receivable_minor=15000, line="line:psp:1"), """
        Dr playable[p] EUR 50.00
        Dr receivable[p] EUR 150.00
        Cr suspense[m] EUR 200.00"""),
    Row("3.3", "currency of the payout is not the wallet's",
        ("PAYOUT_SETTLED@2", {**payout("SETTLED", amount_minor=10000, fee_minor=200)[1], "conversion": SEK.as_source()}), """
        Dr locked[p] EUR 100.00
        Cr fee_income[e] EUR 2.00
        Cr fx[e] EUR 98.00
        Dr fx[e] SEK 1127.00
        Cr clearing[m] SEK 1127.00"""),
]  # fmt: skip

DISPUTES = [
    Row("3.4", "inquiry_held", ("DISPUTE_INQUIRY_HELD@1", dispute(held_minor=6000)), """
        Dr playable[p] EUR 60.00
        Cr locked[p] EUR 60.00"""),
    Row("3.4", "inquiry_released", ("DISPUTE_INQUIRY_RELEASED@1", dispute(held_minor=6000)), """
        Dr locked[p] EUR 60.00
        Cr playable[p] EUR 60.00"""),
    Row("3.4", "opened: hold, playable, debt, part already refunded, fee",
        opened(10100, held=3000, playable=2000, receivable=1500, refunded=3500, fee=100), """
        Dr locked[p] EUR 30.00
        Dr playable[p] EUR 20.00
        Dr receivable[p] EUR 50.00
        Dr fee_income[e] EUR 1.00
        Cr chargeback_clearing[m] EUR 101.00"""),
    Row("3.4", "debited from the reserve", ("CHARGEBACK_DEBITED@1", dispute(amount_minor=10000, movement=1, taken_from="reserve")), """
        Dr chargeback_clearing[m] EUR 100.00
        Cr reserve[m] EUR 100.00"""),
    Row("3.4", "won: debt, loss, fee, the rest", won(10000, receivable=2000, loss=3000, fee=100, rest=4900), """
        Dr chargeback_clearing[m] EUR 100.00
        Cr receivable[p] EUR 20.00
        Cr chargeback_loss[e] EUR 30.00
        Cr fee_income[e] EUR 1.00
        Cr playable[p] EUR 49.00"""),
    Row("3.4", "withdrawn before any debit, the account may not be paid", ("DISPUTE_WITHDRAWN@1", dispute(
        amount_minor=10000, receivable_minor=0, loss_minor=0, fee_minor=0, rest_minor=10000, credit_to="locked")), """
        Dr chargeback_clearing[m] EUR 100.00
        Cr locked[p] EUR 100.00"""),
    Row("3.4", "debt collected from later money", person("RECEIVABLE_COLLECTED@1", 2500, ref="dp_1"), """
        Dr playable[p] EUR 25.00
        Cr receivable[p] EUR 25.00"""),
    Row("3.4", "auto_refunded by the scheme",
        ("DISPUTE_AUTO_REFUNDED@1", dispute(amount_minor=10000, held_minor=2000, playable_minor=3000, receivable_minor=5000)), """
        Dr locked[p] EUR 20.00
        Dr playable[p] EUR 30.00
        Dr receivable[p] EUR 50.00
        Cr clearing[m] EUR 100.00"""),
]  # fmt: skip

GAMES = [
    Row("3.8", "round.credited, cash", ("ROUND_CREDITED@1", {**ROUND, "playable_minor": 800, "bonus_minor": 0}), """
        Dr gaming[e] EUR 8.00
        Cr playable[p] EUR 8.00"""),
    Row("3.8", "round.rolled_back, cash", ("ROUND_ROLLED_BACK@1", {**ROUND, "playable_minor": 800, "bonus_minor": 0}), """
        Dr gaming[e] EUR 8.00
        Cr playable[p] EUR 8.00"""),
    Row("3.8", "win taken back", ("WIN_TAKEN_BACK@1", {**ROUND, "playable_minor": 800, "receivable_minor": 200}), """
        Dr playable[p] EUR 8.00
        Dr receivable[p] EUR 2.00
        Cr gaming[e] EUR 10.00"""),
    Row("3.8", "win of a free spin", ("FREE_SPIN_WON@1", bonus("GRANTED", amount_minor=500)[1]), """
        Dr bonus_cost[e] EUR 5.00
        Cr bonus[p] EUR 5.00"""),
    Row("3.8", "bonus.expired below its face", bonus("EXPIRED", cost_minor=1200, gaming_minor=0), """
        Dr bonus[p] EUR 12.00
        Cr bonus_cost[e] EUR 12.00"""),
    Row("3.8", "cash bonus, cashback", bonus("PAID", amount_minor=500), """
        Dr bonus_cost[e] EUR 5.00
        Cr playable[p] EUR 5.00"""),
]  # fmt: skip

PEOPLE = [
    Row("3.10", "credit by hand, goodwill", person("MANUAL_CREDIT@1", 500), """
        Dr adjustments[e] EUR 5.00
        Cr playable[p] EUR 5.00"""),
    Row("3.10", "debit by hand", person("MANUAL_DEBIT@1", 500), """
        Dr playable[p] EUR 5.00
        Cr adjustments[e] EUR 5.00"""),
    Row("3.10", "our own posting mirrored", ("REVERSAL@1", {"lines": MIRROR["lines"]}), """
        Dr playable[p] EUR 50.00
        Cr clearing[m] EUR 50.00"""),
    Row("3.10", "debt written off, from a dispute", ("DISPUTE_DEBT_WRITTEN_OFF@1", dispute(amount_minor=6000)), """
        Dr chargeback_loss[e] EUR 60.00
        Cr receivable[p] EUR 60.00"""),
    Row("3.10", "the PSP will not pay an item", person("ITEM_WRITTEN_OFF@1", 5000, holder=M, kind="clearing"), """
        Dr write_off[e] EUR 50.00
        Cr clearing[m] EUR 50.00"""),
    Row("3.10", "the same, decided in a case", ("ITEM_ACCEPTED_AS_LOSS@1", {"entity": E, "item": item("in_transit", M, 5000)}), """
        Dr write_off[e] EUR 50.00
        Cr in_transit[m] EUR 50.00"""),
    Row("3.10", "surplus that nobody claims", person("SURPLUS_RELEASED@1", 5000, holder=B), """
        Dr suspense[b] EUR 50.00
        Cr write_off[e] EUR 50.00"""),
    Row("3.10", "written off, then paid after all",
        person("WRITE_OFF_RECOVERED@1", 5000, holder=B, kind="bank", loss="chargeback_loss"), """
        Dr bank[b] EUR 50.00
        Cr chargeback_loss[e] EUR 50.00"""),
    Row("5", "correct the credit: the player got too much", ("ITEM_TAKEN_FROM_PLAYER@1",
        {"player": P, "item": item("clearing", M, 5000), "playable_minor": 3000, "receivable_minor": 2000}), """
        Dr playable[p] EUR 30.00
        Dr receivable[p] EUR 20.00
        Cr clearing[m] EUR 50.00"""),
    Row("5", "correct the credit: the player got too little",
        ("ITEM_GIVEN_TO_PLAYER@1", {"player": P, "item": item("clearing", M, -5000)}), """
        Dr clearing[m] EUR 50.00
        Cr playable[p] EUR 50.00"""),
    Row("5", "the bank kept its charge of a transfer",
        ("ITEM_BOOKED_AS_BANK_CHARGE@1", {"bank_account": B, "item": item("in_transit", M, 500)}), """
        Dr bank_fees[b] EUR 5.00
        Cr in_transit[m] EUR 5.00"""),
]  # fmt: skip

ROWS = [*DEPOSITS, *REFUNDS, *PAYOUTS, *DISPUTES, *GAMES, *PEOPLE]
