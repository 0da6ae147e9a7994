"""A sound file of every registered format, and those of other projects where they are at hand."""

from pathlib import Path

from tests.reconciliation.formats.opening import FILES

OWN = {
    "adyen_accounting": "payments_accounting_report.csv",
    "adyen_sdr": "settlement_detail_report_batch_38.csv",
    "bai2": "statement.bai2",
    "camt053": "statement.camt053.xml",
    "checkout_breakdown": "settlement-breakdown_ent_a_20260106_00000003K599_1.csv",
    "checkout_payouts": "payouts_ent_a_20260106.csv",
    "csv_bank": "statement.csv",
    "csv_psp": "report.csv",
    "mollie_settlement": "settlement.json",
    "mt940": "statement.sta",
    "paypal_stl": "STL-20260106.01.009.CSV",
    "psp_balances": "balances.csv",
    "stripe_payout": "stripe_payout.csv",
}
SHARED = {
    "bai2": ("bank/bai2/*.txt",),
    "camt053": ("bank/camt/*.xml",),
    "csv_bank": ("bank/csv/*.csv",),
    "mollie_settlement": ("psp/mollie/*.json",),
    "mt940": ("bank/mt940/*.mt940", "bank/mt940/*/*.sta"),
}


def originals(source: str, shared: Path | None) -> dict[str, bytes]:
    """Name -> content: our own file, and those of `shared`."""
    others = [path for pattern in SHARED.get(source, ()) for path in shared.glob(pattern)] if shared else []
    return {OWN[source]: (FILES / OWN[source]).read_bytes(), **{path.name: path.read_bytes() for path in others}}


def shared_files(shared: Path) -> dict[Path, str]:
    """Every file of the shared samples that a reader is for, with its source."""
    return {path: source for source, patterns in SHARED.items() for pattern in patterns for path in sorted(shared.glob(pattern))}
