"""Evidence of a dispute: a sealed file, its hash, where it came from and when (X1, X3)."""

from django.db import models
from simple_history.models import HistoricalRecords

from cashier.models.fields import CodeField
from disputes.models.disputes import Dispute
from ledger.models import PublicIdModel


class Evidence(PublicIdModel):
    """One item. `sha256` is of the content as given; the file on disk is sealed. `source` says who or what gave it."""

    PREFIX = "evd_"

    class Kind(models.TextChoices):
        IDENTITY = "identity"
        DEVICE = "device"
        AUTHENTICATION = "authentication"
        GAMEPLAY = "gameplay"
        TERMS = "terms"
        LEDGER_TRAIL = "ledger_trail"
        COMMUNICATION = "communication"
        OTHER = "other"

    dispute = models.ForeignKey(Dispute, on_delete=models.PROTECT, related_name="evidence")
    kind = CodeField(max_length=24, choices=Kind.choices, default=Kind.OTHER)
    name = models.CharField(max_length=120)
    content_type = CodeField(max_length=64)
    size_bytes = models.PositiveIntegerField()
    sha256 = CodeField(max_length=64)
    source = models.CharField(max_length=120)
    path = models.CharField(max_length=200)
    added_by_kind = CodeField(max_length=16)
    added_by_id = CodeField(max_length=255)
    added_at = models.DateTimeField()
    submitted_at = models.DateTimeField(null=True)
    history = HistoricalRecords()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["dispute", "sha256"], name="disputes_evidence_once")]
        verbose_name_plural = "evidence"

    def __str__(self) -> str:
        return self.name
