"""What is refused before it begins: simulations in production, and a database that another version made."""

import os
import subprocess
import sys
from typing import Any

import pytest
from django.core.checks import ERROR, run_checks
from django.core.management import call_command
from django.core.management.base import SystemCheckError
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder

from config.bootstrap.check import PRODUCTION
from tests.infra.processes import CHECKOUT


def _plain_environment() -> dict[str, str]:
    """Ours, less what the browser tests of the same process set for themselves."""
    return {name: value for name, value in os.environ.items() if name != "DJANGO_ALLOW_ASYNC_UNSAFE"}


def _check_deploy(**environment: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"]
    return subprocess.run(
        command, cwd=CHECKOUT, env={**_plain_environment(), **PRODUCTION, **environment}, capture_output=True, text=True, check=False
    )


@pytest.mark.whole
def test_a_whole_production_environment_passes() -> None:
    done = _check_deploy()
    assert done.returncode == 0, done.stderr


def test_a_simulation_is_refused(settings: Any) -> None:
    settings.SIMULATION = True
    (refusal,) = [found for found in run_checks(tags=["security"], include_deployment_checks=True) if found.id == "countroom.E001"]
    assert refusal.level == ERROR


WRONG = {
    "SIMULATION": ("true", "countroom.E001"),
    "SECURE_TLS": ("false", "security.W008"),
    "DEBUG": ("true", "security.W018"),
    "AUDIT_SIGNING_KEY": ("", "countroom.E002"),
    "AUDIT_ARCHIVE_DIR": ("", "countroom.W001"),
}


@pytest.mark.whole
def test_all_that_does_not_belong_into_production_is_named_at_once() -> None:
    done = _check_deploy(**{variable: value for variable, (value, _) in WRONG.items()})
    assert done.returncode == 1
    assert [complaint for _, complaint in WRONG.values() if complaint not in done.stderr] == []


@pytest.mark.django_db
def test_a_database_of_another_version_is_not_migrated() -> None:
    MigrationRecorder(connection).record_applied("reconciliation", "0099_of_tomorrow")

    with pytest.raises(SystemCheckError, match=r"it has reconciliation\.0099_of_tomorrow.*\n.*HINT: Run the version that made it"):
        call_command("migrate", plan=True, skip_checks=False)
