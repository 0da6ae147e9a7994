"""Deposits and refunds: 1, 2, 3, 16, 17, 18, 27."""

from datetime import date

from tests.ledger.stories.telling import (
    E,
    P,
    Story,
    batch,
    captured,
    deposit,
    lines,
    played,
    refund,
    start,
    step,
    steps_as_one,
    transfer,
)

NOVEMBER_21, NOVEMBER_22 = date(2025, 11, 21), date(2025, 11, 22)

FEE_ON_TOP = Story(
    1,
    "Deposit 50.00, player pays 1.00 on top, PSP costs 0.85",
    [
        step("deposit.captured", captured(5100, fee=100), """
            Dr clearing[m] EUR 51.00
            Cr playable[p] EUR 50.00
            Cr fee_income[e] EUR 1.00"""),
        step("batch.settled", batch(5015, {"capture": 5100}, {"processing": 85}), """
            Dr in_transit[m] EUR 50.15
            Dr fees[m] EUR 0.85
            Cr clearing[m] EUR 51.00"""),
        step("bank.settlement_matched", transfer(5015), """
            Dr bank[b] EUR 50.15
            Cr in_transit[m] EUR 50.15"""),
    ],
    after=lines("""
        Cr playable[p] EUR 50.00
        Cr fee_income[e] EUR 1.00
        Dr fees[m] EUR 0.85
        Dr bank[b] EUR 50.15"""),
)  # fmt: skip

REFUND_IN_THE_NEXT_BATCH = Story(
    2,
    "Deposit 50.00, operator pays 0.80, refund of 20.00 in the next batch with a refund cost of 0.10",
    [
        step("deposit.captured", captured(5000), """
            Dr clearing[m] EUR 50.00
            Cr playable[p] EUR 50.00"""),
        step("batch.settled", batch(4920, {"capture": 5000}, {"processing": 80}), """
            Dr in_transit[m] EUR 49.20
            Dr fees[m] EUR 0.80
            Cr clearing[m] EUR 50.00"""),
        step("bank.settlement_matched", transfer(4920), """
            Dr bank[b] EUR 49.20
            Cr in_transit[m] EUR 49.20"""),
        step("refund.submitted", refund("SUBMITTED", 2000), """
            Dr playable[p] EUR 20.00
            Cr locked[p] EUR 20.00"""),
        step("refund.processed", refund("PROCESSED", 2000), """
            Dr locked[p] EUR 20.00
            Cr clearing[m] EUR 20.00"""),
        step("batch.settled, negative", batch(-2010, {"refund": -2000}, {"refund": 10}, name="2"), """
            Dr clearing[m] EUR 20.00
            Dr fees[m] EUR 0.10
            Cr in_transit[m] EUR 20.10"""),
        step("PSP collects a negative batch", transfer(-2010, name="2"), """
            Dr in_transit[m] EUR 20.10
            Cr bank[b] EUR 20.10"""),
    ],
    after=lines("""
        Cr playable[p] EUR 30.00
        Dr fees[m] EUR 0.90
        Dr bank[b] EUR 29.10"""),
)  # fmt: skip

REFUND_FAILED_AND_REVERSED = Story(
    3,
    "A refund that fails, and one that is reversed after it was processed",
    [
        start("""
            Dr clearing[m] EUR 60.00
            Cr playable[p] EUR 60.00"""),
        step("refund.submitted 1", refund("SUBMITTED", 2000), """
            Dr playable[p] EUR 20.00
            Cr locked[p] EUR 20.00"""),
        step("refund.failed 1", refund("FAILED", 2000), """
            Dr locked[p] EUR 20.00
            Cr playable[p] EUR 20.00"""),
        step("refund.submitted 2", refund("SUBMITTED", 3000), """
            Dr playable[p] EUR 30.00
            Cr locked[p] EUR 30.00"""),
        step("refund.processed 2", refund("PROCESSED", 3000), """
            Dr locked[p] EUR 30.00
            Cr clearing[m] EUR 30.00"""),
        step("refund.reversed 2", refund("REVERSED", 3000), """
            Dr clearing[m] EUR 30.00
            Cr playable[p] EUR 30.00"""),
    ],
    after=lines("""
        Dr clearing[m] EUR 60.00
        Cr playable[p] EUR 60.00"""),
)  # fmt: skip

LATE_MONEY_REFUNDED = Story(
    16,
    "Late money for a self-excluded player, refunded",
    [
        step("deposit.late_money", ("DEPOSIT_LATE_MONEY@1", deposit(5000)), """
            Dr clearing[m] EUR 50.00
            Cr locked[p] EUR 50.00"""),
        step("deposit.late_refunded", ("DEPOSIT_LATE_REFUNDED@1", deposit(5000)), """
            Dr locked[p] EUR 50.00
            Cr clearing[m] EUR 50.00"""),
    ],
    after=[],
)  # fmt: skip

PAY_BY_BANK = Story(
    17,
    "Pay-by-bank: seen, final, credited; another seen and never final",
    [
        step("deposit.seen", ("DEPOSIT_SEEN@1", deposit(2500)), """
            Dr unconfirmed[m] EUR 25.00
            Cr pending[p] EUR 25.00"""),
        step("deposit.captured", captured(2500, seen=2500), """
            Dr clearing[m] EUR 25.00
            Dr pending[p] EUR 25.00
            Cr unconfirmed[m] EUR 25.00
            Cr playable[p] EUR 25.00"""),
        step("deposit.seen (second)", ("DEPOSIT_SEEN@1", deposit(4000)), """
            Dr unconfirmed[m] EUR 40.00
            Cr pending[p] EUR 40.00"""),
        step("deposit.unseen", ("DEPOSIT_UNSEEN@1", deposit(4000)), """
            Dr pending[p] EUR 40.00
            Cr unconfirmed[m] EUR 40.00"""),
    ],
    after=lines("""
        Dr clearing[m] EUR 25.00
        Cr playable[p] EUR 25.00"""),
)  # fmt: skip

DIRECT_DEBIT_RETURNED = Story(
    18,
    "Direct debit of 80.00 returned, 30.00 left in the wallet",
    [
        step("deposit.captured", captured(8000), """
            Dr clearing[m] EUR 80.00
            Cr playable[p] EUR 80.00"""),
        step("round.debited", played(5000), """
            Dr playable[p] EUR 50.00
            Cr gaming[e] EUR 50.00"""),
        step("deposit.returned", ("DEPOSIT_RETURNED@1", deposit(8000, playable_minor=3000, receivable_minor=5000, player_fee_minor=0)), """
            Dr playable[p] EUR 30.00
            Dr receivable[p] EUR 50.00
            Cr clearing[m] EUR 80.00"""),
        step("debt written off", ("RECEIVABLE_WRITTEN_OFF@1",
             {"entity": E, "player": P, "asset": "EUR", "amount_minor": 5000, "ref": "cap_1", "loss": "write_off"}), """
            Dr write_off[e] EUR 50.00
            Cr receivable[p] EUR 50.00"""),
    ],
    after=lines("""
        Cr gaming[e] EUR 50.00
        Dr write_off[e] EUR 50.00"""),
)  # fmt: skip

MIRROR = {
    "lines": [
        {"kind": "clearing", "holder": "ma_m", "asset": "EUR", "amount_minor": 5000, "ref": "cap_1", "label": ""},
        {"kind": "playable", "holder": P, "asset": "EUR", "amount_minor": -5000, "ref": "cap_1", "label": ""},
    ],
    "player": P, "asset": "EUR", "held_minor": 5000, "playable_minor": 0, "receivable_minor": 0, "ref": "cap_1",
}  # fmt: skip

CORRECTION_OF_A_SIGNED_DAY = Story(
    27,
    "A deposit of 50.00 was credited twice on a signed day; 85.00 of the 100.00 are still in the wallet",
    [
        steps_as_one("start, 20 Nov: one capture, posted twice by mistake; 15.00 of it played",
                     [captured(5000), captured(5000), played(1500)], """
            Dr clearing[m] EUR 100.00
            Cr playable[p] EUR 85.00
            Cr gaming[e] EUR 15.00"""),
        step("22 Nov, hold at discovery", ("HOLD_PLACED@1", {"player": P, "asset": "EUR", "ref": "case_1", "amount_minor": 5000}), """
            Dr playable[p] EUR 50.00
            Cr locked[p] EUR 50.00""",
             closes=(date(2025, 11, 20), NOVEMBER_21), asked_date=NOVEMBER_22, posted_date=NOVEMBER_22),
        step("22 Nov, mirror of the second posting, corrects 20 Nov", ("REVERSAL_FROM_HOLD@1", MIRROR), """
            Dr locked[p] EUR 50.00
            Cr clearing[m] EUR 50.00""", posted_date=NOVEMBER_22),
    ],
    after=lines("""
        Dr clearing[m] EUR 50.00
        Cr playable[p] EUR 35.00
        Cr gaming[e] EUR 15.00"""),
)  # fmt: skip

STORIES = [
    FEE_ON_TOP, REFUND_IN_THE_NEXT_BATCH, REFUND_FAILED_AND_REVERSED, LATE_MONEY_REFUNDED, PAY_BY_BANK, DIRECT_DEBIT_RETURNED,
    CORRECTION_OF_A_SIGNED_DAY,
]  # fmt: skip
