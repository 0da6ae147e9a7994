"""How xdist shares the tests out: one by one, but for those of one stack, one browser or one dear fixture; the long begin.

A run ends late where one worker begins a long test when the others are done, and where workers wait. So long tests come first and short
ones fill up the end; the database's template is made meanwhile; and as the journeys mostly wait for their stack, there is one worker
more than processors.
"""

import contextlib
import importlib
import os
from typing import Any

import pytest
from xdist.scheduler.loadscope import LoadScopeScheduling  # type: ignore[import-untyped]

from tests.databases import CHECKOUT

# One stack, one browser, and what a module makes for all its tests: another worker would make it once more.
TOGETHER = (
    "tests/journeys/",
    "tests/browser/",
    "tests/infra/test_local_servers.py",
    "tests/api/test_schema.py",
    "tests/reconciliation/closing/test_close_verify.py",
    "tests/sandbox/test_faults.py",
    "tests/sandbox/test_page.py",
    "tests/sandbox/test_profile.py",
    "tests/sandbox/test_reports.py",
)
LONGEST = ("tests/simulation/test_every_code.py::test_all_codes_mixed",)
LONG = (
    "tests/infra/",
    "tests/simulation/test_every_code.py",
    "tests/concurrency/test_run_killed.py",
    "tests/backoffice/test_get_changes_nothing.py",
    "tests/api/test_hostile_calls.py",
    "tests/backoffice/test_hostile_addresses.py",
    "tests/reconciliation/runs/",
    "tests/reconciliation/closing/",
    "tests/reconciliation/formats/test_mutations.py",
    "tests/sandbox/",
    "tests/simulation/",
    "tests/cashier/any_order/",
)


def workers() -> int:
    """For `-n auto`."""
    processors = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return processors + 1


def load_own_part(number: int, count: int) -> None:
    """Import every `count`-th of the test files before all are collected: pytest compiles a file once, and whoever comes later reads that.

    Of a fresh checkout each worker would compile all of them, side by side. What cannot be imported is told by the collection.
    """
    files = sorted((CHECKOUT / "tests").rglob("test_*.py"))
    for file in files[number::count]:
        with contextlib.suppress(Exception, pytest.skip.Exception):
            importlib.import_module(".".join(file.relative_to(CHECKOUT).with_suffix("").parts))


def turn(item: Any) -> tuple[bool, bool, bool]:
    """Sorting key: what needs no database runs while the template is made, then what takes minutes, then seconds, then the rest."""
    needs_database = "django_db_setup" in item.fixturenames or item.get_closest_marker("django_db") is not None
    return needs_database, not item.nodeid.startswith(LONGEST), not item.nodeid.startswith((*TOGETHER, *LONG))


class StackScheduling(LoadScopeScheduling):  # type: ignore[misc]
    """Tests of one scope run on one worker, in their order; the largest scopes are begun first, then tests as they were collected."""

    def _split_scope(self, nodeid: str) -> str:
        return next((folder for folder in TOGETHER if nodeid.startswith(folder)), nodeid)
