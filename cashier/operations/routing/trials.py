"""Dry runs of a version over past deposits: a job with progress (C12)."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from cashier.models import DepositIntent, RoutingDecision, RoutingRules, RoutingTrial
from cashier.nudges import nudge
from cashier.queries.routing import policy_of
from cashier.refusals import Invalid
from cashier.routing import Outcome
from cashier.routing.replaying import WORDS, Kept, Sums
from ledger.actors import Actor
from ledger.clock import real_now
from ledger.operations import record_audit, versions

TASK = "cashier.tasks.routing.run_trial"
LEASE = timedelta(seconds=60)
CHUNK = 2000
LONGEST = timedelta(days=93)
SUCCEEDED, DECLINED = ("APPROVED", "CAPTURED", "PENDING"), ("DECLINED", "REFUSED")
State = RoutingTrial.State


def start_trial(*, rules_id: UUID, since: datetime, until: datetime, actor: Actor, now: datetime) -> RoutingTrial:
    """Ask for a dry run of the draft as it is, over decisions from `since` to before `until`, and nudge a worker.

    Raises Conflict for what is no draft, Invalid for a period that is empty or longer than 93 days.
    """
    if not since < until or until - since > LONGEST:
        raise Invalid("A dry run is over a period of 93 days at most that ends after it begins.", field="since", rule="period")
    with transaction.atomic():
        rules = versions.lock_version(RoutingRules, rules_id, "Only a draft is tried.")
        trial = RoutingTrial.objects.create(
            rules=rules, digest=rules.digest, since=since, until=until, asked_by_kind=actor.kind, asked_by_id=actor.id, asked_at=now
        )  # fmt: skip
        detail = {"version": rules.version, "digest": rules.digest, "since": since.isoformat(), "until": until.isoformat()}
        record_audit(act="routing.tried", actor=actor, target_kind="RoutingRules", target_id=rules.public_id, detail=detail, now=now)
        nudge(TASK, trial_id=trial.pk)
    return trial


def run_trial(*, trial_id: UUID, now: datetime) -> str:
    """Run it, or do nothing while another worker has it under its lease. What fails is kept with its words. Returns what became of it."""
    trial = claim_trial(trial_id)
    if trial is None:
        return "not due"
    try:
        if trial.rules.digest != trial.digest:
            return end_trial(trial, State.FAILED, now=now, error="the version was changed meanwhile")
        policy, sums = policy_of(trial.rules), Sums()
        for kept in kept_decisions(trial):
            sums.add(kept, policy)
            if sums.deposits % CHUNK == 0:
                tell_progress(trial, sums.deposits)
        trial.done, trial.result = sums.deposits, sums.as_body()
        return end_trial(trial, State.DONE, now=now)
    except Exception as error:  # whatever fails is said on the page, not tried for ever
        return end_trial(trial, State.FAILED, now=now, error=f"{type(error).__name__}: {error}"[:300])


def claim_trial(trial_id: UUID) -> RoutingTrial | None:
    at = real_now()
    with transaction.atomic():
        rows = RoutingTrial.objects.select_for_update(skip_locked=True, of=("self",)).select_related("rules")
        trial = rows.filter(pk=trial_id, state__in=(State.WAITING, State.RUNNING)).exclude(lease_until__gt=at).first()
        if trial is None:
            return None
        trial.state, trial.lease_until, trial.done, trial.total = State.RUNNING, at + LEASE, 0, _decisions(trial).count()
        trial.save(update_fields=["state", "lease_until", "done", "total"])
    return trial


def _decisions(trial: RoutingTrial):  # type: ignore[no-untyped-def]
    first = RoutingDecision.objects.filter(moment=RoutingDecision.Moment.AUTHORIZE, decided_at__gte=trial.since, decided_at__lt=trial.until)
    return first.exclude(outcome=RoutingDecision.Outcome.CAPPED)


def kept_decisions(trial: RoutingTrial) -> Iterator[Kept]:
    """First decisions of the period, oldest first; a deposit that was tried twice by its player counts twice."""
    fields = ("intent_id", "payment", "candidates", "merchant_account__code", "outcome", "is_stepped_up", "attempt__outcome")
    for row in _decisions(trial).order_by("decided_at").values_list(*fields).iterator(chunk_size=CHUNK):
        intent_id, payment, candidates, account, outcome, is_stepped_up, answer = row
        succeeded = True if answer in SUCCEEDED else False if answer in DECLINED else None
        went_to = account or WORDS.get(Outcome(outcome), outcome)
        yield Kept(DepositIntent(pk=intent_id).public_id, payment, candidates, went_to, is_stepped_up and bool(account), succeeded)


def tell_progress(trial: RoutingTrial, done: int) -> None:
    trial.done, trial.lease_until = done, real_now() + LEASE
    trial.save(update_fields=["done", "lease_until"])


def end_trial(trial: RoutingTrial, state: str, *, now: datetime, error: str = "") -> str:
    trial.state, trial.error, trial.ended_at, trial.lease_until = state, error, now, None
    trial.save(update_fields=["state", "error", "ended_at", "lease_until", "done", "result"])
    return state


def sweep_trials() -> int:
    """Nudge every dry run that no worker has. Returns how many."""
    waiting = RoutingTrial.objects.filter(state__in=(State.WAITING, State.RUNNING)).exclude(lease_until__gt=real_now())
    ids = list(waiting.values_list("pk", flat=True)[:20])
    with transaction.atomic():
        for trial_id in ids:
            nudge(TASK, trial_id=trial_id)
    return len(ids)
