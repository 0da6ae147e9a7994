"""Celery, queue `recon`: each task loads nothing and calls one operation. The row is the queue, a task is the nudge."""

from datetime import date as day
from datetime import timedelta
from uuid import UUID

from celery import shared_task

from ledger import clock
from ledger.actors import Actor, system_actor
from ledger.calendar import business_date
from ledger.ids import from_public
from ledger.tracing import set_trace_id
from reconciliation import operations
from reconciliation.models import FileSource, FileState, SourceFile
from reconciliation.operations import alert_mail, casework, closing, sources, watching
from reconciliation.operations.matching_rules import back_tests

INGEST = system_actor("ingest")


@shared_task
def load_file(*, file_id: str, actor_kind: str = INGEST.kind, actor_id: str = INGEST.id) -> str:
    """Load a received file; nothing happens to one that is loaded."""
    result = operations.load_file(file_id=from_public(file_id, "file_"), actor=Actor(actor_kind, actor_id), now=clock.now())
    return "accepted" if result["accepted"] else "refused"


@shared_task
def pull_source(*, source_id: str) -> str:
    """Look into one source of files; what it brought is loaded by tasks of its own. Empty where another process is at it."""
    pulled = sources.pull_source(source_id=FileSource.id_of(source_id), now=clock.now())
    if pulled is None:
        return ""
    for file_id in pulled.received:
        load_file.delay(file_id=file_id)
    return str(pulled.pull.state)


@shared_task
def pull_due_sources() -> None:
    """Sweeper: sources whose time has come, or whose nudge was lost."""
    for source in sources.due_sources(now=clock.now()):
        pull_source.apply_async(kwargs={"source_id": source.public_id}, expires=60)


@shared_task
def load_waiting_files() -> None:
    """Sweeper: files that were received and whose nudge was lost."""
    before = clock.now() - timedelta(minutes=1)
    for row in SourceFile.objects.filter(state=FileState.RECEIVED, received_at__lt=before).order_by("received_at"):
        load_file.delay(file_id=row.public_id)


@shared_task
def resume_rested_cases() -> int:
    """Cases whose waiting time has passed go back to work."""
    return casework.resume_rested_cases(actor=system_actor("casework"), now=clock.now())


@shared_task
def withdraw_moot_requests() -> int:
    """Requests for the ending of a case that ended meanwhile are taken back."""
    return casework.withdraw_moot_requests(now=clock.now())


@shared_task
def apply_auto_rules() -> dict[str, int]:
    """Rules that two people turned on end the small cases they are for (E3)."""
    return casework.apply_auto_rules(now=clock.now())


@shared_task
def escalate_due_cases() -> int:
    """Cases past their due time are told to the second team (E5)."""
    return casework.escalate_due_cases(now=clock.now())


@shared_task
def tend_closes() -> dict[str, int]:
    """Days that are over get a close; one left in the middle falls back; a prepared one that changed opens again."""
    return closing.tend_closes(now=clock.now())


@shared_task
def prove_books() -> bool:
    """The nightly proof of the books, which every close tells of."""
    return closing.prove_books(actor=system_actor("closing"), now=clock.now()).ok


@shared_task
def archive_closes() -> list[str]:
    """Bundles of signed days that the archive lacks are laid there."""
    return [str(path) for path in closing.archive_bundles()]


@shared_task
def look_around() -> dict[str, int]:
    """What is watched, every five minutes (R10, R13)."""
    return watching.look_around(now=clock.now())


@shared_task
def send_alert_mails() -> int:
    """Alerts whose mail has not left yet. Mail servers know no clock of ours."""
    return alert_mail.send_due_mails(moment=clock.real_now())


@shared_task
def watch_files() -> int:
    """Files that are not in by their hour, and late ones that came."""
    return operations.watch_files(now=clock.now())


@shared_task
def run_back_test(*, back_test_id: str, trace_id: str = "") -> str:
    """One back-test of matching rules (R15); a rerun while another worker has it does nothing."""
    set_trace_id(trace_id)
    return back_tests.run_back_test(back_test_id=UUID(back_test_id), now=clock.now())


@shared_task
def sweep_back_tests() -> int:
    """Sweeper: back-tests that wait, or whose worker died."""
    return back_tests.sweep_back_tests()


@shared_task
def run_yesterday() -> None:
    """Run every account for its entity's last business day: merchant accounts first, then the banks they pay."""
    now = clock.now()
    for account in operations.accounts_of():
        yesterday = business_date(account.entity, now) - timedelta(days=1)
        try:
            operations.run_account(account=account, date=yesterday, now=now)
        except operations.RunInProgress:
            continue


@shared_task
def run_one(*, account_code: str, date: str, actor_kind: str = "system", actor_id: str = "reconciliation") -> str:
    """Run one account for one date again: asked for by a person, or after a late file came. Empty where it is running already."""
    try:
        runs = operations.reconcile(account=account_code, date=day.fromisoformat(date), now=clock.now(), actor=Actor(actor_kind, actor_id))
    except operations.RunInProgress:
        return ""
    return runs[0].public_id
