"""A million lines from file on disk to stored lines, matches, cases and the batch's posting, against a bare COPY and hash join (R11)."""

import json
import subprocess
import sys
import tempfile
import time
from functools import cache
from pathlib import Path
from statistics import median

import psycopg

from bench.database import CHECKOUT
from bench.registry import Result, Setting, benchmark
from bench.settlement_report import copy_captures, make_account, make_sales, write_canonical, write_report

_YARDSTICK = """
CREATE TABLE yardstick_line (line_number integer, account_id uuid, kind text, type text, merchant_reference text,
    object_merchant_reference text, psp_reference text, object_reference text, method text, gross_currency text,
    gross_minor numeric(38, 0), net_currency text,
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


@benchmark("match_5m")
def bench_match_5m(setting: Setting) -> Result:
    """One report of 5,000,000 sales; with --quick 500,000. Allow it 8 GB of memory for the report's making, and 20 GB of disk."""
    return compare(setting, lines=500_000 if setting.quick else 5_000_000, code="BENCH_5M")


@benchmark("match_5m_vs_1m")
def bench_match_5m_vs_1m(setting: Setting) -> Result:
    """Five times the lines, in how many times the seconds: the two above, measured once."""
    one, five = bench_match_1m(setting), bench_match_5m(setting)
    return Result(
        ratio=round(five.value / one.value, 3), better="lower", yardstick="match_1m", yardstick_value=one.value, value=five.value,
        unit="s", peak_rss_mib=five.peak_rss_mib, n=five.n,
    )  # fmt: skip


@cache
def compare(setting: Setting, *, lines: int, code: str) -> Result:
    """Yardstick and ours in turns; the ratio of the medians' seconds."""
    account = make_account(code)
    sales = make_sales(lines)
    copy_captures(setting.owner_url, account, sales)
    theirs, ours, peaks = [], [], []
    with tempfile.TemporaryDirectory() as folder:
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
        ratio=round(value / base, 3), better="lower", yardstick="COPY + hash join + INSERT", yardstick_value=round(base, 2),
        value=round(value, 2), unit="s", peak_rss_mib=max(peaks), n=lines,
    )  # fmt: skip


def measure_yardstick(setting: Setting, canonical: Path) -> float:
    """Seconds of the bare work: the same rows, no reading, no index, no rule, no books. Its tables are dropped at once: nothing is to tidy
    them up while ours is measured."""
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
        seconds = time.monotonic() - before
        connection.execute("DROP TABLE yardstick_line, yardstick_match")
        connection.execute("CHECKPOINT")
    return seconds


def measure_ours(code: str, report: Path, lines: int) -> tuple[float, int]:
    """Seconds from file on disk to stored matches, cases and the batch's posting, and the worker's peak memory (MiB)."""
    command = [sys.executable, "-m", "bench.match_worker", code, str(report), str(lines), str(report.parent)]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, cwd=CHECKOUT)
    told = json.loads(done.stdout.splitlines()[-1])
    print(f"  loaded in {told['load']:.1f} s, run in {told['run']:.1f} s; {told['cpu']:.1f} s of processor beside the database", flush=True)
    return told["load"] + told["run"], told["peak_rss_mib"]


def forget(owner_url: str) -> None:
    """Take a turn's lines and matches away, so that the next finds the captures unmatched. The journal keeps what was posted."""
    with psycopg.connect(owner_url, autocommit=True) as connection:
        connection.execute("TRUNCATE reconciliation_match, reconciliation_suspense_item, reconciliation_psp_line")
        connection.execute("DELETE FROM reconciliation_batch")  # what names batches may not be truncated
        connection.execute("VACUUM ANALYZE")
