"""Closing a day: faults, held payments, settlement reports, bank statements; once, in one transaction."""

import json
import os
import sqlite3
import tempfile
from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from config.sandbox.accounts import get_account
from config.sandbox.clock import local, to_text
from config.sandbox.faults.banks import book_strangers, book_transfers
from config.sandbox.faults.breaker import Breaker, truth_row
from config.sandbox.faults.lines import break_lines
from config.sandbox.faults.payments import break_refunds, break_sales, break_unfinished_payments
from config.sandbox.faults.payouts import break_payouts
from config.sandbox.faults.plan import make_plan
from config.sandbox.payments import finish_pending
from config.sandbox.payouts import pay_payout
from config.sandbox.reports.bank import Statement, close_statement
from config.sandbox.reports.batches import Transfer, charge_per_payment, close_batch
from config.sandbox.reports.camt053 import write_camt053
from config.sandbox.reports.mt940 import write_mt940
from config.sandbox.reports.sdr import write_report
from config.sandbox.sandbox import Sandbox, get_setting
from config.sandbox.tokens import parse_token

RETURN_CODES = {"PaidOutReversed": "PAYOUT_RETURNED", "RefundedReversed": "REFUND_REVERSED"}


def close_day(
    sandbox: Sandbox, *, day: date, faults: Any = None, candidates: Mapping[str, Sequence[str]], exclude: Sequence[str] = ()
) -> dict[str, Any]:
    """Write the day's files and say what is wrong in them: {date, files, truth, open}. Asked again, the same answer.

    `faults` replaces the plan for this day (a profile, as POST /_sim/faults takes it); `exclude` names merchant references
    that no fault may touch. Raises Refused for a bad profile.
    """
    with sandbox.store.write() as connection:
        done = connection.execute("SELECT answer FROM closed_day WHERE date = ?", (day.isoformat(),)).fetchone()
        if done is None:
            plan = _plan(connection, faults)
            answer = _close(connection, sandbox, day=day, plan=plan, candidates=candidates, exclude=exclude)
            connection.execute("INSERT INTO closed_day VALUES (?, ?)", (day.isoformat(), json.dumps(answer)))
        else:
            answer = json.loads(done["answer"])
        return {**answer, "open": _open(connection)}


def _plan(connection: sqlite3.Connection, faults: Any) -> dict[str, Any]:
    stored: dict[str, Any] = get_setting(connection, "plan", {"seed": 0, "codes": {}})
    return stored if faults is None else make_plan({"profile": faults, "seed": stored.get("seed", 0)})


def _close(
    connection: sqlite3.Connection,
    sandbox: Sandbox,
    *,
    day: date,
    plan: Mapping[str, Any],
    candidates: Mapping[str, Sequence[str]],
    exclude: Sequence[str],
) -> dict[str, Any]:
    files: list[dict[str, str]] = []
    truth: list[dict[str, Any]] = []
    transfers: list[Transfer] = []
    for code in [row["code"] for row in connection.execute("SELECT code FROM merchant_account ORDER BY code")]:
        breaker = Breaker(connection, sandbox, get_account(connection, code), day, plan, candidates, used=_excluded(connection, exclude))
        files += _close_account(connection, sandbox, breaker, transfers)
        truth += breaker.truth
    banks = connection.execute("SELECT * FROM bank_account ORDER BY code").fetchall()
    truth += book_transfers(connection, transfers=transfers, plan=plan, day=day)
    used = {transfer.bank for transfer in transfers}
    truth += book_strangers(connection, banks=[bank for bank in banks if bank["code"] in used], plan=plan, day=day)
    files += [_write_statement(sandbox, close_statement(connection, bank=bank, day=day)) for bank in banks]
    return {"date": day.isoformat(), "files": files, "truth": truth}


def _close_account(connection: sqlite3.Connection, sandbox: Sandbox, breaker: Breaker, transfers: list[Transfer]) -> list[dict[str, str]]:
    account, day = breaker.account, breaker.day
    since, until = _bounds(account["zone"], day)
    _break(connection, breaker, since=since, until=until)
    _finish_held(connection, sandbox, breaker, until=until)
    moment = to_text(datetime.combine(day, time(23, 59, 59), tzinfo=ZoneInfo(account["zone"])))
    charge_per_payment(connection, account=account, since=since, until=until, moment=moment)
    breaker.truth += _returns(connection, account, until)
    batch = close_batch(connection, account=account, day=day, until=until, moment=moment)
    if batch is None:
        return []
    transfers += batch.transfers
    content = write_report(batch.rows, account=account, number=batch.number, booking_date=day.isoformat())
    path = sandbox.data_dir / "reports" / account["code"] / f"settlement_detail_report_batch_{batch.number}.csv"
    return [_write(path, content, source="adyen_sdr", account=account["code"], day=day)]


def _break(connection: sqlite3.Connection, breaker: Breaker, *, since: str, until: str) -> None:
    """All faults of one account: those with the fewest fitting objects first."""
    break_unfinished_payments(breaker, until=until)
    break_payouts(breaker, since=since, until=until)
    break_refunds(breaker, since=since, until=until)
    break_sales(breaker, since=since, until=until)
    sales = connection.execute(
        "SELECT currency, count(*) AS n FROM movement WHERE account = ? AND batch IS NULL AND kind = 'Settled' AND occurred_at < ?"
        " GROUP BY currency ORDER BY currency",
        (breaker.account["code"], until),
    ).fetchall()
    break_lines(breaker, currencies=[row["currency"] for row in sales], sales=sum(row["n"] for row in sales))


def _finish_held(connection: sqlite3.Connection, sandbox: Sandbox, breaker: Breaker, *, until: str) -> None:
    """The held payments that no fault took fail, the held payouts are paid; both are told."""
    code = breaker.account["code"]
    payments = connection.execute(
        "SELECT * FROM payment WHERE account = ? AND state = 'PENDING' AND created_at < ?", (code, until)
    ).fetchall()
    for payment in payments:
        if parse_token(payment["token"]).behaviour == "pending_hold":
            finish_pending(connection, sandbox, psp_ref=payment["psp_ref"], capture=False, occurred_at=breaker.late_moment())
    payouts = connection.execute(
        "SELECT * FROM payout WHERE account = ? AND state = 'PENDING' AND occurred_at < ?", (code, until)
    ).fetchall()
    for payout in payouts:
        pay_payout(connection, sandbox, payout_id=payout["payout_id"], occurred_at=breaker.late_moment())


def _returns(connection: sqlite3.Connection, account: sqlite3.Row, until: str) -> list[dict[str, Any]]:
    """Truth rows of returns and reversals that tokens asked for: each leaves a case, though nothing is wrong with it."""
    rows = connection.execute(
        "SELECT * FROM movement WHERE account = ? AND batch IS NULL AND occurred_at < ? AND fault = '' AND kind IN (?, ?) ORDER BY id",
        (account["code"], until, *RETURN_CODES),
    )
    return [
        truth_row(
            RETURN_CODES[row["kind"]],
            account=account["code"],
            business_date=local(row["occurred_at"], account["zone"]).date(),
            amount_minor=row["amount_minor"],
            currency=row["currency"],
            merchant_reference=row["object_reference"] or row["merchant_reference"],
            psp_reference=row["psp_ref"],
        )
        for row in rows
    ]


def _excluded(connection: sqlite3.Connection, references: Sequence[str]) -> set[str]:
    """The payments and payouts behind merchant references."""
    query = "SELECT psp_ref FROM payment WHERE merchant_reference = ?1 UNION SELECT payout_id FROM payout WHERE merchant_reference = ?1"
    return {row[0] for reference in references for row in connection.execute(query, (reference,))}


def _bounds(zone: str, day: date) -> tuple[str, str]:
    """The day's first instant, and the next day's, as the books store instants."""
    starts = [datetime.combine(each, time(), tzinfo=ZoneInfo(zone)) for each in (day, day + timedelta(days=1))]
    return to_text(starts[0]), to_text(starts[1])


def _write_statement(sandbox: Sandbox, statement: Statement) -> dict[str, str]:
    bank = statement.bank
    is_camt = bank["format"] == "camt053"
    name = f"{bank['iban']}_{statement.day.isoformat()}.{'camt053.xml' if is_camt else 'sta'}"
    content = write_camt053(statement) if is_camt else write_mt940(statement)
    return _write(
        sandbox.data_dir / "statements" / bank["code"] / name, content, source=bank["format"], account=bank["code"], day=statement.day
    )


def _write(path: Path, content: bytes, *, source: str, account: str, day: date) -> dict[str, str]:
    """Write a file whole or not at all: a kill in between leaves the day to be closed again."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=".part-")
    with os.fdopen(handle, "wb") as file:
        file.write(content)
    os.chmod(temporary, 0o644)
    os.replace(temporary, path)
    return {"path": str(path), "source": source, "account": account, "date": day.isoformat()}


def _open(connection: sqlite3.Connection) -> dict[str, int]:
    """What no file shows yet."""
    movements = connection.execute("SELECT count(*) FROM movement WHERE batch IS NULL").fetchone()[0]
    transfers = connection.execute("SELECT count(*) FROM bank_line WHERE statement IS NULL").fetchone()[0]
    return {"movements": movements, "transfers": transfers}
