"""Access tokens: EdDSA-signed JWTs with the claims of RFC 9068, verified here without a call (A2).

The signing key is an Ed25519 private key from ACCESS_TOKEN_KEY (PEM text, or the path of a PEM file); without one it is derived
from SECRET_KEY. To rotate: put the new key there and the old one in ACCESS_TOKEN_PREVIOUS_KEYS (private or public PEM) for as
long as tokens live; each token names its key by `kid`, the RFC 7638 thumbprint.
"""

import functools
import json
import time
import uuid
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from jwcrypto import jwk, jwt
from jwcrypto.common import JWException

ALGORITHM = "EdDSA"
TYPE = "at+jwt"
MAX_SECONDS = 900
LEEWAY_SECONDS = 5
REMEMBERED = 10_000  # tokens per process


class BadToken(Exception):
    """The text is not an access token of ours that is valid now."""


@dataclass(frozen=True, slots=True)
class Claims:
    """What a valid token says: which client, which scopes."""

    client_id: str
    scopes: frozenset[str]


class _Verified(NamedTuple):
    """A token's claims and its `exp`, Unix seconds."""

    claims: Claims
    expires_at: float


# (token, what it was held against) -> its claims; emptied when it is full.
_verified: dict[tuple[str, tuple[str, ...]], _Verified] = {}


def issue_token(*, client_id: str, scopes: list[str], seconds: int | None = None, issued_at: int | None = None) -> str:
    """A signed token for the client, valid for `seconds` (never above 900) from `issued_at` (real Unix time)."""
    now = int(time.time()) if issued_at is None else issued_at
    lifetime = min(settings.ACCESS_TOKEN_SECONDS if seconds is None else seconds, MAX_SECONDS)
    claims = {
        "iss": settings.API_ISSUER,
        "aud": settings.API_AUDIENCE,
        "sub": client_id,
        "client_id": client_id,
        "scope": " ".join(scopes),
        "iat": now,
        "exp": now + lifetime,
        "jti": uuid.uuid4().hex,
    }
    token = jwt.JWT(header={"alg": ALGORITHM, "typ": TYPE, "kid": key_ring()[0].thumbprint()}, claims=claims)
    token.make_signed_token(key_ring()[0])
    return str(token.serialize())


def verify_token(text: str) -> Claims:
    """The claims of a token that one of our keys signed, for us, and that has not expired. Raises BadToken.

    A token that was found good is remembered until it expires, in this process and for these settings: a signature is checked once.
    """
    known = _verified.get((text, _settings()))
    if known is not None and time.time() <= known.expires_at + LEEWAY_SECONDS:
        return known.claims
    found = _verify(text)
    if len(_verified) >= REMEMBERED:
        _verified.clear()
    _verified[(text, _settings())] = found
    return found.claims


def _verify(text: str) -> "_Verified":
    try:
        token = jwt.JWT(algs=[ALGORITHM], check_claims=required_claims(), expected_type="JWS")
        token.leeway = LEEWAY_SECONDS
        token.deserialize(text, key_set())
        header, claims = json.loads(token.header), json.loads(token.claims)
    except (JWException, ValueError, TypeError, KeyError) as error:
        raise BadToken("This access token is not valid.") from error
    if header.get("typ") != TYPE or claims["exp"] - claims["iat"] > MAX_SECONDS:
        raise BadToken("This access token is not valid.")
    return _Verified(Claims(client_id=str(claims["client_id"]), scopes=frozenset(str(claims["scope"]).split())), claims["exp"])


def _settings() -> tuple[str, ...]:
    """All that decides whether a token is good, but for time: keys, issuer, audience."""
    keys = (settings.ACCESS_TOKEN_KEY, *settings.ACCESS_TOKEN_PREVIOUS_KEYS, settings.SECRET_KEY)
    return (*keys, settings.API_ISSUER, settings.API_AUDIENCE)


def required_claims() -> dict[str, Any]:
    """Every claim of RFC 9068 must be there; issuer and audience must be ours."""
    return {
        "iss": settings.API_ISSUER,
        "aud": settings.API_AUDIENCE,
        "exp": None,
        "iat": None,
        "sub": None,
        "client_id": None,
        "scope": None,
        "jti": None,
    }


def public_keys() -> dict[str, Any]:
    """The JSON Web Key Set that others verify our tokens with."""
    return {"keys": [{**key.export_public(as_dict=True), "kid": key.thumbprint(), "use": "sig", "alg": ALGORITHM} for key in key_ring()]}


def key_ring() -> tuple[jwk.JWK, ...]:
    """The signing key first, then the previous ones that still verify."""
    return load_keys(settings.ACCESS_TOKEN_KEY, tuple(settings.ACCESS_TOKEN_PREVIOUS_KEYS), settings.SECRET_KEY)


def key_set() -> jwk.JWKSet:
    return load_key_set(settings.ACCESS_TOKEN_KEY, tuple(settings.ACCESS_TOKEN_PREVIOUS_KEYS), settings.SECRET_KEY)


@functools.lru_cache(maxsize=4)
def load_key_set(current: str, previous: tuple[str, ...], secret_key: str) -> jwk.JWKSet:
    keys = jwk.JWKSet()
    for key in load_keys(current, previous, secret_key):
        keys.add(key)
    return keys


@functools.lru_cache(maxsize=4)
def load_keys(current: str, previous: tuple[str, ...], secret_key: str) -> tuple[jwk.JWK, ...]:
    signing = read_key(current) if current else derived_key(secret_key)
    return (signing, *(read_key(source) for source in previous))


def read_key(source: str) -> jwk.JWK:
    """A key from PEM text or from the path of a PEM file, carrying its thumbprint as kid."""
    pem = source if source.lstrip().startswith("-----BEGIN") else Path(source).read_text()
    try:
        key = jwk.JWK.from_pem(pem.strip().encode())
    except ValueError as error:
        raise ImproperlyConfigured("ACCESS_TOKEN_KEY is not a PEM key: make one with `openssl genpkey -algorithm ed25519`.") from error
    if key.get("kty") != "OKP":
        raise ImproperlyConfigured("ACCESS_TOKEN_KEY is not an Ed25519 key: make one with `openssl genpkey -algorithm ed25519`.")
    return named(key)


def derived_key(secret_key: str) -> jwk.JWK:
    """An Ed25519 key made from SECRET_KEY, the same in every process of one installation."""
    seed = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"countroom access tokens").derive(secret_key.encode())
    return named(jwk.JWK.from_pyca(Ed25519PrivateKey.from_private_bytes(seed)))


def named(key: jwk.JWK) -> jwk.JWK:
    """The key with its thumbprint as `kid`, by which a token finds it."""
    key.update(kid=key.thumbprint())
    return key
