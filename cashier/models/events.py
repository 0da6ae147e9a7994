"""What PSPs told us: the event as it came (append-only), and beside it the state of our work on it (W1 to W5)."""

from django.db import models

from cashier.models.fields import CodeField, MinorUnitsField
from ledger.models.base import APPEND_ONLY, PublicIdModel


class PspEvent(PublicIdModel):
    """A validly signed notification, stored once, never changed.

    Two identities, both unique per merchant account (W3): `identity_key` is the provider's event id, or else a hash of
    (event, psp_ref, idempotency_key); `object_key` is the kind with the provider's object (capture, refund, payout,
    dispute movement), empty where the event names none. `raw_body` has card numbers masked; `body_sha256` is of the
    body as it was signed. A body that could not be read has event "unreadable".

    `via` is the way in: "canonical", a provider's own scheme ("stripe", "adyen", "generic", "hooks"), or "pull" for what
    we asked for ourselves (W6). A provider's own notification is stored as it came, its event named "<via>:<its kind>";
    the task that normalises it stores what it means as events of its own, each with `source` set to it.

    One that says another amount of an object that was told of before has an `identity_key` that names the first, and no `object_key`.
    """

    PREFIX = "evt_"
    CANONICAL = "canonical"
    PULL = "pull"
    CONTRADICTS = "differs:"  # how the identity of such an event begins

    via = CodeField(max_length=16, default=CANONICAL)
    source = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="told")
    merchant_account = models.ForeignKey("cashier.MerchantAccount", on_delete=models.PROTECT, related_name="events")
    provider_event_id = CodeField(max_length=128, blank=True)
    identity_key = CodeField(max_length=200)
    object_key = CodeField(max_length=320, blank=True)
    event = CodeField(max_length=48)
    psp_ref = CodeField(max_length=128, blank=True)
    intent_ref = CodeField(max_length=128, blank=True)
    capture_ref = CodeField(max_length=128, blank=True)
    refund_ref = CodeField(max_length=128, blank=True)
    payout_ref = CodeField(max_length=128, blank=True)
    dispute_ref = CodeField(max_length=128, blank=True)
    movement = CodeField(max_length=128, blank=True)
    own_ref = CodeField(max_length=128, blank=True)  # our id of the object itself (cap_, rf_, po_), where the PSP names it
    amount_minor = MinorUnitsField(null=True)
    currency = CodeField(max_length=16, blank=True)
    occurred_at = models.DateTimeField()
    received_at = models.DateTimeField()
    body_sha256 = CodeField(max_length=64)
    raw_body = models.TextField()
    trace_id = CodeField(max_length=128, blank=True)

    class Meta:
        db_table = "cashier_psp_event"
        db_table_comment = APPEND_ONLY
        constraints = [
            models.UniqueConstraint(fields=["merchant_account", "identity_key"], name="cashier_event_identity"),
            models.UniqueConstraint(
                fields=["merchant_account", "object_key"], condition=~models.Q(object_key=""), name="cashier_event_object"
            ),
        ]
        indexes = [
            models.Index(fields=["intent_ref"], name="cashier_event_intent"),
            models.Index(fields=["-received_at"], name="cashier_event_received"),
            models.Index(fields=["merchant_account", "-received_at"], name="cashier_event_by_account"),
        ]
        permissions = [("replay_events", "Can replay dead events")]

    def __str__(self) -> str:
        return f"{self.event} {self.public_id}"

    @property
    def is_foreign(self) -> bool:
        """Whether it is a provider's own notification, which means something only once it is normalised."""
        return ":" in self.event

    @property
    def contradicts(self) -> str:
        """The public id of the event that told another amount of the same before; "" for all but few."""
        is_other = self.identity_key.startswith(self.CONTRADICTS)
        return self.identity_key.removeprefix(self.CONTRADICTS).partition(":")[0] if is_other else ""


class PspEventWork(models.Model):
    """Where our work on one event stands. `next_try_at` is real time: a lease, or the moment of the next try.

    `log`: the last tries, oldest first: [{"at": instant, "ms": how long it took, "result": what became of it, "error": why}].
    """

    class State(models.TextChoices):
        RECEIVED = "RECEIVED"
        WAITING = "WAITING", "waiting for its intent"
        APPLIED = "APPLIED"
        IGNORED = "IGNORED", "recorded, no effect"
        DEAD = "DEAD", "dead letter"

    OPEN_STATES = (State.RECEIVED, State.WAITING)

    event = models.OneToOneField(PspEvent, primary_key=True, on_delete=models.PROTECT, related_name="work")
    state = CodeField(max_length=12, choices=State.choices, default=State.RECEIVED)
    tries = models.PositiveIntegerField(default=0)
    next_try_at = models.DateTimeField(null=True)
    nudged_at = models.DateTimeField(null=True)  # by the sweeper
    error = models.TextField(blank=True)
    outcome = CodeField(max_length=80, blank=True)
    applied_at = models.DateTimeField(null=True)
    replays = models.PositiveIntegerField(default=0)
    is_outage = models.BooleanField(default=False)  # the last try failed because the PSP gave no answer
    log = models.JSONField(default=list)

    class Meta:
        db_table = "cashier_psp_event_work"
        indexes = [
            models.Index(fields=["next_try_at"], name="cashier_event_due", condition=models.Q(state__in=["RECEIVED", "WAITING"])),
            models.Index(fields=["state"], name="cashier_event_dead", condition=models.Q(state="DEAD")),
        ]

    def __str__(self) -> str:
        return f"{self.state} {self.event_id}"


class WebhookNonce(models.Model):
    """A nonce that was used, kept longer than the window of its timestamp (W2)."""

    merchant_account = models.ForeignKey("cashier.MerchantAccount", on_delete=models.PROTECT, related_name="+")
    nonce = CodeField(max_length=64)
    body_sha256 = CodeField(max_length=64)
    used_at = models.DateTimeField()

    class Meta:
        db_table = "cashier_webhook_nonce"
        constraints = [models.UniqueConstraint(fields=["merchant_account", "nonce"], name="cashier_nonce_once")]
        indexes = [models.Index(fields=["used_at"], name="cashier_nonce_age")]

    def __str__(self) -> str:
        return self.nonce


class WebhookRefusal(models.Model):
    """How many webhooks left nothing behind, by hour, account and reason: the fact, nothing of the body (W3).

    `reason` is why it was refused, or "duplicate" for what was valid and known.
    """

    DUPLICATE = "duplicate"

    hour = models.DateTimeField()
    account_code = CodeField(blank=True)  # empty where no account of ours was named
    reason = CodeField(max_length=32)
    count = models.PositiveIntegerField(default=0)

    class Meta:
        db_table = "cashier_webhook_refusal"
        constraints = [models.UniqueConstraint(fields=["hour", "account_code", "reason"], name="cashier_refusal_bucket")]

    def __str__(self) -> str:
        return f"{self.hour} {self.reason} {self.count}"


class EventPull(models.Model):
    """When we last asked a PSP for the event of one of our objects, and when we ask again (W6). Times are real."""

    class Kind(models.TextChoices):
        DEPOSIT = "deposit"
        CAPTURE = "capture"
        REFUND = "refund"
        PAYOUT = "payout"

    kind = CodeField(max_length=8, choices=Kind.choices)
    object_id = models.UUIDField()
    merchant_account = models.ForeignKey("cashier.MerchantAccount", on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(null=True)
    next_ask_at = models.DateTimeField()
    tries = models.PositiveIntegerField(default=0)
    pulled = models.PositiveIntegerField(default=0)

    class Meta:
        db_table = "cashier_event_pull"
        verbose_name = "pull of an event"
        verbose_name_plural = "pulls of events"
        constraints = [models.UniqueConstraint(fields=["kind", "object_id"], name="cashier_pull_once")]
        indexes = [models.Index(fields=["next_ask_at"], name="cashier_pull_due")]

    def __str__(self) -> str:
        return f"{self.kind} {self.object_id}"
