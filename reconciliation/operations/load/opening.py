"""A stored file opened by its reader, with all that is known of the account that it is of."""

from typing import BinaryIO

from django.conf import settings

from reconciliation.formats import Reader, read
from reconciliation.operations.load.accounts import Account, names_of, zone_of
from reconciliation.operations.load.progress import reading
from reconciliation.queries.column_maps import maps_of


def open_reader(source: str, file: BinaryIO, account: Account | None, *, is_given: bool = True) -> Reader:
    """A reader of the file. Without `account` times without a zone are UTC. Raises UnknownSource.

    `is_given`: the file must be of the account, by its own word; else the account was found by the file's word, and any is read.
    """
    names = names_of(account) if is_given else ()
    reading(file)
    return read(source, file, registry=settings.REPORT_FORMATS, account=names, zone=zone_of(account), maps=maps_of(source, account))
