"""Settlement and bank: 4, 5, 21, 22, 23, 28."""

from tests.ledger.stories.telling import (
    P2,
    B,
    M,
    Story,
    batch,
    captured,
    debited,
    identified,
    lines,
    opened,
    payout,
    refund,
    start,
    step,
    steps_as_one,
    transfer,
)

EVERYTHING = Story(
    4,
    "One batch: captures 350.00, refund 10.00, payout 80.00, chargeback 50.00, fees 22.50, reserve 17.50 and 12.00, transfer 182.00",
    [
        start("""
            Dr clearing[m] EUR 350.00
            Cr playable[p] EUR 350.00""", "start: three captures"),
        start("""
            Dr clearing[m] EUR 12.00
            Cr playable[p] EUR 12.00""", "start: the earlier batch's own capture"),
        start("""
            Dr reserve[m] EUR 12.00
            Cr clearing[m] EUR 12.00""", "start: reserve of an earlier batch"),
        steps_as_one("refund.processed, after submission", [refund("SUBMITTED", 1000), refund("PROCESSED", 1000)], """
            Dr playable[p] EUR 10.00
            Cr clearing[m] EUR 10.00"""),
        steps_as_one("payout.settled, after request",
                     [payout("REQUESTED", amount_minor=8000), payout("SETTLED", amount_minor=8000, fee_minor=0)], """
            Dr playable[p] EUR 80.00
            Cr clearing[m] EUR 80.00"""),
        step("chargeback.opened", opened(5000, playable=5000), """
            Dr playable[p] EUR 50.00
            Cr chargeback_clearing[m] EUR 50.00"""),
        step("chargeback.debited", debited(5000), """
            Dr chargeback_clearing[m] EUR 50.00
            Cr clearing[m] EUR 50.00"""),
        step("batch.settled", batch(18200, {"capture": 35000, "refund": -1000, "payout": -8000, "chargeback": -5000},
             {"processing": 700, "chargeback": 1500, "payout": 50}, withheld=1750, released=1200), """
            Dr in_transit[m] EUR 182.00
            Dr fees[m] EUR 7.00
            Dr fees[m] EUR 15.00
            Dr fees[m] EUR 0.50
            Dr reserve[m] EUR 17.50
            Dr clearing[m] EUR 140.00
            Cr clearing[m] EUR 350.00
            Cr reserve[m] EUR 12.00"""),
        step("bank.settlement_matched", transfer(18200), """
            Dr bank[b] EUR 182.00
            Cr in_transit[m] EUR 182.00"""),
    ],
    after=lines("""
        Cr playable[p] EUR 222.00
        Dr bank[b] EUR 182.00
        Dr fees[m] EUR 22.50
        Dr reserve[m] EUR 17.50"""),
)  # fmt: skip

ROLLING_RESERVE = Story(
    5,
    "Rolling reserve: 5 % of 200.00 withheld, released half a year later",
    [
        step("deposit.captured", captured(20000), """
            Dr clearing[m] EUR 200.00
            Cr playable[p] EUR 200.00"""),
        step("batch.settled", batch(18700, {"capture": 20000}, {"processing": 300}, withheld=1000), """
            Dr in_transit[m] EUR 187.00
            Dr fees[m] EUR 3.00
            Dr reserve[m] EUR 10.00
            Cr clearing[m] EUR 200.00"""),
        step("bank.settlement_matched", transfer(18700), """
            Dr bank[b] EUR 187.00
            Cr in_transit[m] EUR 187.00"""),
        step("batch.settled (release only)", batch(1000, {}, released=1000, name="2"), """
            Dr in_transit[m] EUR 10.00
            Cr reserve[m] EUR 10.00"""),
        step("bank.settlement_matched", transfer(1000, name="2"), """
            Dr bank[b] EUR 10.00
            Cr in_transit[m] EUR 10.00"""),
    ],
    after=lines("""
        Cr playable[p] EUR 200.00
        Dr fees[m] EUR 3.00
        Dr bank[b] EUR 197.00"""),
)  # fmt: skip

MISSED_DEPOSIT = Story(
    21,
    "A batch with a line that we do not know (50.00), later found to be a missed deposit",
    [
        start("""
            Dr clearing[m] EUR 100.00
            Cr playable[p] EUR 100.00""", "start: known captures"),
        step("batch.settled", batch(14800, {"capture": 10000}, {"processing": 200}, suspense=[["line:x", 5000]]), """
            Dr in_transit[m] EUR 148.00
            Dr fees[m] EUR 2.00
            Cr clearing[m] EUR 100.00
            Cr suspense[m] EUR 50.00"""),
        step("bank.settlement_matched", transfer(14800), """
            Dr bank[b] EUR 148.00
            Cr in_transit[m] EUR 148.00"""),
        step("deposit.captured, two hours later", captured(5000, player=P2), """
            Dr clearing[m] EUR 50.00
            Cr playable[p2] EUR 50.00"""),
        step("line.identified", identified(-5000), """
            Dr suspense[m] EUR 50.00
            Cr clearing[m] EUR 50.00"""),
    ],
    after=lines("""
        Dr bank[b] EUR 148.00
        Dr fees[m] EUR 2.00
        Cr playable[p] EUR 100.00
        Cr playable[p2] EUR 50.00"""),
)  # fmt: skip

REFUND_IN_THE_PSPS_SCREENS = Story(
    22,
    "A refund made in the PSP's own screens: 40.00, player has 25.00 left",
    [
        start("""
            Dr clearing[m] EUR 40.00
            Cr playable[p] EUR 25.00
            Cr gaming[e] EUR 15.00""", "start: deposit"),
        step("refund.found", refund("FOUND", 2500), """
            Dr playable[p] EUR 25.00
            Cr locked[p] EUR 25.00"""),
        step("batch.settled (capture and refund in one batch)",
             batch(-90, {"capture": 4000}, {"processing": 90}, suspense=[["line:x", -4000]]), """
            Cr in_transit[m] EUR 0.90
            Dr fees[m] EUR 0.90
            Cr clearing[m] EUR 40.00
            Dr suspense[m] EUR 40.00"""),
        step("refund.adopted", refund("ADOPTED", 0, locked_minor=2500, receivable_minor=1500), """
            Dr locked[p] EUR 25.00
            Dr receivable[p] EUR 15.00
            Cr clearing[m] EUR 40.00"""),
        step("line.identified", identified(4000), """
            Dr clearing[m] EUR 40.00
            Cr suspense[m] EUR 40.00"""),
    ],
    after=lines("""
        Cr gaming[e] EUR 15.00
        Dr receivable[p] EUR 15.00
        Dr fees[m] EUR 0.90
        Cr in_transit[m] EUR 0.90"""),
)  # fmt: skip

BANK_LINE = {"bank_account": B, "currency": "EUR", "line": "line:1"}

UNKNOWN_BANK_CREDIT = Story(
    23,
    "Bank credit of 75.00 that nobody knows; next day it is a PSP's transfer of 75.50 less a charge of 0.50",
    [
        start("""
            Dr in_transit[m] EUR 75.50
            Cr clearing[m] EUR 75.50""", "start: batch"),
        step("credit not identified", ("BANK_TO_SUSPENSE@1", {**BANK_LINE, "amount_minor": 7500}), """
            Dr bank[b] EUR 75.00
            Cr suspense[b] EUR 75.00"""),
        step("identified later", ("BANK_IDENTIFIED@1",
             {**BANK_LINE, "amount_minor": -7500, "charge_minor": 50, "to": ["in_transit", M, "batch:m:1:EUR"]}), """
            Dr suspense[b] EUR 75.00
            Dr bank_fees[b] EUR 0.50
            Cr in_transit[m] EUR 75.50"""),
    ],
    after=lines("""
        Cr clearing[m] EUR 75.50
        Dr bank[b] EUR 75.00
        Dr bank_fees[b] EUR 0.50"""),
)  # fmt: skip

BOUNCED_TRANSFER = Story(
    28,
    "Transfer of a batch bounced at our bank and came back in the next batch",
    [
        start("""
            Dr in_transit[m] EUR 300.00
            Cr clearing[m] EUR 300.00""", "start: batch 1"),
        step("batch 2 settled: captures 120.00, fees 2.00, bounced 300.00 in it",
             batch(41800, {"capture": 12000}, {"processing": 200}, name="2", bounced=[["batch:m:1:EUR", 30000]]), """
            Dr in_transit[m] EUR 418.00
            Cr in_transit[m] EUR 300.00
            Dr fees[m] EUR 2.00
            Cr clearing[m] EUR 120.00"""),
        step("bank.settlement_matched", transfer(41800, name="2"), """
            Dr bank[b] EUR 418.00
            Cr in_transit[m] EUR 418.00"""),
    ],
    after=lines("""
        Cr clearing[m] EUR 420.00
        Dr fees[m] EUR 2.00
        Dr bank[b] EUR 418.00"""),
)  # fmt: skip

STORIES = [EVERYTHING, ROLLING_RESERVE, MISSED_DEPOSIT, REFUND_IN_THE_PSPS_SCREENS, UNKNOWN_BANK_CREDIT, BOUNCED_TRANSFER]
