"""Look at all that is watched, and tell people what is past its threshold (R10, R13): an alert, its case, its mail, its public event."""

from collections.abc import Iterable
from datetime import datetime

import structlog
from django.db import connection, transaction

from ledger.actors import Actor, system_actor
from ledger.clock import real_now
from ledger.transitions import move, record_birth
from reconciliation.models import Alert, AlertState, ExceptionCase, Watch
from reconciliation.operations.cases import auto_resolve_case, raise_case
from reconciliation.queries.watches import WATCHES, Noticed, Watched

log = structlog.get_logger(__name__)
WATCHER = system_actor("watch")
STANDING = (AlertState.OPEN, AlertState.SEEN)


def look_around(*, now: datetime) -> dict[str, int]:
    """Every watch that is on; gives how many alerts stand for each. One that fails is logged and keeps none of the others back."""
    standing = {}
    for watch in Watch.objects.filter(is_on=True):
        watched = WATCHES.get(watch.code)
        if watched is None:
            continue
        try:
            standing[watch.code] = _look(watch, watched, now)
        except Exception:
            log.exception("watch_failed", watch=watch.code)
    return standing


def see_alert(alert: Alert, *, actor: Actor, now: datetime) -> Alert:
    """Somebody has it in hand. Raises TransitionNotAllowed where it was seen or has passed."""
    with transaction.atomic():
        locked = Alert.objects.select_for_update().get(pk=alert.pk)
        move(locked, "see", actor=actor, now=now, event="alert.seen")
    return locked


def _look(watch: Watch, watched: Watched, now: datetime) -> int:
    """One watch in one transaction: of two workers that look at once the second waits, then looks at what is there by then."""
    limits = {name: float(value) for name, value in watch.thresholds.items()}
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 13))", [f"watch:{watch.code}"])
        noticed = watched.look(limits, now=real_now() if watched.in_real_time else now)
        known = {alert.about: alert for alert in Alert.objects.select_for_update().filter(watch=watch, state__in=STANDING)}
        for each in _first_of_each(noticed):
            alert = known.pop(each.about, None)
            if alert is None:
                _tell(watch, each, now)
            else:
                _still(alert, each, now)
        for alert in known.values():
            _pass_by(alert, watched, now)
    return len({each.about for each in noticed})


def _first_of_each(noticed: Iterable[Noticed]) -> list[Noticed]:
    found: dict[str, Noticed] = {}
    for each in noticed:
        found.setdefault(each.about, each)
    return list(found.values())


def _tell(watch: Watch, each: Noticed, now: datetime) -> None:
    case = each.case and raise_case(code=each.case.code, dedupe_key=each.case.dedupe_key, now=now, **each.case.values)
    alert = Alert(
        watch=watch, about=each.about, sentence=each.sentence[:300], facts=dict(each.facts), case_ref=case.public_id if case else "",
        noticed_at=now, last_at=now, mail_due_at=real_now() if watch.mail_to else None, updated_at=now,
    )  # fmt: skip
    alert.save(force_insert=True)
    record_birth(alert, actor=WATCHER, now=now, event="alert.raised")


def _pass_by(alert: Alert, watched: Watched, now: datetime) -> None:
    """It is past no threshold any more. The case it raised ends only where what it asked for has come: a threshold may have been raised."""
    alert.passed_at = now
    move(alert, "pass_by", actor=WATCHER, now=now, event="alert.passed", extra_fields=["passed_at"])
    if alert.case_ref and watched.has_ended is not None and watched.has_ended(alert.about):
        case = ExceptionCase.by_public(alert.case_ref)
        auto_resolve_case(case, rule="watch_passed@1", text=f"It has ended by itself: {alert.sentence}", now=now)


def _still(alert: Alert, each: Noticed, now: datetime) -> None:
    """It says what it is by now; whoever was told is not told again, and what did not change is not written."""
    alert.last_at = alert.updated_at = now
    fields = ["last_at", "updated_at"]
    if alert.sentence != each.sentence[:300]:
        alert.sentence, alert.facts = each.sentence[:300], dict(each.facts)
        fields += ["sentence", "facts"]
    alert.skip_history_when_saving = True  # type: ignore[attr-defined]
    alert.save(update_fields=fields)
