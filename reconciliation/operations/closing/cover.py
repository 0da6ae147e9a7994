"""A shortfall of players' money is a case, raised when a day is looked at and ended when it is covered (D6)."""

from datetime import date, datetime

from ledger.models import LegalEntity
from reconciliation.models import ExceptionCase
from reconciliation.operations.cases import raise_case, resolve_by_key
from reconciliation.queries.bank_openings import unknown_currencies
from reconciliation.queries.player_money import Cover, player_money

CODE = "PLAYER_FUNDS_SHORTFALL"


def watch_player_money(*, entity: LegalEntity, day: date, now: datetime) -> list[ExceptionCase]:
    """Raise a case for every currency in which players are not covered at the day's end, end those that are covered since.

    Nothing happens for an entity without a licence. Each case is raised once per day and currency. What a bank account held before
    its first statement is unknown, not nothing: until that is posted no shortfall is told in its currency (the checklist has it).
    """
    if not entity.licence:
        return []
    covers = player_money(entity, day)
    short = [cover for cover in covers if cover.shortfall_minor]
    unknown = unknown_currencies(entity) if short else set()
    lacking = {_key(entity, day, cover.currency) for cover in short}
    for key in _live_keys(entity, day) - lacking:
        resolve_by_key(key, rule="player_money_covered@1", text="What is owed to players is covered.", now=now)
    return [_raise(entity, day, cover, now) for cover in short if cover.currency not in unknown]


def _raise(entity: LegalEntity, day: date, cover: Cover, now: datetime) -> ExceptionCase:
    facts = {"licence": entity.licence, "owed_minor": cover.owed_minor, "stakes_minor": cover.stakes_minor, **cover.terms}
    return raise_case(
        code=CODE, entity_id=entity.pk, business_date=day, amount_minor=cover.shortfall_minor, currency=cover.currency,
        dedupe_key=_key(entity, day, cover.currency), facts=facts, now=now,
    )  # fmt: skip


def _key(entity: LegalEntity, day: date, currency: str) -> str:
    return f"{CODE}:{entity.code}:{day.isoformat()}:{currency}"


def _live_keys(entity: LegalEntity, day: date) -> set[str]:
    prefix = f"{CODE}:{entity.code}:{day.isoformat()}:"
    return set(ExceptionCase.objects.filter(entity=entity, reason=CODE, dedupe_key__startswith=prefix).values_list("dedupe_key", flat=True))
