"""Who paid (K10): what came of comparing the payer that a rail named with the player, and from which likeness two names are one."""

from typing import ClassVar

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from simple_history.models import HistoricalRecords

from cashier.models.fields import CodeField
from ledger.models.base import APPEND_ONLY, PublicIdModel


class PayerState(models.TextChoices):
    """Of an attempt, empty where its rail named nobody. HELD: its money stays in pending until a person decides."""

    SAME = "same", "the player"
    LET = "let", "not compared, let pass by policy"
    HELD = "held", "held for a person"
    ACCEPTED = "accepted", "accepted by a person"
    REFUSED = "refused", "refused by a person"


class PayerCheck(PublicIdModel):
    """One look at who paid, or one person's word on it; written once.

    `sealed`: the payer as named, under the player's own key; empty where no key was there. `payer_hash`: a keyed hash that finds the
    same payer again. `score`: how alike the names are, 0 to 100, null where none were compared; `reason`: of cashier.risk.REASONS.
    `proof`: of the capture that is held, as the PSP stated it. The actor is a part of the system, or who decided.
    """

    PREFIX: ClassVar[str] = "pc_"

    player = models.ForeignKey("cashier.Player", on_delete=models.PROTECT, related_name="payer_checks")
    attempt = models.ForeignKey("cashier.Attempt", null=True, on_delete=models.PROTECT, related_name="payer_checks")
    instrument = models.ForeignKey("cashier.Instrument", null=True, on_delete=models.PROTECT, related_name="payer_checks")
    state = CodeField(max_length=16, choices=PayerState.choices)
    reason = CodeField(max_length=32)
    score = models.PositiveSmallIntegerField(null=True)
    threshold = models.PositiveSmallIntegerField()
    rule = CodeField(max_length=32)
    payer_hash = CodeField(max_length=64)
    sealed = models.BinaryField()
    actor_kind = CodeField(max_length=16)
    actor_id = CodeField(max_length=255)
    note = models.TextField(blank=True)
    checked_at = models.DateTimeField()

    class Meta:
        db_table = "cashier_payer_check"
        db_table_comment = APPEND_ONLY
        verbose_name = "check of a payer"
        verbose_name_plural = "checks of payers"
        permissions = [("show_payer", "Can see who paid")]
        indexes = [
            models.Index(fields=["player", "payer_hash"], name="cashier_payer_by_player"),
            models.Index(fields=["payer_hash"], name="cashier_payer_by_hash"),
        ]

    def __str__(self) -> str:
        return self.public_id


class PayerPolicy(PublicIdModel):
    """Of one brand; without a row the defaults hold. name_threshold: from which likeness two names are one person's.

    unknown: what happens where the rail names a payer and the player's name is not known, or can't be compared (C22).
    """

    PREFIX: ClassVar[str] = "pp_"

    class Unknown(models.TextChoices):
        HOLD = "HOLD", "hold for a person"
        LET = "LET", "credit"

    brand = models.OneToOneField("cashier.Brand", on_delete=models.PROTECT, related_name="payer_policy")
    name_threshold = models.PositiveSmallIntegerField(default=85, validators=[MinValueValidator(50), MaxValueValidator(100)])
    unknown = CodeField(max_length=8, choices=Unknown.choices, default=Unknown.HOLD)
    history = HistoricalRecords()

    class Meta:
        db_table = "cashier_payer_policy"
        verbose_name = "payer policy"
        verbose_name_plural = "payer policies"

    def __str__(self) -> str:
        return f"payer policy of {self.brand_id}"
