"""The audit log (S5), transition rows (S8) and idempotency keys (A3)."""

from django.db import models

from ledger.models.base import APPEND_ONLY


class AuditRecord(models.Model):
    """One sensitive act. Sealed into the hash chain by AuditSeal a few seconds later."""

    id = models.BigAutoField(primary_key=True)
    act = models.CharField(max_length=64, db_collation="C")
    actor_kind = models.CharField(max_length=8, db_collation="C")
    actor_id = models.CharField(max_length=128, db_collation="C")
    target_kind = models.CharField(max_length=64, db_collation="C")
    target_id = models.CharField(max_length=128, db_collation="C")
    detail = models.JSONField()
    reason = models.TextField(blank=True)
    trace_id = models.CharField(max_length=128, blank=True, db_collation="C")
    recorded_at = models.DateTimeField()

    class Meta:
        db_table = "ledger_audit_record"
        db_table_comment = APPEND_ONLY
        indexes = [
            models.Index(fields=["target_kind", "target_id", "id"], name="ledger_audit_target"),
            models.Index(fields=["actor_kind", "actor_id", "id"], name="ledger_audit_actor"),
        ]
        permissions = [("verify_audit", "Can have the audit chain verified"), ("export_audit", "Can take days of the audit log away")]

    def __str__(self) -> str:
        return f"{self.act} {self.target_id}"


class AuditSeal(models.Model):
    """A link of the chain: hash of the record, and hash of the chain up to and with it, both hex SHA-256."""

    position = models.BigIntegerField(primary_key=True)
    record = models.OneToOneField(AuditRecord, on_delete=models.PROTECT, related_name="seal")
    row_hash = models.CharField(max_length=64, db_collation="C")
    chain_hash = models.CharField(max_length=64, db_collation="C")
    sealed_at = models.DateTimeField()

    class Meta:
        db_table = "ledger_audit_seal"
        db_table_comment = APPEND_ONLY

    def __str__(self) -> str:
        return f"{self.position} {self.chain_hash}"


class AuditHead(models.Model):
    """The chain's end of one UTC day, signed (S5): `signature` is Ed25519 in base64 over `audit_chain.head_statement`."""

    id = models.BigAutoField(primary_key=True)
    day = models.DateField(unique=True)
    position = models.BigIntegerField()
    chain_hash = models.CharField(max_length=64, db_collation="C")
    key_id = models.CharField(max_length=64, db_collation="C")
    signature = models.CharField(max_length=256, db_collation="C")
    signed_at = models.DateTimeField()

    class Meta:
        db_table = "ledger_audit_head"
        db_table_comment = APPEND_ONLY

    def __str__(self) -> str:
        return f"{self.day} {self.position}"


class Transition(models.Model):
    """One change of one state, written in its transaction (S8). `from_state` is empty for the state of birth."""

    id = models.BigAutoField(primary_key=True)
    target_kind = models.CharField(max_length=64, db_collation="C", help_text="app.Model")
    target_id = models.UUIDField()
    field = models.CharField(max_length=32, default="state", db_collation="C")
    from_state = models.CharField(max_length=32, blank=True, db_collation="C")
    to_state = models.CharField(max_length=32, db_collation="C")
    event = models.CharField(max_length=64, db_collation="C")
    actor_kind = models.CharField(max_length=8, db_collation="C")
    actor_id = models.CharField(max_length=128, db_collation="C")
    trace_id = models.CharField(max_length=128, blank=True, db_collation="C")
    at = models.DateTimeField()

    class Meta:
        db_table = "ledger_transition"
        db_table_comment = APPEND_ONLY
        indexes = [models.Index(fields=["target_id", "field", "id"], name="ledger_transition_target")]

    def __str__(self) -> str:
        return f"{self.event}: {self.from_state} -> {self.to_state}"


class IdempotencyKey(models.Model):
    """A client's key, the request it named, and the first answer (A3). A lease, in real time, says whether it still runs."""

    class State(models.TextChoices):
        RUNNING = "RUNNING"
        SUSPENDED = "SUSPENDED"
        DONE = "DONE"

    id = models.BigAutoField(primary_key=True)
    client_id = models.CharField(max_length=128, db_collation="C")
    key = models.CharField(max_length=200, db_collation="C")
    fingerprint = models.CharField(max_length=64, db_collation="C")
    state = models.CharField(max_length=16, choices=State.choices, default=State.RUNNING)
    status = models.PositiveSmallIntegerField(null=True)
    body = models.JSONField(null=True)
    leased_until = models.DateTimeField()
    created_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "ledger_idempotency_key"
        constraints = [models.UniqueConstraint(fields=["client_id", "key"], name="ledger_idempotency_key_once")]
        indexes = [models.Index(fields=["created_at"], name="ledger_idempotency_age")]

    def __str__(self) -> str:
        return f"{self.client_id} {self.key}"
