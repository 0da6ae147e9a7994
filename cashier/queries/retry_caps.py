"""How often a card was declined, at whatever PSP, and what its scheme says of that (C11)."""

from datetime import datetime

from cashier.models import Attempt, RetryCap
from cashier.routing.caps import Cap, Try, reason_to_stop

COUNTED = ("", "DECLINED")  # not answered yet, or declined; what was refused never reached the scheme


def retry_cap(scheme: str) -> Cap:
    """The cap of a scheme; of a scheme that has no row, the one for schemes that are not known."""
    rows = {row.scheme: row for row in RetryCap.objects.filter(scheme__in=(scheme, ""))}
    row = rows.get(scheme) or rows.get("")
    if row is None:
        return Cap(scheme)
    limits = tuple((int(tries), int(hours)) for tries, hours in row.limits)
    return Cap(scheme, limits, frozenset(row.never_codes), frozenset(row.never_advice), row.never_hours)


def reason_not_to_try(*, card_key: str, scheme: str, amount_minor: int, currency: str, now: datetime) -> str:
    """Why this card may not be tried for this amount now; empty where it may. Exact while the caller holds `lock_card`.

    Tries without an answer count as declined: they may be.
    """
    cap = retry_cap(scheme)
    rows = Attempt.objects.filter(
        card_key=card_key, amount_minor=amount_minor, currency=currency, created_at__gt=now - cap.longest, outcome__in=COUNTED
    )  # fmt: skip
    tries = [Try(at, code, advice) for at, code, advice in rows.values_list("created_at", "decline_code", "advice")]
    return reason_to_stop(cap, tries, now=now)
