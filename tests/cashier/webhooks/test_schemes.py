"""Each provider's signature: the recorded vectors verify, and fail with one bit changed; time windows; rotation (W2)."""

import base64
import json
import zlib
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from cashier.webhooks import adyen, generic, hooks, stripe
from cashier.webhooks.adyen.signature import is_signed, signed_bytes
from cashier.webhooks.hmacs import hex_of, is_same
from cashier.webhooks.signatures import MalformedHeaders
from cashier.webhooks.values import Delivery, Keys, NotAuthentic
from tests.cashier.webhooks import signing

AT = 1_765_000_000.0


def flipped(signed: bytes) -> bytes:
    """The same bytes with the lowest bit of the middle one changed."""
    middle = len(signed) // 2
    return signed[:middle] + bytes([signed[middle] ^ 1]) + signed[middle + 1 :]


def verifies(scheme: Any, headers: dict[str, str], body: bytes, *keys: str, at: float, public_keys: tuple[str, ...] = ()) -> str:
    """ "" if let in, else the reason of the refusal."""
    try:
        scheme.verify(Delivery({name.lower(): value for name, value in headers.items()}, body, at), Keys(keys, public_keys))
    except NotAuthentic as refusal:
        return refusal.reason
    return ""


def vectors(shared_data: Path, scheme: str) -> list[dict[str, Any]]:
    found = [
        each for each in json.loads((shared_data / "webhooks/signature-vectors.json").read_text()) if each["scheme"].startswith(scheme)
    ]
    assert found
    return found


@pytest.mark.spec("W2")
def test_adyens_vectors_over_the_joined_fields(shared_data: Path) -> None:
    for vector in vectors(shared_data, "adyen-standard"):
        key, signed = bytes.fromhex(vector["key_hex"]), vector["signed"].encode()
        assert is_signed(signed, vector["expected"], [b"another", key])
        assert not is_signed(flipped(signed), vector["expected"], [key])
        assert not is_signed(signed, vector["expected"], [vector["key_hex"].encode()]), "the key is written in hexadecimal"


@pytest.mark.spec("W2")
@pytest.mark.parametrize("name", ["backslash", "colon", "forwardslash"])
def test_adyens_awkward_references_are_signed_as_they_are(shared_data: Path, name: str) -> None:
    item = json.loads((shared_data / f"webhooks/adyen-hmac/{name}_notification.json").read_text())
    key = next(each["key_hex"] for each in vectors(shared_data, "adyen-standard") if name in each["source"])

    assert verifies(adyen, {}, signing.adyen_body(item), key, at=AT) == ""
    for field in ("merchantReference", "pspReference", "eventCode", "success", "merchantAccountCode"):
        changed = item | {field: flipped(item[field].encode()).decode()}
        assert verifies(adyen, {}, signing.adyen_body(changed), key, at=AT) == "signature", field


@pytest.mark.spec("W2")
def test_adyens_platform_webhooks_are_signed_whole_in_a_header(shared_data: Path) -> None:
    (vector,) = vectors(shared_data, "adyen-platform")
    body, header = vector["signed"].encode(), {"HmacSignature": vector["expected"]}

    assert verifies(adyen, header, body, vector["key_hex"], at=AT) == ""
    assert verifies(adyen, header, flipped(body), vector["key_hex"], at=AT) == "signature"
    assert verifies(adyen, {}, body, vector["key_hex"], at=AT) == "signature"


@pytest.mark.spec("W2")
def test_standard_webhooks_vector(shared_data: Path) -> None:
    (vector,) = vectors(shared_data, "standard-webhooks")
    message, timestamp, body = vector["signed"].split(".", 2)
    headers = {"webhook-id": message, "webhook-timestamp": timestamp, "webhook-signature": f"v1,AAAA {vector['expected']}"}
    secret = vector["secret"].partition(" ")[0]

    assert verifies(generic, headers, body.encode(), "whsec_" + "A" * 32, secret, at=int(timestamp)) == ""
    assert verifies(generic, headers, flipped(body.encode()), secret, at=int(timestamp)) == "signature"
    assert verifies(generic, headers | {"webhook-id": "msg_other"}, body.encode(), secret, at=int(timestamp)) == "signature"


@pytest.mark.spec("W2")
def test_stripes_vector(shared_data: Path) -> None:
    (vector,) = vectors(shared_data, "stripe v1")
    timestamp, body = vector["signed"].split(".", 1)
    headers, secret = {"Stripe-Signature": vector["expected"]}, "whsec_test_secret"

    assert verifies(stripe, headers, body.encode(), secret, at=int(timestamp)) == ""
    assert verifies(stripe, headers, flipped(body.encode()), secret, at=int(timestamp)) == "signature"


@pytest.mark.spec("W2")
@pytest.mark.parametrize("scheme", ["coinbase", "razorpay", "mollie"])
def test_vectors_over_the_raw_body_are_those_of_simple_hooks(shared_data: Path, scheme: str) -> None:
    (vector,) = vectors(shared_data, scheme)
    secret = vector.get("secret", "")
    body, given = vector["signed"].encode(), vector["expected"].removeprefix("sha256=")

    assert is_same(hex_of(secret.encode(), body), given)
    assert not is_same(hex_of(secret.encode(), flipped(body)), given)
    assert verifies(hooks, {"X-Signature": f"sha256={given}"}, body, secret, at=AT) == ""
    assert verifies(hooks, {"X-Signature": f"sha256={given}"}, flipped(body), secret, at=AT) == "signature"


@pytest.mark.spec("W2")
def test_paypals_joined_string_depends_on_every_bit(shared_data: Path) -> None:
    """Its certificate is not in the vector, so that only what is signed can be checked."""
    (vector,) = vectors(shared_data, "paypal")
    start, body = vector["signed"].rpartition("|")[0], vector["event_body"].encode()

    assert f"{start}|{zlib.crc32(body)}" == vector["signed"]
    assert f"{start}|{zlib.crc32(flipped(body))}" != vector["signed"]


@pytest.mark.spec("W2", "W3")
@pytest.mark.parametrize(
    ("scheme", "age", "reason"),
    [(stripe, 299, ""), (stripe, 302, "time"), (stripe, -3600, ""), (generic, 299, ""), (generic, 302, "time"), (generic, -302, "time")],
    ids=["stripe", "stripe stale", "stripe looks at the past only", "standard", "standard stale", "standard from the future"],
)
def test_the_window_of_each_scheme(scheme: Any, age: int, reason: str) -> None:
    make: Any = signing.stripe_headers if scheme is stripe else signing.standard_headers
    secret = "s" if scheme is stripe else signing.STANDARD_SECRET

    assert verifies(scheme, make(b"{}", secret, at=int(AT)), b"{}", secret, at=AT + age) == reason


@pytest.mark.spec("W2")
def test_standard_webhooks_with_ed25519() -> None:
    private = Ed25519PrivateKey.generate()
    raw = private.public_key().public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
    key = "whpk_" + base64.b64encode(raw).decode()
    signature = base64.b64encode(private.sign(f"msg_1.{int(AT)}.".encode() + b"{}")).decode()
    headers = {"webhook-id": "msg_1", "webhook-timestamp": str(int(AT)), "webhook-signature": f"v1a,{signature}"}

    assert verifies(generic, headers, b"{}", at=AT, public_keys=(key,)) == ""
    assert verifies(generic, headers, b"{ }", at=AT, public_keys=(key,)) == "signature"


@pytest.mark.spec("W2")
@pytest.mark.parametrize("secret", ["whsec_c2hvcnQ=", "whsec_not base64", "", "whsec_" + base64.b64encode(b"x" * 65).decode()])
def test_a_standard_secret_of_another_size_signs_nothing(secret: str) -> None:
    headers = signing.standard_headers(b"{}", "whsec_" + base64.b64encode(b"short").decode(), at=int(AT))

    assert verifies(generic, headers, b"{}", secret, at=AT) == "signature"


@pytest.mark.spec("W3")
@pytest.mark.parametrize("header", ["", "t=1", "v1=00", "t=x,v1=00", "t=1,t=2,v1=00", ",", "t=1,v0=00"])
def test_a_malformed_stripe_header(header: str) -> None:
    with pytest.raises(MalformedHeaders):
        verifies(stripe, {"Stripe-Signature": header}, b"{}", "s", at=AT)


@pytest.mark.spec("W3")
def test_adyen_items_are_let_in_together_or_not_at_all() -> None:
    good, unsigned = signing.adyen_item(), signing.adyen_item(key="", pspReference="other")

    assert verifies(adyen, {}, signing.adyen_body(good, signing.adyen_item(pspReference="o")), signing.ADYEN_KEY, at=AT) == ""
    assert verifies(adyen, {}, signing.adyen_body(good, unsigned), signing.ADYEN_KEY, at=AT) == "signature"
    assert verifies(adyen, {}, signing.adyen_body(good | {"additionalData": None}), signing.ADYEN_KEY, at=AT) == "signature"
    assert verifies(adyen, {}, signing.adyen_body(), signing.ADYEN_KEY, at=AT) == "signature"
    assert verifies(adyen, {}, signing.adyen_body(good), "not hexadecimal", signing.ADYEN_KEY, at=AT) == ""


@pytest.mark.spec("W2")
def test_what_adyen_signs_for_numbers_null_and_booleans() -> None:
    item = {"pspReference": "p", "originalReference": None, "amount": {"value": 0}, "eventCode": "X", "success": True}

    assert signed_bytes(item) == b"p::::0::X:true"
