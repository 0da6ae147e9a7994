"""Reads of deposits. What a caller may not see is not found: a client sees its own brands only (A2)."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.db.models import F, Q, QuerySet, Sum

from cashier.models import Capture, DepositIntent, DepositState, Player
from cashier.refusals import NotFound
from ledger.ids import BadPublicId

COUNTED_STATES = (DepositState.ACTION_REQUIRED, DepositState.AUTHORIZED, DepositState.PENDING, DepositState.CAPTURED)


def get_intent_for(public_id: str, *, brand_ids: Collection[UUID]) -> DepositIntent:
    """The intent of a public id, if it belongs to one of these brands. Raises NotFound."""
    found = list_intents_for(brand_ids=brand_ids).filter(pk=_id_of(public_id)).first()
    if found is None:
        raise NotFound("No such deposit.")
    return found


def require_intent_for(public_id: str, *, brand_ids: Collection[UUID]) -> UUID:
    """The id of an intent that these brands may act on, for an act that locks and reads it itself. Raises NotFound."""
    pk = _id_of(public_id)
    if not DepositIntent.objects.filter(pk=pk, brand_id__in=list(brand_ids)).exists():
        raise NotFound("No such deposit.")
    return pk


def _id_of(public_id: str) -> UUID:
    try:
        return DepositIntent.id_of(public_id)
    except BadPublicId as error:
        raise NotFound("No such deposit.") from error


def list_intents_for(*, brand_ids: Collection[UUID]) -> QuerySet[DepositIntent]:
    return DepositIntent.objects.select_related("player", "brand", "merchant_account").filter(brand_id__in=list(brand_ids))


def get_capture_for(public_id: str, *, brand_ids: Collection[UUID]) -> Capture:
    """The capture of a public id, if it belongs to one of these brands. Raises NotFound."""
    try:
        pk = Capture.id_of(public_id)
    except BadPublicId as error:
        raise NotFound("No such capture.") from error
    found = Capture.objects.select_related("intent", "attempt").filter(pk=pk, intent__brand_id__in=list(brand_ids)).first()
    if found is None:
        raise NotFound("No such capture.")
    return found


def deposited_minor(*, player: Player, currency: str, since: datetime, except_intent: UUID) -> int:
    """What the player has deposited, or is depositing, since then: captured, else what is under way; minor units."""
    others = DepositIntent.objects.filter(player=player, currency=currency, created_at__gte=since).exclude(pk=except_intent)
    under_way = Q(state__in=COUNTED_STATES) | Q(attempts__call_state__in=("READY", "SENT", "UNKNOWN"))
    rows = others.filter(under_way).distinct().values_list("state", "amount_minor", "captured_minor", named=True)
    return sum(int(row.captured_minor) if row.state == DepositState.CAPTURED else int(row.amount_minor) for row in rows)


def open_pending_minor(*, entity_id: UUID) -> dict[str, int]:
    """Per currency, the sum of intents that are PENDING (POSTINGS.md section 4)."""
    rows = DepositIntent.objects.filter(entity_id=entity_id, state=DepositState.PENDING).values("currency")
    return {row["currency"]: int(row["total"]) for row in rows.annotate(total=Sum(F("pending_minor")))}
