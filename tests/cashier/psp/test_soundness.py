"""Answers that lie (C3, C8): of another payment, with an amount that is none, or that no database can hold."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from cashier.psp import Credentials, PspError
from cashier.psp.base import LookupMovement, LookupResult, Outcome, PspResult
from cashier.psp.registry import get_adapter
from cashier.psp.soundness import sound_lookup, sound_result, storable
from tests.cashier.psp.test_http_failures import REQUEST, _answer, _server

AT = datetime(2026, 3, 10, 9, 30, tzinfo=UTC)
GOOD = PspResult(Outcome.CAPTURED, psp_ref="psp_1", object_ref="cap_1", amount_minor=100, currency="EUR", occurred_at=AT, raw={"a": "b"})
MOVEMENT = LookupMovement("cap_1", "pi_1", "SUCCEEDED", 100, "EUR", AT)
FOUND = LookupResult("payment", "psp_1", "CAPTURED", 100, "EUR", merchant_reference="pi_1", captures=[MOVEMENT], refunds=[], occurred_at=AT)
PLAIN: dict[str, Any] = {
    "psp_ref": "psp_1", "state": "CAPTURED", "merchant_reference": "pi_1", "idempotency_key": "key", "decline_code": "", "action": None,
    "amount": {"minor_units": 100, "currency": "EUR"}, "occurred_at": "2026-03-10T09:30:00Z", "captures": [], "refunds": [],
    "eci": "", "avs": "", "cvv": "", "cavv": "", "ds_trans_id": "", "three_ds_version": "",
}  # fmt: skip


@pytest.mark.spec("C8")
def test_what_is_sound_stays_as_it_is() -> None:
    assert sound_result(GOOD) == GOOD
    assert sound_lookup(FOUND, merchant_reference="pi_1") == FOUND


@pytest.mark.spec("C3", "C8")
@pytest.mark.parametrize(
    "lie",
    [
        {"amount_minor": "100"},
        {"amount_minor": 100.0},
        {"amount_minor": True},
        {"amount_minor": -100},
        {"amount_minor": 10**40},
        {"currency": None},
        {"currency": "E" * 17},
        {"currency": "QQQ"},
        {"currency": "eur"},
        {"psp_ref": "p" * 81},
        {"psp_ref": "p\x00"},
        {"object_ref": 7},
        {"occurred_at": datetime(9999, 12, 31, tzinfo=UTC)},
        {"occurred_at": datetime(1, 1, 1, tzinfo=UTC)},
    ],
)
def test_what_could_not_be_recorded_is_an_answer_that_nobody_knows(lie: dict[str, Any]) -> None:
    with pytest.raises(PspError):
        sound_result(replace(GOOD, **lie))
    in_movement = {("object_ref" if name == "psp_ref" else name): value for name, value in lie.items()}
    with pytest.raises(PspError):
        sound_lookup(replace(FOUND, captures=[replace(MOVEMENT, **in_movement)]))


@pytest.mark.spec("C3")
def test_another_payment_than_was_asked_for_is_none() -> None:
    with pytest.raises(PspError):
        sound_lookup(FOUND, merchant_reference="pi_2")
    assert sound_lookup(FOUND, merchant_reference="cap_9") == FOUND  # asked for by its capture


@pytest.mark.spec("C13")
def test_evidence_is_cut_and_cleaned_and_holds_nothing_up() -> None:
    raw = {"note": "a\x00b\ud800", "number": float("nan"), "deep": json.loads("[" * 40 + "]" * 40), "many": [1, None, True, 0.5]}
    told = sound_result(replace(GOOD, cavv="c" * 500, raw=raw, occurred_at=datetime(2026, 3, 10, 9, 30)))
    assert (len(told.cavv), told.occurred_at) == (80, AT)
    assert (told.raw["note"], told.raw["number"], told.raw["many"]) == ("a\ufffdb\ufffd", None, [1, None, True, 0.5])
    json.dumps(told.raw, allow_nan=False).encode()
    assert storable({"a": {"b": 1}}, depth=1) == {"a": None}


@pytest.mark.spec("C3", "C8")
@pytest.mark.parametrize("provider", ["sandbox", "generic"])
@pytest.mark.parametrize(
    "body",
    [
        {**PLAIN, "merchant_reference": "pi_of_another"},
        {**PLAIN, "eci": None},
        {**PLAIN, "amount": {"currency": "EUR"}},
        {**PLAIN, "occurred_at": 7},
        {**PLAIN, "captures": [None]},
        '{"state": NaN}',
        "[" * 100_000,
        '{"a":' * 20_000 + "1" + "}" * 20_000,
    ],
    ids=["another's", "null", "no amount", "no instant", "no capture", "NaN", "open", "deep"],
)
def test_over_http_too(provider: str, body: Any) -> None:
    content = (body if isinstance(body, str) else json.dumps(body)).encode()
    with _server(_answer("201 Created", content)) as url, pytest.raises(PspError):
        get_adapter(provider).authorize(Credentials("SANDBOX_EU", url, "secret", 2.0), REQUEST)
