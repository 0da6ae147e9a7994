"""How many people decide on an act (S1): the threshold of its kind, brand and currency, on the act and on the day's sum."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection
from django.db.models import Sum

from ledger.actors import Actor
from ledger.models import ApprovalRequest, ApprovalThreshold
from ledger.money import money_text

_SUMMED_HOURS = 24
_COUNTED = (ApprovalRequest.State.PENDING, ApprovalRequest.State.APPROVED)


@dataclass(frozen=True, slots=True)
class Needed:
    """`people`: 0, 1 or 2. `rule`: the words that say why, empty where no threshold is set. `total_minor`: what was compared."""

    people: int
    rule: str
    total_minor: int


def people_needed(
    *, kind: str, brand: str = "", currency: str, amount_minor: int, player_ref: str = "", maker: Actor, done_minor: int = 0,
    now: datetime,
) -> Needed:  # fmt: skip
    """How many people an act of `amount_minor` needs, summed with what this maker asked for this player in 24 hours.

    `done_minor`: what the maker did in that time without asking, where the kind allows it. Needs an open transaction: two acts
    of one maker at once are counted one after the other. Without a threshold one person decides.
    """
    threshold = get_threshold(kind, brand, currency)
    if threshold is None:
        return Needed(1, "", amount_minor)
    _serialise(f"{kind}:{currency}:{maker.kind}:{maker.id}:{player_ref}")
    total = amount_minor + done_minor + _asked_minor(kind, currency, player_ref, maker, now)
    people = _people(threshold, total)
    return Needed(people, _words(threshold, people, total, amount_minor), total)


def people_today(request: ApprovalRequest) -> int:
    """How many people this request needs by the threshold of today: never fewer than when it was asked for."""
    threshold = get_threshold(request.kind, request.brand, request.currency)
    if threshold is None:
        return request.required
    maker = Actor(request.maker_kind, request.maker_id)
    others = _asked_minor(request.kind, request.currency, request.player_ref, maker, request.requested_at, apart_from=request)
    return max(request.required, _people(threshold, int(request.amount_minor) + others))


def get_threshold(kind: str, brand: str, currency: str) -> ApprovalThreshold | None:
    """The row of the brand, else the one of every brand."""
    rows = ApprovalThreshold.objects.filter(kind=kind, brand__in={brand, ""}, currency=currency)
    return max(rows, key=lambda row: row.brand, default=None)


def _people(threshold: ApprovalThreshold, total: int) -> int:
    if threshold.two_above_minor is not None and total > threshold.two_above_minor:
        return 2
    return 1 if threshold.one_above_minor is None or total > threshold.one_above_minor else 0


def _asked_minor(
    kind: str, currency: str, player_ref: str, maker: Actor, now: datetime, *, apart_from: ApprovalRequest | None = None
) -> int:
    """Minor units asked for since 24 hours before `now`; `apart_from`: before that request, and without it."""
    asked = ApprovalRequest.objects.filter(
        kind=kind, currency=currency, player_ref=player_ref, maker_kind=maker.kind, maker_id=maker.id, state__in=_COUNTED,
        requested_at__gt=now - timedelta(hours=_SUMMED_HOURS),
    )  # fmt: skip
    if apart_from is not None:
        asked = asked.filter(requested_at__lte=apart_from.requested_at).exclude(pk=apart_from.pk)
    return int(asked.aggregate(total=Sum("amount_minor"))["total"] or 0)


def _words(threshold: ApprovalThreshold, people: int, total: int, amount_minor: int) -> str:
    above = {0: None, 1: threshold.one_above_minor, 2: threshold.two_above_minor}[people]
    limit = f" above {money_text(above, threshold.currency)}" if above is not None else ""
    summed = f"; {money_text(total, threshold.currency)} in 24 hours" if total != amount_minor else ""
    return f"{people} {'person' if people == 1 else 'people'}{limit}{summed} (threshold {threshold}, version {threshold.version})"


def _serialise(key: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s::text, 0))", [f"people:{key}"])
