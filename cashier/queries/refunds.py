"""Reads of captures and refunds, within a caller's brands."""

from collections.abc import Collection
from uuid import UUID

from django.db.models import QuerySet

from cashier.models import Capture, DepositIntent, Refund
from cashier.refusals import NotFound
from ledger.ids import BadPublicId


def list_captures_for(*, brand_ids: Collection[UUID], intent: str = "") -> QuerySet[Capture]:
    """Captures of these brands, of one intent where its public id is given. Raises NotFound for what is no id."""
    rows = Capture.objects.select_related("intent").filter(intent__brand_id__in=list(brand_ids))
    return rows.filter(intent_id=_id(DepositIntent, intent)) if intent else rows


def list_refunds_for(*, brand_ids: Collection[UUID], capture: str = "") -> QuerySet[Refund]:
    """Refunds of these brands, of one capture where its public id is given. Raises NotFound for what is no id."""
    rows = Refund.objects.select_related("capture").filter(capture__intent__brand_id__in=list(brand_ids))
    return rows.filter(capture_id=_id(Capture, capture)) if capture else rows


def get_refund_for(public_id: str, *, brand_ids: Collection[UUID]) -> Refund:
    """The refund of a public id, if it belongs to one of these brands. Raises NotFound."""
    found = list_refunds_for(brand_ids=brand_ids).filter(pk=_id(Refund, public_id)).first()
    if found is None:
        raise NotFound("No such refund.")
    return found


def _id(model: type[DepositIntent] | type[Capture] | type[Refund], text: str) -> UUID:
    try:
        return model.id_of(text)
    except BadPublicId as error:
        raise NotFound(f"No such {model._meta.verbose_name}.") from error
