"""Disputes: 9 to 15."""

from tests.ledger.stories.telling import (
    Story,
    batch,
    captured,
    credited,
    debited,
    dispute,
    lines,
    opened,
    played,
    refund,
    start,
    step,
    transfer,
    won,
)

CHARGEBACK_LINE_AND_FEE = """
    Dr clearing[m] EUR 100.00
    Dr fees[m] EUR 15.00
    Cr in_transit[m] EUR 115.00"""
TAKEN = """
    Dr chargeback_clearing[m] EUR 100.00
    Cr clearing[m] EUR 100.00"""
GIVEN_BACK = """
    Dr clearing[m] EUR 100.00
    Cr chargeback_clearing[m] EUR 100.00"""
COLLECTED = """
    Dr in_transit[m] EUR 115.00
    Cr bank[b] EUR 115.00"""
A_DEPOSIT = start("""
    Dr bank[b] EUR 100.00
    Cr playable[p] EUR 100.00""", "start: deposit, settled and in the bank")  # fmt: skip
LOST_LINE = batch(-11500, {"chargeback": -10000}, {"chargeback": 1500})

WON_FOR_GOOD = Story(
    9,
    "Chargeback of 100.00, wallet full, fee 15.00, won for good",
    [
        A_DEPOSIT,
        step("chargeback.opened", opened(10000, playable=10000), """
            Dr playable[p] EUR 100.00
            Cr chargeback_clearing[m] EUR 100.00"""),
        step("chargeback.debited", debited(10000), TAKEN),
        step("batch.settled", LOST_LINE, CHARGEBACK_LINE_AND_FEE),
        step("PSP collects", transfer(-11500), COLLECTED),
        step("chargeback.credited (provisional)", credited(10000), GIVEN_BACK),
        step("batch.settled", batch(10000, {"chargeback_reversal": 10000}, name="2"), """
            Dr in_transit[m] EUR 100.00
            Cr clearing[m] EUR 100.00"""),
        step("bank.settlement_matched", transfer(10000, name="2"), """
            Dr bank[b] EUR 100.00
            Cr in_transit[m] EUR 100.00"""),
        step("dispute.won", won(10000, rest=10000), """
            Dr chargeback_clearing[m] EUR 100.00
            Cr playable[p] EUR 100.00"""),
    ],
    after=lines("""
        Dr bank[b] EUR 85.00
        Dr fees[m] EUR 15.00
        Cr playable[p] EUR 100.00"""),
)  # fmt: skip

LOST_HALF_EMPTY = Story(
    10,
    "Chargeback of 100.00, wallet half full (40.00), lost, the rest written off",
    [
        start("""
            Dr bank[b] EUR 100.00
            Cr playable[p] EUR 40.00
            Cr gaming[e] EUR 60.00""", "start: deposit, 60.00 played away"),
        step("chargeback.opened", opened(10000, playable=4000, receivable=6000), """
            Dr playable[p] EUR 40.00
            Dr receivable[p] EUR 60.00
            Cr chargeback_clearing[m] EUR 100.00"""),
        step("chargeback.debited", debited(10000), TAKEN),
        step("batch.settled", LOST_LINE, CHARGEBACK_LINE_AND_FEE),
        step("PSP collects", transfer(-11500), COLLECTED),
        step("debt written off", ("DISPUTE_DEBT_WRITTEN_OFF@1", dispute(amount_minor=6000)), """
            Dr chargeback_loss[e] EUR 60.00
            Cr receivable[p] EUR 60.00"""),
    ],
    after=lines("""
        Cr bank[b] EUR 15.00
        Cr gaming[e] EUR 60.00
        Dr fees[m] EUR 15.00
        Dr chargeback_loss[e] EUR 60.00"""),
)  # fmt: skip

WRITTEN_OFF_TOO_EARLY = Story(
    11,
    "Chargeback of 100.00, wallet empty; written off too early; won",
    [
        start("""
            Dr bank[b] EUR 100.00
            Cr gaming[e] EUR 100.00""", "start: deposit, all played away"),
        step("chargeback.opened", opened(10000, receivable=10000), """
            Dr receivable[p] EUR 100.00
            Cr chargeback_clearing[m] EUR 100.00"""),
        step("chargeback.debited", debited(10000), TAKEN),
        step("debt written off, part", ("DISPUTE_DEBT_WRITTEN_OFF@1", dispute(amount_minor=7000)), """
            Dr chargeback_loss[e] EUR 70.00
            Cr receivable[p] EUR 70.00"""),
        step("chargeback.credited", credited(10000), GIVEN_BACK),
        step("dispute.won", won(10000, receivable=3000, loss=7000), """
            Dr chargeback_clearing[m] EUR 100.00
            Cr receivable[p] EUR 30.00
            Cr chargeback_loss[e] EUR 70.00"""),
    ],
    after=lines("""
        Dr bank[b] EUR 100.00
        Cr gaming[e] EUR 100.00"""),
)  # fmt: skip

SECOND_CHARGEBACK = Story(
    12,
    "Provisional credit, then a second chargeback: the wallet is touched once",
    [
        A_DEPOSIT,
        step("chargeback.opened movement 1", opened(10000, playable=10000), """
            Dr playable[p] EUR 100.00
            Cr chargeback_clearing[m] EUR 100.00"""),
        step("chargeback.debited movement 1", debited(10000), TAKEN),
        step("chargeback.credited movement 1", credited(10000), GIVEN_BACK),
        step("chargeback.debited movement 2", debited(10000, movement=2), TAKEN),
        step("batch.settled (all three lines, fee 15.00)",
             batch(-11500, {"chargeback": -20000, "chargeback_reversal": 10000}, {"chargeback": 1500}),
             CHARGEBACK_LINE_AND_FEE, netted=True),
    ],
    after=lines("""
        Dr bank[b] EUR 100.00
        Dr fees[m] EUR 15.00
        Cr in_transit[m] EUR 115.00"""),
)  # fmt: skip

LOST_IN_PRE_ARBITRATION = Story(
    13,
    "Won and paid out to the player, then lost in pre-arbitration",
    [
        start("""
            Dr bank[b] EUR 100.00
            Cr playable[p] EUR 100.00""", "start: after a win"),
        step("the player plays 80.00", played(8000), """
            Dr playable[p] EUR 80.00
            Cr gaming[e] EUR 80.00"""),
        step("chargeback.opened movement 2", opened(10000, playable=2000, receivable=8000), """
            Dr playable[p] EUR 20.00
            Dr receivable[p] EUR 80.00
            Cr chargeback_clearing[m] EUR 100.00"""),
        step("chargeback.debited movement 2", debited(10000, movement=2), TAKEN),
    ],
    after=lines("""
        Dr bank[b] EUR 100.00
        Cr clearing[m] EUR 100.00
        Cr gaming[e] EUR 80.00
        Dr receivable[p] EUR 80.00"""),
)  # fmt: skip

REFUND_AND_CHARGEBACK = Story(
    14,
    "Refund of 30.00, then a chargeback of the whole 100.00",
    [
        A_DEPOSIT,
        step("refund.submitted", refund("SUBMITTED", 3000), """
            Dr playable[p] EUR 30.00
            Cr locked[p] EUR 30.00"""),
        step("refund.processed", refund("PROCESSED", 3000), """
            Dr locked[p] EUR 30.00
            Cr clearing[m] EUR 30.00"""),
        step("chargeback.opened", opened(10000, playable=7000, refunded=3000), """
            Dr playable[p] EUR 70.00
            Dr receivable[p] EUR 30.00
            Cr chargeback_clearing[m] EUR 100.00"""),
        step("chargeback.debited", debited(10000), TAKEN),
    ],
    after=lines("""
        Dr bank[b] EUR 100.00
        Cr clearing[m] EUR 130.00
        Dr receivable[p] EUR 30.00"""),
)  # fmt: skip

FEE_INSIDE = Story(
    15,
    "Chargeback of a deposit with the player's fee inside: charged 51.00, credited 50.00, wallet full",
    [
        step("deposit.captured", captured(5100, fee=100), """
            Dr clearing[m] EUR 51.00
            Cr playable[p] EUR 50.00
            Cr fee_income[e] EUR 1.00"""),
        step("chargeback.opened", opened(5100, playable=5000, fee=100), """
            Dr playable[p] EUR 50.00
            Dr fee_income[e] EUR 1.00
            Cr chargeback_clearing[m] EUR 51.00"""),
        step("chargeback.debited", debited(5100), """
            Dr chargeback_clearing[m] EUR 51.00
            Cr clearing[m] EUR 51.00"""),
    ],
    after=[],
)  # fmt: skip

STORIES = [
    WON_FOR_GOOD, LOST_HALF_EMPTY, WRITTEN_OFF_TOO_EARLY, SECOND_CHARGEBACK, LOST_IN_PRE_ARBITRATION, REFUND_AND_CHARGEBACK, FEE_INSIDE,
]  # fmt: skip
