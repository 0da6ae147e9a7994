"""Game rounds and their moves of money (G2). Moves are append-only; a round's transitions are its history."""

from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django_fsm import FSMModelMixin, transition

from cashier.models.fields import CodeField, MinorUnitsField
from cashier.models.stamped import Stamped
from ledger.models.base import APPEND_ONLY, PublicIdModel
from ledger.models.state_field import StateField


class GameRound(FSMModelMixin, PublicIdModel, Stamped):
    """One round of one player, named by the game server's `round_id`, unique per client."""

    PREFIX = "gr_"

    class State(models.TextChoices):
        OPEN = "OPEN"
        ENDED = "ENDED"

    client_id = CodeField(max_length=255)
    round_id = CodeField(max_length=128)
    player = models.ForeignKey("cashier.Player", on_delete=models.PROTECT, related_name="rounds")
    entity = models.ForeignKey("ledger.LegalEntity", on_delete=models.PROTECT, related_name="rounds")
    currency = CodeField(max_length=16)
    state = StateField(max_length=8, choices=State.choices, default=State.OPEN, protected=True)
    meta = models.JSONField(default=dict)
    inputs_sha256 = CodeField(max_length=64, blank=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "cashier_game_round"
        constraints = [models.UniqueConstraint(fields=["client_id", "round_id"], name="cashier_round_once")]
        indexes = [
            models.Index(fields=["player", "-created_at"], name="cashier_round_by_player"),
            # Stakes of open rounds are owed to players, however old (D6): those open now, and those that ended since a day's end.
            models.Index(fields=["entity"], name="cashier_round_open", condition=models.Q(ended_at=None)),
            BrinIndex(fields=["ended_at"], name="cashier_round_ended", autosummarize=True),
        ]

    def __str__(self) -> str:
        return self.round_id

    @transition("state", source=State.OPEN, target=State.ENDED)
    def end(self) -> None:
        """round.closed"""


class RoundMove(PublicIdModel):
    """One debit, credit or rollback. `txn_ref` is the caller's reference, unique per client and kind.

    REFUSAL is what a rollback that came before its debit leaves: the debit of that reference is then refused.
    playable_minor and bonus_minor are the split decided under lock.
    """

    PREFIX = "mv_"

    class Kind(models.TextChoices):
        DEBIT = "DEBIT"
        CREDIT = "CREDIT"
        ROLLBACK = "ROLLBACK"
        REFUSAL = "REFUSAL"

    round = models.ForeignKey(GameRound, on_delete=models.PROTECT, related_name="moves")
    client_id = CodeField(max_length=255)
    kind = CodeField(max_length=8, choices=Kind.choices)
    txn_ref = CodeField(max_length=128)
    of = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="answers")
    amount_minor = MinorUnitsField()
    playable_minor = MinorUnitsField()
    bonus_minor = MinorUnitsField(default=0)
    transaction_id = models.UUIDField(null=True)
    created_at = models.DateTimeField()

    class Meta:
        db_table = "cashier_round_move"
        db_table_comment = APPEND_ONLY
        constraints = [models.UniqueConstraint(fields=["client_id", "kind", "txn_ref"], name="cashier_move_once")]

    def __str__(self) -> str:
        return f"{self.kind} {self.txn_ref}"
