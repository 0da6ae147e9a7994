"""The daily close: prepared by one person, signed by another (D)."""

from reconciliation.operations.closing.days import fall_back, open_close, prepare_close, refresh_checklist
from reconciliation.operations.closing.refusals import CloseNotReady, CloseStateConflict, NotACheck
from reconciliation.operations.closing.signing import (
    check_signer,
    drop_sign_off,
    execute_override,
    execute_reopen,
    execute_sign_off,
    request_override,
    request_reopen,
)

__all__ = [
    "CloseNotReady",
    "CloseStateConflict",
    "NotACheck",
    "check_signer",
    "drop_sign_off",
    "execute_override",
    "execute_reopen",
    "execute_sign_off",
    "fall_back",
    "open_close",
    "prepare_close",
    "refresh_checklist",
    "request_override",
    "request_reopen",
]
