"""Bonuses and what rounds did to them (G4). The money of all active bonuses of a player is that player's `bonus` account."""

from django.db import models
from django_fsm import FSMModelMixin, transition
from simple_history.models import HistoricalRecords

from cashier.models.fields import CodeField, MinorUnitsField
from cashier.models.stamped import Stamped
from ledger.models.base import APPEND_ONLY, PublicIdModel
from ledger.models.state_field import StateField


class Bonus(FSMModelMixin, PublicIdModel, Stamped):
    """One bonus of one player in one currency; amounts are its minor units.

    face_minor: what was granted, wins of free spins included. balance_minor: what stands of it in `bonus`.
    converted_minor, returned_minor: what went to `playable`, and back to `bonus_cost`. Both can still grow after the end, when a
    round that was open then is settled. required_minor, wagered_minor: the wager counter.
    contribution: {game: percent}, "*" for every other game (100 where it is not named). None in cap or max bet: no limit.
    """

    PREFIX = "bn_"

    class Kind(models.TextChoices):
        AMOUNT = "amount"
        FREESPINS = "freespins"
        CASHBACK = "cashback"

    class State(models.TextChoices):
        ACTIVE = "ACTIVE"
        PAID = "PAID"
        CONVERTED = "CONVERTED"
        EXPIRED = "EXPIRED"
        FORFEITED = "FORFEITED"

    player = models.ForeignKey("cashier.Player", on_delete=models.PROTECT, related_name="bonuses")
    entity = models.ForeignKey("ledger.LegalEntity", on_delete=models.PROTECT, related_name="bonuses")
    kind = CodeField(max_length=16, choices=Kind.choices)
    currency = CodeField(max_length=16)
    state = StateField(max_length=12, choices=State.choices, default=State.ACTIVE, protected=True)
    grant_ref = CodeField(max_length=512, unique=True)
    deposit_ref = CodeField(max_length=64, blank=True)
    face_minor = MinorUnitsField(default=0)
    balance_minor = MinorUnitsField(default=0)
    converted_minor = MinorUnitsField(default=0)
    returned_minor = MinorUnitsField(default=0)
    wager_times = models.PositiveSmallIntegerField(default=0)
    required_minor = MinorUnitsField(default=0)
    wagered_minor = MinorUnitsField(default=0)
    cap_minor = MinorUnitsField(null=True)
    max_bet_minor = MinorUnitsField(null=True)
    spins = models.PositiveIntegerField(default=0)
    spins_used = models.PositiveIntegerField(default=0)
    spin_minor = MinorUnitsField(default=0)
    game = CodeField(max_length=128, blank=True)
    contribution = models.JSONField(default=dict, blank=True)
    prohibited_games = models.JSONField(default=list, blank=True)
    forfeits_on_payout = models.BooleanField(default=False)
    reason = models.CharField(max_length=300, blank=True)
    expires_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    history = HistoricalRecords()

    class Meta:
        verbose_name_plural = "bonuses"
        constraints = [
            models.CheckConstraint(condition=models.Q(balance_minor__gte=0), name="cashier_bonus_not_below_zero"),
            models.CheckConstraint(condition=models.Q(spins_used__lte=models.F("spins")), name="cashier_bonus_spins"),
            models.CheckConstraint(condition=models.Q(state="ACTIVE") | models.Q(balance_minor=0), name="cashier_bonus_ended_empty"),
        ]
        indexes = [
            models.Index(fields=["player", "currency"], name="cashier_bonus_active", condition=models.Q(state="ACTIVE")),
            models.Index(fields=["expires_at"], name="cashier_bonus_due", condition=models.Q(state="ACTIVE")),
            models.Index(fields=["deposit_ref"], name="cashier_bonus_deposit", condition=~models.Q(deposit_ref="")),
        ]
        permissions = [("propose_bonus", "Can propose bonuses by hand"), ("approve_bonus", "Can approve bonuses by hand")]

    def __str__(self) -> str:
        return self.public_id

    @property
    def remaining_minor(self) -> int:
        """What is still to be wagered."""
        return max(int(self.required_minor) - int(self.wagered_minor), 0)

    @property
    def spins_left(self) -> int:
        return self.spins - self.spins_used

    @property
    def is_wagered(self) -> bool:
        """Whether nothing is left to do before it may be converted."""
        return not self.remaining_minor and not self.spins_left

    @transition("state", source=State.ACTIVE, target=State.PAID)
    def pay(self) -> None:
        """bonus.paid: cash or cashback, at once to playable."""

    @transition("state", source=State.ACTIVE, target=State.CONVERTED)
    def convert(self) -> None:
        """bonus.converted: wagered, to playable up to the cap."""

    @transition("state", source=State.ACTIVE, target=State.EXPIRED)
    def expire(self) -> None:
        """bonus.expired: its term is over."""

    @transition("state", source=State.ACTIVE, target=State.FORFEITED)
    def forfeit(self) -> None:
        """bonus.forfeited: by the player, the staff, or the terms."""


class BonusMove(PublicIdModel):
    """What one move of a round did to one bonus: bonus money staked, won or given back, and what counted as wagered.

    is_spin: a free spin was used, or given back. The direction is the round move's kind.
    """

    PREFIX = "bm_"

    bonus = models.ForeignKey(Bonus, on_delete=models.PROTECT, related_name="moves")
    move = models.ForeignKey("cashier.RoundMove", on_delete=models.PROTECT, related_name="bonus_moves")
    amount_minor = MinorUnitsField(default=0)
    wagered_minor = MinorUnitsField(default=0)
    is_spin = models.BooleanField(default=False)
    created_at = models.DateTimeField()

    class Meta:
        db_table = "cashier_bonus_move"
        db_table_comment = APPEND_ONLY
        constraints = [models.UniqueConstraint(fields=["bonus", "move"], name="cashier_bonus_move_once")]

    def __str__(self) -> str:
        return f"{self.bonus_id} {self.amount_minor}"
