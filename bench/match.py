"""A million lines from file on disk to stored lines, matches, cases and the batch's posting, against a bare COPY and hash join (R11)."""

import multiprocessing
import resource
import tempfile
import time
from datetime import UTC, date, datetime
from pathlib import Path
from statistics import median

import psycopg
from django.conf import settings
from django.db import connections

from bench.registry import Result, Setting, benchmark
from bench.settlement_report import copy_captures, make_account, make_sales, write_canonical, write_report
from cashier.models import MerchantAccount
from ledger.actors import system_actor

ACTOR = system_actor("bench")
DAY = date(2026, 3, 10)
NOW = datetime(2026, 3, 11, 5, 0, tzinfo=UTC)
_YARDSTICK = """
CREATE TABLE yardstick_line (line_number integer, account_id uuid, kind text, type text, merchant_reference text, object_merchant_reference text,
    psp_reference text, object_reference text, method text, gross_currency text, gross_minor numeric(38, 0), net_currency text,
    net_minor numeric(38, 0), commission_minor numeric(38, 0), markup_minor numeric(38, 0), scheme_minor numeric(38, 0),
    interchange_minor numeric(38, 0), created_at timestamptz, business_date date, batch integer);
CREATE TABLE yardstick_match (line_number integer, capture_id uuid, difference_minor numeric(38, 0));
"""
_JOIN = """
INSERT INTO yardstick_match
SELECT l.line_number, c.id, l.gross_minor - c.amount_minor
  FROM yardstick_line l JOIN cashier_capture c ON c.merchant_account_id = l.account_id AND c.psp_ref = l.object_reference
"""


@benchmark("match_1m")
def bench_match_1m(setting: Setting) -> Result:
    """One report of 1,000,000 sales; with --quick 100,000."""
    return compare(setting, lines=100_000 if setting.quick else 1_000_000, code="BENCH_1M")


def compare(setting: Setting, *, lines: int, code: str) -> Result:
    """Yardstick and ours in turns; the ratio of the medians' seconds."""
    account = make_account(code)
    sales = make_sales(lines)
    copy_captures(setting.owner_url, account, sales)
    theirs, ours, peaks = [], [], []
    with tempfile.TemporaryDirectory() as folder:
        settings.MEDIA_ROOT = folder
        for turn in range(setting.turns):
            canonical, report = Path(folder) / "canonical.csv", Path(folder) / f"settlement_detail_report_batch_{turn + 1}.csv"
            write_canonical(canonical, sales, account_id=account.pk, batch=turn + 1)
            write_report(report, account, sales, batch=turn + 1)
            theirs.append(measure_yardstick(setting, canonical))
            seconds, peak = measure_ours(account.code, report, lines)
            ours.append(seconds)
            peaks.append(peak)
            forget(setting.owner_url)
            print(f"  turn {turn + 1}: yardstick {theirs[-1]:.1f} s, ours {seconds:.1f} s, {peak} MiB", flush=True)
    value, base = median(ours), median(theirs)
    return Result(
        ratio=round(value / base, 3), better="lower", yardstick="COPY + hash join + INSERT", yardstick_value=round(base, 2), value=round(value, 2),
        unit="s", peak_rss_mib=max(peaks), n=lines,
    )  # fmt: skip


def measure_yardstick(setting: Setting, canonical: Path) -> float:
    """Seconds of the bare work: the same rows, no reading, no index, no rule, no books."""
    with psycopg.connect(setting.owner_url, autocommit=True) as connection:
        connection.execute("DROP TABLE IF EXISTS yardstick_line, yardstick_match")
        connection.execute(_YARDSTICK)
        connection.execute("CHECKPOINT")
        before = time.monotonic()
        with connection.cursor().copy("COPY yardstick_line FROM STDIN (FORMAT csv)") as copy, canonical.open("rb") as file:
            while chunk := file.read(1 << 18):
                copy.write(chunk)
        connection.execute("SET work_mem = '128MB'")
        connection.execute(_JOIN)
        return time.monotonic() - before


def measure_ours(code: str, report: Path, lines: int) -> tuple[float, int]:
    """Seconds and peak memory (MiB) of a worker that takes the file in and runs the account."""
    connections.close_all()
    context = multiprocessing.get_context("fork")
    answers = context.SimpleQueue()
    child = context.Process(target=_work, args=(code, str(report), lines, answers))
    child.start()
    child.join()
    if child.exitcode:
        raise RuntimeError("The worker of the benchmark failed.")
    seconds, peak = answers.get()
    return float(seconds), int(peak)


def _work(code: str, report: str, lines: int, answers: "multiprocessing.SimpleQueue[tuple[float, int]]") -> None:
    from reconciliation.operations import ingest_file, run_account

    account = MerchantAccount.objects.select_related("entity").get(code=code)
    before = time.monotonic()
    with Path(report).open("rb") as file:
        result = ingest_file(file=file, name=Path(report).name, source="adyen_sdr", account=code, actor=ACTOR, now=NOW)
    loaded = time.monotonic()
    assert result["accepted"], result
    run = run_account(account=account, date=DAY, now=NOW)
    seconds = time.monotonic() - before
    assert (run.lines, run.matched, run.cases) == (lines + 1, lines, {}), (run.lines, run.matched, run.cases)
    print(f"  loaded in {loaded - before:.1f} s, run in {seconds - (loaded - before):.1f} s", flush=True)
    answers.put((seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024))


def forget(owner_url: str) -> None:
    """Take a turn's lines and matches away, so that the next finds the captures unmatched. The journal keeps what was posted."""
    tables = "reconciliation_match, reconciliation_suspense_item, reconciliation_psp_line, reconciliation_batch"
    with psycopg.connect(owner_url, autocommit=True) as connection:
        connection.execute(f"TRUNCATE {tables}")
        connection.execute("VACUUM ANALYZE")
