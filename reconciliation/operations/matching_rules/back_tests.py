"""Back-tests of a version over stored lines of past days: a job with progress, repeated from its beginning where its worker died (R15)."""

from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from cashier.nudges import nudge
from cashier.refusals import Conflict, Invalid
from ledger.actors import Actor
from ledger.canonical import canonical_json, sha256_hex
from ledger.clock import real_now
from ledger.operations import record_audit, versions
from reconciliation.models import BackTest, MatchingRules
from reconciliation.operations.matching_rules.papers import read_papers
from reconciliation.operations.matching_rules.replaying import replay
from reconciliation.operations.run.conduct import accounts_of
from reconciliation.queries.matching_rules import active_rules, rules_of

TASK = "reconciliation.tasks.run_back_test"
LEASE = timedelta(minutes=5)
LONGEST_DAYS = 31
LONGEST_STATEMENT = "300s"
WHICH = "Only a draft, or a version that was in force before, is back-tested."
State = BackTest.State


def start_back_test(*, rules_id: UUID, since: date, until: date, account: str = "", actor: Actor, now: datetime) -> BackTest:
    """Ask for a back-test of a draft, or of a version that was in force before, as it is, against the version in force, over business
    days `since` to `until` of one account or all; a worker is nudged.

    Raises Conflict; Invalid for a period that is empty or longer than 31 days, or for an unknown account.
    """
    if not since <= until or (until - since).days >= LONGEST_DAYS:
        raise Invalid(f"A back-test is over {LONGEST_DAYS} days at most, the last not before the first.", field="since", rule="period")
    if account and not _is_known(account):
        raise Invalid(f"No account is called {account}.", field="account", rule="known")
    with transaction.atomic():
        rules = versions.lock_version(MatchingRules, rules_id, WHICH, MatchingRules.State.DRAFT, MatchingRules.State.RETIRED)
        against = active_rules()
        if against is None:
            raise Conflict("No version is in force to compare with.")
        test = BackTest.objects.create(
            rules=rules, against=against, digest=rules.digest, account=account, since=since, until=until,
            asked_by_kind=actor.kind, asked_by_id=actor.id, asked_at=now,
        )  # fmt: skip
        detail = {"version": rules.version, "digest": rules.digest, "against": against.version, "since": since.isoformat(),
                  "until": until.isoformat(), "account": account}  # fmt: skip
        record_audit(
            act="matching_rules.back_tested", actor=actor, target_kind="MatchingRules", target_id=rules.public_id, detail=detail, now=now
        )
        nudge(TASK, back_test_id=test.pk)
    return test


def run_back_test(*, back_test_id: UUID, now: datetime) -> str:
    """Run it, or do nothing while another worker has it under its lease. What fails is kept with its words. Gives what became of it.

    No transaction is held open: a long one would hold up checkpoints and the closing of days.
    """
    test = _claim(back_test_id)
    if test is None:
        return "not due"
    try:
        if test.rules.digest != test.digest:
            return _end(test, State.FAILED, now=now, error="the version was changed meanwhile")
        test.result = _replayed(test)
        test.result_digest = result_digest(test)
        return _end(test, State.DONE, now=now)
    except Exception as error:  # whatever fails is said on the page, not tried for ever
        return _end(test, State.FAILED, now=now, error=f"{type(error).__name__}: {error}"[:300])


def _replayed(test: BackTest) -> dict[str, Any]:
    papers = read_papers(account=test.account, since=test.since, until=test.until)
    test.total = papers.lines

    def told(done: int) -> None:
        test.done = min(test.done + done, test.total)
        test.lease_until = real_now() + LEASE
        test.save(update_fields=["done", "total", "lease_until"])

    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('statement_timeout', %s, false)", [LONGEST_STATEMENT])
        try:
            return replay(papers, old=rules_of(test.against), new=rules_of(test.rules), told=told)
        finally:
            cursor.execute("RESET statement_timeout")


def result_digest(test: BackTest) -> str:
    """SHA-256 of what was run (both versions, the period, the files by their hashes) and of what came of it."""
    asked = {"digest": test.digest, "against": test.against.digest, "account": test.account, "since": test.since.isoformat(),
             "until": test.until.isoformat()}  # fmt: skip
    return sha256_hex(canonical_json({**asked, "result": test.result}))


def sweep_back_tests() -> int:
    """Nudge every back-test that no worker has. Gives how many."""
    waiting = BackTest.objects.filter(state__in=(State.WAITING, State.RUNNING)).exclude(lease_until__gt=real_now())
    ids = list(waiting.values_list("pk", flat=True)[:20])
    with transaction.atomic():
        for back_test_id in ids:
            nudge(TASK, back_test_id=back_test_id)
    return len(ids)


def _is_known(account: str) -> bool:
    try:
        return bool(accounts_of(account))
    except LookupError:
        return False


def _claim(back_test_id: UUID) -> BackTest | None:
    at = real_now()
    with transaction.atomic():
        rows = BackTest.objects.select_for_update(skip_locked=True, of=("self",)).select_related("rules", "against")
        test = rows.filter(pk=back_test_id, state__in=(State.WAITING, State.RUNNING)).exclude(lease_until__gt=at).first()
        if test is not None:
            test.state, test.lease_until, test.done = State.RUNNING, at + LEASE, 0
            test.save(update_fields=["state", "lease_until", "done"])
    return test


def _end(test: BackTest, state: str, *, now: datetime, error: str = "") -> str:
    test.state, test.error, test.ended_at, test.lease_until = state, error, now, None
    test.save(update_fields=["state", "error", "ended_at", "lease_until", "done", "total", "result", "result_digest"])
    return state
