"""Many lines at once, by columns: what a reader gives that has a quick way for plain lines."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple, TypeVar

Key = TypeVar("Key")
Value = TypeVar("Value")


class PspColumns(NamedTuple):
    """Lines that follow each other: the fields of PspLine that are stored, each as a column. All columns have one length, 1 at least.

    Texts are printable ASCII without backslash. None of the lines is a transfer, or states tax on fees.
    """

    line_number: Sequence[int]
    psp_reference: Sequence[str]
    modification_reference: Sequence[str]
    merchant_reference: Sequence[str]
    modification_merchant_reference: Sequence[str]
    line_type: Sequence[str]
    kind: Sequence[str]
    reverses: Sequence[str]
    gross_currency: Sequence[str]
    gross_minor: Sequence[int]
    commission_minor: Sequence[int]
    markup_minor: Sequence[int]
    scheme_fee_minor: Sequence[int]
    interchange_minor: Sequence[int]
    net_currency: Sequence[str]
    net_minor: Sequence[int]
    exchange_rate: Sequence[str]
    created_at: Sequence[datetime]
    batch_number: Sequence[str]
    payment_method: Sequence[str]


def is_one(column: Sequence[object]) -> bool:
    """Whether one value fills the column, which has one at least."""
    return column.count(column[0]) == len(column)


def read_each(column: Sequence[Key], memo: Mapping[Key, Value]) -> list[Value]:
    """What each stands for; where all are the same it is looked up once."""
    return [memo[column[0]]] * len(column) if is_one(column) else list(map(memo.__getitem__, column))
