"""The running profile: shares of trouble for calls and events whose tokens say nothing, changed while the sandbox runs."""

from collections.abc import Callable, Iterator

import httpx
import pytest

from tests.sandbox.running import Receiver, RunningSandbox, eventually, fresh, payment_body

pytestmark = pytest.mark.spec("Z1")


@pytest.fixture(scope="module")
def told() -> Iterator[Receiver]:
    receiver = Receiver()
    yield receiver
    receiver.close()


@pytest.fixture(scope="module")
def quick(tmp_path_factory: pytest.TempPathFactory, told: Receiver) -> Iterator[RunningSandbox]:
    """A sandbox of this file's own, whose delays are a tenth: its profile is nobody else's."""
    sandbox = RunningSandbox(tmp_path_factory.mktemp("quick"), webhook_url=told.url, pace=0.1)
    yield sandbox
    assert sandbox.stop() == 0


@pytest.fixture
def sandbox(quick: RunningSandbox) -> Iterator[RunningSandbox]:
    """Calm before and after."""
    quick.control("PUT", "profile", {})
    yield quick
    quick.control("PUT", "profile", {})
    quick.control("PUT", "hold", {"hold": False})


def charged(sandbox: RunningSandbox, reference: str) -> int:
    charges = sandbox.control("GET", f"books?merchant_reference={reference}")["charges"]
    return sum(charge["charged_minor"] for charge in charges)


@pytest.mark.parametrize(("fault", "status", "before"), [("error", 500, 0), ("error_after", 502, 5000)])
def test_every_call_fails_once_and_its_repeat_is_answered(sandbox: RunningSandbox, fault: str, status: int, before: int) -> None:
    sandbox.control("PUT", "profile", {"profile": {"calls": {fault: 1}}})
    body, key = payment_body("tok_approve"), fresh("key")

    first = sandbox.post("/v1/payments", body, key=key)
    between = charged(sandbox, body["merchant_reference"])
    again = sandbox.post("/v1/payments", body, key=key)

    assert (first.status_code, between) == (status, before)
    assert (again.status_code, again.json()["state"]) == (201, "CAPTURED")
    assert charged(sandbox, body["merchant_reference"]) == 5000


@pytest.mark.parametrize(("fault", "before"), [("timeout_before", 0), ("timeout_after", 5000)])
def test_a_call_is_not_answered(sandbox: RunningSandbox, fault: str, before: int) -> None:
    sandbox.control("PUT", "profile", {"profile": {"calls": {fault: 1}}})
    body = payment_body("tok_approve")

    with pytest.raises(httpx.TimeoutException):
        sandbox.post("/v1/payments", body, timeout=0.2)

    assert eventually(lambda: charged(sandbox, body["merchant_reference"]) == before)


def test_refunds_captures_and_voids_fail_too(sandbox: RunningSandbox) -> None:
    paid, held = sandbox.pay("tok_approve"), sandbox.pay("tok_approve", capture="manual")
    sandbox.control("PUT", "profile", {"profile": {"calls": {"error": 1}}})
    capture = {"merchant_reference": fresh("cap_"), "amount": {"minor_units": 100, "currency": "EUR"}}

    assert sandbox.refund(paid, 100).status_code == 500
    assert sandbox.post(f"/v1/payments/{held['psp_ref']}/captures", capture).status_code == 500
    assert sandbox.post(f"/v1/payments/{held['psp_ref']}/void", {"merchant_reference": held["merchant_reference"]}).status_code == 500
    assert sandbox.state_of(held["merchant_reference"]) == "AUTHORIZED"


def test_a_token_that_names_its_fault_has_no_other(sandbox: RunningSandbox) -> None:
    sandbox.control("PUT", "profile", {"profile": {"calls": {"error": 1}}})

    assert sandbox.post("/v1/payments", payment_body("tok_error_after")).status_code == 502
    with pytest.raises(httpx.TimeoutException):
        sandbox.pay_out("tok_payout_timeout_after", timeout=0.2)


def test_events_misbehave_where_the_token_says_nothing(sandbox: RunningSandbox, told: Receiver) -> None:
    sandbox.control("PUT", "profile", {"profile": {"events": {"dup": 1}}})
    plain, lost = sandbox.pay("tok_approve"), sandbox.pay("tok_approve.lost")
    sandbox.settle_down()
    assert told.names(plain["merchant_reference"]) == ["payment.captured"] * 3
    assert told.names(lost["merchant_reference"]) == []

    sandbox.control("PUT", "profile", {"profile": {"events": {"lost": 1}}})
    silent = sandbox.pay("tok_approve")
    sandbox.settle_down()
    assert told.names(silent["merchant_reference"]) == []


def test_a_share_hits_its_part_and_a_seed_decides_which(sandbox: RunningSandbox) -> None:
    bodies = [(f"share-{number}", payment_body("tok_approve", reference=f"pi_share{number}")) for number in range(40)]

    def failed(seed: int) -> list[str]:
        sandbox.control("PUT", "profile", {"profile": {"calls": {"error_after": 0.5}}, "seed": seed})
        return [key for key, body in bodies if sandbox.post("/v1/payments", body, key=f"{key}-{seed}").status_code == 502]

    first, other = failed(1), failed(2)
    assert 8 < len(first) < 32
    assert [key.rsplit("-")[1] for key in first] != [key.rsplit("-")[1] for key in other]


def test_faults_of_days_set_the_profile_too_and_a_restart_keeps_it(own_sandbox: Callable[..., RunningSandbox]) -> None:
    sandbox = own_sandbox()
    sandbox.control("POST", "faults", {"profile": "hostile", "seed": 7})
    running = sandbox.control("GET", "profile")
    assert running["seed"] == 7
    assert running["calls"]["error"] > 0 < running["events"]["dup"]
    sandbox.kill()
    sandbox.start()
    assert sandbox.control("GET", "profile") == running


@pytest.mark.parametrize(
    "body",
    [
        {"profile": "friendly"},
        {"profile": {"calls": {"explode": 0.1}}},
        {"profile": {"events": {"dup": 1.5}}},
        {"profile": {"calls": {"error": 0.6, "slow": 0.6}}},
        {"profile": {"calls": ["error"]}},
        {"profile": {}, "seed": "seven"},
    ],
)
def test_bad_profiles_are_refused_and_change_nothing(sandbox: RunningSandbox, body: dict[str, object]) -> None:
    answer = sandbox.http.put("/_sim/profile", json=body)
    assert (answer.status_code, answer.json()["error"]) == (400, "INVALID_PROFILE")
    assert sandbox.control("GET", "profile") == {"seed": 0, "calls": {}, "events": {}}


def test_held_what_follows_waits(sandbox: RunningSandbox) -> None:
    sandbox.control("PUT", "hold", {"hold": True})
    payment = sandbox.pay("tok_pending")
    assert not eventually(lambda: sandbox.state_of(payment["merchant_reference"]) != "PENDING", seconds=0.4)
    sandbox.control("PUT", "hold", {"hold": False})
    assert eventually(lambda: sandbox.state_of(payment["merchant_reference"]) == "CAPTURED")


def test_an_outage_during_the_redirect_keeps_the_payers_word(sandbox: RunningSandbox, told: Receiver) -> None:
    payment = sandbox.pay("tok_challenge_outage")
    url, reference = payment["action"]["url"], payment["merchant_reference"]

    posted = sandbox.http.post(url, data={"outcome": "approve"})

    assert posted.status_code == 503
    assert sandbox.http.get(url).status_code == 503
    assert sandbox.http.get("/v1/lookup", params={"merchant_reference": reference}).status_code == 503
    assert told.names(reference) == []
    assert eventually(lambda: sandbox.http.get("/v1/lookup", params={"merchant_reference": reference}).status_code == 200)
    assert sandbox.state_of(reference) == "CAPTURED"
    assert eventually(lambda: told.names(reference) == ["payment.captured"])
    assert sandbox.http.post(url, data={"outcome": "fail"}).status_code == 200
    assert sandbox.state_of(reference) == "CAPTURED"
