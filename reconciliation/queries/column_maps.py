"""Which column maps a CSV may be read by: the account's own, else those that come with the product (R1)."""

from cashier.models import BankAccount, MerchantAccount
from reconciliation.formats.column_map import ColumnMap, built_in_maps

MAPPED_SOURCES = frozenset({"csv_bank", "csv_psp"})


def maps_of(source: str, account: MerchantAccount | BankAccount | None) -> tuple[ColumnMap, ...]:
    """Empty for a source that needs none."""
    return built_in_maps(source) if source in MAPPED_SOURCES else ()
