"""kill -9 and restart: nothing charged twice, nothing forgotten, everything told; and a start that can't be."""

import ast
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from tests.sandbox.paper import DAY
from tests.sandbox.running import CHECKOUT, Receiver, RunningSandbox, eventually, payment_body

pytestmark = [pytest.mark.whole, pytest.mark.spec("Z1", "Z3")]


def test_killed_under_load_every_key_is_charged_once(own_sandbox: Callable[..., RunningSandbox], own_receiver: Receiver) -> None:
    sandbox = own_sandbox(webhook_url=own_receiver.url)
    requests = [(f"key-{i}", payment_body("approve", reference=f"pi_{i}")) for i in range(200)]
    headers = {"Authorization": "Bearer first-secret"}

    def send(part: list[tuple[str, dict[str, object]]]) -> None:
        with httpx.Client(base_url=sandbox.url, headers=headers, timeout=5.0) as client:
            for key, body in part:
                try:
                    client.post("/v1/payments", json=body, headers={"Idempotency-Key": key})
                except httpx.HTTPError:
                    return

    threads = [threading.Thread(target=send, args=(requests[start::8],)) for start in range(8)]
    for thread in threads:
        thread.start()
    assert eventually(lambda: len(own_receiver.events) > 20)
    sandbox.kill()
    for thread in threads:
        thread.join()
    sandbox.start()
    for key, body in requests:  # as a platform that asks again for all that it does not know
        assert sandbox.post("/v1/payments", body, key=key).json()["state"] == "CAPTURED"
    sandbox.settle_down()
    books = sandbox.control("GET", "books")
    assert len(books["charges"]) == 200
    assert {charge["captures"] for charge in books["charges"]} == {1}
    assert {event["intent_id"] for event in own_receiver.events} == {f"pi_{i}" for i in range(200)}
    assert own_receiver.bad == []


def test_jobs_clock_and_plan_survive(own_sandbox: Callable[..., RunningSandbox], own_receiver: Receiver) -> None:
    sandbox = own_sandbox(webhook_url=own_receiver.url)
    sandbox.control("PUT", "clock", {"now": f"{DAY}T11:00:00Z"})
    payment = sandbox.pay("pending")
    sandbox.kill()
    sandbox.start()
    assert eventually(lambda: sandbox.state_of(payment["merchant_reference"]) == "CAPTURED")
    told = eventually(lambda: (names := own_receiver.names(payment["merchant_reference"]))[-1:] == ["payment.captured"] and names)
    assert list(dict.fromkeys(told)) == ["payment.pending", "payment.captured"]  # one delivered just before the kill may come again
    assert sandbox.control("GET", "health")["now"].startswith(DAY)
    assert not sandbox.control("PUT", "clock", {"now": None})["now"].startswith(DAY)


@pytest.mark.parametrize("bad", ["port", "data", "secrets"])
def test_a_start_that_cant_be_says_why_in_one_line(sandbox: RunningSandbox, tmp_path: Path, bad: str) -> None:
    secrets, data = tmp_path / "secrets.json", tmp_path / "data"
    secrets.write_text("{not json" if bad == "secrets" else "{}")
    if bad == "data":
        data.write_text("a file, not a directory")
    port = sandbox.port if bad == "port" else 0
    command = [sys.executable, "-m", "config.sandbox", "--port", str(port), "--data", str(data), "--secrets", str(secrets)]
    done = subprocess.run(command, capture_output=True, text=True, cwd=CHECKOUT, timeout=60)
    assert done.returncode == 1
    assert len(done.stderr.strip().splitlines()) == 1
    assert done.stderr.startswith("sandbox: can't start")


def test_it_imports_nothing_but_itself_httpx_and_the_standard_library() -> None:
    foreign = {
        (path.name, name)
        for path in (CHECKOUT / "config" / "sandbox").rglob("*.py")
        for name in _imported(path)
        if not name.startswith("config.sandbox.") and name.split(".")[0] not in sys.stdlib_module_names | {"httpx"}
    }
    assert foreign == set()


def _imported(path: Path) -> list[str]:
    """Full names of the modules that a file imports."""
    nodes = list(ast.walk(ast.parse(path.read_text())))
    plain = [alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names]
    return plain + [node.module or "." for node in nodes if isinstance(node, ast.ImportFrom)]
