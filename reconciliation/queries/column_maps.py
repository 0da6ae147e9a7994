"""Which column maps a CSV may be read by: the account's own, else those that come with the product (R1)."""

from cashier.models import BankAccount, MerchantAccount
from reconciliation.formats.column_map import ColumnMap, built_in_maps
from reconciliation.models import ColumnMapVersion
from reconciliation.models.column_maps import versions_of

MAPPED_SOURCES = frozenset({"csv_bank", "csv_psp"})


def maps_of(source: str, account: MerchantAccount | BankAccount | None) -> tuple[ColumnMap, ...]:
    """Empty for a source that needs none. A map of the account in force is the only one; without it, those that come with the product."""
    if source not in MAPPED_SOURCES:
        return ()
    found = active_map(account) if account else None
    return (read_layout(found),) if found and found.source == source else built_in_maps(source)


def active_map(account: MerchantAccount | BankAccount) -> ColumnMapVersion | None:
    """The version in force."""
    return versions_of(account).filter(state=ColumnMapVersion.State.ACTIVE).first()


def read_layout(row: ColumnMapVersion) -> ColumnMap:
    """The map of a version. Raises BadMap for a draft that can't be so yet."""
    return ColumnMap.of(row.layout, name=row.account.code, source=row.source, version=row.version)
