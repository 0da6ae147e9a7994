"""One stack for all journeys: real processes, real HTTP, a database and a Redis of its own. Its time only goes forward.

tests/scheduling.py keeps all journeys on one xdist worker, for another one would start a stack of its own. It ends with the last journey.
"""

import os
import shutil
import signal
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.databases import TestDatabase
from tests.infra.processes import eventually, is_alive, processes_of

if TYPE_CHECKING:
    from tests.journeys.living import LivingStack


@pytest.fixture(scope="package")
def journey_directory() -> Iterator[Path]:
    place = Path(tempfile.mkdtemp(prefix="cr-"))
    place.chmod(0o755)
    yield place
    shutil.rmtree(place, ignore_errors=True)


@pytest.fixture(scope="package")
def journey_database(django_db_setup: TestDatabase) -> Iterator[TestDatabase]:
    """A copy of the migrated template; afterwards the journal must sum to zero."""
    database = django_db_setup.beside("journeys")
    database.recreate()
    yield database
    unbalanced = database.unbalanced()
    database.drop()
    assert unbalanced == [], "the journal does not sum to zero"


@pytest.fixture(scope="package")
def running_stack(journey_directory: Path, journey_database: TestDatabase) -> Iterator["LivingStack"]:
    from config.supervisor import Stack
    from tests.journeys.living import LivingStack, variables

    given = variables(journey_directory, journey_database)
    with Stack(directory=journey_directory, environment=given) as running:
        yield LivingStack(running, given, journey_database)
        if sys.platform == "linux":
            assert_nothing_outlives_its_supervisor(journey_directory)


def assert_nothing_outlives_its_supervisor(directory: Path) -> None:
    """kill -9 of the supervisor of all processes, once the last journey is over."""
    from config.local_servers import read_run_file
    from config.supervisor import find_running

    pids = read_run_file(directory)["pids"]
    os.kill(pids["supervisor"], signal.SIGKILL)
    assert eventually(lambda: not any(is_alive(pid) for pid in pids.values()))
    assert eventually(lambda: not processes_of(directory)), processes_of(directory)
    assert find_running(directory) is None


@pytest.fixture
def stack(running_stack: "LivingStack", django_db_blocker: Any, settings: Any) -> Iterator["LivingStack"]:
    """The stack, with Django of this process on its database."""
    from tests.furnished import django_on

    settings.SIMULATION = True
    settings.MEDIA_ROOT = running_stack.given["FILES_DIR"]
    with django_db_blocker.unblock(), django_on(running_stack.database):
        yield running_stack
