"""The WSGI application: routes, keys and refusals. What the calls do is in the modules beside it."""

import json
import logging
import re
import sqlite3
from collections.abc import Callable, Iterable
from functools import partial
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qs, parse_qsl

from config.sandbox.accounts import account_by_key
from config.sandbox.calls import Act, execute_once
from config.sandbox.captures import capture_payment
from config.sandbox.challenge import challenge_page
from config.sandbox.control import CONTROL_ROUTES
from config.sandbox.dark import require_light
from config.sandbox.disputes import accept_dispute, submit_evidence
from config.sandbox.lookup import look_up
from config.sandbox.messages import Answer, Refused, Request
from config.sandbox.page import PAGE_ROUTES
from config.sandbox.payments import authorize_payment, complete_challenge, void_payment
from config.sandbox.payouts import request_payout
from config.sandbox.refunds import refund_payment
from config.sandbox.sandbox import Sandbox
from config.sandbox.shapes import get_payment

log = logging.getLogger(__name__)
ID = r"([A-Za-z0-9_]{1,64})"

Handler = Callable[..., Answer]


class SandboxApplication:
    """Callable by any WSGI server. A `sandbox.delay` and `sandbox.drop` in the environment say how an answer is (not) sent."""

    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        answer = self._answer(_request(environ))
        environ["sandbox.delay"], environ["sandbox.drop"] = answer.delay_seconds, answer.drop
        is_page = isinstance(answer.body, str)
        content = answer.body.encode() if isinstance(answer.body, str) else json.dumps(answer.body).encode()
        headers = {"Content-Type": "text/html; charset=utf-8" if is_page else "application/json", **answer.headers}
        start_response(f"{answer.status} {HTTPStatus(answer.status).phrase}", list(headers.items()))
        return [content]

    def _answer(self, request: Request) -> Answer:
        try:
            if self._sandbox.outage_seconds() and request.path != "/" and not request.path.startswith("/_sim/"):
                raise Refused(503, "OUTAGE", "the sandbox is out of order, as it was told to be")
            for method, pattern, handler in ROUTES:
                found = pattern.fullmatch(request.path) if method == request.method else None
                if found:
                    return handler(self._sandbox, request, *found.groups())
            raise Refused(404, "NO_SUCH_ROUTE", f"{request.method} {request.path}")
        except Refused as refusal:
            return Answer(refusal.status, {"error": refusal.code, "message": str(refusal), **refusal.details})
        except Exception:
            log.exception("%s %s failed", request.method, request.path)
            return Answer(500, {"error": "INTERNAL", "message": "the sandbox failed; its log says why"})


def _request(environ: dict[str, Any]) -> Request:
    headers = {name[5:].lower().replace("_", "-"): value for name, value in environ.items() if name.startswith("HTTP_")}
    return Request(
        method=environ["REQUEST_METHOD"],
        path=environ["PATH_INFO"],
        query=dict(parse_qsl(environ.get("QUERY_STRING", ""))),
        headers={**headers, "content-type": environ.get("CONTENT_TYPE", "")},
        body=environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0)),
    )


def _authenticated(sandbox: Sandbox, request: Request) -> sqlite3.Row:
    key = request.headers.get("authorization", "").removeprefix("Bearer ")
    account = account_by_key(sandbox.store.read(), key) if key else None
    if account is None:
        raise Refused(401, "UNAUTHENTICATED", "no merchant account has this API key")
    return account


def _write(act: Callable[..., Any], sandbox: Sandbox, request: Request, *path: str) -> Answer:
    account = _authenticated(sandbox, request)
    bound: Act = lambda connection, box, call: act(connection, box, call, *path)  # noqa: E731
    return execute_once(sandbox, request, account, bound)


def _lookup(sandbox: Sandbox, request: Request) -> Answer:
    account = _authenticated(sandbox, request)
    return Answer(200, look_up(sandbox.store.read(), account=account["code"], query=request.query))


def _show_challenge(sandbox: Sandbox, request: Request, psp_ref: str) -> Answer:
    payment: sqlite3.Row | None = get_payment(sandbox.store.read(), psp_ref)
    if payment is None:
        raise Refused(404, "PAYMENT_UNKNOWN", psp_ref)
    require_light(sandbox.store.read(), psp_ref)
    amount = f"{payment['amount_minor']} {payment['currency']} (minor units)"
    return Answer(200, challenge_page(state=payment["state"], amount=amount, reference=payment["merchant_reference"]))


def _complete_challenge(sandbox: Sandbox, request: Request, psp_ref: str) -> Answer:
    is_json = request.headers.get("content-type", "").startswith("application/json") or request.body.startswith(b"{")
    outcome = request.json().get("outcome", "") if is_json else parse_qs(request.body.decode()).get("outcome", [""])[0]
    if outcome not in ("approve", "fail"):
        raise Refused(400, "INVALID_FIELD", "outcome must be approve or fail")
    require_light(sandbox.store.read(), psp_ref)
    with sandbox.store.write() as connection:
        return_url = complete_challenge(connection, sandbox, psp_ref=psp_ref, approve=outcome == "approve")
    sandbox.ring()
    require_light(sandbox.store.read(), psp_ref)
    if return_url and not is_json:
        return Answer(303, "", headers={"Location": return_url})
    state = get_payment(sandbox.store.read(), psp_ref)["state"]
    return Answer(200, {"psp_ref": psp_ref, "state": state} if is_json else challenge_page(state=state, amount="", reference=""))


ROUTES: list[tuple[str, re.Pattern[str], Handler]] = [
    ("POST", re.compile("/v1/payments"), partial(_write, authorize_payment)),
    ("POST", re.compile(f"/v1/payments/{ID}/captures"), partial(_write, capture_payment)),
    ("POST", re.compile(f"/v1/payments/{ID}/void"), partial(_write, void_payment)),
    ("POST", re.compile(f"/v1/payments/{ID}/refunds"), partial(_write, refund_payment)),
    ("POST", re.compile("/v1/payouts"), partial(_write, request_payout)),
    ("POST", re.compile(f"/v1/disputes/{ID}/evidence"), partial(_write, submit_evidence)),
    ("POST", re.compile(f"/v1/disputes/{ID}/accept"), partial(_write, accept_dispute)),
    ("GET", re.compile("/v1/lookup"), _lookup),
    ("GET", re.compile(f"/challenge/{ID}"), _show_challenge),
    ("POST", re.compile(f"/challenge/{ID}"), _complete_challenge),
    *((method, re.compile(path), handler) for method, path, handler in (*CONTROL_ROUTES, *PAGE_ROUTES)),
]
