"""Rows of POSTINGS.md 3.5 to 3.7 and 3.9 that no story tells: settlement reports, bank statements, currency, chains."""

from typing import Any

from tests.ledger.stories.chains import chain, gas
from tests.ledger.stories.telling import B2, GAS, HOT, B, E, M, P, Row, Source, batch, identified, transfer

BANK = {"entity": E, "bank_account": B, "currency": "EUR", "line": "line:1"}
OURS = {"bank_account": B, "merchant_account": M, "currency": "EUR", "amount_minor": 100_000, "line": "line:1", "ref": "tr_1"}
SENT = {
    "currency": "USD", "amount_minor": 10850, "rate": "1.085", "mid": "", "spread": "", "source": "bank:b",
    "quoted_at": "2025-11-20T12:00:00Z", "rounding": "bank", "fraction": "0",
}  # fmt: skip


def bank(rule: str, amount: int, **facts: Any) -> tuple[str, Source]:
    """A booked line of the statement, signed as the bank signs it."""
    return rule, {**BANK, "amount_minor": amount, **facts}


BATCHES = [
    Row("3.5", "chargeback credit, refund reversal, payout return in one batch",
        batch(20000, {"chargeback_reversal": 10000, "refund_reversal": 3000, "payout_return": 7000}), """
        Dr in_transit[m] EUR 200.00
        Cr clearing[m] EUR 200.00"""),
    Row("3.5", "a line that took money and has no item", batch(-5000, {}, suspense=[["line:psp:1", -5000]]), """
        Dr suspense[m] EUR 50.00
        Cr in_transit[m] EUR 50.00"""),
    Row("3.5", "fee returned by the PSP", batch(150, {}, {"processing": -150}), """
        Dr in_transit[m] EUR 1.50
        Cr fees[m] EUR 1.50"""),
    Row("3.5", "carried to the next batch, no transfer", batch(0, {"refund": -2000}, carried=2000), """
        Dr clearing[m] EUR 20.00
        Cr in_transit[m] EUR 20.00"""),
    Row("3.5", "brought forward from a batch before", batch(8000, {"capture": 10000}, carried=-2000), """
        Dr in_transit[m] EUR 80.00
        Dr in_transit[m] EUR 20.00
        Cr clearing[m] EUR 100.00"""),
    Row("3.5", "the PSP rounded a fee up by a cent", ("BATCH_SETTLED@3", {
        **batch(4939, {"capture": 5000}, {"processing": 60})[1], "rates": [], "rounding_minor": 0, "rounding_cap_minor": 0,
        "rounded": [{"what": "processing", "minor": 1, "lines": 1, "cap_minor": 5}]}), """
        Dr in_transit[m] EUR 49.39
        Dr fees[m] EUR 0.60
        Dr rounding[e] EUR 0.01
        Cr clearing[m] EUR 50.00"""),
    Row("3.5", "line.identified, a debit line", identified(5000), """
        Dr clearing[m] EUR 50.00
        Cr suspense[m] EUR 50.00"""),
    Row("3.5", "line.unmatched by a person", ("LINE_UNMATCHED@1",
        {"merchant_account": M, "currency": "EUR", "gross_minor": 5000, "item": "cap_1", "line": "line:psp:1"}), """
        Dr clearing[m] EUR 50.00
        Cr suspense[m] EUR 50.00"""),
    Row("3.5", "items from before our time in a batch", ("BATCH_SETTLED@5", {**batch(14900, {"capture": 5000}, {"processing": 100})[1],
        "legacy_minor": 10_000}), """
        Dr in_transit[m] EUR 149.00
        Dr fees[m] EUR 1.00
        Cr clearing[m] EUR 50.00
        Cr outside[e] EUR 100.00"""),
    Row("3.5", "a refund from before our time", ("BATCH_SETTLED@5", {**batch(-2000, {})[1], "legacy_minor": -2000}), """
        Dr outside[e] EUR 20.00
        Cr in_transit[m] EUR 20.00"""),
    Row("3.5", "a line in suspense is from before our time", ("LINE_OUTSIDE@1",
        {"entity": E, "merchant_account": M, "currency": "EUR", "amount_minor": -5000, "line": "line:psp:1"}), """
        Dr suspense[m] EUR 50.00
        Cr outside[e] EUR 50.00"""),
    Row("3.5", "one taken for older is taken apart", ("LINE_UNMATCHED@2",
        {"entity": E, "merchant_account": M, "currency": "EUR", "gross_minor": 5000, "line": "line:psp:1"}), """
        Dr outside[e] EUR 50.00
        Cr suspense[m] EUR 50.00"""),
    Row("3.5", "restated report: the difference", ("BATCH_RESTATED@1", batch(4900, {"capture": 5000}, {"processing": 100})[1]), """
        Dr in_transit[m] EUR 49.00
        Dr fees[m] EUR 1.00
        Cr clearing[m] EUR 50.00"""),
    Row("3.5", "invoice paid by us, not netted", ("INVOICE_PAID@1", {**OURS, "label": "fixed"}), """
        Dr fees[m] EUR 1000.00
        Cr bank[b] EUR 1000.00"""),
    Row("3.5", "security deposit leaves our bank", ("SECURITY_DEPOSIT_SENT@1", OURS), """
        Dr in_transit[m] EUR 1000.00
        Cr bank[b] EUR 1000.00"""),
    Row("3.5", "security deposit on the PSP's statement", ("SECURITY_DEPOSIT_KEPT@1", OURS), """
        Dr reserve[m] EUR 1000.00
        Cr in_transit[m] EUR 1000.00"""),
]  # fmt: skip

STATEMENTS = [
    Row("3.6", "bank.opened", ("BANK_OPENED@1", {**BANK, "opening_minor": 100_000}), """
        Dr bank[b] EUR 1000.00
        Cr outside[e] EUR 1000.00"""),
    Row("3.6", "a transfer less a charge that the bank states", transfer(18150, charge=50), """
        Dr bank[b] EUR 181.50
        Dr bank_fees[b] EUR 0.50
        Cr in_transit[m] EUR 182.00"""),
    Row("3.6", "own payout leaves", ("BANK_PAYOUT_LEFT@1", OURS), """
        Dr in_transit[b] EUR 1000.00
        Cr bank[b] EUR 1000.00"""),
    Row("3.6", "bank charge", bank("BANK_CHARGE@1", -250, label="charge"), """
        Dr bank_fees[b] EUR 2.50
        Cr bank[b] EUR 2.50"""),
    Row("3.6", "interest", bank("BANK_CHARGE@1", 250, label="interest"), """
        Dr bank[b] EUR 2.50
        Cr bank_fees[b] EUR 2.50"""),
    Row("3.6", "transfer between own accounts leaves", ("OWN_TRANSFER_SENT@1", {**OURS, "to_account": B2}), """
        Dr in_transit[b2] EUR 1000.00
        Cr bank[b] EUR 1000.00"""),
    Row("3.6", "transfer between own accounts arrives", ("OWN_TRANSFER_ARRIVED@1", {**OURS, "bank_account": B2}), """
        Dr bank[b2] EUR 1000.00
        Cr in_transit[b2] EUR 1000.00"""),
    Row("3.6", "known, but not of these books: money out", bank("BANK_OUTSIDE@1", -7500), """
        Dr outside[e] EUR 75.00
        Cr bank[b] EUR 75.00"""),
    Row("3.6", "debit not identified", bank("BANK_TO_SUSPENSE@1", -7500), """
        Dr suspense[b] EUR 75.00
        Cr bank[b] EUR 75.00"""),
    Row("3.6", "identified later: not of these books",
        ("BANK_IDENTIFIED@1", {**BANK, "amount_minor": 7500, "charge_minor": 0, "to": ["outside", E, "line:1"]}), """
        Dr outside[e] EUR 75.00
        Cr suspense[b] EUR 75.00"""),
    Row("3.6", "the same, decided in a case", ("ITEM_MOVED_OUTSIDE@1",
        {"entity": E, "item": {"kind": "suspense", "holder": B, "asset": "EUR", "open_minor": 7500, "ref": "line:1"}}), """
        Dr outside[e] EUR 75.00
        Cr suspense[b] EUR 75.00"""),
    Row("3.6", "unmatched by a person: back to suspense",
        bank("BANK_UNMATCHED@1", 18200, merchant_account=M, batch="batch:m:1:EUR"), """
        Dr in_transit[m] EUR 182.00
        Cr suspense[b] EUR 182.00"""),
    Row("3.6", "a PSP's transfer of two batches, less a charge that the bank states",
        bank("BANK_SETTLEMENT_MATCHED@3", 41_950, charge_minor=50,
        parts=[[M, "batch:m:1:EUR", 30_000], [M, "batch:m:2:EUR", 12_000]]), """
        Dr bank[b] EUR 419.50
        Dr bank_fees[b] EUR 0.50
        Cr in_transit[m] EUR 300.00
        Cr in_transit[m] EUR 120.00"""),
    Row("3.6", "identified later: a transfer of two batches", ("BANK_IDENTIFIED@2", {**BANK, "amount_minor": -42_000, "charge_minor": 0,
        "parts": [[M, "batch:m:1:EUR", 30_000], [M, "batch:m:2:EUR", 12_000]]}), """
        Dr suspense[b] EUR 420.00
        Cr in_transit[m] EUR 300.00
        Cr in_transit[m] EUR 120.00"""),
    Row("3.6", "unmatched by a person: two batches and a charge", bank("BANK_UNMATCHED@2", 41_950, charge_minor=50,
        parts=[[M, "batch:m:1:EUR", 30_000], [M, "batch:m:2:EUR", 12_000]]), """
        Dr in_transit[m] EUR 300.00
        Dr in_transit[m] EUR 120.00
        Cr bank_fees[b] EUR 0.50
        Cr suspense[b] EUR 419.50"""),
    Row("3.3", "top-up leaves the bank, by its line", ("TOP_UP_SENT@2", {**OURS, "top_up": "tr_1"}), """
        Dr in_transit[m] EUR 1000.00
        Cr bank[b] EUR 1000.00"""),
    Row("3.3", "the same, of a line that waited in suspense", ("TOP_UP_SENT@3", {**OURS, "top_up": "tr_1"}), """
        Dr in_transit[m] EUR 1000.00
        Cr suspense[b] EUR 1000.00"""),
    Row("3.6", "entry reversed by the bank", ("BANK_ENTRY_REVERSED@1", {"lines": [
        {"kind": "bank", "holder": B, "asset": "EUR", "amount_minor": -250, "ref": "line:1", "label": ""},
        {"kind": "bank_fees", "holder": B, "asset": "EUR", "amount_minor": 250, "ref": "line:1", "label": "charge"}]}), """
        Dr bank[b] EUR 2.50
        Cr bank_fees[b] EUR 2.50"""),
    Row("3.7", "the PSP converts what it holds: the leg that left this currency", ("BATCH_SETTLED@4", {
        **batch(0, {"capture": 10_000}, carried=-5_000)[1],
        "conversions": [{"other": "USD", "lines": 1, "minor": -5_000, "other_minor": 5_425}]}), """
        Dr in_transit[m] EUR 50.00
        Dr fx[e] EUR 50.00
        Cr clearing[m] EUR 100.00"""),
    Row("3.7", "a line in suspense that was charged in another currency finds its item", ("LINE_IDENTIFIED@2",
        {"entity": E, "merchant_account": M, "currency": "EUR", "amount_minor": -900, "line": "line:psp:1", "item": "cap_1",
         "rates": [{"asset": "SEK", "gross_minor": 10_000, "base_minor": 900, "lines": 1, "rate": "0.09"}]}), """
        Dr suspense[m] EUR 9.00
        Dr fx[e] SEK 100.00
        Cr clearing[m] SEK 100.00
        Cr fx[e] EUR 9.00"""),
    Row("3.7", "a leg of the PSP's conversion that waited for the other", ("LINE_IDENTIFIED@3",
        {"entity": E, "merchant_account": M, "currency": "EUR", "amount_minor": 5_000, "line": "line:psp:1",
         "conversions": [{"other": "USD", "lines": 1, "minor": -5_000, "other_minor": 5_425}]}), """
        Dr fx[e] EUR 50.00
        Cr suspense[m] EUR 50.00"""),
    Row("3.7", "bank converts on arrival", ("BANK_SETTLEMENT_MATCHED@2",
        {**transfer(9950, charge=50)[1], "entity": E, "sent": SENT}), """
        Dr fx[e] USD 108.50
        Cr in_transit[m] USD 108.50
        Dr bank[b] EUR 99.50
        Dr bank_fees[b] EUR 0.50
        Cr fx[e] EUR 100.00"""),
]  # fmt: skip

CHAINS = [
    Row("3.9", "reorganised or replaced before final", chain("UNSEEN", 100_000_000), """
        Dr pending[p] USDT 100.000000
        Cr unconfirmed[m] USDT 100.000000"""),
    Row("3.9", "final, player bears the network's fee",
        chain("FINAL", 100_000_000, player_fee_minor=1_500_000, seen_minor=100_000_000), """
        Dr clearing[m] USDT 100.000000
        Dr pending[p] USDT 100.000000
        Cr unconfirmed[m] USDT 100.000000
        Cr playable[p] USDT 98.500000
        Cr fee_income[e] USDT 1.500000"""),
    Row("3.9", "gone after final", chain("GONE", 100_000_000, playable_minor=60_000_000, receivable_minor=40_000_000), """
        Dr playable[p] USDT 60.000000
        Dr receivable[p] USDT 40.000000
        Cr clearing[m] USDT 100.000000"""),
    Row("3.9", "sweep, gas in the same asset",
        gas("SWEPT", 13_000_000, asset="TRX", gas_asset="TRX", bank_account=HOT, gross_minor=100_000_000), """
        Dr bank[hot] TRX 87.000000
        Dr network_fees[e] TRX 13.000000
        Cr clearing[m] TRX 100.000000"""),
    Row("3.9", "another asset, owner known; an address whose intent ended", chain("HELD", 100_000_000), """
        Dr clearing[m] USDT 100.000000
        Cr locked[p] USDT 100.000000"""),
    Row("3.9", "another asset, owner not known", chain("UNKNOWN", 100_000_000), """
        Dr clearing[m] USDT 100.000000
        Cr suspense[m] USDT 100.000000"""),
    Row("3.9", "failed transaction: the gas is spent", gas("GAS_SPENT", 390_000_000_000_000, gas_account=GAS, player=P), """
        Dr network_fees[e] ETH 0.000390000000000000
        Cr bank[gas] ETH 0.000390000000000000"""),
]  # fmt: skip

ROWS = [*BATCHES, *STATEMENTS, *CHAINS]
