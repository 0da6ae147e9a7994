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
from ledger.operations import record_audit, version_trials, versions

TASK = "cashier.tasks.routing.run_trial"
LEASE = timedelta(seconds=60)
CHUNK = 2000
LONGEST = timedelta(days=93)
SUCCEEDED, DECLINED = ("APPROVED", "CAPTURED", "PENDING"), ("DECLINED", "REFUSED")


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
    """Run it, as ledger.operations.version_trials says."""
    return version_trials.run(RoutingTrial, trial_id, _try, lease=LEASE, now=now)


def _try(trial: RoutingTrial) -> None:
    trial.total = _decisions(trial).count()
    policy, sums = policy_of(trial.rules), Sums()
    for kept in kept_decisions(trial):
        if sums.deposits % CHUNK == 0:
            version_trials.tell_progress(trial, sums.deposits, lease=LEASE)
        sums.add(kept, policy)
    trial.done, trial.result = sums.deposits, sums.as_body()


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


def sweep_trials() -> int:
    """Nudge a worker for every dry run that none has. Gives how many."""
    return version_trials.sweep(RoutingTrial, lambda trial_id: nudge(TASK, trial_id=trial_id))
