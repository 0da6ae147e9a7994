"""The one way to open a file of a named source."""

from collections.abc import Collection, Mapping
from importlib import import_module
from typing import BinaryIO, cast

from reconciliation.formats.values import Reader


class UnknownSource(LookupError):
    """No reader is registered for this source."""


def read(source: str, file: BinaryIO, *, registry: Mapping[str, str], account: Collection[str] = ()) -> Reader:
    """A reader of `file` (binary, seekable; read from its start) by the reader class that `registry` names for `source`.

    `account` holds every name under which the file may know the account it must belong to (IBAN, account number, the PSP's
    merchant account); empty: any account will do, and there is no account_matches check. Raises UnknownSource.
    """
    if source not in registry:
        raise UnknownSource(f"No format {source!r}; known: {', '.join(sorted(registry)) or 'none'}.")
    module, _, name = registry[source].rpartition(".")
    file.seek(0)
    return cast(Reader, getattr(import_module(module), name)(file, account=tuple(account)))
