"""A player's stored payment means: a token of a PSP, never a card number (C14, C24)."""

from django.db import models
from django_fsm import FSMModelMixin, transition
from simple_history.models import HistoricalRecords

from cashier.models.fields import CodeField
from cashier.models.psp_calls import PspCall
from cashier.models.stamped import Stamped
from ledger.models.base import PublicIdModel
from ledger.models.state_field import StateField

OPEN_CALL = models.Q(call_state__in=PspCall.OPEN_CALLS)


class Instrument(FSMModelMixin, PublicIdModel, PspCall, Stamped):
    """Its PSP call is the zero-amount verification."""

    PREFIX = "ins_"

    class State(models.TextChoices):
        UNVERIFIED = "UNVERIFIED"
        VERIFIED = "VERIFIED"
        BLOCKED = "BLOCKED"

    player = models.ForeignKey("cashier.Player", on_delete=models.PROTECT, related_name="instruments")
    method = CodeField(max_length=32)
    merchant_account = models.ForeignKey("cashier.MerchantAccount", null=True, on_delete=models.PROTECT, related_name="instruments")
    token = CodeField(max_length=200)
    masked = models.CharField(max_length=80, blank=True)
    state = StateField(max_length=16, choices=State.choices, default=State.UNVERIFIED, protected=True)
    psp_ref = CodeField(max_length=80, blank=True)
    decline_code = CodeField(blank=True)
    verified_at = models.DateTimeField(null=True)
    history = HistoricalRecords()

    class Meta:
        indexes = [models.Index(fields=["next_try_at"], name="cashier_instrument_due", condition=OPEN_CALL)]
        constraints = [models.UniqueConstraint(fields=["player", "token"], name="cashier_instrument_once_per_player")]

    def __str__(self) -> str:
        return self.masked or self.public_id

    @property
    def status(self) -> str:
        return str(self.state)

    @transition("state", source=State.UNVERIFIED, target=State.VERIFIED)
    def verify(self) -> None:
        """instrument.verified"""

    @transition("state", source=[State.UNVERIFIED, State.VERIFIED], target=State.BLOCKED)
    def block(self) -> None:
        """instrument.blocked"""
