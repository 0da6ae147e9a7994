"""/_sim: the strings that a simulation pulls. Loopback only, no key."""

import sqlite3
import time
from collections.abc import Callable
from datetime import date
from typing import Any

from config.sandbox.accounts import register
from config.sandbox.books import show_books
from config.sandbox.clock import from_text
from config.sandbox.disputes import credit_dispute, debit_again, get_dispute, lose_dispute, open_dispute, win_dispute
from config.sandbox.faults.plan import make_plan, named_profile
from config.sandbox.messages import Answer, Refused, Request, amount_field, text_field
from config.sandbox.profile import get_profile, make_profile, put_profile
from config.sandbox.reports.closing import close_day
from config.sandbox.reports.reserve import give_back_kept
from config.sandbox.sandbox import Sandbox, put_setting
from config.sandbox.shapes import show_dispute

DISPUTE_MOVES: dict[str, Callable[..., None]] = {
    "credit": credit_dispute,
    "win": win_dispute,
    "lose": lose_dispute,
    "debit_again": debit_again,
}


def set_clock(sandbox: Sandbox, request: Request) -> Answer:
    """PUT /_sim/clock {"now": RFC 3339 or null}."""
    given = request.json().get("now")
    try:
        now = from_text(given) if given is not None else None
    except (TypeError, ValueError) as error:
        raise Refused(400, "INVALID_FIELD", f"now: {error}") from error
    with sandbox.store.write() as connection:
        sandbox.clock.set(connection, now=now)
    return Answer(200, {"now": sandbox.clock.now_text()})


def set_accounts(sandbox: Sandbox, request: Request) -> Answer:
    """PUT /_sim/accounts."""
    with sandbox.store.write() as connection:
        register(connection, request.json())
        codes = [row[0] for row in connection.execute("SELECT code FROM merchant_account UNION SELECT code FROM bank_account")]
    return Answer(200, {"accounts": sorted(codes)})


def set_faults(sandbox: Sandbox, request: Request) -> Answer:
    """POST /_sim/faults: the plan of the days, and the profile that runs from now on."""
    plan = make_plan(request.json())
    with sandbox.store.write() as connection:
        put_setting(connection, "plan", plan)
        put_profile(connection, {name: plan[name] for name in ("seed", "calls", "events")})
    return Answer(200, plan)


def give_back_reserves(sandbox: Sandbox, request: Request) -> Answer:
    """POST /_sim/reserves/give_back: an end of RESERVE_RELEASE_OVERDUE, whose truth was told for what is to come, too."""
    with sandbox.store.write() as connection:
        given = give_back_kept(connection, moment=sandbox.clock.now_text())
    return Answer(200, {"releases": given})


def set_profile(sandbox: Sandbox, request: Request) -> Answer:
    """PUT /_sim/profile {"profile": a name, or {"calls"?: {fault: share}, "events"?: {modifier: share}}, "seed"?}."""
    body = request.json()
    profile = make_profile(named_profile(body.get("profile", {})), seed=body.get("seed", 0))
    with sandbox.store.write() as connection:
        put_profile(connection, profile)
    return Answer(200, profile)


def show_profile(sandbox: Sandbox, request: Request) -> Answer:
    """GET /_sim/profile."""
    return Answer(200, get_profile(sandbox.store.read()))


def set_hold(sandbox: Sandbox, request: Request) -> Answer:
    """PUT /_sim/hold {"hold": true | false}: while true nothing follows from calls by itself. A restart ends it."""
    held = request.json().get("hold")
    if not isinstance(held, bool):
        raise Refused(400, "INVALID_FIELD", "hold must be true or false")
    sandbox.is_held = held
    sandbox.ring()
    return Answer(200, {"hold": held})


def close(sandbox: Sandbox, request: Request) -> Answer:
    """POST /_sim/close_day."""
    body = request.json()
    try:
        day = date.fromisoformat(text_field(body, "date"))
    except ValueError as error:
        raise Refused(400, "INVALID_FIELD", f"date: {error}") from error
    answer = close_day(
        sandbox, day=day, faults=body.get("faults"), candidates=body.get("candidates") or {}, exclude=body.get("exclude") or ()
    )
    sandbox.ring()
    return Answer(200, answer)


def open_one_dispute(sandbox: Sandbox, request: Request) -> Answer:
    """POST /_sim/disputes: on the first capture of the payment with that reference or id."""
    body = request.json()
    amount_minor = amount_field(body)[0] if "amount" in body else 0
    with sandbox.store.write() as connection:
        capture = connection.execute(
            "SELECT capture_id FROM capture JOIN payment USING (psp_ref) WHERE (payment.merchant_reference = ?1 OR psp_ref = ?1)"
            " AND capture.state = 'SUCCEEDED' ORDER BY capture.rowid",
            (body.get("psp_ref") or text_field(body, "merchant_reference"),),
        ).fetchone()
        if capture is None:
            raise Refused(404, "CAPTURE_UNKNOWN", "no captured payment with that reference")
        dispute = open_dispute(
            connection,
            sandbox,
            capture_id=capture["capture_id"],
            amount_minor=amount_minor,
            reason_code=text_field(body, "reason_code", default="10.4"),
            fault="" if body.get("webhook", True) else "SILENT",
        )
    sandbox.ring()
    return Answer(201, show_dispute(dispute))


def move_dispute(sandbox: Sandbox, request: Request, dispute_id: str, move: str) -> Answer:
    """POST /_sim/disputes/{id}/{credit|win|lose|debit_again}."""
    with sandbox.store.write() as connection:
        DISPUTE_MOVES[move](connection, sandbox, dispute_id=dispute_id)
        shown = show_dispute(get_dispute(connection, dispute_id))
    sandbox.ring()
    return Answer(200, shown)


def set_outage(sandbox: Sandbox, request: Request) -> Answer:
    """PUT /_sim/outage {"seconds": n}: from now on; 0 ends it. A restart ends it too."""
    seconds = request.json().get("seconds")
    if isinstance(seconds, bool) or not isinstance(seconds, int | float) or seconds < 0:
        raise Refused(400, "INVALID_FIELD", "seconds must be 0 or more")
    begin_outage(sandbox, seconds=seconds)
    return Answer(200, {"seconds": seconds})


def begin_outage(sandbox: Sandbox, *, seconds: float) -> None:
    """Out of order for `seconds` of real time."""
    sandbox.outage_until = time.time() + seconds


def show_outbox(sandbox: Sandbox, request: Request) -> Answer:
    """GET /_sim/outbox."""
    return Answer(200, count_outbox(sandbox.store.read()))


def count_outbox(reader: sqlite3.Connection) -> dict[str, Any]:
    """{pending, delivered, lost, dead, due_jobs, refused: {answer: events}}."""
    counts = dict.fromkeys(("PENDING", "DELIVERED", "LOST", "DEAD"), 0)
    counts.update({row["state"]: row["n"] for row in reader.execute("SELECT state, count(*) AS n FROM outbox GROUP BY state")})
    jobs = reader.execute("SELECT count(*) FROM job").fetchone()[0]
    return {**{name.lower(): count for name, count in counts.items()}, "due_jobs": jobs, "refused": _refused(reader)}


def get_books(sandbox: Sandbox, request: Request) -> Answer:
    """GET /_sim/books."""
    return Answer(200, show_books(sandbox.store.read(), merchant_reference=request.query.get("merchant_reference", "")))


def show_health(sandbox: Sandbox, request: Request) -> Answer:
    """GET /_sim/health."""
    sandbox.store.read().execute("SELECT 1 FROM setting LIMIT 1").fetchall()
    return Answer(200, {"ok": True, "now": sandbox.clock.now_text()})


def _refused(reader: sqlite3.Connection) -> dict[str, int]:
    """What the events that still wait were answered last, by answer."""
    query = "SELECT last_answer, count(*) FROM outbox WHERE state = 'PENDING' AND tries > 0 GROUP BY last_answer"
    return {row[0]: row[1] for row in reader.execute(query)}


CONTROL_ROUTES: list[tuple[str, str, Callable[..., Answer]]] = [
    ("PUT", "/_sim/clock", set_clock),
    ("PUT", "/_sim/accounts", set_accounts),
    ("POST", "/_sim/faults", set_faults),
    ("POST", "/_sim/reserves/give_back", give_back_reserves),
    ("PUT", "/_sim/profile", set_profile),
    ("GET", "/_sim/profile", show_profile),
    ("PUT", "/_sim/hold", set_hold),
    ("POST", "/_sim/close_day", close),
    ("POST", "/_sim/disputes", open_one_dispute),
    ("POST", rf"/_sim/disputes/([A-Za-z0-9_]{{1,64}})/({'|'.join(DISPUTE_MOVES)})", move_dispute),
    ("PUT", "/_sim/outage", set_outage),
    ("GET", "/_sim/outbox", show_outbox),
    ("GET", "/_sim/books", get_books),
    ("GET", "/_sim/health", show_health),
]
