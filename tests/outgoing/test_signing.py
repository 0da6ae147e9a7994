"""Signatures as Standard Webhooks has them, addresses that may be called, when it is tried again: all pure."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from cashier.outgoing.addresses import AddressRefused, check_url, resolve
from cashier.outgoing.schedule import DELAYS, next_try
from cashier.outgoing.signing import BadSigningSecret, headers_of, is_signed, key_of, sign
from tests.outgoing.receiving import OLDER_SECRET, SECRET

AT = datetime(2026, 3, 10, 9, 30, tzinfo=UTC)


def vectors(folder: Path) -> list[dict[str, Any]]:
    rows = json.loads((folder / "webhooks" / "signature-vectors.json").read_text(encoding="utf-8"))
    return [row for row in rows if row["scheme"].startswith("standard-webhooks")]


@pytest.mark.spec("A8")
def test_the_published_vectors_are_made_and_verified_and_fail_with_one_bit_changed(shared_data: Path) -> None:
    rows = vectors(shared_data)
    assert rows
    for row in rows:
        message_id, timestamp, body = row["signed"].split(".", 2)
        secret, facts = row["secret"].split(" ")[0], {"message_id": message_id, "timestamp": int(timestamp), "body": body.encode()}

        assert sign(secret, **facts) == row["expected"]
        assert is_signed(row["expected"], secret, **facts)
        for place in range(len(body)):
            changed = bytearray(body.encode())
            changed[place] ^= 1
            assert not is_signed(row["expected"], secret, **{**facts, "body": bytes(changed)})
        assert not is_signed(row["expected"], secret, **{**facts, "timestamp": facts["timestamp"] ^ 1})
        assert not is_signed(row["expected"], OLDER_SECRET, **facts)


@pytest.mark.spec("A8", "S4")
def test_while_a_secret_rotates_either_verifies() -> None:
    facts: dict[str, Any] = {"message_id": "de_1", "timestamp": 1, "body": b"{}"}
    header = headers_of([SECRET, OLDER_SECRET], **facts)["webhook-signature"]

    assert is_signed(header, SECRET, **facts)
    assert is_signed(header, OLDER_SECRET, **facts)
    assert is_signed(f"v1a,unknown {header}", SECRET, **facts)
    assert not is_signed("", SECRET, **facts)


@pytest.mark.parametrize("secret", ["whsec_", "whsec_!!!!", "whsec_c2hvcnQ=", ""])
def test_a_secret_that_is_none_is_refused(secret: str) -> None:
    with pytest.raises(BadSigningSecret):
        key_of(secret)


@pytest.mark.spec("A8")
def test_it_is_tried_for_24_hours_later_each_time_and_once_at_their_end() -> None:
    give_up_at = AT + timedelta(hours=24)
    at, tries = AT, 0
    waits: list[timedelta] = []
    while (again := next_try(tries=(tries := tries + 1), give_up_at=give_up_at, at=at, chance=0.5)) is not None:
        waits.append(again - at)
        at = again

    assert at == give_up_at
    assert waits[: len(DELAYS)] == list(DELAYS)
    assert (len(waits), tries) == (13, 14)


@pytest.mark.parametrize(("chance", "seconds"), [(0.0, 4), (1.0, 6)])
def test_jitter_spreads_a_delay_by_a_fifth(chance: float, seconds: int) -> None:
    assert next_try(tries=1, give_up_at=AT + timedelta(hours=24), at=AT, chance=chance) == AT + timedelta(seconds=seconds)


REFUSED = [
    "http://shop.example/hooks",
    "ftp://shop.example/hooks",
    "https:///hooks",
    "https://user:secret@shop.example/",
    "https://shop.example/#part",
    "https://shop.example:99999/",
    "https://shop.example/a b",
    "https://shop.exämple/",
    "https://127.0.0.1/",
    "https://10.1.2.3/",
    "https://169.254.169.254/latest/meta-data",
    "https://[::1]/",
    "https://[::ffff:10.0.0.1]/",
    "https://[64:ff9b::7f00:1]/",
    "https://[fe80::1]/",
    "https://[2002:7f00:1::]/",
    "https://0.0.0.0/",
    "https://100.64.0.1/",
    "https://224.0.0.1/",
]


@pytest.mark.spec("A8")
@pytest.mark.parametrize("url", REFUSED)
def test_an_address_that_may_not_be_called_is_refused_when_it_is_asked_for(url: str) -> None:
    with pytest.raises(AddressRefused):
        check_url(url)


@pytest.mark.spec("A8")
def test_a_public_address_may_be_called_and_a_network_that_settings_allow(settings: Any) -> None:
    check_url("https://shop.example:8443/hooks?for=us")
    check_url("https://8.8.8.8/")
    settings.OUTGOING_ALLOWED_NETWORKS = ["10.0.0.0/8"]
    check_url("https://10.1.2.3/")


@pytest.mark.spec("A8")
def test_a_name_is_judged_by_every_address_that_it_has() -> None:
    with pytest.raises(AddressRefused):
        resolve("localhost", 443)
