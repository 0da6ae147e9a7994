"""The canonical signature (W2): pure."""

import base64

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from cashier.webhooks.signatures import MalformedHeaders, SignedHeaders, is_in_window, is_signed, read_headers, sign

NONCE = "abcdefghijklmnop"
BODY = b'{"event":"payment.captured"}'


def headers(signature: str, *, timestamp: str = "1700000000", nonce: str = NONCE, account: str = "SANDBOX_EU") -> SignedHeaders:
    return read_headers(account=account, timestamp=timestamp, nonce=nonce, signature=signature)


@pytest.mark.spec("W2")
def test_a_signature_as_the_interface_defines_it() -> None:
    # Computed apart: printf '1700000000.abcdefghijklmnop.{"event":"payment.captured"}' | openssl dgst -sha256 -hmac s3cret
    signature = "sha256=a7e688b7e33022ef1787b41e2217597ce1790716c0e3d0c3ab41efe53eb5506a"

    assert sign("s3cret", timestamp=1700000000, nonce=NONCE, body=BODY) == signature
    assert is_signed(headers(signature), BODY, secrets=["s3cret"], public_keys=[])


@pytest.mark.spec("W2")
@pytest.mark.parametrize("secrets", [["new", "old"], ["old", "new"]])
def test_while_a_secret_rotates_both_work(secrets: list[str]) -> None:
    signature = sign("old", timestamp=1700000000, nonce=NONCE, body=BODY)

    assert is_signed(headers(signature), BODY, secrets=secrets, public_keys=[])
    assert not is_signed(headers(signature), BODY, secrets=["new"], public_keys=[])


@pytest.mark.spec("W2")
def test_several_signatures_one_of_which_is_right() -> None:
    right = sign("new", timestamp=1700000000, nonce=NONCE, body=BODY)

    assert is_signed(headers(f"sha256={'0' * 64}, {right}"), BODY, secrets=["new"], public_keys=[])


@pytest.mark.spec("W2")
def test_ed25519_over_the_same_bytes() -> None:
    key = Ed25519PrivateKey.generate()
    public = base64.b64encode(key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)).decode()
    signature = base64.b64encode(key.sign(f"1700000000.{NONCE}.".encode() + BODY)).decode()

    assert is_signed(headers(f"ed25519={signature}"), BODY, secrets=[], public_keys=[public])
    assert not is_signed(headers(f"ed25519={signature}"), BODY + b" ", secrets=[], public_keys=[public])
    assert not is_signed(headers("ed25519=not-base64!"), BODY, secrets=[], public_keys=[public])


@pytest.mark.parametrize("changed", [{"timestamp": "1700000001"}, {"nonce": "bbcdefghijklmnop"}])
def test_time_and_nonce_are_signed_too(changed: dict[str, str]) -> None:
    signature = sign("s3cret", timestamp=1700000000, nonce=NONCE, body=BODY)

    assert not is_signed(headers(signature, **changed), BODY, secrets=["s3cret"], public_keys=[])


@pytest.mark.spec("W2")
@pytest.mark.parametrize(("seconds", "inside"), [(0, True), (300, True), (-300, True), (301, False), (-301, False)])
def test_five_minutes_both_ways(seconds: int, inside: bool) -> None:
    assert is_in_window(1_700_000_000, at=1_700_000_000.0 + seconds) is inside


@pytest.mark.spec("W3")
@pytest.mark.parametrize(
    "given",
    [
        {"timestamp": ""},
        {"timestamp": "12:00"},
        {"timestamp": "-5"},
        {"nonce": "short"},
        {"nonce": "x" * 65},
        {"nonce": "abcdefghijklmno!"},
        {"account": ""},
        {"signature": ""},
        {"signature": "md5=00"},
        {"signature": "sha256"},
    ],
)
def test_malformed_headers(given: dict[str, str]) -> None:
    whole = {"account": "SANDBOX_EU", "timestamp": "1700000000", "nonce": NONCE, "signature": "sha256=00"} | given

    with pytest.raises(MalformedHeaders):
        read_headers(**whole)
