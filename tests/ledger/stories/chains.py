"""Chains: 26."""

from tests.ledger.stories.telling import GAS, HOT, E, M, P, Source, Story, lines, start, step

CHAIN = {"entity": E, "player": P, "merchant_account": M, "asset": "USDT", "ref": "tron:0xabc:0"}


def chain(event: str, gross: int, **facts: object) -> tuple[str, Source]:
    """event: SEEN, UNSEEN, FINAL, GONE, HELD, UNKNOWN; gross in millionths of a USDT."""
    return f"CHAIN_{event}@1", {**CHAIN, "gross_minor": gross, **facts}


def gas(event: str, minor: int, **facts: object) -> tuple[str, Source]:
    """event: SWEPT, GAS_SPENT; minor: what was burnt, in wei."""
    return f"CHAIN_{event}@1", {**CHAIN, "gas_asset": "ETH", "gas_minor": minor, "gas_account": GAS, **facts}


def paid(amount: int, fee: int) -> tuple[str, Source]:
    return "CHAIN_PAYOUT_SETTLED@1", {**CHAIN, "bank_account": HOT, "ref": "po_1", "amount_minor": amount, "fee_minor": fee}


def requested(amount: int) -> tuple[str, Source]:
    return "PAYOUT_REQUESTED@1", {"player": P, "payout": "po_1", "asset": "USDT", "amount_minor": amount}


SEEN_SWEPT_AND_PAID_OUT = Story(
    26,
    "100 USDT seen, final, swept with gas in ETH; payout of 40 with a player's network fee of 1.50",
    [
        step("chain.seen", chain("SEEN", 100_000_000), """
            Dr unconfirmed[m] USDT 100.000000
            Cr pending[p] USDT 100.000000"""),
        step("chain.final", chain("FINAL", 100_000_000, player_fee_minor=0, seen_minor=100_000_000), """
            Dr clearing[m] USDT 100.000000
            Dr pending[p] USDT 100.000000
            Cr unconfirmed[m] USDT 100.000000
            Cr playable[p] USDT 100.000000"""),
        start("""
            Dr bank[gas] ETH 1.000000000000000000
            Cr outside[e] ETH 1.000000000000000000""", "start: gas tank"),
        step("sweep", gas("SWEPT", 410_000_000_000_000, bank_account=HOT, gross_minor=100_000_000), """
            Dr bank[hot] USDT 100.000000
            Cr clearing[m] USDT 100.000000
            Dr network_fees[e] ETH 0.000410000000000000
            Cr bank[gas] ETH 0.000410000000000000"""),
        step("payout.requested", requested(40_000_000), """
            Dr playable[p] USDT 40.000000
            Cr locked[p] USDT 40.000000"""),
        step("payout.settled", paid(40_000_000, 1_500_000), """
            Dr locked[p] USDT 40.000000
            Cr bank[hot] USDT 38.500000
            Cr fee_income[e] USDT 1.500000"""),
        step("gas of the payout", gas("GAS_SPENT", 390_000_000_000_000), """
            Dr network_fees[e] ETH 0.000390000000000000
            Cr bank[gas] ETH 0.000390000000000000"""),
    ],
    after=lines("""
        Cr playable[p] USDT 60.000000
        Dr bank[hot] USDT 61.500000
        Cr fee_income[e] USDT 1.500000
        Dr bank[gas] ETH 0.999200000000000000
        Dr network_fees[e] ETH 0.000800000000000000
        Cr outside[e] ETH 1.000000000000000000"""),
)  # fmt: skip

STORIES = [SEEN_SWEPT_AND_PAID_OUT]
