"""What is told to the operator's platform (A8): where to, which event, and every try."""

from django.db import models
from simple_history.models import HistoricalRecords

from cashier.models.fields import CodeField
from ledger.models.base import APPEND_ONLY, PublicIdModel


class OutgoingEndpoint(PublicIdModel):
    """An address of the operator's platform. Its secret is read as <secret_ref>_OUTGOING_SECRET (cashier/secrets.py), never from here.

    brands: codes; empty for all, and only then events that belong to no brand. events: names ("deposit.captured") and areas
    ("deposit.*"); "*" for all.
    """

    PREFIX = "we_"

    code = CodeField(unique=True)
    url = models.CharField(max_length=500)
    brands = models.JSONField(default=list, blank=True)
    events = models.JSONField(default=list)
    secret_ref = CodeField()
    is_enabled = models.BooleanField(default=True)
    history = HistoricalRecords()

    class Meta:
        db_table = "cashier_outgoing_endpoint"
        verbose_name = "outgoing webhook endpoint"
        permissions = [("resend_deliveries", "Can send outgoing webhooks again")]

    def __str__(self) -> str:
        return self.code

    def wants(self, name: str, brand: str) -> bool:
        """Whether an event of this name and brand is for this endpoint."""
        if self.brands and brand not in self.brands:
            return False
        return bool({"*", name, f"{name.partition('.')[0]}.*"} & set(self.events))


class OutgoingDelivery(PublicIdModel):
    """One event for one endpoint. The times are real time; `sending_until` is the lease of the try that is under way.

    `position` and `aggregate` are the event's: an event waits while an earlier one of its aggregate waits for the same endpoint.
    """

    PREFIX = "wd_"

    class State(models.TextChoices):
        WAITING = "WAITING"
        DELIVERED = "DELIVERED"
        FAILED = "FAILED", "given up"

    endpoint = models.ForeignKey(OutgoingEndpoint, on_delete=models.PROTECT, related_name="deliveries")
    event = models.ForeignKey("ledger.DomainEvent", on_delete=models.PROTECT, related_name="+")
    position = models.BigIntegerField()
    aggregate = CodeField()
    state = CodeField(max_length=12, choices=State.choices, default=State.WAITING)
    tries = models.PositiveIntegerField(default=0)  # of this round: a resend begins anew
    next_try_at = models.DateTimeField(null=True)
    give_up_at = models.DateTimeField(null=True)  # set by the first try of a round
    sending_until = models.DateTimeField(null=True)
    error = models.CharField(max_length=300, blank=True)
    resends = models.PositiveIntegerField(default=0)
    made_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "cashier_outgoing_delivery"
        verbose_name_plural = "outgoing deliveries"
        constraints = [models.UniqueConstraint(fields=["endpoint", "event"], name="cashier_delivery_once")]
        indexes = [
            models.Index(fields=["endpoint", "next_try_at"], name="cashier_delivery_due", condition=models.Q(state="WAITING")),
            models.Index(fields=["endpoint", "aggregate", "position"], name="cashier_delivery_order", condition=models.Q(state="WAITING")),
            models.Index(fields=["endpoint", "state", "-id"], name="cashier_delivery_list"),
            models.Index(fields=["state", "-id"], name="cashier_delivery_states"),
            models.Index(fields=["aggregate"], name="cashier_delivery_of"),
        ]

    def __str__(self) -> str:
        return f"{self.state} {self.public_id}"


class OutgoingAttempt(models.Model):
    """One try. `status` is null where no answer came, `error` says why then; `answer`: the first characters, card numbers masked."""

    id = models.BigAutoField(primary_key=True)
    delivery = models.ForeignKey(OutgoingDelivery, on_delete=models.PROTECT, related_name="attempts")
    number = models.PositiveIntegerField()
    tried_at = models.DateTimeField()
    duration_ms = models.PositiveIntegerField()
    status = models.PositiveSmallIntegerField(null=True)
    error = models.CharField(max_length=300, blank=True)
    answer = models.CharField(max_length=500, blank=True)

    class Meta:
        db_table = "cashier_outgoing_attempt"
        db_table_comment = APPEND_ONLY
        indexes = [models.Index(fields=["delivery", "id"], name="cashier_attempt_of_delivery")]

    def __str__(self) -> str:
        return f"{self.status or self.error} {self.delivery_id}"
