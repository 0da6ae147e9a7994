"""Pages of the books: approvals, accounts, journal, audit log. The frames that all pages are built from are in frames/."""

from ledger.admin.accounts import AccountAdmin
from ledger.admin.approvals import ApprovalRequestAdmin
from ledger.admin.audit import AuditRecordAdmin
from ledger.admin.audit_heads import AuditHeadAdmin
from ledger.admin.duties import SeparateDutyAdmin
from ledger.admin.entities import LegalEntityAdmin
from ledger.admin.frames import links
from ledger.admin.journal import JournalTransactionAdmin
from ledger.admin.shadows import ShadowAdmin
from ledger.admin.staff import StaffAdmin
from ledger.admin.thresholds import ApprovalThresholdAdmin
from ledger.models import LegalEntity


def _entity_names() -> dict[str, str]:
    return {entity.public_id: entity.name for entity in LegalEntity.objects.all()}


links.register_names(LegalEntity.PREFIX, _entity_names)

__all__ = [
    "AccountAdmin",
    "ApprovalRequestAdmin",
    "ApprovalThresholdAdmin",
    "AuditHeadAdmin",
    "AuditRecordAdmin",
    "JournalTransactionAdmin",
    "LegalEntityAdmin",
    "SeparateDutyAdmin",
    "ShadowAdmin",
    "StaffAdmin",
]
