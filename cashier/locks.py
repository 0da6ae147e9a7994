"""Row locks of the cashier, always in this order: event work, intent, captures, refunds, wallet (inside posting).

Each returns evaluated rows and needs an open transaction. A row that is not there raises its model's DoesNotExist.
"""

from collections.abc import Iterable
from uuid import UUID

from django.db import connection
from django.db.models import Prefetch, prefetch_related_objects

from cashier.models import Attempt, Capture, DepositIntent, Player, PspEventWork, Refund


def lock_intent(intent_id: UUID) -> DepositIntent:
    """The deposit intent, with brand, entity and merchant account at hand.

    Its player is read when first asked for: a row joined to one whose lock was waited for is as it was before the wait.
    """
    rows = DepositIntent.objects.select_related("brand", "entity", "merchant_account")
    return rows.select_for_update(of=("self",)).get(pk=intent_id)


def know_attempts(intent: DepositIntent) -> DepositIntent:
    """Read all attempts of a locked intent at once, with their accounts: `intent.attempts.all()` then asks no more.

    Nobody else makes one while the lock is held; who makes one itself calls `forget_attempts`.
    """
    prefetch_related_objects([intent], Prefetch("attempts", Attempt.objects.select_related("merchant_account").order_by("number")))
    return intent


def forget_attempts(intent: DepositIntent) -> None:
    """Another one was made: `intent.attempts` asks the database again."""
    intent.__dict__.get("_prefetched_objects_cache", {}).pop("attempts", None)


def lock_captures(intent_id: UUID) -> list[Capture]:
    """Every capture of an intent, oldest first."""
    return list(
        Capture.objects.select_for_update(of=("self",))
        .select_related("merchant_account", "attempt__merchant_account")
        .filter(intent_id=intent_id)
        .order_by("pk")
    )


def lock_refund(refund_id: UUID) -> Refund:
    return Refund.objects.select_for_update(of=("self",)).get(pk=refund_id)


def lock_player(player_id: UUID) -> Player:
    return Player.objects.select_for_update(of=("self",)).get(pk=player_id)


def lock_event_work(event_id: UUID) -> PspEventWork:
    return PspEventWork.objects.select_for_update(of=("self",)).get(pk=event_id)


def lock_deposits(intent_ids: Iterable[UUID]) -> list[DepositIntent]:
    """Several intents in id order, so that two callers can't wait for each other."""
    return list(DepositIntent.objects.select_for_update(of=("self",)).filter(pk__in=list(intent_ids)).order_by("pk"))


def lock_card(card_key: str) -> None:
    """One try of a card is counted and recorded at a time, whatever intent it is for (C11). Taken after the intent."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"card:{card_key}"])
