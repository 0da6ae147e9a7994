"""The signed protocol of the generic provider: both kinds of signature, everything signed, nothing twice."""

import base64

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from cashier.psp import AuthorizeRequest, Credentials, Outcome, PspUnreachable
from cashier.psp.registry import get_adapter
from tests.cashier.psp.conftest import Provider
from tests.cashier.psp.servers.generic_server import GenericServer
from tests.sandbox.running import fresh

pytestmark = pytest.mark.spec("C16")


def request() -> AuthorizeRequest:
    return AuthorizeRequest(fresh("key"), fresh("pi_"), 5000, "EUR", "tok_approve")


def test_an_ed25519_key_signs_as_well(generic_server: GenericServer) -> None:
    key = Ed25519PrivateKey.generate()
    secret = base64.b64encode(key.private_bytes(Encoding.Raw, PrivateFormat.Raw, NoEncryption())).decode()
    generic_server.public_key = base64.b64encode(key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)).decode()
    credentials = Credentials("GENERIC_EU", generic_server.url, f"ed25519:{secret}")

    assert get_adapter("generic").authorize(credentials, request()).outcome is Outcome.CAPTURED
    assert generic_server.seen[-1].headers["x-signature"].startswith("ed25519=")


@pytest.mark.parametrize("secret", ["ed25519:short", "ed25519:!!"])
def test_a_key_that_is_none_sends_nothing(generic_server: GenericServer, secret: str) -> None:
    calls = len(generic_server.seen)
    with pytest.raises(PspUnreachable):
        get_adapter("generic").authorize(Credentials("GENERIC_EU", generic_server.url, secret), request())
    assert len(generic_server.seen) == calls


def test_each_request_has_its_own_nonce_and_can_be_neither_replayed_nor_turned(
    generic_provider: Provider, generic_server: GenericServer
) -> None:
    for _ in range(2):
        generic_provider.adapter.authorize(generic_provider.credentials, request())
    first, second = generic_server.seen[-2:]
    assert first.headers["x-nonce"] != second.headers["x-nonce"]

    headers = {name: value for name, value in second.headers.items() if name.startswith("x-")}
    assert httpx.post(f"{generic_server.url}/authorize", content=second.body, headers=headers, trust_env=False).status_code == 401
    turned = headers | {"x-nonce": "another-nonce-of-32-characters-x"}
    assert httpx.post(f"{generic_server.url}/refund", content=second.body, headers=turned, trust_env=False).status_code == 401
