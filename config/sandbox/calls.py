"""Idempotency keys: a call is executed once, whoever sends it again and whenever."""

import hashlib
import json
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from config.sandbox.messages import Answer, Refused, Request
from config.sandbox.profile import draw_call_fault
from config.sandbox.sandbox import Sandbox


@dataclass(frozen=True, slots=True)
class Call:
    """A write by a merchant account: who, under which key, with what."""

    account: sqlite3.Row
    key: str
    body: dict[str, Any]
    trace_id: str


@dataclass(frozen=True, slots=True)
class Done:
    """What an act made of a call. `shown` is what this client gets instead of the answer; with `keep` false the call counts
    as never made, so that a repeat is executed."""

    status: int
    body: dict[str, Any]
    shown: Answer | None = None
    keep: bool = True


Act = Callable[[sqlite3.Connection, Sandbox, Call], Done]


def execute_once(sandbox: Sandbox, request: Request, account: sqlite3.Row, act: Act) -> Answer:
    """Run `act` and keep its answer under the key, in one transaction; a repeat gets the kept answer.

    Raises Refused: 400 without a key, 409 for a key that another request has.
    """
    key = request.headers.get("idempotency-key", "")
    if not key or len(key) > 255:
        raise Refused(400, "IDEMPOTENCY_KEY_MISSING", "every POST needs an Idempotency-Key of 1 to 255 characters")
    call = Call(account=account, key=key, body=request.json(), trace_id=request.headers.get("x-trace-id", ""))
    fingerprint = hashlib.sha256(f"{request.path}\n{json.dumps(call.body, sort_keys=True)}".encode()).hexdigest()
    with sandbox.store.write() as connection:
        kept = connection.execute("SELECT * FROM answer WHERE account = ? AND call_key = ?", (account["code"], key)).fetchone()
        if kept is not None:
            return _replay(kept, fingerprint)
        fault = draw_call_fault(connection, key=key, body=call.body)
        done = lost_request(connection, sandbox, call, fault) or act(connection, sandbox, call)
        if done.keep:
            row = (account["code"], key, fingerprint, done.status, json.dumps(done.body))
            connection.execute("INSERT INTO answer VALUES (?, ?, ?, ?, ?)", row)
    sandbox.ring()
    answer = done.shown or Answer(status=done.status, body=done.body)
    return spoiled_answer(sandbox, fault, answer) if done.keep else answer


def is_first_try(connection: sqlite3.Connection, call: Call) -> bool:
    """True once per key: for requests that are to be lost the first time."""
    cursor = connection.execute("INSERT OR IGNORE INTO first_try VALUES (?, ?)", (call.account["code"], call.key))
    return cursor.rowcount == 1


def lost_request(connection: sqlite3.Connection, sandbox: Sandbox, call: Call, fault: str) -> Done | None:
    """The end of a request that `timeout_before` or `error` keeps from being executed, the first time; None for any other."""
    if fault not in ("timeout_before", "error") or not is_first_try(connection, call):
        return None
    if fault == "error":
        return Done(500, {}, shown=Answer(500, {"error": "INTERNAL", "message": "not executed"}), keep=False)
    return Done(504, {}, shown=hang(sandbox), keep=False)


def spoiled_answer(sandbox: Sandbox, fault: str, answer: Answer) -> Answer:
    """What the client gets of the answer to an executed call."""
    if fault == "timeout_after":
        return hang(sandbox)
    if fault == "error_after":
        return Answer(502, {"error": "BAD_GATEWAY", "message": "the answer was lost"})
    if fault == "slow":
        return replace(answer, delay_seconds=sandbox.delays.slow)
    return answer


def hang(sandbox: Sandbox) -> Answer:
    """No answer at all."""
    return Answer(504, {}, delay_seconds=sandbox.delays.hang, drop=True)


def _replay(kept: sqlite3.Row, fingerprint: str) -> Answer:
    if kept["fingerprint"] != fingerprint:
        raise Refused(409, "IDEMPOTENCY_KEY_REUSED", "another request was made under this key")
    return Answer(status=kept["status"], body=json.loads(kept["body"]), headers={"Idempotent-Replayed": "true"})
