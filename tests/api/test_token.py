"""POST /oauth/token and what is and is not a token of ours (A2)."""

import base64
import json
import time
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from django.test import Client
from jwcrypto import jwt
from oauth2_provider.models import get_access_token_model

from config.api.tokens import BadToken, issue_token, key_ring, public_keys, verify_token
from tests.house import CLIENT, SECRET, House, make_client


def ask(**fields: str) -> Any:
    return Client().post("/oauth/token", {"grant_type": "client_credentials", **fields})


def claims_of(token: str) -> tuple[dict[str, Any], dict[str, Any]]:
    header, claims, _ = token.split(".")
    return tuple(json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))) for part in (header, claims))  # type: ignore[return-value]


@pytest.fixture
def pem() -> str:
    return Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


@pytest.mark.spec("A2")
def test_client_credentials_give_a_signed_token_of_fifteen_minutes(house: House) -> None:
    make_client(house.brand, scopes="payouts:read payouts:write")

    answer = ask(client_id=CLIENT.id, client_secret=SECRET, scope="payouts:read")

    assert answer.status_code == 200
    body = answer.json()
    assert (body["token_type"], body["expires_in"], body["scope"]) == ("Bearer", 900, "payouts:read")
    assert "refresh_token" not in body
    header, claims = claims_of(body["access_token"])
    assert (header["alg"], header["typ"]) == ("EdDSA", "at+jwt")
    assert header["kid"] == public_keys()["keys"][0]["kid"]
    assert set(claims) == {"iss", "aud", "sub", "client_id", "scope", "iat", "exp", "jti"}
    assert claims["exp"] - claims["iat"] == 900
    assert (claims["sub"], claims["client_id"]) == (CLIENT.id, CLIENT.id)


@pytest.mark.spec("A2")
def test_http_basic_credentials_and_all_scopes_by_default(house: House) -> None:
    make_client(house.brand, scopes="payouts:read payouts:write")
    basic = base64.b64encode(f"{CLIENT.id}:{SECRET}".encode()).decode()

    answer = Client().post("/oauth/token", {"grant_type": "client_credentials"}, HTTP_AUTHORIZATION=f"Basic {basic}")

    assert answer.status_code == 200
    assert set(answer.json()["scope"].split()) == {"payouts:read", "payouts:write"}


@pytest.mark.spec("A2", "S4")
def test_nothing_about_a_token_is_stored(house: House) -> None:
    make_client(house.brand)

    ask(client_id=CLIENT.id, client_secret=SECRET)

    assert get_access_token_model().objects.count() == 0


@pytest.mark.spec("A2")
@pytest.mark.parametrize(
    ("fields", "status", "error"),
    [
        ({"client_secret": "wrong"}, 401, "invalid_client"),
        ({"client_id": "nobody"}, 401, "invalid_client"),
        ({"scope": "games:write"}, 400, "invalid_scope"),
        ({"grant_type": "password"}, 400, "invalid_request"),
    ],
)
def test_what_is_refused(house: House, fields: dict[str, str], status: int, error: str) -> None:
    make_client(house.brand)

    answer = ask(**{"client_id": CLIENT.id, "client_secret": SECRET, **fields})

    assert (answer.status_code, answer.json()["error"]) == (status, error)
    assert "access_token" not in answer.json()


@pytest.mark.spec("A2")
def test_a_client_that_was_switched_off_gets_none(house: House) -> None:
    client = make_client(house.brand)
    client.is_active = False
    client.save()

    assert "access_token" not in ask(client_id=CLIENT.id, client_secret=SECRET).json()


@pytest.mark.spec("S7")
def test_guessing_secrets_is_slowed_down(house: House, redis: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("config.api.throttling.time.time", lambda: 1_900_000_000.0)
    make_client(house.brand)
    statuses = [ask(client_id=CLIENT.id, client_secret=f"guess {number}").status_code for number in range(22)]

    answer = ask(client_id=CLIENT.id, client_secret=SECRET)

    assert statuses == [401] * 20 + [429] * 2
    assert answer.status_code == 429
    assert 1 <= int(answer["Retry-After"]) <= 61


@pytest.mark.spec("A2")
def test_tokens_of_a_previous_key_still_verify_and_of_a_removed_one_do_not(settings: Any, pem: str) -> None:
    old = issue_token(client_id="c", scopes=["payouts:read"])
    settings.ACCESS_TOKEN_KEY = pem
    with pytest.raises(BadToken):
        verify_token(old)

    settings.ACCESS_TOKEN_KEY, settings.ACCESS_TOKEN_PREVIOUS_KEYS = pem, []
    new = issue_token(client_id="c", scopes=["payouts:read"])
    other = Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    settings.ACCESS_TOKEN_KEY, settings.ACCESS_TOKEN_PREVIOUS_KEYS = other, [pem]

    assert verify_token(new).client_id == "c"
    assert len(public_keys()["keys"]) == 2
    assert all("d" not in key for key in public_keys()["keys"])


@pytest.mark.spec("A2")
@pytest.mark.parametrize(
    "change", ["expired", "audience", "issuer", "type", "too long", "no scope", "unsigned", "other key", "cut", "empty"]
)
def test_what_is_not_a_token_of_ours(change: str, settings: Any, pem: str) -> None:
    now = int(time.time())
    claims = {
        "iss": settings.API_ISSUER, "aud": settings.API_AUDIENCE, "sub": "c", "client_id": "c", "scope": "payouts:read",
        "iat": now, "exp": now + 900, "jti": "j",
    }  # fmt: skip
    header = {"alg": "EdDSA", "typ": "at+jwt", "kid": key_ring()[0].thumbprint()}
    match change:
        case "expired":
            claims.update(iat=now - 1000, exp=now - 100)
        case "audience":
            claims.update(aud="another-api")
        case "issuer":
            claims.update(iss="somebody")
        case "type":
            header.update(typ="JWT")
        case "too long":
            claims.update(exp=now + 901)
        case "no scope":
            del claims["scope"]
    token = jwt.JWT(header=header, claims=claims)
    token.make_signed_token(key_ring()[0])
    text = token.serialize()
    if change == "unsigned":
        head, body = (
            base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode() for part in ({"alg": "none", "typ": "at+jwt"}, claims)
        )
        text = f"{head}.{body}."
    elif change == "other key":
        settings.ACCESS_TOKEN_KEY = pem
    text = {"cut": text[:-4], "empty": ""}.get(change, text)

    with pytest.raises(BadToken):
        verify_token(text)


def test_the_token_that_the_cases_above_change_is_good(settings: Any) -> None:
    assert verify_token(issue_token(client_id="c", scopes=["payouts:read"])).scopes == {"payouts:read"}


@pytest.mark.spec("A2")
def test_a_signature_is_checked_once_and_the_token_still_ends_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    from config.api import tokens

    checked: list[str] = []
    whole = tokens._verify
    monkeypatch.setattr(tokens, "_verify", lambda text: checked.append(text) or whole(text))
    text = issue_token(client_id="shop", scopes=["games:write"], seconds=60)

    first, again = verify_token(text), verify_token(text)

    assert first == again and len(checked) == 1
    later = time.time() + 60 + tokens.LEEWAY_SECONDS + 1
    monkeypatch.setattr(time, "time", lambda: later)
    with pytest.raises(BadToken):
        verify_token(text)


@pytest.mark.spec("A2")
def test_a_remembered_token_is_not_good_under_other_keys_or_for_another_audience(settings: Any) -> None:
    text = issue_token(client_id="shop", scopes=["games:write"])
    verify_token(text)

    settings.API_AUDIENCE = "another"
    with pytest.raises(BadToken):
        verify_token(text)
    settings.API_AUDIENCE = "countroom-api"
    settings.SECRET_KEY = "another secret of sixty-four letters for the tests of this file!!"
    with pytest.raises(BadToken):
        verify_token(text)


@pytest.mark.spec("A2")
def test_a_token_that_is_no_good_is_not_remembered() -> None:
    from config.api import tokens

    before = len(tokens._verified)
    for text in ("", "a.b.c", issue_token(client_id="shop", scopes=[]) + "x"):
        with pytest.raises(BadToken):
            verify_token(text)
    assert len(tokens._verified) == before
