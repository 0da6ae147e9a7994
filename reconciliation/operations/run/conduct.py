"""Conducting runs: the right order, one at a time per account, each to its end (R9; INTERFACES.md 2, reconcile)."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from typing import Any

import structlog
from django.db import connection, transaction
from django.db.models import Count, Q

from cashier.models import BankAccount, MerchantAccount
from ledger.actors import Actor
from ledger.clock import real_now
from ledger.refusals import Conflict
from ledger.transitions import move, record_birth
from reconciliation.matching.ruleset import RuleSet
from reconciliation.models import BankLine, ExceptionCase, Match, ReconciliationRun, RunState, SettlementBatch
from reconciliation.models.files import BatchState
from reconciliation.operations.cases import ENGINE
from reconciliation.operations.late_files import watch_account
from reconciliation.operations.run import bank
from reconciliation.operations.run.activity import tell_activity
from reconciliation.operations.run.bank_balance import tell_bank_balance
from reconciliation.operations.run.bank_cases import raise_missing_settlements
from reconciliation.operations.run.bank_identified import identify_in_suspense
from reconciliation.operations.run.bank_opening import open_account
from reconciliation.operations.run.bank_waiting import expected_batches
from reconciliation.operations.run.bounced import end_bounced, raise_bounced, without_bounced
from reconciliation.operations.run.clearing import tell_clearing
from reconciliation.operations.run.context import BankRun, MerchantRun
from reconciliation.operations.run.conversions import pair_conversions
from reconciliation.operations.run.credits import tell_credits
from reconciliation.operations.run.cutoffs import tell_cutoffs
from reconciliation.operations.run.differences import raise_differences
from reconciliation.operations.run.disputes import is_dispute_line, pair_disputes
from reconciliation.operations.run.expectations import KINDS, count_not_due
from reconciliation.operations.run.fees import raise_fee_rows, raise_prices, resolve_scheduled
from reconciliation.operations.run.findings import work_lines
from reconciliation.operations.run.held_funds import tell_held_funds
from reconciliation.operations.run.identify import identify_lines
from reconciliation.operations.run.interrupted import tell_interrupted
from reconciliation.operations.run.legacy import pair_legacy, pair_legacy_lines
from reconciliation.operations.run.merged import without_merged
from reconciliation.operations.run.missing import raise_missing, resolve_found
from reconciliation.operations.run.pairing import pair_batch, pair_lines
from reconciliation.operations.run.psp_balances import tell_psp_balances
from reconciliation.operations.run.reserves import raise_overdue_reserves, raise_reserve_differences
from reconciliation.operations.run.residuals import settled_residuals
from reconciliation.operations.run.restated import post_restated
from reconciliation.operations.run.rules_used import take_rules
from reconciliation.operations.run.settle import settle_batch
from reconciliation.operations.run.top_up_arrivals import book_arrivals
from reconciliation.operations.run.top_ups import raise_top_ups
from reconciliation.queries.fee_lines import is_fee_alone
from reconciliation.queries.residuals import bank_residuals
from reconciliation.queries.unpaired import kinds_unpaired, unpaired_in_suspense, unpaired_of

log = structlog.get_logger(__name__)
Account = MerchantAccount | BankAccount


class RunInProgress(Conflict):
    """Another run of this account has not ended."""

    code = "RUN_IN_PROGRESS"


def reconcile(*, date: date, now: datetime, account: str = "", actor: Actor = ENGINE) -> list[ReconciliationRun]:
    """Run every account (or the one of code `account`) up to business date `date`: merchant accounts first, then the banks they pay.

    Raises RunInProgress where another process runs the same account, LookupError for an unknown code.
    """
    return [run_account(account=each, date=date, now=now, actor=actor) for each in accounts_of(account)]


def accounts_of(code: str = "") -> list[Account]:
    """Active accounts in the order in which they are run."""
    chosen = Q(code=code) if code else Q(is_active=True)
    merchants = MerchantAccount.objects.select_related("entity").filter(chosen).order_by("code")
    banks = BankAccount.objects.select_related("entity").filter(chosen).order_by("code")
    found: list[Account] = [*merchants, *banks]
    if code and not found:
        raise LookupError(f"No account {code!r} is known.")
    return found


def run_account(*, account: Account, date: date, now: datetime, actor: Actor = ENGINE) -> ReconciliationRun:
    """Run one account up to `date`. Must be called with no transaction open: each step commits by itself."""
    with only_one(account), ample_memory():
        started = real_now()
        run, rules = _start(account, date, now, actor)
        try:
            figures = _run_steps(run, account, date, now, rules)
        except Exception as failure:
            _fail(run, failure, now, actor)
            raise
        return _finish(run, figures, (real_now() - started).total_seconds(), now, actor)


def _run_steps(run: ReconciliationRun, account: Account, date: date, now: datetime, rules: RuleSet) -> dict[str, Any]:
    if isinstance(account, MerchantAccount):
        return _run_merchant(MerchantRun(run, account, date, now, rules))
    return _run_bank(BankRun(run, account, date, now, rules))


@contextmanager
def only_one(account: Account) -> Iterator[None]:
    """Nobody else runs this account meanwhile; the lock falls with the connection, however the process ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(hashtextextended(%s, 5))", [f"run:{account.code}"])
        if not cursor.fetchone()[0]:
            raise RunInProgress(f"{account.code} is being reconciled by another process; try again when it has ended.")
        try:
            yield
        finally:
            cursor.execute("SELECT pg_advisory_unlock(hashtextextended(%s, 5))", [f"run:{account.code}"])


@contextmanager
def ample_memory() -> Iterator[None]:
    """A million lines are sorted and hashed in memory, not in files; for the connection of a run, until it ends."""
    with connection.cursor() as cursor:
        cursor.execute("SET work_mem = '256MB'")
        try:
            yield
        finally:
            cursor.execute("RESET work_mem")


def _run_merchant(step: MerchantRun) -> dict[str, Any]:
    """Pair, prove, judge, settle, restate, identify; then what is missing."""
    account, now = step.account, step.now
    batches = _batches(account)
    for batch in batches:
        kinds = pair_batch(step, batch)
        if pair_legacy(step, batch, kinds):
            kinds = list(kinds_unpaired(batch))
        if "fx" in kinds:
            pair_conversions(step, batch, unpaired_of(batch, ["fx"]))
        told = pair_disputes(step, [line for line in unpaired_of(batch, kinds) if is_dispute_line(line) and not is_fee_alone(line)])
        left = [line for line in unpaired_of(batch, kinds) if line.id not in told and not is_fee_alone(line)]
        codes = told | work_lines(step, left)
        raise_differences(step, [batch])
        raise_fee_rows(step, batch)
        raise_reserve_differences(step, batch)
        tell_held_funds(step, batch)
        raise_bounced(step, batch)
        settle_batch(step, batch, codes, unpaired_of(batch, kinds), raise_prices(step, batch))
    restated = post_restated(step)
    _work_suspense(step)
    raise_differences(step, restated)
    tell_interrupted(step)
    tell_activity(step)
    resolve_found(step)
    raise_missing(step)
    raise_overdue_reserves(step)
    resolve_scheduled(step)
    book_arrivals(step)
    raise_top_ups(step)
    tell_cutoffs(step)
    tell_credits(step)
    tell_clearing(step)
    tell_psp_balances(step)
    watch_account(account, now=now)
    return _merchant_figures(step)


def _batches(account: MerchantAccount) -> list[SettlementBatch]:
    """Loaded and not posted, in the order of their days."""
    loaded = SettlementBatch.objects.filter(merchant_account=account, state=BatchState.LOADED)
    return list(loaded.select_related("merchant_account__entity", "source_file").order_by("business_date", "number", "currency"))


def _work_suspense(step: MerchantRun) -> None:
    """What waits in suspense is tried again: by rules, then by asking."""
    waiting = unpaired_in_suspense(step.account.public_id)
    if waiting:
        pair_lines(step, [line.id for line in waiting])
        pair_legacy_lines(step, [line.id for line in waiting])
        still = unpaired_in_suspense(step.account.public_id)
        told = pair_disputes(step, [line for line in still if is_dispute_line(line)])
        work_lines(step, [line for line in unpaired_in_suspense(step.account.public_id) if line.id not in told])
    identify_lines(step)


def _merchant_figures(step: MerchantRun) -> dict[str, Any]:
    batches = list(SettlementBatch.objects.filter(merchant_account=step.account, business_date=step.date, version=1))
    matches = Match.objects.filter(batch__in=batches, line_kind="psp", undone_at=None)
    counted = matches.aggregate(matched=Count("pk", filter=Q(suggested=False)), suggested=Count("pk", filter=Q(suggested=True)))
    return {
        "lines": sum(batch.lines for batch in batches),
        **counted,
        "carried_forward": sum(count_not_due(step, kind) for kind in KINDS),
    }


def _run_bank(step: BankRun) -> dict[str, Any]:
    """Post every booked line, then tell which payouts have not come."""
    account, date, now = step.account, step.date, step.now
    open_account(step)
    identify_in_suspense(step)
    bank.post_lines(step)
    expected = expected_batches(account)
    raise_missing_settlements(step, without_merged(without_bounced(expected)))
    end_bounced(step)
    tell_bank_balance(step)
    watch_account(account, now=now)
    lines = BankLine.objects.filter(bank_account=account, booked_date=date).values_list("pk", flat=True)
    matches = Match.objects.filter(line_kind="bank", line_id__in=list(lines), line_part=0, undone_at=None)
    return {
        "lines": len(lines),
        "matched": matches.filter(suggested=False).count(),
        "suggested": matches.filter(suggested=True).count(),
        "carried_forward": sum(1 for batch in expected if batch.due_date is None or batch.due_date > date),
        "residuals": bank_residuals(account),
    }


def _start(account: Account, date: date, now: datetime, actor: Actor) -> tuple[ReconciliationRun, RuleSet]:
    column = "merchant_account" if isinstance(account, MerchantAccount) else "bank_account"
    values = {"entity_id": account.entity_id, column: account, "updated_at": now}
    with transaction.atomic():
        run, made = ReconciliationRun.objects.get_or_create(account_code=account.code, date=date, defaults=values)
        if made:
            record_birth(run, actor=actor, now=now, event="run.made")
        was_broken = run.state in (RunState.RUNNING, RunState.FAILED)
        run.started_at, run.times_run, run.error = now, run.times_run + 1, ""
        move(run, "start", actor=actor, now=now, event="run.started", extra_fields=["started_at", "times_run", "error"])
        rules = take_rules(run, was_broken=was_broken, now=now)
    return run, rules


def _finish(run: ReconciliationRun, figures: dict[str, Any], seconds: float, now: datetime, actor: Actor) -> ReconciliationRun:
    with transaction.atomic():
        if run.merchant_account is not None:
            figures = {**figures, "residuals": settled_residuals(run)}
        for name, value in figures.items():
            setattr(run, name, value)
        codes = ExceptionCase.objects.filter(run=run).values_list("reason_id", flat=True)
        run.cases = dict(sorted(Counter(codes).items()))
        run.finished_at, run.seconds = now, round(seconds, 3)
        fields = [*figures, "cases", "finished_at", "seconds"]
        move(run, "finish", actor=actor, now=now, event="run.finished", extra_fields=fields)
    log.info("run finished", account=run.account_code, date=str(run.date), seconds=run.seconds, cases=run.cases)
    return run


def _fail(run: ReconciliationRun, failure: Exception, now: datetime, actor: Actor) -> None:
    with transaction.atomic():
        run.error, run.finished_at = f"{type(failure).__name__}: {failure}"[:2000], now
        move(run, "fail", actor=actor, now=now, event="run.failed", extra_fields=["error", "finished_at"])


def describe_run(run: ReconciliationRun) -> dict[str, Any]:
    """A run as `reconcile --json` and the API give it."""
    return {
        "id": run.public_id,
        "account": run.account_code,
        "date": run.date.isoformat(),
        "state": str(run.state),
        "lines": run.lines,
        "matched": run.matched,
        "suggested": run.suggested,
        "carried_forward": run.carried_forward,
        "cases": run.cases,
        "residuals": run.residuals,
        "seconds": float(run.seconds),
    }
