"""Faults of reports as files: refused ones before the right one, another one after it, a number that is left out,
one that comes a day late, a list of balances that the books don't have."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, timedelta

from config.sandbox.faults.breaker import Breaker, truth_row
from config.sandbox.reports.amounts import plain
from config.sandbox.reports.batches import Batch
from config.sandbox.reports.sdr import Row

Writer = Callable[[Sequence[Row]], bytes]


def skip_number(breaker: Breaker) -> None:
    """SETTLEMENT_REPORT_GAP: the next batch takes the number after the next; only where a batch came before."""
    code = "SETTLEMENT_REPORT_GAP"
    before = breaker.connection.execute("SELECT count(*) FROM batch WHERE account = ?", (breaker.account["code"],)).fetchone()[0]
    if before and breaker.count(code, of=1):
        update = "UPDATE merchant_account SET next_batch = next_batch + 1 WHERE code = ?"
        breaker.connection.execute(update, (breaker.account["code"],))
        _tell(breaker, code, currency="", day=breaker.day)


def spoil_reports(breaker: Breaker, batch: Batch, write: Writer) -> list[tuple[str, bytes]]:
    """What comes before the right report and must be refused: [(folder, content)]."""
    spoiled: list[tuple[str, bytes]] = []
    morning = breaker.day + timedelta(days=1)  # a refused file's case is of the day on which it came
    if breaker.count("FILE_REFUSED", of=1):
        spoiled.append(("broken", _broken_off(write(batch.rows), cells=1 + len(batch.rows) % 9)))
        _tell(breaker, "FILE_REFUSED", currency="", day=morning)
    if breaker.count("SETTLEMENT_BATCH_UNBALANCED", of=1):
        place, row = _unexplained(batch)
        wrong = replace(row, net_minor=row.net_minor - 100)
        spoiled.append(("unbalanced", write([*batch.rows[:place], wrong, *batch.rows[place + 1 :]])))
        _tell(breaker, "SETTLEMENT_BATCH_UNBALANCED", currency=row.currency, day=morning, amount_minor=100)
    return spoiled


def _broken_off(whole: bytes, *, cells: int) -> bytes:
    """A download that ended within its last row: fewer cells than the header has, so it is no sound report by any chance."""
    before, newline, last = whole.rstrip(b"\r\n").rpartition(b"\n")
    return before + newline + b",".join(last.split(b",")[:cells])


def restate_report(breaker: Breaker, batch: Batch, write: Writer) -> list[tuple[str, bytes]]:
    """SETTLEMENT_REPORT_RESTATED: the same batch again, each currency's fee rows by another name; a case for each currency.

    A report without fee rows would be the same to the byte, and is left alone.
    """
    if not breaker.count("SETTLEMENT_REPORT_RESTATED", of=1) or not any(row.kind == "Fee" for row in batch.rows):
        return []
    rows = [replace(row, modification=f"{row.modification} (restated)") if row.kind == "Fee" else row for row in batch.rows]
    for currency in sorted({row.currency for row in rows}):
        _tell(breaker, "SETTLEMENT_REPORT_RESTATED", currency=currency, day=breaker.day)
    return [("restated", write(rows))]


def is_late(breaker: Breaker, *, is_alone: bool) -> bool:
    """SOURCE_FILE_LATE: the report comes with the next day's; only where no other paper of its batch comes in its place."""
    code = "SOURCE_FILE_LATE"
    if not is_alone or not breaker.count(code, of=1):
        return False
    _tell(breaker, code, currency="", day=breaker.day)
    return True


def state_balance(breaker: Breaker, *, currencies: Sequence[str]) -> bytes | None:
    """PSP_BALANCE_DIFFERS: the PSP says that it holds a prefund of ours, and never got one."""
    code = "PSP_BALANCE_DIFFERS"
    if not currencies or not breaker.count(code, of=1):
        return None
    source = breaker.random_for(f"{code}:balance")
    currency, amount_minor = source.choice(list(currencies)), source.randint(1_000, 99_999)
    _tell(breaker, code, currency=currency, day=breaker.day, amount_minor=amount_minor)
    cells = (breaker.account["code"], breaker.day.isoformat(), "prefund", currency, plain(amount_minor, currency))
    return f"Merchant Account,Date,Balance,Currency,Amount\n{','.join(cells)}\n".encode()


def _unexplained(batch: Batch) -> tuple[int, Row]:
    """A row whose net no other column explains: every batch has one that settles it."""
    return next((place, row) for place, row in enumerate(batch.rows) if row.kind in ("Fee", "MerchantPayout", "Balancetransfer"))


def _tell(breaker: Breaker, code: str, *, currency: str, day: date, amount_minor: int = 0) -> None:
    account = breaker.account["code"]
    breaker.truth.append(truth_row(code, account=account, business_date=day, amount_minor=amount_minor, currency=currency))
