"""Bodies of disputes. Amounts are major units."""

from typing import Any

from rest_framework import serializers

from disputes.models import Dispute, DisputeMovement, DisputeState, Evidence
from ledger.api.fields import AmountField, amount_body
from ledger.ids import to_public
from ledger.models import JournalTransaction


class DisputeBody(serializers.Serializer[Any]):
    """A dispute as lists show it. `answer_by`: nothing can be submitted after it."""

    dispute_id = serializers.CharField()
    status = serializers.ChoiceField(DisputeState.choices)
    provider_case_id = serializers.CharField()
    merchant_account = serializers.CharField()
    intent_id = serializers.CharField()
    capture_id = serializers.CharField()
    player_id = serializers.CharField()
    amount = AmountField()
    scheme = serializers.CharField(allow_null=True)
    reason_code = serializers.CharField(allow_null=True)
    answer_by = serializers.DateTimeField(allow_null=True)
    opened_at = serializers.DateTimeField()
    closed_at = serializers.DateTimeField(allow_null=True)


class MovementBody(serializers.Serializer[Any]):
    kind = serializers.ChoiceField(DisputeMovement.Kind.choices)
    number = serializers.IntegerField()
    amount = AmountField()
    txn_id = serializers.CharField()
    occurred_at = serializers.DateTimeField()


class EvidenceBody(serializers.Serializer[Any]):
    evidence_id = serializers.CharField()
    kind = serializers.ChoiceField(Evidence.Kind.choices)
    name = serializers.CharField()
    content_type = serializers.CharField()
    size_bytes = serializers.IntegerField()
    sha256 = serializers.CharField()
    source = serializers.CharField()  # type: ignore[assignment]
    added_at = serializers.DateTimeField()
    submitted_at = serializers.DateTimeField(allow_null=True)


class DisputeDetailBody(DisputeBody):
    movements = MovementBody(many=True)
    evidence = EvidenceBody(many=True)


class DisputePage(serializers.Serializer[Any]):
    results = DisputeBody(many=True)
    next = serializers.CharField(allow_null=True)
    previous = serializers.CharField(allow_null=True)


class EvidenceCreate(serializers.Serializer[Any]):
    """A file of at most 4 MiB (PDF, PNG, JPEG, UTF-8 text or CSV) and what it is; `source` says where it comes from."""

    file = serializers.FileField()
    kind = serializers.ChoiceField(Evidence.Kind.choices, default=Evidence.Kind.OTHER)
    source = serializers.CharField(max_length=120)  # type: ignore[assignment]


def dispute_body(dispute: Dispute) -> dict[str, Any]:
    return {
        "dispute_id": dispute.public_id,
        "status": str(dispute.state),
        "provider_case_id": dispute.provider_case_id,
        "merchant_account": dispute.merchant_account.code,
        "intent_id": dispute.capture.intent.public_id,
        "capture_id": dispute.capture.public_id,
        "player_id": dispute.player.public_id,
        "amount": amount_body(dispute.amount_minor, dispute.currency),
        "scheme": dispute.scheme or None,
        "reason_code": dispute.reason_code or None,
        "answer_by": dispute.answer_by.isoformat() if dispute.answer_by else None,
        "opened_at": dispute.opened_at.isoformat(),
        "closed_at": dispute.closed_at.isoformat() if dispute.closed_at else None,
    }


def detail_body(dispute: Dispute) -> dict[str, Any]:
    evidence = [evidence_body(item) for item in dispute.evidence.order_by("added_at", "id")]
    return {**dispute_body(dispute), "movements": [movement_body(row) for row in dispute.movements.all()], "evidence": evidence}


def movement_body(movement: DisputeMovement) -> dict[str, Any]:
    return {
        "kind": str(movement.kind),
        "number": movement.number,
        "amount": amount_body(movement.amount_minor, movement.currency),
        "txn_id": to_public(JournalTransaction.PREFIX, movement.transaction_id),
        "occurred_at": movement.occurred_at.isoformat(),
    }


def evidence_body(item: Evidence) -> dict[str, Any]:
    return {
        "evidence_id": item.public_id,
        "kind": str(item.kind),
        "name": item.name,
        "content_type": item.content_type,
        "size_bytes": item.size_bytes,
        "sha256": item.sha256,
        "source": item.source,
        "added_at": item.added_at.isoformat(),
        "submitted_at": item.submitted_at.isoformat() if item.submitted_at else None,
    }
