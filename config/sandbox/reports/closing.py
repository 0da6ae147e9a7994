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
from config.sandbox.faults.papers import is_late, restate_report, skip_number, spoil_reports, state_balance
from config.sandbox.faults.payments import break_sales, break_unfinished_payments
from config.sandbox.faults.payouts import break_payouts
from config.sandbox.faults.plan import make_plan
from config.sandbox.faults.refunds import break_refunds
from config.sandbox.faults.statements import give_withheld, keep_back, repeat_charges, reverse_charges, withhold_statements
from config.sandbox.faults.strays import send_strays, tell_payers, tell_waiting
from config.sandbox.payments import finish_pending
from config.sandbox.payouts import pay_payout
from config.sandbox.reports.bank import Statement, close_statement, is_open
from config.sandbox.reports.batches import Batch, Transfer, charge_per_payment, close_batch
from config.sandbox.reports.camt053 import write_camt053
from config.sandbox.reports.mt940 import write_mt940
from config.sandbox.reports.reserve import move_reserve
from config.sandbox.reports.sdr import Row, write_report
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
    files: list[dict[str, Any]] = [*give_withheld(connection, day=day)]
    truth: list[dict[str, Any]] = []
    transfers: list[Transfer] = []
    for code in [row["code"] for row in connection.execute("SELECT code FROM merchant_account ORDER BY code")]:
        breaker = Breaker(connection, sandbox, get_account(connection, code), day, plan, candidates, used=_excluded(connection, exclude))
        files += _close_account(connection, sandbox, breaker, transfers)
        truth += breaker.truth
    rows = connection.execute("SELECT * FROM bank_account ORDER BY code").fetchall()
    banks = [bank for bank in rows if is_open(bank, day)]
    truth += book_transfers(connection, transfers=transfers, plan=plan, day=day)
    used = {transfer.bank for transfer in transfers}
    in_use = [bank for bank in banks if bank["code"] in used]
    truth += book_strangers(connection, banks=in_use, plan=plan, day=day)
    truth += reverse_charges(connection, banks=in_use, plan=plan, day=day)
    truth += repeat_charges(connection, banks=in_use, plan=plan, day=day)
    statements = [_write_statement(sandbox, close_statement(connection, bank=bank, day=day)) for bank in banks]
    today, late = withhold_statements(connection, statements, banks=in_use, plan=plan, day=day)
    truth += late
    files += today
    return {"date": day.isoformat(), "files": files, "truth": truth}


def _close_account(connection: sqlite3.Connection, sandbox: Sandbox, breaker: Breaker, transfers: list[Transfer]) -> list[dict[str, Any]]:
    account, day = breaker.account, breaker.day
    since, until = _bounds(account["zone"], day)
    _break(connection, breaker, since=since, until=until)
    _finish_held(connection, sandbox, breaker, until=until)
    moment = to_text(datetime.combine(day, time(23, 59, 59), tzinfo=ZoneInfo(account["zone"])))
    charge_per_payment(connection, account=account, since=since, until=until, moment=moment)
    breaker.truth += _returns(connection, account, until)
    tell_waiting(breaker, since=since, until=until)
    tell_payers(breaker, since=since, until=until)
    move_reserve(breaker, until=until, moment=moment)
    skip_number(breaker)
    account = get_account(connection, account["code"])
    batch = close_batch(connection, account=account, day=day, until=until, moment=moment)
    if batch is None:
        return []
    transfers += batch.transfers
    return _write_reports(sandbox, breaker, batch)


def _write_reports(sandbox: Sandbox, breaker: Breaker, batch: Batch) -> list[dict[str, Any]]:
    """The batch's report; before it what must be refused (marked so), after it what says the same again in other words."""
    account, day = breaker.account, breaker.day
    name = f"settlement_detail_report_batch_{batch.number}.csv"

    def write(rows: Sequence[Row]) -> bytes:
        return write_report(rows, account=account, number=batch.number, booking_date=day.isoformat())

    def put(folder: str, content: bytes) -> dict[str, Any]:
        path = sandbox.data_dir / "reports" / account["code"] / folder / name
        return _write(path, content, source="adyen_sdr", account=account["code"], day=day)

    refused = [{**put(folder, content), "refused": True} for folder, content in spoil_reports(breaker, batch, write)]
    right = put("", write(batch.rows))
    again = [put(folder, content) for folder, content in restate_report(breaker, batch, write)]
    if is_late(breaker, is_alone=not refused and not again):
        keep_back(breaker.connection, right, until=day + timedelta(days=1))
        return _write_balance(sandbox, breaker, batch)
    return [*refused, right, *again, *_write_balance(sandbox, breaker, batch)]


def _write_balance(sandbox: Sandbox, breaker: Breaker, batch: Batch) -> list[dict[str, Any]]:
    code, day = breaker.account["code"], breaker.day
    content = state_balance(breaker, currencies=sorted({row.currency for row in batch.rows}))
    if content is None:
        return []
    path = sandbox.data_dir / "reports" / code / f"balances_{day.isoformat()}.csv"
    return [_write(path, content, source="psp_balances", account=code, day=day)]


def _break(connection: sqlite3.Connection, breaker: Breaker, *, since: str, until: str) -> None:
    """All faults of one account: those with the fewest fitting objects first."""
    break_unfinished_payments(breaker, until=until)
    break_payouts(breaker, since=since, until=until)
    break_refunds(breaker, since=since, until=until)
    break_sales(breaker, since=since, until=until)
    sales = connection.execute(
        "SELECT currency, count(*) AS n FROM movement WHERE account = ? AND batch IS NULL AND kind = 'Settled' AND occurred_at < ?"
        " AND fault <> 'WRONG_MERCHANT_ACCOUNT' GROUP BY currency ORDER BY currency",
        (breaker.account["code"], until),
    ).fetchall()
    currencies = [row["currency"] for row in sales]
    break_lines(breaker, currencies=currencies, sales=sum(row["n"] for row in sales))
    send_strays(breaker, currencies=currencies)


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
    withheld = connection.execute("SELECT count(*) FROM withheld").fetchone()[0]
    return {"movements": movements, "transfers": transfers, "withheld": withheld}
