"""Every write of the ledger. Others import from here."""

from ledger.duties import holds_permission
from ledger.errors import (
    ApprovalRefused,
    BadSource,
    InsufficientFunds,
    KeyReused,
    NoOpenTransaction,
    PostingKeyConflict,
    StillRunning,
    UnbalancedPosting,
    UnknownAccountKind,
    UnknownRule,
)
from ledger.operations.adjustments import propose_adjustment, propose_write_off
from ledger.operations.approvals import (
    decide,
    expire_approvals,
    may_decide,
    request_approval,
    take_back_moot,
    withdraw_approval,
)
from ledger.operations.audit import record_audit
from ledger.operations.audit_heads import archive_audit, bind_to_head
from ledger.operations.checkpoints import write_checkpoints
from ledger.operations.days import close_to_postings, open_to_postings
from ledger.operations.dispatching import dispatch_events, rewind_sink
from ledger.operations.idempotency import (
    Replay,
    Started,
    begin_idempotent,
    drop_old_keys,
    finish_idempotent,
    forget_idempotent,
    suspend_idempotent,
)
from ledger.operations.people_needed import get_threshold, people_needed
from ledger.operations.posting_values import PostedTransaction, Posting
from ledger.operations.postings import lines_of, post, post_many
from ledger.operations.reversals import propose_reversal
from ledger.operations.sealing import get_chain_head, seal_audit
from ledger.operations.sent_forms import give_form_back, take_form
from ledger.operations.shadows import propose_shadow, propose_stage
from ledger.operations.staff import propose_duty, propose_roles
from ledger.operations.thresholds import propose_threshold
from ledger.refusals import LedgerError

__all__ = [
    "ApprovalRefused",
    "BadSource",
    "InsufficientFunds",
    "KeyReused",
    "LedgerError",
    "NoOpenTransaction",
    "PostedTransaction",
    "Posting",
    "PostingKeyConflict",
    "Replay",
    "Started",
    "StillRunning",
    "UnbalancedPosting",
    "UnknownAccountKind",
    "UnknownRule",
    "archive_audit",
    "begin_idempotent",
    "bind_to_head",
    "close_to_postings",
    "decide",
    "dispatch_events",
    "drop_old_keys",
    "expire_approvals",
    "finish_idempotent",
    "forget_idempotent",
    "get_chain_head",
    "get_threshold",
    "give_form_back",
    "holds_permission",
    "lines_of",
    "may_decide",
    "open_to_postings",
    "people_needed",
    "post",
    "post_many",
    "record_audit",
    "propose_adjustment",
    "propose_duty",
    "propose_reversal",
    "propose_roles",
    "propose_shadow",
    "propose_stage",
    "propose_threshold",
    "propose_write_off",
    "request_approval",
    "rewind_sink",
    "seal_audit",
    "suspend_idempotent",
    "take_back_moot",
    "withdraw_approval",
    "write_checkpoints",
    "take_form",
]
