"""Players as callers name them: our id, or the brand's own."""

from collections.abc import Collection
from uuid import UUID

from cashier.models import Brand, Player
from cashier.refusals import Invalid, NotFound
from ledger.ids import BadPublicId
from ledger.models import LegalEntity
from ledger.operations.rows import Statement, ask, known_object_of, object_of

# Every call of a game server begins with this question, so it is asked without building a query anew.
_PLAYERS = f"""
SELECT to_jsonb(p), to_jsonb(b), to_jsonb(e) FROM {Player._meta.db_table} p
  JOIN {Brand._meta.db_table} b ON b.id = p.brand_id JOIN {LegalEntity._meta.db_table} e ON e.id = b.entity_id
 WHERE p.brand_id = ANY ($1::uuid[])"""
_BY_ID = Statement(b"players_by_id", f"{_PLAYERS} AND p.id = $2::uuid".encode())
_BY_NAME = Statement(b"players_by_name", f"{_PLAYERS} AND p.external_id = $2::text".encode())


def get_player_for(text: str, *, brand_ids: Collection[UUID], brand_code: str = "") -> Player:
    """The player named `text`, our id (`pl_…`) or the brand's external id, within the caller's brands.

    An external id needs the brand where the caller has several. Raises NotFound, and Invalid for a brand that is not the player's.
    """
    if brand_code and not Brand.objects.filter(code=brand_code, pk__in=list(brand_ids)).exists():
        raise NotFound("No such brand.")
    try:
        matches = _players(_BY_ID, brand_ids, Player.id_of(text))
    except BadPublicId:
        matches = [each for each in _players(_BY_NAME, brand_ids, text) if not brand_code or each.brand.code == brand_code]
        if len(matches) > 1:
            raise Invalid("Several brands have this player; name the brand.", field="metadata.brand_id", rule="required") from None
    if not matches:
        raise NotFound("No such player.")
    if brand_code and matches[0].brand.code != brand_code:
        raise Invalid("The player is not of this brand.", field="metadata.brand_id", rule="players_brand")
    return matches[0]


def _players(statement: Statement, brand_ids: Collection[UUID], name: UUID | str) -> list[Player]:
    """The players that a statement finds, brand and entity loaded."""
    brands = "{" + ",".join(map(str, brand_ids)) + "}"
    (rows,) = ask((statement, (brands, name)))
    return [player_of_row(*row) for row in rows]


def player_of_row(player_row: str | None, brand_row: str | None, entity_row: str | None) -> Player:
    """The player of three rows that were selected as `to_jsonb(table)`, brand and entity loaded."""
    player, brand = object_of(Player, player_row), known_object_of(Brand, brand_row)
    player.brand, brand.entity = brand, known_object_of(LegalEntity, entity_row)
    return player
