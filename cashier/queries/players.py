"""Players as callers name them: our id, or the brand's own."""

from collections.abc import Collection
from uuid import UUID

from cashier.models import Brand, Player
from cashier.refusals import Invalid, NotFound
from ledger.ids import BadPublicId


def get_player_for(text: str, *, brand_ids: Collection[UUID], brand_code: str = "") -> Player:
    """The player named `text`, our id (`pl_…`) or the brand's external id, within the caller's brands.

    An external id needs the brand where the caller has several. Raises NotFound, and Invalid for a brand that is not the player's.
    """
    players = Player.objects.select_related("brand__entity").filter(brand_id__in=list(brand_ids))
    if brand_code and not Brand.objects.filter(code=brand_code, pk__in=list(brand_ids)).exists():
        raise NotFound("No such brand.")
    try:
        found = players.filter(pk=Player.id_of(text)).first()
    except BadPublicId:
        named = players.filter(external_id=text)
        matches = list((named.filter(brand__code=brand_code) if brand_code else named)[:2])
        if len(matches) > 1:
            raise Invalid("Several brands have this player; name the brand.", field="metadata.brand_id", rule="required") from None
        found = matches[0] if matches else None
    if found is None:
        raise NotFound("No such player.")
    if brand_code and found.brand.code != brand_code:
        raise Invalid("The player is not of this brand.", field="metadata.brand_id", rule="players_brand")
    return found
