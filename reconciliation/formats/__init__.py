"""Readers of reports and statements: bytes in, canonical lines and control totals out (R1, R2, R3). Nothing of Django here.

To add a format: one module with a class that is called as `Reader(file, account=...)`, one line in REPORT_FORMATS.
"""

from reconciliation.formats.inspecting import inspect
from reconciliation.formats.reading import UnknownSource, read
from reconciliation.formats.values import (
    BankDetail,
    BankLine,
    Batch,
    Check,
    FormatRefused,
    PspEvent,
    PspLine,
    Reader,
    ReadError,
    ReadResult,
    Statement,
    Total,
)

__all__ = [
    "BankDetail",
    "BankLine",
    "Batch",
    "Check",
    "FormatRefused",
    "PspEvent",
    "PspLine",
    "ReadError",
    "ReadResult",
    "Reader",
    "Statement",
    "Total",
    "UnknownSource",
    "inspect",
    "read",
]
