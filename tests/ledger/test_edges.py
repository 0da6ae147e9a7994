"""What stands at the edges of the ledger: the clock, notices, trace ids, tasks, commands."""

import json
from datetime import UTC, datetime, timedelta
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from django.core.management import CommandError, call_command

from ledger import clock, tasks
from ledger.actors import user_actor
from ledger.models import LegalEntity, User
from ledger.notices import tell
from ledger.operations import begin_idempotent, propose_adjustment, record_audit
from ledger.refusals import LedgerError
from ledger.tracing import current_trace_id, set_trace_id
from tests.ledger.books import NOON, TESTER, book, deposit
from tests.ledger.cast import make_entity, make_person

if TYPE_CHECKING:
    from tests.databases import TestDatabase

heard: list[dict[str, Any]] = []


def hear(**facts: Any) -> str:
    heard.append(facts)
    return "heard"


def refuse(**facts: Any) -> None:
    raise LedgerError("not so")


def test_a_notice_reaches_its_handler_and_nobody_else(settings: Any) -> None:
    settings.NOTICE_HANDLERS = {"case.raise": "tests.ledger.test_edges.hear", "dispute.opened": "tests.ledger.test_edges.refuse"}
    heard.clear()

    assert tell("case.raise", code="X", amount_minor=5) == "heard"
    assert tell("nobody.listens", code="X") is None
    assert heard == [{"code": "X", "amount_minor": 5}]
    with pytest.raises(LedgerError):
        tell("dispute.opened")


def test_a_trace_id_is_kept_short() -> None:
    set_trace_id("t" * 500)
    assert current_trace_id() == "t" * 128


@pytest.mark.django_db
def test_simulated_time_runs_from_where_it_is_set(settings: Any) -> None:
    settings.SIMULATION = True
    then = datetime(2030, 1, 1, 6, 0, tzinfo=UTC)

    clock.set_simulated_now(then)

    assert timedelta(0) <= clock.now() - then < timedelta(seconds=30)
    clock.set_simulated_now(then + timedelta(days=1))
    assert clock.now() >= then + timedelta(days=1)


@pytest.mark.django_db
def test_real_time_is_never_moved(settings: Any) -> None:
    settings.SIMULATION = True
    clock.set_simulated_now(datetime(2030, 1, 1, tzinfo=UTC))
    settings.SIMULATION = False

    assert abs(clock.now() - clock.real_now()) < timedelta(seconds=30)
    with pytest.raises(LedgerError):
        clock.set_simulated_now(datetime(2031, 1, 1, tzinfo=UTC))


@pytest.mark.spec("L7", "S5", "S1", "A3")
def test_the_tasks_do_their_work(committed_db: "TestDatabase") -> None:
    entity: LegalEntity = make_entity()
    ada: User = make_person("ada")
    long_ago = datetime(2020, 1, 1, tzinfo=UTC)
    book(entity, "k", *deposit("pl_1", 5))
    record_audit(act="test", actor=TESTER, target_kind="k", target_id="1", detail={}, now=NOON)
    begin_idempotent(client_id="shop", key="k", fingerprint="f", now=long_ago)
    propose_adjustment(
        entity_id=entity.pk, player_id="pl_1", asset="EUR", amount_minor=5, direction="credit", reason="r",
        maker=user_actor(ada), now=long_ago,
    )  # fmt: skip

    assert tasks.expire_approvals() == 1
    assert tasks.seal_audit() == 3
    assert tasks.write_checkpoints() == 1
    assert tasks.drop_old_keys() == 1
    assert [tasks.expire_approvals(), tasks.seal_audit(), tasks.write_checkpoints(), tasks.drop_old_keys()] == [0, 0, 0, 0]


def test_beat_knows_the_tasks(settings: Any) -> None:
    named = {row["task"] for row in settings.CELERY_BEAT_SCHEDULE.values()}
    assert {
        "ledger.tasks.seal_audit",
        "ledger.tasks.write_checkpoints",
        "ledger.tasks.expire_approvals",
        "ledger.tasks.drop_old_keys",
    } <= named


@pytest.mark.spec("S8")
def test_state_graphs_writes_what_the_code_draws(settings: Any, tmp_path: Path) -> None:
    settings.BASE_DIR = tmp_path
    with pytest.raises(CommandError):
        call_command("state_graphs", "--check", stdout=StringIO())
    call_command("state_graphs", stdout=StringIO())
    page = (tmp_path / "docs" / "states" / "ledger_approvalrequest.md").read_text()

    assert "    [*] --> PENDING\n    PENDING --> APPROVED: approve\n" in page
    call_command("state_graphs", "--check", stdout=StringIO())


@pytest.mark.spec("S8")
def test_the_graphs_in_docs_are_those_of_the_code() -> None:
    call_command("state_graphs", "--check", stdout=StringIO())


@pytest.mark.spec("L2")
def test_setup_roles_says_what_it_granted_and_may_run_again(committed_db: "TestDatabase") -> None:
    """As its owner, in a process of its own, as `make run` does."""
    import os
    import subprocess
    import sys

    environment = os.environ | {"DATABASE_OWNER_URL": committed_db.owner_url, "DATABASE_URL": committed_db.app_url}
    done = subprocess.run(
        [sys.executable, "manage.py", "setup_roles", "--json"], env=environment, capture_output=True, text=True, check=True
    )
    granted = json.loads(done.stdout.splitlines()[-1])

    assert {"ledger_entry", "ledger_audit_seal", "cashier_psp_event"} <= set(granted["append_only"])
    assert {"ledger_wallet", "ledger_user"} <= set(granted["writable"])
    assert {"reconciliation_psp_line", "reconciliation_bank_line"} <= set(granted["owned_by_app"])
