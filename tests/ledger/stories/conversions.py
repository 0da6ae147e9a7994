"""Currency: 19, 20."""

from ledger.fx import Conversion, Quote, convert
from tests.ledger.stories.telling import Source, Story, batch, deposit, lines, step, steps_as_one, transfer

AT = "2025-11-20T12:00:00Z"


def charged_in_sek() -> tuple[str, Source]:
    conversion: Conversion = convert(114937, "SEK", Quote("EUR", "SEK", "11.50", "11.62", "ecb", AT))
    source = deposit(114937, asset="SEK", player_fee_minor=0, seen_minor=0, conversion=conversion.as_source())
    return "DEPOSIT_CAPTURED@2", source


def in_eur(capture: int) -> tuple[str, Source]:
    return "DEPOSIT_CAPTURED@2", deposit(1003, ref=f"cap_{capture}", player_fee_minor=0, seen_minor=0, conversion=None)


def settled_in_usd() -> tuple[str, Source]:
    """Each of three lines is 10.88; the PSP paid on the total, one cent more."""
    _, source = batch(3205, {}, {"processing": 60})
    rate = {
        "asset": "EUR", "gross_minor": 3009, "base_minor": 3264, "lines": 3, "rate": "1.085", "mid": "", "spread": "",
        "source": "psp:m", "quoted_at": AT, "rounding": "psp", "fraction": "153/200",
    }  # fmt: skip
    return "BATCH_SETTLED@2", {
        **source, "currency": "USD", "foreign": [["EUR", 3009, 3264]], "rates": [rate], "rounding_minor": -1, "rounding_cap_minor": 5,
    }  # fmt: skip


def transferred_in_usd() -> tuple[str, Source]:
    rule, source = transfer(3205)
    return rule, {**source, "currency": "USD"}


CHARGED_IN_SEK = Story(
    19,
    "Charged in SEK, wallet in EUR: 1,149.37 SEK at 11.50 gives 99.95 EUR (99.9452 rounded half-even; the fraction is stored, not posted)",
    [
        step("deposit.captured", charged_in_sek(), """
            Dr clearing[m] SEK 1149.37
            Cr fx[e] SEK 1149.37
            Dr fx[e] EUR 99.95
            Cr playable[p] EUR 99.95"""),
    ],
    after=lines("""
        Dr clearing[m] SEK 1149.37
        Cr fx[e] SEK 1149.37
        Dr fx[e] EUR 99.95
        Cr playable[p] EUR 99.95"""),
)  # fmt: skip

SETTLED_IN_USD = Story(
    20,
    "Charged in EUR, settled in USD: three captures of 10.03 at 1.0850 are 10.88 each, the PSP pays on the total (32.65), fees 0.60",
    [
        steps_as_one("deposit.captured, three", [in_eur(1), in_eur(2), in_eur(3)], """
            Dr clearing[m] EUR 30.09
            Cr playable[p] EUR 30.09"""),
        step("batch.settled", settled_in_usd(), """
            Cr clearing[m] EUR 30.09
            Dr fx[e] EUR 30.09
            Cr fx[e] USD 32.64
            Dr in_transit[m] USD 32.05
            Dr fees[m] USD 0.60
            Cr rounding[e] USD 0.01"""),
        step("bank.settlement_matched", transferred_in_usd(), """
            Dr bank[b] USD 32.05
            Cr in_transit[m] USD 32.05"""),
    ],
    after=lines("""
        Cr playable[p] EUR 30.09
        Dr fx[e] EUR 30.09
        Cr fx[e] USD 32.64
        Dr fees[m] USD 0.60
        Cr rounding[e] USD 0.01
        Dr bank[b] USD 32.05"""),
)  # fmt: skip

STORIES = [CHARGED_IN_SEK, SETTLED_IN_USD]
