"""What every call to a PSP stores (C7, C8). The row is the queue: a worker or the sweeper finds it by `next_try_at`."""

from django.db import models

from cashier.models.fields import CodeField


class PspCall(models.Model):
    """The call of one act, from its recording to its answer.

    READY: recorded, not sent. SENT: a worker has it under a lease that ends at `next_try_at`; past that moment its worker
    is dead and the PSP must be asked. UNKNOWN: sent, no answer; resolved by asking. DONE: answered, or no call needed.
    """

    class CallState(models.TextChoices):
        READY = "READY"
        SENT = "SENT"
        UNKNOWN = "UNKNOWN"
        DONE = "DONE"

    OPEN_CALLS = (CallState.READY, CallState.SENT, CallState.UNKNOWN)

    call_state = CodeField(max_length=8, choices=CallState.choices, default=CallState.READY)
    call_kind = CodeField(max_length=16)
    idempotency_key = CodeField(max_length=80, unique=True)
    operation_key = CodeField(max_length=480, blank=True)  # the write that asked for it, across retries of that write (A3)
    tries = models.PositiveIntegerField(default=0)
    next_try_at = models.DateTimeField(null=True)  # real time: a lease or the moment of the next try
    nudged_at = models.DateTimeField(null=True)  # real time: when a worker was last told
    sent_at = models.DateTimeField(null=True)
    answered_at = models.DateTimeField(null=True)
    error = models.CharField(max_length=300, blank=True)
    trace_id = CodeField(max_length=128, blank=True)

    class Meta:
        abstract = True
