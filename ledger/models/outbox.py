"""The outbox (A9): what happened, for others to hear; and how far each sink has heard it."""

from django.db import models

from ledger.ids import new_id, to_public
from ledger.models.base import APPEND_ONLY


class DomainEvent(models.Model):
    """One thing that happened, written in the transaction in which it did. `id` is the position: gaps are possible, order is not lost.

    aggregate: public id of what the order holds for (an intent, with its captures and refunds; a payout, a dispute, …); `sequence`
    counts its events from 1, and its events commit in this order. subject: public id of the row itself. brand: the brand's code, empty
    where it belongs to none. body: the row as the API shows it, at that moment. occurred_at: the operation's `now`.
    """

    PREFIX = "de_"

    id = models.BigAutoField(primary_key=True)
    event_id = models.UUIDField(default=new_id, unique=True)
    name = models.CharField(max_length=64, db_collation="C")
    version = models.PositiveSmallIntegerField()
    aggregate = models.CharField(max_length=64, db_collation="C")
    sequence = models.PositiveIntegerField()
    subject = models.CharField(max_length=64, db_collation="C")
    brand = models.CharField(max_length=64, blank=True, db_collation="C")
    body = models.JSONField()
    trace_id = models.CharField(max_length=128, blank=True, db_collation="C")
    occurred_at = models.DateTimeField()

    class Meta:
        db_table = "ledger_domain_event"
        db_table_comment = APPEND_ONLY
        constraints = [models.UniqueConstraint(fields=["aggregate", "sequence"], name="ledger_domain_event_order")]
        indexes = [models.Index(fields=["occurred_at"], name="ledger_domain_event_age")]

    @property
    def public_id(self) -> str:
        return to_public(self.PREFIX, self.event_id)

    def __str__(self) -> str:
        return f"{self.name} {self.aggregate}"


class EventReader(models.Model):
    """How far a sink has heard: every event up to `position`.

    Up to `marked_position` nothing can be in flight once all database transactions up to `mark` have ended (ledger/horizon.py). Kept
    here, so that a transaction that runs long delays the sinks by its own time and not for as long as others begin beside it.
    """

    sink = models.CharField(max_length=32, primary_key=True, db_collation="C")
    position = models.BigIntegerField(default=0)
    mark = models.BigIntegerField(default=0)
    marked_position = models.BigIntegerField(default=0)
    read_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "ledger_event_reader"

    def __str__(self) -> str:
        return f"{self.sink} {self.position}"
