"""`check --deploy`: silent for a whole production environment, loud for a simulation."""

import os
import subprocess
import sys

import pytest

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


def test_a_whole_production_environment_passes() -> None:
    done = _check_deploy()
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    ("variable", "value", "complaint"),
    [
        ("SIMULATION", "true", "countroom.E001"),
        ("SECURE_TLS", "false", "security.W008"),
        ("DEBUG", "true", "security.W018"),
        ("AUDIT_SIGNING_KEY", "", "countroom.E002"),
        ("AUDIT_ARCHIVE_DIR", "", "countroom.W001"),
    ],
)
def test_what_does_not_belong_into_production_is_refused(variable: str, value: str, complaint: str) -> None:
    done = _check_deploy(**{variable: value})
    assert done.returncode == 1
    assert complaint in done.stderr
