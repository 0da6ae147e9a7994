"""What was known when a payment was decided (K11): frozen with it, written once, under a hash."""

from typing import ClassVar

from django.db import models

from cashier.models.fields import CodeField
from ledger.models.base import APPEND_ONLY, PublicIdModel


class FrozenChecks(PublicIdModel):
    """The facts of one decision about one payment: a deposit's try or capture, a payout's request or submission.

    `facts` is what cashier.frozen_facts made of the rows as they were; `digest` is SHA-256 of its canonical JSON. A fact of a check that
    was not there is null, never left out.
    """

    PREFIX: ClassVar[str] = "fc_"

    class Moment(models.TextChoices):
        AUTHORIZE = "authorize"
        CASCADE = "cascade"
        STEP_UP = "step_up"
        CAPTURE = "capture"
        REQUEST = "request"
        APPROVAL = "approval"
        SUBMISSION = "submission"

    intent = models.ForeignKey("cashier.DepositIntent", null=True, on_delete=models.PROTECT, related_name="frozen_checks")
    payout = models.ForeignKey("cashier.PayoutIntent", null=True, on_delete=models.PROTECT, related_name="frozen_checks")
    moment = CodeField(max_length=16, choices=Moment.choices)
    facts = models.JSONField()
    digest = CodeField(max_length=64)
    frozen_at = models.DateTimeField()

    class Meta:
        db_table = "cashier_frozen_checks"
        db_table_comment = APPEND_ONLY
        verbose_name = "frozen facts of a payment"
        verbose_name_plural = "frozen facts of payments"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(intent__isnull=False, payout__isnull=True) | models.Q(intent__isnull=True, payout__isnull=False),
                name="cashier_frozen_of_one_payment",
            )
        ]

    def __str__(self) -> str:
        return self.public_id
