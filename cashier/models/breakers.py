"""What guards the calls of a merchant account (C9): thresholds as data, a person's word over the circuit, and each change of it."""

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models

from cashier.models.fields import CodeField
from ledger.models.base import APPEND_ONLY


class BreakerState(models.TextChoices):
    """CLOSED: calls pass. OPEN: none is made. HALF_OPEN: a few are let through to see."""

    CLOSED = "closed"
    OPEN = "open"
    HALF_OPEN = "half_open"


def _count(default: int, least: int = 1, most: int = 100_000) -> "models.PositiveIntegerField[int, int]":
    return models.PositiveIntegerField(default=default, validators=[MinValueValidator(least), MaxValueValidator(most)])


class CallGuards(models.Model):
    """Thresholds of one merchant account; they change under four eyes, with the account's other settings.

    The circuit opens where, of at least `breaker_min_calls` in the last `breaker_window_seconds`, `breaker_failure_percent`
    brought no answer. It stays open `breaker_open_seconds`, twice as long each time it opens again at once; then
    `breaker_probes` calls are let through, and close it where all are answered. At most `rate_per_second` calls are made,
    `rate_burst` at once. Questions about unknown outcomes have `lookups_per_minute` of their own, so that an open
    circuit never stops resolution for good. `breaker_forced`: a person's word over the circuit, until `breaker_forced_until`.
    """

    breaker_window_seconds = _count(60, 5, 3600)
    breaker_min_calls = _count(10)
    breaker_failure_percent = _count(50, 1, 100)
    breaker_open_seconds = _count(15, 1, 3600)
    breaker_probes = _count(3, 1, 100)
    rate_per_second = _count(200)
    rate_burst = _count(400)
    lookups_per_minute = _count(60)
    breaker_forced = CodeField(max_length=8, blank=True, choices=[("open", "open"), ("closed", "closed")])
    breaker_forced_until = models.DateTimeField(null=True, blank=True)  # real time

    class Meta:
        abstract = True


class BreakerChange(models.Model):
    """One change of a circuit, written once: incidents are read from these. Instants are real time.

    `calls` and `failures` are what the window held when it opened. `is_alone`: one process decided it by itself, without Redis.
    `reason` is a person's, who forced it or let it go.
    """

    class Cause(models.TextChoices):
        FAILURES = "failures"
        COOLED = "cooled"
        PROBE_FAILED = "probe_failed"
        PROBES_ANSWERED = "probes_answered"
        FORCED_OPEN = "forced_open"
        FORCED_CLOSED = "forced_closed"
        LET_GO = "let_go"

    merchant_account = models.ForeignKey("cashier.MerchantAccount", on_delete=models.PROTECT, related_name="breaker_changes")
    from_state = CodeField(max_length=16, choices=BreakerState.choices)
    to_state = CodeField(max_length=16, choices=BreakerState.choices)
    cause = CodeField(max_length=24, choices=Cause.choices)
    at = models.DateTimeField()
    until = models.DateTimeField(null=True)
    calls = models.PositiveIntegerField(default=0)
    failures = models.PositiveIntegerField(default=0)
    is_alone = models.BooleanField(default=False)
    actor_kind = CodeField(max_length=16)
    actor_id = CodeField(max_length=255)
    reason = models.TextField(blank=True)

    class Meta:
        db_table = "cashier_breaker_change"
        db_table_comment = APPEND_ONLY
        indexes = [models.Index(fields=["merchant_account", "-at"], name="cashier_breaker_by_account")]

    def __str__(self) -> str:
        return f"{self.merchant_account_id} {self.from_state} to {self.to_state}"
