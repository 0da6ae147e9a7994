"""Rubbish at the door for PSPs: unsigned it is refused, signed it is kept; the door and the work behind it never fail (W3, W5)."""

import json
from typing import Any

import pytest

from cashier.models import PspEvent, PspEventWork
from cashier.operations import apply_event
from ledger.models import JournalTransaction
from tests.api.hostile import BODIES, VALUES
from tests.cashier.api.test_webhook_door import BODY, knock
from tests.cashier.world import World

pytestmark = pytest.mark.whole

GOOD: dict[str, Any] = json.loads(BODY)
MIB = 1024 * 1024
HEADERS = {
    "X_Timestamp": ("", "-1", "0", "9" * 400, "1e9", "NaN", "\u0661", "0x10", " 1 "),
    "X_Nonce": ("", "n", "n" * 65, "n" * 60_000, "nonce with spaces", "nonce\x00nonce\x00nonce"),
    "X_Signature": ("", ",", "sha256=", "sha256=" + "0" * 60_000, "ed25519=////", "sha256=zz,ed25519=", "," * 20_000, "sha512=00"),
    "X_Merchant_Account": ("", "x" * 60_000, "SANDBOX_EU\x00", "' OR 1=1", "\u202e"),
}


@pytest.mark.spec("W3", "A5")
def test_a_signed_body_that_can_not_be_read_is_kept_as_a_dead_letter(world: World) -> None:
    kept = 0
    for name, body in BODIES.items():
        answer = knock(body)
        if len(body) > MIB:
            assert (answer.status_code, answer.json()["error"]) == (413, "BODY_TOO_LARGE"), name
        else:
            assert (answer.status_code, answer.json()) == (200, {"status": "accepted"}), name
            kept += 1
        assert PspEvent.objects.count() == kept, name
    assert {*PspEventWork.objects.values_list("state", flat=True)} == {"DEAD"}
    assert PspEventWork.objects.count() == kept < len(BODIES)


@pytest.mark.spec("W3", "W5")
@pytest.mark.parametrize("field", [*GOOD, "refund_id", "payout_id", "dispute_id", "movement", "merchant_reference"])
def test_a_signed_event_with_a_field_that_is_none_is_kept_and_moves_nothing(world: World, field: str) -> None:
    for number, value in enumerate(VALUES):
        body = {**GOOD, "event_id": f"evt_{field}_{number}", "capture_id": f"cap_{number}", "idempotency_key": f"k{number}", field: value}
        answer = knock(json.dumps(body).encode())
        assert answer.status_code == 200, (field, str(value)[:60], answer.status_code)

    for event in PspEvent.objects.filter(work__state__in=("RECEIVED", "WAITING")):
        apply_event(event_id=event.pk, now=world.now)
    assert JournalTransaction.objects.count() == 0


@pytest.mark.spec("W3", "A5")
@pytest.mark.parametrize("name", HEADERS)
def test_headers_that_are_none_are_refused(world: World, name: str) -> None:
    for value in HEADERS[name]:
        answer = knock(**{name: value})

        assert answer.status_code in (400, 401), value[:60]
        assert set(answer.json()) == {"error", "message", "trace_id", "details"}, value[:60]
    assert PspEvent.objects.count() == 0
