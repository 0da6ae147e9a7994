"""Tables of the ledger."""

from ledger.models.approvals import ApprovalDecision, ApprovalRequest
from ledger.models.audit import AuditHead, AuditRecord, AuditSeal, IdempotencyKey, Transition
from ledger.models.base import APPEND_ONLY, MinorUnitsField, PublicIdModel
from ledger.models.entities import BusinessDay, LegalEntity, SimulationClock
from ledger.models.journal import Account, Checkpoint, Entry, JournalTransaction, Wallet
from ledger.models.outbox import DomainEvent, EventReader
from ledger.models.policies import ApprovalThreshold, SeparateDuty
from ledger.models.shadows import Shadow, ShadowLine, ShadowPosting
from ledger.models.users import User
from ledger.models.versions import Version, VersionState, VersionTrial

__all__ = [
    "APPEND_ONLY",
    "Account",
    "ApprovalDecision",
    "ApprovalRequest",
    "ApprovalThreshold",
    "AuditHead",
    "AuditRecord",
    "AuditSeal",
    "BusinessDay",
    "Checkpoint",
    "DomainEvent",
    "Entry",
    "EventReader",
    "IdempotencyKey",
    "JournalTransaction",
    "LegalEntity",
    "MinorUnitsField",
    "PublicIdModel",
    "SeparateDuty",
    "Shadow",
    "ShadowLine",
    "ShadowPosting",
    "SimulationClock",
    "Transition",
    "User",
    "Version",
    "VersionState",
    "VersionTrial",
    "Wallet",
]
