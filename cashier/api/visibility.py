"""What a caller may see: things of its own brands, and nothing else exists for it (A2)."""

from collections.abc import Collection
from typing import TypeVar
from uuid import UUID

from django.db.models import Model, QuerySet
from rest_framework.request import Request

from cashier.models import Brand, Player
from cashier.queries.players import get_player_for
from ledger.api.callers import caller_of
from ledger.errors import BadPublicId
from ledger.models import PublicIdModel
from ledger.refusals import Invalid, NotFound

Row = TypeVar("Row", bound=Model)


def visible_player(request: Request, text: str) -> Player:
    """The caller's player by our id (pl_…) or the brand's external_id, brand and entity loaded. Raises NotFound, Invalid."""
    return get_player_for(text, brand_ids=caller_of(request).brand_ids)


def visible_row(rows: QuerySet[Row], model: type[PublicIdModel], public_id: str) -> Row:
    """The row of a public id among `rows`, which are limited to the caller's brands already. Raises NotFound."""
    pk = id_or_none(model, public_id)
    found = rows.filter(pk=pk).first() if pk is not None else None
    if found is None:
        raise NotFound("Not found.")
    return found


def visible_brand(request: Request, code: str) -> Brand:
    """The caller's brand by its code, the API's brand_id. Raises Invalid: a brand of others does not exist for it."""
    found = Brand.objects.select_related("entity").filter(code=code, pk__in=caller_of(request).brand_ids).first()
    if found is None:
        raise Invalid("This client serves no such brand.", field="brand_id", rule="known_brand")
    return found


def id_or_none(model: type[PublicIdModel], text: str) -> UUID | None:
    """The uuid of a public id of this model, or None for any other text."""
    try:
        return model.id_of(text)
    except BadPublicId:
        return None


def brand_ids_of(request: Request) -> Collection[UUID]:
    return caller_of(request).brand_ids
