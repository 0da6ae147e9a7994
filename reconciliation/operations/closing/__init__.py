"""The daily close: prepared by one person, signed by another (D)."""

from reconciliation.operations.closing.bundles import archive_bundles, require_bundle, take_bundle, take_part, verify_close
from reconciliation.operations.closing.cover import watch_player_money
from reconciliation.operations.closing.days import missing_of, open_close, open_due_closes, refresh_checklist, taken_checklist
from reconciliation.operations.closing.falling_back import drop_sign_off, fall_back
from reconciliation.operations.closing.overriding import execute_override, request_override
from reconciliation.operations.closing.preparing import prepare_close
from reconciliation.operations.closing.proving import lacks_only_a_proof, prove_books
from reconciliation.operations.closing.provisional import take_provisional_close
from reconciliation.operations.closing.refusals import CloseNotPermitted, CloseNotReady, CloseStateConflict, NoBundle, NotACheck
from reconciliation.operations.closing.reopening import execute_reopen, request_reopen
from reconciliation.operations.closing.signing import check_signer, execute_sign_off
from reconciliation.operations.closing.tending import recover_closes, return_changed_closes, tend_closes

__all__ = [
    "CloseNotPermitted",
    "CloseNotReady",
    "CloseStateConflict",
    "NoBundle",
    "NotACheck",
    "archive_bundles",
    "check_signer",
    "drop_sign_off",
    "execute_override",
    "execute_reopen",
    "execute_sign_off",
    "fall_back",
    "lacks_only_a_proof",
    "missing_of",
    "open_close",
    "open_due_closes",
    "prepare_close",
    "prove_books",
    "recover_closes",
    "refresh_checklist",
    "request_override",
    "require_bundle",
    "request_reopen",
    "return_changed_closes",
    "take_bundle",
    "take_part",
    "take_provisional_close",
    "taken_checklist",
    "tend_closes",
    "verify_close",
    "watch_player_money",
]
