"""Players (G1). What names a person lives in PlayerIdentity only, encrypted with that player's own key (S6)."""

from django.db import models
from django_fsm import FSMModelMixin, transition
from simple_history.models import HistoricalRecords

from cashier.models.fields import CodeField
from cashier.models.stamped import Stamped
from ledger.models.base import PublicIdModel
from ledger.models.state_field import StateField


class Player(FSMModelMixin, PublicIdModel, Stamped):
    """One player of one brand, known to the brand by `external_id`.

    `limits`: {"deposit": {"EUR": {"day_minor": 100000, "week_minor": …, "month_minor": …}}}, absent = none (K5).
    """

    PREFIX = "pl_"

    class State(models.TextChoices):
        ACTIVE = "ACTIVE"
        SELF_EXCLUDED = "SELF_EXCLUDED"
        BLOCKED = "BLOCKED"
        CLOSED = "CLOSED"

    class Kyc(models.TextChoices):
        NONE = "none"
        PENDING = "pending"
        APPROVED = "approved"
        REJECTED = "rejected"

    brand = models.ForeignKey("cashier.Brand", on_delete=models.PROTECT, related_name="players")
    external_id = CodeField(max_length=128)
    state = StateField(max_length=16, choices=State.choices, default=State.ACTIVE, protected=True)
    kyc_status = CodeField(max_length=16, choices=Kyc.choices, default=Kyc.NONE)
    kyc_level = models.PositiveSmallIntegerField(default=0)
    country = CodeField(max_length=2, blank=True)
    currency = CodeField(max_length=16, default="EUR")
    is_vip = models.BooleanField(default=False)
    limits = models.JSONField(default=dict, blank=True)
    history = HistoricalRecords()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["brand", "external_id"], name="cashier_player_once_per_brand")]
        permissions = [("propose_limit", "Can ask to raise a player's limit"), ("approve_limit", "Can approve it")]

    def __str__(self) -> str:
        return self.public_id

    @property
    def status(self) -> str:
        """The state, by the name that the API gives it."""
        return str(self.state)

    @property
    def is_creditable(self) -> bool:
        """Whether money may become playable for this player."""
        return str(self.state) == self.State.ACTIVE

    @property
    def may_deposit(self) -> bool:
        """Whether a deposit's money may become playable: as K9's gates of the player have it. What was the player's own stays so."""
        return self.is_creditable and self.kyc_status != self.Kyc.REJECTED

    @transition("state", source=[State.SELF_EXCLUDED, State.BLOCKED], target=State.ACTIVE)
    def activate(self) -> None:
        """player.activated"""

    @transition("state", source=[State.ACTIVE, State.BLOCKED], target=State.SELF_EXCLUDED)
    def self_exclude(self) -> None:
        """player.self_excluded"""

    @transition("state", source=[State.ACTIVE, State.SELF_EXCLUDED], target=State.BLOCKED)
    def block(self) -> None:
        """player.blocked"""

    @transition("state", source=[State.ACTIVE, State.SELF_EXCLUDED, State.BLOCKED], target=State.CLOSED)
    def close(self) -> None:
        """player.closed"""


class PlayerIdentity(models.Model):
    """Personal data of one player: one row, no history; `wrapped_key` destroyed = the data is gone, the books stay whole."""

    player = models.OneToOneField(Player, primary_key=True, on_delete=models.PROTECT, related_name="identity")
    wrapped_key = models.BinaryField()
    ciphertext = models.BinaryField()
    email_hash = CodeField(blank=True, db_index=True)
    updated_at = models.DateTimeField()

    class Meta:
        db_table = "cashier_player_identity"

    def __str__(self) -> str:
        return f"identity of {self.player_id}"
