"""The audit log (S5): acts insert records; one sealer chains them, a few seconds behind."""

from datetime import datetime
from typing import Any

from ledger.actors import Actor
from ledger.canonical import canonical_json
from ledger.models import AuditRecord
from ledger.tracing import current_trace_id


def record_audit(
    *, act: str, actor: Actor, target_kind: str, target_id: str, detail: dict[str, Any], reason: str = "", now: datetime
) -> AuditRecord:
    """Write one sensitive act into the log, in the caller's transaction. `detail`: exact JSON, no personal data. Raises BadSource."""
    canonical_json(detail)
    return AuditRecord.objects.create(
        act=act,
        actor_kind=actor.kind,
        actor_id=actor.id,
        target_kind=target_kind,
        target_id=target_id,
        detail=detail,
        reason=reason,
        trace_id=current_trace_id(),
        recorded_at=now,
    )
