"""Bonuses granted and forfeited by the staff, and those of a client above the threshold: proposed by one, decided by another (S1, L12)."""

from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import F, Sum

from cashier.bonuses.books import RULES, source_of
from cashier.bonuses.endings import forfeit_bonus, require_active
from cashier.bonuses.grants import Grant, check_terms, grant_bonus, new_bonus
from cashier.bonuses.refusals import BonusNotForPlayer
from cashier.bonuses.terms import ending_of
from cashier.models import Bonus, Player
from ledger.actors import Actor
from ledger.models import ApprovalRequest
from ledger.money import money_text
from ledger.operations import get_threshold, people_needed, request_approval
from ledger.operations.postings import lines_of
from ledger.values import Line

GRANT, FORFEIT = "bonus.grant", "bonus.forfeit"


def grant_or_ask(
    *, player: Player, grant: Grant, grant_ref: str, reason: str, maker: Actor, now: datetime
) -> Bonus | ApprovalRequest:  # fmt: skip
    """Grant it; above the threshold of brand and currency, where one is set, ask people to (S1).

    What the client granted this player in 24 hours counts with it, so that a sum is not split. Raises as grant_bonus and propose_grant.
    """
    brand, currency = player.brand.code, grant.currency
    with transaction.atomic():
        is_free = get_threshold(GRANT, brand, currency) is None or Bonus.objects.filter(grant_ref=grant_ref).exists()
        if not is_free:
            needed = people_needed(
                kind=GRANT, brand=brand, currency=currency, amount_minor=worth_minor(grant), player_ref=player.public_id, maker=maker,
                done_minor=granted_minor(player, currency, maker, since=now - timedelta(hours=24)), now=now,
            )  # fmt: skip
            is_free = needed.people == 0
        if is_free:
            return grant_bonus(player=player, grant=grant, grant_ref=grant_ref, reason=reason, actor=maker, now=now)
        return propose_grant(player=player, grant=grant, reason=reason or "asked for by the platform", maker=maker, now=now)


def worth_minor(grant: Grant) -> int:
    """What is promised: the face, or all spins at their value."""
    return grant.amount_minor or grant.spins * grant.spin_minor


def granted_minor(player: Player, currency: str, maker: Actor, *, since: datetime) -> int:
    """What a client granted this player without asking, minor units."""
    rows = Bonus.objects.filter(player=player, currency=currency, created_at__gt=since, grant_ref__startswith=f"{maker.id}:")
    return int(rows.aggregate(total=Sum(F("face_minor") + F("spins") * F("spin_minor")))["total"] or 0)


def propose_grant(*, player: Player, grant: Grant, reason: str, maker: Actor, now: datetime) -> ApprovalRequest:
    """Ask for a bonus for a player. Raises BonusTermsWrong, BonusNotForPlayer, ApprovalRefused without a reason."""
    check_terms(grant)
    if not player.is_creditable:
        raise BonusNotForPlayer
    amount_minor = worth_minor(grant)
    what = f"{grant.spins} free spins worth" if grant.spins else grant.kind
    return request_approval(
        kind=GRANT,
        payload={"player": player.public_id, "grant": payload_of(grant)},
        summary=f"Bonus: {what} {money_text(amount_minor, grant.currency)}, wagered {grant.wager_times} times",
        reason=reason,
        maker=maker,
        entity_id=player.brand.entity_id,
        amount_minor=amount_minor,
        currency=grant.currency,
        target_kind="player",
        target_id=player.public_id,
        brand=player.brand.code,
        player_ref=player.public_id,
        now=now,
    )


def propose_forfeit(*, bonus_id: UUID, reason: str, maker: Actor, now: datetime) -> ApprovalRequest:
    """Ask to take what is left of a bonus. Raises BonusEnded, ApprovalRefused without a reason."""
    bonus = require_active(Bonus.objects.select_related("player__brand").get(pk=bonus_id))
    return request_approval(
        kind=FORFEIT,
        payload={"bonus": bonus.public_id, "reason": reason},
        summary=f"Forfeit {bonus.public_id} with {money_text(bonus.balance_minor, bonus.currency)}",
        reason=reason,
        maker=maker,
        entity_id=bonus.entity_id,
        amount_minor=bonus.balance_minor,
        currency=bonus.currency,
        target_kind="bonus",
        target_id=bonus.public_id,
        brand=bonus.player.brand.code,
        player_ref=bonus.player.public_id,
        now=now,
    )


def execute_grant(*, payload: dict[str, Any], request: ApprovalRequest, actor: Actor, now: datetime) -> Bonus:
    """The approved bonus; the maker grants, the checker only consents. Raises as grant_bonus: then nothing is decided."""
    ref, maker = f"approval:{request.public_id}", Actor(request.maker_kind, request.maker_id)
    return grant_bonus(
        player=player_of(payload), grant=grant_of(payload["grant"]), grant_ref=ref, reason=request.reason, actor=maker, now=now
    )


def execute_forfeit(*, payload: dict[str, Any], request: ApprovalRequest, actor: Actor, now: datetime) -> Bonus:
    """Take what is left at this moment. Raises BonusEnded: then nothing is decided."""
    maker = Actor(request.maker_kind, request.maker_id)
    return forfeit_bonus(bonus_id=Bonus.id_of(payload["bonus"]), reason=payload["reason"], actor=maker, now=now)


def preview_grant(payload: dict[str, Any]) -> list[Line]:
    """The lines that approval would post; free spins post none before one wins."""
    player = player_of(payload)
    return lines_of_grant(player, grant_of(payload["grant"]), now=player.created_at)


def lines_of_grant(player: Player, grant: Grant, *, now: datetime) -> list[Line]:
    """The lines of such a grant. Raises BonusTermsWrong; writes nothing."""
    check_terms(grant)
    if not grant.amount_minor:
        return []
    # The bonus has no row yet: its id in these lines is not the one that it will have, and is not shown.
    source = source_of(new_bonus(player, grant, "", "", now), {"amount_minor": grant.amount_minor})
    return lines_of(RULES["bonus.paid" if grant.is_cash else "bonus.granted"], {**source, "bonus": ""})


def preview_forfeit(payload: dict[str, Any]) -> list[Line]:
    """The lines that approval would post now."""
    bonus = Bonus.objects.select_related("player", "entity").get(pk=Bonus.id_of(payload["bonus"]))
    if not bonus.balance_minor:
        return []
    parts = ending_of(bonus, is_converted=False)
    return lines_of(RULES["bonus.forfeited"], source_of(bonus, {"cost_minor": parts.cost_minor, "gaming_minor": parts.gaming_minor}))


def payload_of(grant: Grant) -> dict[str, Any]:
    """The grant as canonical JSON; its term in whole seconds."""
    facts = asdict(grant) | {"prohibited_games": list(grant.prohibited_games), "term_seconds": int(grant.term.total_seconds())}
    del facts["term"]
    return facts


def grant_of(facts: dict[str, Any]) -> Grant:
    rest = {name: value for name, value in facts.items() if name not in ("term_seconds", "prohibited_games")}
    return Grant(term=timedelta(seconds=facts["term_seconds"]), prohibited_games=tuple(facts["prohibited_games"]), **rest)


def player_of(payload: dict[str, Any]) -> Player:
    return Player.objects.select_related("brand__entity").get(pk=Player.id_of(payload["player"]))
