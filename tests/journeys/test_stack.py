"""The whole stack as `make run` has it: every process is watched. That none outlives its supervisor is seen as it ends (conftest.py)."""

import httpx
import pytest

from config.supervisor import Stack, StackError, find_running
from tests.journeys.living import LivingStack

pytestmark = pytest.mark.whole

NAMES = {"supervisor", "sandbox", "web", "worker-psp", "worker", "worker-recon", "beat", "events"}


def test_every_process_is_up_and_named(stack: LivingStack) -> None:
    assert stack.running.pids.keys() >= NAMES
    assert httpx.get(stack.web + "/health", trust_env=False).json() == {"status": "ok"}
    found = find_running(stack.running.directory)
    assert found is not None
    assert (found.urls, found.pids.keys()) == (stack.running.urls, stack.running.pids.keys())


def test_a_second_stack_in_the_same_place_is_refused_and_says_where_the_first_is(stack: LivingStack) -> None:
    with pytest.raises(StackError, match=f"already runs here: {stack.web}"):
        Stack(directory=stack.running.directory, environment=stack.given).started()
