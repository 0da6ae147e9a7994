"""Our answer to a dispute, as a call to the PSP: the evidence sent, or the acceptance (X6, C8)."""

from django.db import models
from simple_history.models import HistoricalRecords

from cashier.models.fields import CodeField
from cashier.models.psp_calls import PspCall
from cashier.models.stamped import Stamped
from disputes.models.disputes import Dispute
from ledger.models import PublicIdModel

OPEN_CALL = models.Q(call_state__in=PspCall.OPEN_CALLS)


class DisputeAnswer(PublicIdModel, PspCall, Stamped):
    """One shot: `evidence` lists the ids and hashes that go with it, frozen when it is made; `outcome` is the PSP's word."""

    PREFIX = "ans_"

    class Kind(models.TextChoices):
        SUBMIT = "SUBMIT"
        ACCEPT = "ACCEPT"

    class Outcome(models.TextChoices):
        TAKEN = "TAKEN"
        REFUSED = "REFUSED"

    dispute = models.ForeignKey(Dispute, on_delete=models.PROTECT, related_name="answers")
    merchant_account = models.ForeignKey("cashier.MerchantAccount", on_delete=models.PROTECT, related_name="dispute_answers")
    kind = CodeField(max_length=8, choices=Kind.choices)
    evidence = models.JSONField(default=list)
    note = models.TextField(blank=True)
    outcome = CodeField(max_length=8, choices=Outcome.choices, blank=True)
    asked_by_kind = CodeField(max_length=16)
    asked_by_id = CodeField(max_length=255)
    history = HistoricalRecords()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["dispute"], condition=OPEN_CALL, name="disputes_one_open_answer")]
        indexes = [models.Index(fields=["next_try_at"], name="disputes_answer_due", condition=OPEN_CALL)]

    def __str__(self) -> str:
        return f"{self.kind} {self.dispute_id}"
