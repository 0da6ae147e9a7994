"""What is wrong right now at the PSPs (R10): success without credit, storms of events, approvals below their band, too long a wait."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime, timedelta
from statistics import median

from django.db.models import Count, Exists, F, OuterRef, Q, Sum
from django.db.models.functions import TruncHour

from cashier.models import Attempt, Capture, DepositIntent, PayerState, PspEvent, PspEventWork, WebhookRefusal
from ledger.calendar import business_date
from ledger.ids import BadPublicId
from reconciliation.matching.judge import object_of
from reconciliation.queries.watches.noticed import Noticed, RaiseCase, percent

Thresholds = Mapping[str, float]
CAPTURED = "payment.captured"
NOT_APPLIED = (PspEventWork.State.RECEIVED, PspEventWork.State.WAITING, PspEventWork.State.DEAD)
_MOST = 500  # alerts of one watch in one look; more are one storm, and the first ones say so


def success_without_credit(limits: Thresholds, *, now: datetime) -> list[Noticed]:
    """A PSP says captured, and `minutes` later nothing was credited and nothing says why not.

    An event that waits, of a capture that the answer to our own call has credited, tells nothing new: it is late, its money is not.
    """
    before = now - timedelta(minutes=limits["minutes"])
    late = PspEvent.objects.filter(event=CAPTURED, received_at__lt=before, work__state__in=NOT_APPLIED)
    rows = late.exclude(_was_credited()).select_related("work", "merchant_account__entity")
    return [_uncredited(event, now) for event in rows.order_by("received_at")[:_MOST]]


def _was_credited() -> Exists:
    """Whether the capture that an event names was credited; it may have gone back since."""
    held = Capture.objects.filter(merchant_account=OuterRef("merchant_account"), psp_ref=OuterRef("capture_ref"))
    return Exists(held.exclude(psp_ref="").exclude(state__in=(Capture.State.SUBMITTED, Capture.State.REFUSED)))


def _uncredited(event: PspEvent, now: datetime) -> Noticed:
    account, minutes = event.merchant_account, int((now - event.received_at).total_seconds() // 60)
    values = {
        "entity_id": account.entity_id, "business_date": business_date(account.entity, event.occurred_at),
        "amount_minor": int(event.amount_minor or 0), "currency": event.currency, "merchant_account": account,
        "merchant_reference": event.intent_ref, "psp_reference": event.psp_ref,
        "facts": {"event": event.public_id, "work": event.work.state, "error": event.work.error},
        "links": [("psp_event", event.public_id), *([("deposit", event.intent_ref)] if event.intent_ref.startswith("pi_") else [])],
    }  # fmt: skip
    code = "LEDGER_CREDIT_MISSING_PSP_SUCCESS"
    key = f"{code}:{object_of(account.pk, event.capture_ref or event.movement or event.psp_ref)}"[:200]
    return Noticed(
        about=event.public_id,
        sentence=f"{account.code} says captured for {event.intent_ref or event.psp_ref}; not credited after {minutes} minutes.",
        facts={"minutes": minutes, "work": event.work.state},
        case=RaiseCase(code, key, values) if _is_ours(event.intent_ref) else None,
    )  # fmt: skip


def _is_ours(reference: str) -> bool:
    """Whether there is such a deposit; of one that is none of ours the event's own case tells after a day (EVENT_UNKNOWN_REFERENCE)."""
    try:
        return DepositIntent.objects.filter(pk=DepositIntent.id_of(reference)).exists()
    except BadPublicId:
        return False


def is_credited(event_id: str) -> bool:
    """Whether the event was applied, or its capture was by another way: only then is its money credited, or known to be kept.

    Not because somebody set the event aside.
    """
    event = PspEvent.objects.filter(pk=PspEvent.id_of(event_id))
    return event.filter(Q(work__state=PspEventWork.State.APPLIED) | Q(_was_credited())).exists()


def is_decided(intent_id: str) -> bool:
    """Whether a deposit waits at its rail no more."""
    return bool(DepositIntent.by_public(intent_id).state != DepositIntent.State.PENDING)


def duplicate_events(limits: Thresholds, *, now: datetime) -> list[Noticed]:
    """An account sends the same events again, `times` as often as in its usual hour and at least `at_least` times within one."""
    rows = WebhookRefusal.objects.filter(reason=WebhookRefusal.DUPLICATE, hour__gt=now - timedelta(days=limits["days"]))
    counts: dict[str, dict[datetime, int]] = defaultdict(dict)
    for code, hour, count in rows.values_list("account_code", "hour").annotate(total=Sum("count")):
        counts[code][hour] = count
    return _storms(counts, limits, now, "repeated {count} events this hour; usual is {usual:g}.")


def retry_storm(limits: Thresholds, *, now: datetime) -> list[Noticed]:
    """Calls to an account had to be tried again, `times` as often as in its usual hour and at least `at_least` times within one."""
    rows = Attempt.objects.filter(tries__gt=1, sent_at__gt=now - timedelta(days=limits["days"]), merchant_account__isnull=False)
    counts: dict[str, dict[datetime, int]] = defaultdict(dict)
    grouped = rows.annotate(hour=TruncHour("sent_at")).values_list("merchant_account__code", "hour").annotate(total=Sum(F("tries") - 1))
    for code, hour, count in grouped.order_by():
        counts[code][hour] = count
    return _storms(counts, limits, now, "needed {count} tries again this hour; usual is {usual:g}.")


def _storms(counts: Mapping[str, Mapping[datetime, int]], limits: Thresholds, now: datetime, words: str) -> list[Noticed]:
    this = now.replace(minute=0, second=0, microsecond=0)
    hours = int(limits["days"] * 24)
    found = []
    for code, by_hour in sorted(counts.items()):
        count = by_hour.get(this, 0)
        past = [by_hour.get(this - timedelta(hours=back), 0) for back in range(1, hours)]
        usual = median(past) if past else 0
        if count >= limits["at_least"] and count >= limits["times"] * usual:
            sentence = f"{code or 'An unknown account'} {words.format(count=count, usual=usual)}"
            found.append(Noticed(about=code, sentence=sentence, facts={"count": count, "usual": usual}))
    return found


def approval_rate(limits: Thresholds, *, now: datetime) -> list[Noticed]:
    """A rail approves `points` less of what it answered within the hour than in the days before."""
    return _below_usual(("merchant_account__code", "intent__method"), limits, now, "approves")


def success_rate(limits: Thresholds, *, now: datetime) -> list[Noticed]:
    """By channel and country of the player: success is `points` off its usual value (R13)."""
    return _below_usual(("intent__method", "intent__player__country"), limits, now, "succeeds with", both_ways=True)


def _below_usual(by: tuple[str, str], limits: Thresholds, now: datetime, verb: str, *, both_ways: bool = False) -> list[Noticed]:
    split = now - timedelta(hours=limits["hours"])
    is_good, is_new = Q(outcome__in=("APPROVED", "CAPTURED")), Q(answered_at__gt=split)
    rows = Attempt.objects.filter(
        outcome__in=("APPROVED", "CAPTURED", "DECLINED", "REFUSED"),
        answered_at__gt=now - timedelta(days=limits["days"]),
        answered_at__lte=now,
    )
    totals = rows.values_list(*by).annotate(
        new=Count("pk", filter=is_new), new_good=Count("pk", filter=is_new & is_good),
        old=Count("pk", filter=~is_new), old_good=Count("pk", filter=~is_new & is_good),
    )  # fmt: skip
    found = []
    for first, second, new, new_good, old, old_good in totals.order_by(*by):
        if min(new, old) < limits["at_least"]:
            continue
        rate, usual = percent(new_good, new), percent(old_good, old)
        off = round(abs(rate - usual) if both_ways else usual - rate, 1)
        if off >= limits["points"]:
            about = " ".join(str(part) for part in (first, second) if part)
            sentence = f"{about} {verb} {rate} % of {new} in the last {limits['hours']:g} h; usual is {usual} % of {old}."
            facts = {"rate": rate, "usual": usual, "answers": new}
            found.append(Noticed(about=about, sentence=sentence, facts=facts))
    return found


def pending_past_usual(limits: Thresholds, *, now: datetime) -> list[Noticed]:
    """Deposits that wait at a rail longer than 99 of 100 that ended there, and longer than `minutes`: each a case (ABNORMAL_PENDING).

    What waits for a word on its payer has a case that says so.
    """
    pending = DepositIntent.objects.filter(state=DepositIntent.State.PENDING, updated_at__lt=now - timedelta(minutes=limits["minutes"]))
    waiting = pending.exclude(attempts__payer__in=(PayerState.HELD, PayerState.REFUSED))
    found = []
    for intent in waiting.select_related("brand__entity", "merchant_account").order_by("updated_at")[:_MOST]:
        usual = _usual_minutes(intent, limits, now)
        minutes = int((now - intent.updated_at).total_seconds() // 60)
        if minutes > max(usual, limits["minutes"]):
            found.append(_pending(intent, minutes, usual))
    return found


def _usual_minutes(intent: DepositIntent, limits: Thresholds, now: datetime) -> float:
    """The 99th percentile of what this method took from request to end, minutes; 0 where too few have ended."""
    rows = DepositIntent.objects.filter(
        method=intent.method, state=DepositIntent.State.CAPTURED, created_at__gt=now - timedelta(days=limits["days"])
    )
    took = sorted(rows.annotate(took=F("updated_at") - F("created_at")).values_list("took", flat=True)[:10_000])
    return took[int(len(took) * 0.99) - 1].total_seconds() / 60 if len(took) >= limits["at_least"] else 0


def _pending(intent: DepositIntent, minutes: int, usual: float) -> Noticed:
    values = {
        "entity_id": intent.brand.entity_id, "business_date": business_date(intent.brand.entity, intent.created_at),
        "amount_minor": int(intent.amount_minor), "currency": intent.currency, "merchant_account": intent.merchant_account,
        "merchant_reference": intent.public_id, "facts": {"minutes": minutes, "usual_minutes": round(usual), "method": intent.method},
        "links": [("deposit", intent.public_id)],
    }  # fmt: skip
    return Noticed(
        about=intent.public_id, facts={"minutes": minutes, "usual": round(usual)},
        sentence=f"{intent.public_id} waits at {intent.method} for {minutes} minutes; usual is at most {usual:.0f}.",
        case=RaiseCase("ABNORMAL_PENDING", f"ABNORMAL_PENDING:{intent.public_id}", values),
    )  # fmt: skip
