"""The button that runs one account and day again: what is right stays as it is (R9)."""

from collections.abc import Mapping
from functools import partial
from typing import Any

from django.db import transaction

from ledger.admin.frames import Act, Page
from ledger.admin.frames.acts import SHOWN, Done, Standing, hidden
from reconciliation.models import ReconciliationRun, RunState
from reconciliation.tasks import run_one


def _standing(run: ReconciliationRun, page: Page) -> Standing:
    return hidden("It is running now.") if run.state == RunState.RUNNING else SHOWN


def _run_again(run: ReconciliationRun, data: Mapping[str, Any], page: Page) -> Done:
    words = {"account_code": run.account_code, "date": run.date.isoformat(), "actor_kind": page.actor.kind, "actor_id": page.actor.id}
    transaction.on_commit(partial(run_one.delay, **words))
    return Done(f"{run.account_code} is run again for {run.date.day} {run.date:%b %Y}; load this page again in a moment.")


RUN_AGAIN = Act("again", "Run again", "reconciliation.run_reconciliation", _run_again, standing=_standing, dialog=False)
