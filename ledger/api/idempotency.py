"""X-Idempotency-Key on every write (A3): same request, same answer; another request, 409; never a second effect.

@idempotent                      # handler and remembered answer commit together
def post(self, request): ...

@idempotent(atomic=False)        # a handler that commits and waits for a PSP; it must find its own rows again by
def post(self, request): ...     # `operation_key_of(request)` when it is resumed after a crash or a 5xx
"""

import functools
import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar, cast, overload

from django.core.files.uploadedfile import UploadedFile
from django.db import IntegrityError
from rest_framework import exceptions
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from ledger import clock
from ledger.api.callers import caller_of
from ledger.errors import KeyReused, StillRunning
from ledger.operations.idempotency import (
    RETRY_SECONDS,
    Claim,
    Decided,
    Replay,
    Started,
    begin_idempotent,
    finish_idempotent,
    forget_claimed,
    forget_idempotent,
    is_key_taken,
    keep_idempotent,
    keep_new,
    suspend_claimed,
    suspend_idempotent,
)
from ledger.operations.rows import one_transaction

HEADERS = ("X-Idempotency-Key", "Idempotency-Key")
KEY_MAX_LENGTH = 200
_PLAIN = frozenset({str, int, bool, type(None)})
TAKES_NO_KEY = frozenset({400, 401, 403, 429})
Handler = Callable[..., Response]
AnyHandler = TypeVar("AnyHandler", bound=Handler)
KeyFromBody = Callable[[Mapping[str, Any]], str]


@overload
def idempotent(handler: AnyHandler) -> AnyHandler: ...


@overload
def idempotent(*, atomic: bool = True, key_from_body: KeyFromBody | None = None) -> Callable[[AnyHandler], AnyHandler]: ...


def idempotent(handler: Any = None, *, atomic: bool = True, key_from_body: KeyFromBody | None = None) -> Any:
    """Decorate a view's post, put, patch or delete.

    `atomic`: the handler and the remembered answer are one transaction, so a 5xx leaves nothing and the key starts afresh.
    `key_from_body`: gives the key where neither header nor body names one ("" for none).
    """
    if handler is None:
        return functools.partial(idempotent, atomic=atomic, key_from_body=key_from_body)
    decorated: Handler = handler

    @functools.wraps(decorated)
    def answer(view: APIView, request: Request, *args: Any, **kwargs: Any) -> Response:
        write = Write(caller_of(request).client_id, read_key(request, key_from_body), fingerprint_of(request), clock.now())
        cast(Any, request).operation_key, cast(Any, request).came_at = f"{write.client_id}:{write.key}", write.now
        handler = functools.partial(decorated, view, request, *args, **kwargs)
        return in_one_transaction(view, handler, write) if atomic else in_parts(view, handler, write)

    cast(Any, answer).is_idempotent = True
    return answer


def operation_key_of(request: Request) -> str:
    """What names this write for good, across retries and crashes: "<client>:<idempotency key>"."""
    return cast(str, cast(Any, request).operation_key)


def came_at(request: Request) -> datetime:
    """When the write came: the clock is asked once per request (DESIGN.md decision 15)."""
    return cast(datetime, cast(Any, request).came_at)


@dataclass(frozen=True, slots=True)
class Write:
    """One write under its key; `now` is when it came."""

    client_id: str
    key: str
    fingerprint: str
    now: datetime

    @property
    def named(self) -> dict[str, str]:
        return {"client_id": self.client_id, "key": self.key}


def in_one_transaction(view: APIView, handler: Callable[[], Response], write: Write) -> Response:
    """The key, the handler's work and the remembered answer: all or nothing. A refusal undoes the work and is remembered after it.

    The key is claimed in the round trip of the handler's first statement, the answer remembered in that of the COMMIT.
    """
    try:
        return under_key(write, handler)
    except (KeyReused, StillRunning):
        raise
    except Exception as error:
        response = refused(view, error, lambda: suspend_claimed(**write.named, fingerprint=write.fingerprint, now=write.now))
        # The same request may have been answered while its work was undone: then it is that answer.
        return under_key(write, lambda: response)


def under_key(write: Write, work: Callable[[], Response]) -> Response:
    """The answer of the work, remembered in its transaction, or the first answer. Raises KeyReused, StillRunning."""
    try:
        with one_transaction():
            claim = Claim(**write.named, fingerprint=write.fingerprint)
            return keep_or_free(work(), write, claim)
    except Decided as decided:
        if isinstance(decided.outcome, Replay):
            return replay(decided.outcome)
        raise decided.outcome from None
    except IntegrityError as error:
        if is_key_taken(error):
            raise StillRunning(retry_after=RETRY_SECONDS) from error
        raise


def keep_or_free(response: Response, write: Write, claim: Claim) -> Response:
    """By A3: 2xx and business 4xx are kept for good, 400/401/403/429 take no key, a 5xx leaves it to be tried again."""
    begun = claim.begun()
    if response.status_code in TAKES_NO_KEY:
        if begun.resumed:
            forget_claimed(**write.named)
    elif response.status_code >= 500:
        suspend_claimed(**write.named, fingerprint=write.fingerprint, now=write.now)
    else:
        keep = keep_idempotent if begun.resumed else keep_new
        keep(**write.named, fingerprint=write.fingerprint, status=response.status_code, body=plain(response.data), now=write.now)
    return response


def in_parts(view: APIView, handler: Callable[[], Response], write: Write) -> Response:
    """Take the key for all to see, run the handler, which commits as it goes, then remember its answer."""
    begun = begin_idempotent(**write.named, fingerprint=write.fingerprint, now=write.now)
    if isinstance(begun, Replay):
        return replay(begun)
    try:
        return remember(handler(), write, begun)
    except Exception as error:
        return remember(refused(view, error, lambda: suspend_idempotent(begun=begun, now=write.now)), write, begun)


def refused(view: APIView, error: Exception, suspend: Callable[[], None]) -> Response:
    """The answer for a handler that raised; what is nobody's refusal is raised again, and may be tried again."""
    try:
        return view.handle_exception(error)
    except Exception:
        suspend()
        raise


def remember(response: Response, write: Write, begun: Started) -> Response:
    """Keep the answer under a key that was begun, free the key, or leave the write to be resumed; of two answers the first is given."""
    if response.status_code in TAKES_NO_KEY:
        forget_idempotent(begun=begun, now=write.now)
    elif response.status_code >= 500:
        suspend_idempotent(begun=begun, now=write.now)
    else:
        kept = finish_idempotent(**write.named, status=response.status_code, body=plain(response.data), now=write.now)
        return response if kept is None else replay(kept)
    return response


def replay(first: Replay) -> Response:
    """The first answer again: 200 for any 2xx, a business refusal with its own status."""
    status = 200 if 200 <= first.status < 300 else first.status
    return Response(first.body, status=status, headers={"Idempotent-Replayed": "true"})


def read_key(request: Request, key_from_body: KeyFromBody | None) -> str:
    """The key from the header or its alias, else from the body; none, two that differ, or one that is not plain text is a 400."""
    body = request.data if isinstance(request.data, Mapping) else {}
    given = [*(request.headers.get(name) for name in HEADERS), body.get("idempotency_key")]
    named = [text for text in given if text not in (None, "")]
    if any(text != named[0] for text in named):
        raise exceptions.ValidationError({"idempotency_key": ["The keys given differ."]}, code="idempotency_key_differs")
    key = named[0] if named else (key_from_body(body) if key_from_body else "")
    if not key:
        raise exceptions.ValidationError({"X-Idempotency-Key": ["Every write needs an idempotency key."]}, code="required")
    if not isinstance(key, str) or len(key) > KEY_MAX_LENGTH or not key.isascii() or not key.isprintable():
        message = f"Up to {KEY_MAX_LENGTH} printable ASCII characters."
        raise exceptions.ValidationError({"X-Idempotency-Key": [message]}, code="idempotency_key")
    return key


def fingerprint_of(request: Request) -> str:
    """SHA-256 over method, path, query and body; an uploaded file counts by its own hash."""
    content = json.dumps(plain(request.data), sort_keys=True, separators=(",", ":"))
    text = "\n".join((request.method or "", request.get_full_path(), content))
    return hashlib.sha256(text.encode()).hexdigest()


def plain(value: Any) -> Any:
    """The value with decimals and ids as text and files as hashes: fit for JSON, the same for the same request."""
    if type(value) in _PLAIN:
        return value
    if isinstance(value, Mapping):
        return {str(name): plain(item) for name, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    if isinstance(value, UploadedFile):
        return {"file": value.name, "sha256": hash_of(value)}
    return value if value is None or isinstance(value, (str, int, bool)) else str(value)


def hash_of(file: "UploadedFile[bytes]") -> str:
    """SHA-256 of an uploaded file, which is left at its start."""
    digest = hashlib.sha256()
    for chunk in file.chunks():
        digest.update(chunk)
    file.seek(0)
    return digest.hexdigest()
