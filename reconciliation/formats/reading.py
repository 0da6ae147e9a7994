"""The one way to open a file of a named source."""

from collections.abc import Collection, Mapping, Sequence
from importlib import import_module
from typing import Any, BinaryIO, cast

from reconciliation.formats.column_map import ColumnMap
from reconciliation.formats.foreign import ForeignReader, what_else
from reconciliation.formats.values import Reader


class UnknownSource(LookupError):
    """No reader is registered for this source."""


def read(
    source: str,
    file: BinaryIO,
    *,
    registry: Mapping[str, str],
    account: Collection[str] = (),
    zone: str = "",
    maps: Sequence[ColumnMap] = (),
) -> Reader:
    """A reader of `file` (binary, seekable; read from its start) by the reader class that `registry` names for `source`.

    `account` holds every name under which the file may know the account it must belong to (IBAN, account number, the PSP's
    merchant account); empty: any account will do, and there is no account_matches check. `zone`: IANA name of the zone of times that a file
    states without one, for readers that have `takes_zone`; "" is UTC. `maps`: column maps to choose from, for readers that have
    `takes_maps`; empty: those that come with the product. Raises UnknownSource.
    """
    if source not in registry:
        raise UnknownSource(f"No format {source!r}; known: {', '.join(sorted(registry)) or 'none'}.")
    module, _, name = registry[source].rpartition(".")
    if told := what_else(file):
        return ForeignReader(told)
    reader = getattr(import_module(module), name)
    options: dict[str, Any] = {"zone": zone} if zone and getattr(reader, "takes_zone", False) else {}
    if maps and getattr(reader, "takes_maps", False):
        options["maps"] = tuple(maps)
    return cast(Reader, reader(file, account=tuple(account), **options))
