"""Our own files of the PSPs' reports, by source."""

from tests.reconciliation.formats.opening import FILES

PROVIDER_FILES = {
    "stripe_payout": "stripe_payout.csv",
    "checkout_breakdown": "settlement-breakdown_ent_a_20260106_00000003K599_1.csv",
    "checkout_payouts": "payouts_ent_a_20260106.csv",
    "paypal_stl": "STL-20260106.01.009.CSV",
}
CONTENT = {source: (FILES / name).read_bytes() for source, name in PROVIDER_FILES.items()}


def changed(source: str, old: str, new: str, *, times: int = 1) -> bytes:
    """The file of a source with a text in it replaced, which must be there."""
    assert CONTENT[source].count(old.encode()) >= times
    return CONTENT[source].replace(old.encode(), new.encode(), times)
