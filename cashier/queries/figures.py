"""The cashier as an operator watches it (O3): PSPs, deposits, calls, webhooks, what is told to others. docs/metrics.md lists them."""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Min

from cashier.models import (
    Attempt,
    Capture,
    DepositIntent,
    MerchantAccount,
    OutgoingDelivery,
    OutgoingEndpoint,
    PayerState,
    PayoutIntent,
    PspCall,
    PspEventWork,
    Refund,
    Void,
)
from cashier.models.breakers import BreakerState
from cashier.models.deposits import OPEN_STATES
from cashier.queries.authentications import list_authentications, list_costs
from cashier.queries.health import RECENT, STRIP, Track, account_health
from cashier.queries.inbox import count_pulled, get_lags, list_refused
from ledger.clock import real_now
from ledger.figures import Figure, Labelled, seconds_since, single

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
OFTEN = 3
WAIT_FOR_PEOPLE = (PayerState.HELD, PayerState.REFUSED)  # these have a case of their own (K10)
CALLS: dict[str, Any] = {"authorize": Attempt, "capture": Capture, "void": Void, "refund": Refund, "payout": PayoutIntent}


def gather(now: datetime) -> Iterator[Figure]:
    """Figures of the cashier."""
    yield from _accounts()
    yield from _authentications()
    yield from _deposits(now)
    yield from _calls()
    yield from _webhooks(now)
    yield from _deliveries()


def _accounts() -> Iterator[Figure]:
    """How each active merchant account fares, of its last 15 minutes (docs/resilience.md)."""
    found = list(account_health(MerchantAccount.objects.filter(is_active=True).order_by("code")).values())
    account, tracks = ("account",), {a.code: a.recent for a in found}
    answered: list[Labelled] = [((code,), track.answered) for code, track in tracks.items()]
    succeeded: list[Labelled] = [((code,), track.succeeded) for code, track in tracks.items()]
    unanswered: list[Labelled] = [((code,), track.unanswered) for code, track in tracks.items()]
    rates: list[Labelled] = [((a.code,), a.success_rate) for a in found if a.success_rate is not None]
    times = {name: _seconds(name, tracks) for name in ("p50", "p95", "p99")}
    circuits: list[Labelled] = [((a.code, state.lower()), float(a.circuit.state == state)) for a in found for state in BreakerState]
    yield Figure("psp_answered", "Authorisations of 15 minutes that the PSP answered", account, answered)
    yield Figure("psp_succeeded", "Of these: approved, captured or accepted", account, succeeded)
    yield Figure("psp_unanswered", "Authorisations of 15 minutes without an answer in time", account, unanswered)
    yield Figure("psp_success_ratio", "Succeeded / answered; absent where nothing was answered", account, rates)
    yield Figure("psp_answer_p50_seconds", "Half of the authorisations of 15 minutes were answered within", account, times["p50"])
    yield Figure("psp_answer_p95_seconds", "95 of 100 authorisations of 15 minutes were answered within", account, times["p95"])
    yield Figure("psp_answer_p99_seconds", "99 of 100 authorisations of 15 minutes were answered within", account, times["p99"])
    yield Figure("psp_circuit", "1 for the state in which its circuit is", ("account", "state"), circuits)
    yield Figure("psp_paused", "1 where new captures are paused", account, [((a.code,), float(a.is_paused)) for a in found])


def _seconds(name: str, tracks: Mapping[str, Track]) -> list[Labelled]:
    return [((code,), time.total_seconds()) for code, track in tracks.items() if (time := getattr(track, name)) is not None]


def _authentications() -> Iterator[Figure]:
    """3-DS of four hours, and what a sale cost by the settlement lines of 30 days."""
    accounts, at = list(MerchantAccount.objects.filter(is_active=True).order_by("code")), real_now()
    seen, costs = list_authentications(accounts, since=at - STRIP, now=at), list_costs(accounts)
    found = [(account.code, seen[account.pk]) for account in accounts if account.pk in seen]
    results = ("frictionless", "passed", "failed", "waiting")
    counts: list[Labelled] = [((code, result), getattr(each, result)) for code, each in found for result in results]
    yield Figure("psp_3ds", "3-DS of 4 hours: frictionless; challenged and passed, failed, not over", ("account", "result"), counts)
    shares: list[Labelled] = [((code,), each.challenge_rate) for code, each in found if each.challenge_rate is not None]
    yield Figure("psp_3ds_challenged_ratio", "Challenged / all of them; the rest was frictionless", ("account",), shares)
    passes: list[Labelled] = [((code,), each.success_after_challenge) for code, each in found if each.success_after_challenge is not None]
    yield Figure("psp_3ds_passed_ratio", "Passed / challenges that are over", ("account",), passes)
    prices: list[Labelled] = [
        ((account.code, cost.currency), cost.per_success_minor) for account in accounts for cost in costs.get(account.pk, [])
    ]
    words = "What a sale cost, in minor units, by the settlement lines of 30 days"
    yield Figure("psp_cost_per_success_minor", words, ("account", "currency"), prices)


def _deposits(now: datetime) -> Iterator[Figure]:
    """What PSPs said in the last 15 minutes, by where the player is; and what is open."""
    at = real_now()
    recent = Attempt.objects.filter(sent_at__gte=at - RECENT, sent_at__lte=at).exclude(outcome="").order_by()
    outcomes = recent.values_list("merchant_account__code", "intent__region", "outcome", "decline_code").annotate(count=Count("pk"))
    labels = ("account", "region", "outcome", "decline_code")
    rows: list[Labelled] = [((code, region, outcome.lower(), decline), count) for code, region, outcome, decline, count in outcomes]
    yield Figure("deposit_answers", "Authorisations of 15 minutes by what the PSP said", labels, rows)
    tries = recent.aggregate(tries=Count("pk"), deposits=Count("intent", distinct=True))
    if tries["deposits"]:
        yield single("deposit_tries_ratio", "Authorisations / deposits, of 15 minutes", tries["tries"] / tries["deposits"])
    for check in ("avs", "cvv"):
        letters = recent.exclude(**{check: ""}).values_list("merchant_account__code", check).annotate(count=Count("pk"))
        words = f"Authorisations of 15 minutes by the letter of their {check.upper()} check"
        yield Figure(f"deposit_{check}", words, ("account", "result"), [((code, letter), count) for code, letter, count in letters])
    states = DepositIntent.objects.filter(state__in=OPEN_STATES).order_by().values_list("state").annotate(count=Count("pk"))
    yield Figure("deposits_open", "Deposits that have not ended", ("state",), [((state.lower(),), count) for state, count in states])
    late = DepositIntent.objects.filter(state__in=OPEN_STATES, expires_at__lte=now).exclude(attempts__payer__in=WAIT_FOR_PEOPLE)
    overdue = late.aggregate(count=Count("pk"), oldest=Min("expires_at"))
    yield single("deposits_overdue", "Of these: past their deadline", overdue["count"])
    yield single("deposits_overdue_seconds", "How long the oldest of them is", seconds_since(overdue["oldest"], now))


def _calls() -> Iterator[Figure]:
    """Calls to PSPs that are not done: the row is the queue, in real time."""
    at = real_now()
    counts: list[Labelled] = []
    ages: list[Labelled] = []
    again: list[Labelled] = []
    for kind, model in CALLS.items():
        open_calls = model.objects.filter(call_state__in=PspCall.OPEN_CALLS).order_by()
        again.append(((kind,), open_calls.filter(tries__gte=OFTEN).count()))
        for state, count, due in open_calls.values_list("call_state").annotate(count=Count("pk"), due=Min("next_try_at")):
            counts.append(((kind, state.lower()), count))
            ages.append(((kind, state.lower()), seconds_since(due, at)))
    yield Figure("calls_open", "Calls to PSPs to make (ready), under way (sent), to find out (unknown)", ("call", "state"), counts)
    yield Figure("calls_retried", f"Of these: tried {OFTEN} times or more. Many at once are a storm of retries", ("call",), again)
    yield Figure("calls_overdue_seconds", "How long the one that should be next has waited for a worker", ("call", "state"), ages)


def _webhooks(now: datetime) -> Iterator[Figure]:
    lags = get_lags(since=now - DAY, until=now)
    rows: list[Labelled] = [((lag.account, "received"), lag.heard_seconds) for lag in lags]
    rows += [((lag.account, "whole"), lag.whole_seconds) for lag in lags]
    words = "95 of 100 of the newest events of a day were received, and received and applied (whole), within"
    yield Figure("webhook_lag_p95_seconds", words, ("account", "stage"), rows)
    state = PspEventWork.State
    counts = PspEventWork.objects.filter(state__in=(*PspEventWork.OPEN_STATES, state.DEAD)).order_by().values_list("state")
    found = dict.fromkeys((state.RECEIVED, state.WAITING, state.DEAD), 0) | dict(counts.annotate(count=Count("pk")))
    words = "Events to apply (received), for a payment that is not known yet (waiting), in the dead letters (dead)"
    yield Figure("events", words, ("state",), [((name.lower(),), count) for name, count in found.items()])
    oldest = PspEventWork.objects.filter(state=state.RECEIVED).aggregate(at=Min("event__received_at"))["at"]
    yield single("events_oldest_seconds", "Age of the oldest event that is to be applied", seconds_since(oldest, now))
    refused: list[Labelled] = [((row.account, row.reason), row.count) for row in list_refused(since=now - HOUR)]
    yield Figure("webhooks_refused", "Webhooks refused in this clock hour, and why", ("account", "reason"), refused)
    yield single("events_pulled", "Events of an hour that a PSP had to be asked for", count_pulled(since=real_now() - HOUR))


def _deliveries() -> Iterator[Figure]:
    """What the operator's platform has not been told."""
    at, label = real_now(), ("endpoint",)
    rows = OutgoingDelivery.objects.order_by().values_list("endpoint__code")
    waits = rows.filter(state=OutgoingDelivery.State.WAITING).annotate(count=Count("pk"), oldest=Min("made_at"))
    waiting = {code: (count, made) for code, count, made in waits}
    failed = rows.filter(state=OutgoingDelivery.State.FAILED, ended_at__gte=at - DAY).annotate(count=Count("pk"))
    given_up = dict(failed)
    codes = OutgoingEndpoint.objects.order_by("code").values_list("code", flat=True)
    told = {code: waiting.get(code, (0, None)) for code in codes}
    counts: list[Labelled] = [((code,), count) for code, (count, _) in told.items()]
    yield Figure("deliveries_waiting", "Events that an endpoint has not taken", label, counts)
    ages: list[Labelled] = [((code,), seconds_since(made, at)) for code, (_, made) in told.items()]
    yield Figure("deliveries_oldest_seconds", "Age of the oldest of them", label, ages)
    yield Figure("deliveries_given_up", "Given up in the last 24 hours", label, [((code,), given_up.get(code, 0)) for code in told])
