"""Payouts: 6, 7, 8."""

from tests.ledger.stories.telling import B, M, Story, lines, payout, played, start, step

SETTLED_THEN_RETURNED = Story(
    6,
    "Payout of 200.00 with a player's fee of 2.00: settled, then returned with 5.00 kept by banks",
    [
        start("""
            Dr clearing[m] EUR 500.00
            Cr playable[p] EUR 500.00"""),
        step("payout.requested", payout("REQUESTED", amount_minor=20000), """
            Dr playable[p] EUR 200.00
            Cr locked[p] EUR 200.00"""),
        step("payout.settled", payout("SETTLED", amount_minor=20000, fee_minor=200), """
            Dr locked[p] EUR 200.00
            Cr clearing[m] EUR 198.00
            Cr fee_income[e] EUR 2.00"""),
        step("payout.returned",
             payout("RETURNED", returned_minor=19300, kept_minor=500, fee_minor=200, paid_to="clearing", credit_to="playable"), """
            Dr clearing[m] EUR 193.00
            Dr fees[m] EUR 5.00
            Dr fee_income[e] EUR 2.00
            Cr playable[p] EUR 200.00"""),
    ],
    after=lines("""
        Dr clearing[m] EUR 495.00
        Dr fees[m] EUR 5.00
        Cr playable[p] EUR 500.00"""),
)  # fmt: skip

PAID_AFTER_RELEASE = Story(
    7,
    "Payout failed; then the PSP pays it after all, when 150.00 of the 200.00 released were played away",
    [
        start("""
            Dr clearing[m] EUR 200.00
            Cr playable[p] EUR 200.00"""),
        step("payout.requested", payout("REQUESTED", amount_minor=20000), """
            Dr playable[p] EUR 200.00
            Cr locked[p] EUR 200.00"""),
        step("payout.failed", payout("FAILED", amount_minor=20000), """
            Dr locked[p] EUR 200.00
            Cr playable[p] EUR 200.00"""),
        step("round.debited", played(15000), """
            Dr playable[p] EUR 150.00
            Cr gaming[e] EUR 150.00"""),
        step("payout.paid_after_release", payout("PAID_AFTER_RELEASE", playable_minor=5000, receivable_minor=15000), """
            Dr playable[p] EUR 50.00
            Dr receivable[p] EUR 150.00
            Cr clearing[m] EUR 200.00"""),
    ],
    after=lines("""
        Cr gaming[e] EUR 150.00
        Dr receivable[p] EUR 150.00"""),
)  # fmt: skip

FROM_A_PREFUNDED_BALANCE = Story(
    8,
    "Payout of 100.00 from a prefunded balance of 1,000.00, cost 0.40",
    [
        start("""
            Dr bank[b] EUR 1500.00
            Cr playable[p] EUR 1500.00"""),
        step("top-up leaves the bank", ("TOP_UP_SENT@1",
             {"bank_account": B, "merchant_account": M, "asset": "EUR", "amount_minor": 100000, "top_up": "top_1"}), """
            Dr in_transit[m] EUR 1000.00
            Cr bank[b] EUR 1000.00"""),
        step("top-up arrives", ("TOP_UP_ARRIVED@1", {"merchant_account": M, "asset": "EUR", "amount_minor": 100000, "top_up": "top_1"}), """
            Dr prefund[m] EUR 1000.00
            Cr in_transit[m] EUR 1000.00"""),
        step("payout.requested", payout("REQUESTED", amount_minor=10000), """
            Dr playable[p] EUR 100.00
            Cr locked[p] EUR 100.00"""),
        step("payout.settled", payout("SETTLED", amount_minor=10000, fee_minor=0, paid_from="prefund"), """
            Dr locked[p] EUR 100.00
            Cr prefund[m] EUR 100.00"""),
        step("fee on the prefunded balance",
             ("PREFUND_FEE@1", {"merchant_account": M, "asset": "EUR", "amount_minor": 40, "line": "line_1"}), """
            Dr fees[m] EUR 0.40
            Cr prefund[m] EUR 0.40"""),
    ],
    after=lines("""
        Dr bank[b] EUR 500.00
        Dr prefund[m] EUR 899.60
        Dr fees[m] EUR 0.40
        Cr playable[p] EUR 1400.00"""),
)  # fmt: skip

STORIES = [SETTLED_THEN_RETURNED, PAID_AFTER_RELEASE, FROM_A_PREFUNDED_BALANCE]
