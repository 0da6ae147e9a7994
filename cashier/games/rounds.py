"""A round and its moves, as rows: found or made under the lock of the player's wallet."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Q, Sum

from cashier.bonuses.rounds import shares_of_round
from cashier.games.refusals import RoundConflict, RoundUnknown
from cashier.games.splits import Split
from cashier.models import GameRound, Player, RoundMove
from ledger.actors import Actor
from ledger.canonical import canonical_json, sha256_hex
from ledger.operations.rows import insert, insert_later
from ledger.transitions import birth_of

Kind = RoundMove.Kind
OPENED = "round.opened"


def find_or_make_round(*, player: Player, round_id: str, currency: str, client_id: str, actor: Actor, now: datetime) -> GameRound:
    """The client's round, locked; made if missing. Raises RoundConflict if it is another player's or currency's."""
    found = GameRound.objects.select_for_update().filter(client_id=client_id, round_id=round_id).first()
    if found is not None:
        return require_same(in_currency(found, player, currency), player, currency)
    game_round = new_round(player=player, round_id=round_id, currency=currency, client_id=client_id, now=now)
    insert(game_round, birth_of(game_round, actor=actor, now=now, event=OPENED))
    return game_round


def in_currency(game_round: GameRound, player: Player, currency: str) -> GameRound:
    """A round that knows refused stakes only has moved no money: a rollback ahead of its stake need not name the currency, so the one
    that it was made in was guessed, and this is its own."""
    is_theirs = game_round.player_id == player.id
    if is_theirs and game_round.currency != currency and not game_round.moves.exclude(kind=Kind.REFUSAL).exists():
        game_round.currency = currency
        game_round.save(update_fields=["currency"])
    return game_round


def new_round(*, player: Player, round_id: str, currency: str, client_id: str, now: datetime) -> GameRound:
    """A round that is not saved yet: its first move saves it."""
    return GameRound(
        client_id=client_id,
        round_id=round_id,
        player=player,
        entity=player.brand.entity,
        currency=currency,
        meta={"inputs": []},
        created_at=now,
        updated_at=now,
    )


def lock_round(*, player: Player, round_id: str, client_id: str) -> GameRound:
    """The client's round of this player, locked. Raises RoundUnknown, RoundConflict."""
    found = GameRound.objects.select_for_update().filter(client_id=client_id, round_id=round_id).first()
    if found is None:
        raise RoundUnknown
    return require_same(found, player, found.currency)


def require_same(game_round: GameRound, player: Player, currency: str) -> GameRound:
    if game_round.player_id != player.id or game_round.currency != currency:
        raise RoundConflict
    return game_round


def find_move(*, client_id: str, kind: RoundMove.Kind, ref: str) -> RoundMove | None:
    """The client's move of this kind and reference; a debit is found by its transaction id too."""
    return RoundMove.objects.filter(client_id=client_id, kind=kind, txn_ref=ref).select_related("round").first()


def stake_of(game_round: GameRound) -> Split:
    """What is staked in the round and not rolled back, by cash and bonus."""
    debits = Q(kind=Kind.DEBIT, answers__isnull=True)
    sums = game_round.moves.filter(debits).aggregate(playable=Sum("playable_minor"), bonus=Sum("bonus_minor"))
    return Split(int(sums["playable"] or 0), shares_of_round(game_round) if sums["bonus"] else ())


def add_move(
    game_round: GameRound,
    kind: RoundMove.Kind,
    *,
    move_id: UUID,
    txn_ref: str,
    split: Split,
    transaction_id: UUID | None,
    of: RoundMove | None = None,
    meta: dict[str, Any] | None = None,
    actor: Actor,
    now: datetime,
) -> RoundMove:
    """Write the move, and add it to the round's inputs and their hash. A round that is new is written with it."""
    game_round.meta["inputs"].append(
        {"kind": kind.value, "txn_ref": txn_ref, "amount_minor": split.total_minor, "at": now.isoformat(), "meta": plain(meta or {})}
    )
    game_round.inputs_sha256 = sha256_hex(canonical_json(game_round.meta["inputs"]))
    game_round.updated_at = now
    made = RoundMove(
        id=move_id,
        round=game_round,
        client_id=game_round.client_id,
        kind=kind,
        txn_ref=txn_ref,
        of=of,
        amount_minor=split.total_minor,
        playable_minor=split.playable_minor,
        bonus_minor=split.bonus_minor,
        transaction_id=transaction_id,
        created_at=now,
    )
    if game_round._state.adding:
        insert_later(game_round, birth_of(game_round, actor=actor, now=now, event=OPENED), made)
    else:
        game_round.save(update_fields=["meta", "inputs_sha256", "updated_at"])
        insert_later(made)
    return made


def plain(value: Any) -> Any:
    """The caller's own facts with decimals as text, so that their hash is exact."""
    if isinstance(value, dict):
        return {str(name): plain(item) for name, item in value.items()}
    if isinstance(value, list):
        return [plain(item) for item in value]
    return value if value is None or isinstance(value, (str, int, bool)) else str(value)
