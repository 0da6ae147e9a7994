"""Back-tests of a version over stored lines of past days: a job with progress, repeated from its beginning where its worker died (R15)."""

from datetime import date, datetime, timedelta
from uuid import UUID

from django.db import connection, transaction

from cashier.nudges import nudge
from cashier.refusals import Conflict, Invalid
from ledger.actors import Actor
from ledger.canonical import canonical_json, sha256_hex
from ledger.operations import record_audit, version_trials, versions
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
    """Run it, as ledger.operations.version_trials says: a long transaction would hold up checkpoints and the closing of days."""
    return version_trials.run(BackTest, back_test_id, _replay, lease=LEASE, now=now)


def _replay(test: BackTest) -> None:
    papers = read_papers(account=test.account, since=test.since, until=test.until)
    test.total = papers.lines

    def told(done: int) -> None:
        version_trials.tell_progress(test, test.done + done, lease=LEASE)

    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('statement_timeout', %s, false)", [LONGEST_STATEMENT])
        try:
            test.result = replay(papers, old=rules_of(test.against), new=rules_of(test.rules), told=told)
        finally:
            cursor.execute("RESET statement_timeout")
    test.result_digest = result_digest(test)


def result_digest(test: BackTest) -> str:
    """SHA-256 of what was run (both versions, the period, the files by their hashes) and of what came of it."""
    asked = {"digest": test.digest, "against": test.against.digest, "account": test.account, "since": test.since.isoformat(),
             "until": test.until.isoformat()}  # fmt: skip
    return sha256_hex(canonical_json({**asked, "result": test.result}))


def sweep_back_tests() -> int:
    """Nudge a worker for every back-test that none has. Gives how many."""
    return version_trials.sweep(BackTest, lambda back_test_id: nudge(TASK, back_test_id=back_test_id))


def _is_known(account: str) -> bool:
    try:
        return bool(accounts_of(account))
    except LookupError:
        return False
