"""Damaged and generated reports of PSPs that group by payout: read whole or refused at a place, and what is accepted adds up (R2)."""

import io
import time
import tracemalloc
from collections import Counter
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from config.settings.formats import REPORT_FORMATS
from reconciliation.formats import Batch, FormatRefused, ReadError, ReadResult, read
from tests.reconciliation.formats.mutating import mutated_copies
from tests.reconciliation.formats.opening import open_text
from tests.reconciliation.formats.provider_files import CONTENT, PROVIDER_FILES

COPIES = 200
SLOWEST_SECONDS = 5.0
_BOUNDED = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True)


def outcome(source: str, content: bytes) -> ReadResult | None:
    """The result, or None where it is refused; anything else fails the test."""
    reader: Any = read(source, io.BytesIO(content), registry=REPORT_FORMATS)
    sums: Counter[Any] = Counter()
    try:
        for line in reader:
            assert line.raw or line.kind in ("transfer", "balance_transfer")
            sums[line.merchant_account, line.batch_number, line.net_currency] += line.net_minor
        result: ReadResult = reader.finish()
    except FormatRefused as refusal:
        require_reason(refusal.error)
        return None
    assert result.lines >= 0 and result.accepted is all(check.ok for check in result.checks)
    if result.accepted:
        assert not any(sums[batch.merchant_account, batch.number, batch.currency] for batch in result.batches)
    return result


def require_reason(error: ReadError) -> None:
    assert error.code and error.message
    assert error.line >= 0 and error.column >= 0


@pytest.mark.parametrize("source", sorted(PROVIDER_FILES))
@pytest.mark.spec("R2")
def test_damaged_copies_are_read_whole_or_refused(source: str) -> None:
    outcomes: Counter[str] = Counter()
    for story, content in mutated_copies({source: CONTENT[source]}, count=COPIES, seed=155):
        started = time.monotonic()
        try:
            result = outcome(source, content)
        except Exception as failure:
            raise AssertionError(story) from failure
        outcomes["refused" if result is None else "accepted" if result.accepted else "readable"] += 1
        assert time.monotonic() - started < SLOWEST_SECONDS, story

    assert all(outcomes[kind] for kind in ("accepted", "refused")), outcomes
    assert outcomes["readable"] or source == "checkout_payouts"


@pytest.mark.parametrize("source", ["stripe_payout", "paypal_stl"])
@given(data=st.data())
@_BOUNDED
@pytest.mark.spec("R2")
def test_a_cut_file_is_never_accepted_with_less_of_a_payout(source: str, data: st.DataObject) -> None:
    """Stripe's payouts stand alone, each with its own row at its end; PayPal's footer tells of the rows before it."""
    whole = outcome(source, CONTENT[source])
    first_payout = CONTENT[source].index(b"-6.67,0.00") if source == "stripe_payout" else 0
    cut = outcome(source, CONTENT[source][: data.draw(st.integers(first_payout, len(CONTENT[source]) - 1))])

    assert whole is not None
    if cut is not None and cut.accepted:
        assert {without_reference(batch) for batch in cut.batches} <= {without_reference(batch) for batch in whole.batches}


def without_reference(batch: Batch) -> Batch:
    """A cut may fall into the last cells of a payout's own row: whole in money, and its bank line is found by amount then."""
    return replace(batch, payout_references=())


@pytest.mark.parametrize("source", sorted(PROVIDER_FILES))
@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "cp1250", "cp500"])
@pytest.mark.spec("R2")
def test_files_written_in_another_encoding(source: str, encoding: str) -> None:
    result = outcome(source, CONTENT[source].decode("utf-8-sig").encode(encoding))

    assert (result is not None and result.accepted) if encoding in ("utf-8-sig", "cp1250") else result is None


@pytest.mark.parametrize("source", sorted(PROVIDER_FILES))
@given(content=st.binary(max_size=300))
@_BOUNDED
@pytest.mark.spec("R2")
def test_bytes_of_nothing(source: str, content: bytes) -> None:
    assert outcome(source, content) is None


_AMOUNTS = st.integers(-(10**9), 10**9)
_TEXTS = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Nd")), max_size=12).map(str.strip)


def _major(minor: int) -> str:
    return f"{'-' if minor < 0 else ''}{abs(minor) // 100}.{abs(minor) % 100:02d}"


def _quoted(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'


@given(rows=st.lists(st.tuples(_AMOUNTS, st.integers(0, 10**6), _TEXTS), min_size=1, max_size=20))
@_BOUNDED
@pytest.mark.spec("R2", "R3", "L4")
def test_what_is_written_as_a_stripe_report_is_read_back(rows: list[tuple[int, int, str]]) -> None:
    head = "created_utc,automatic_payout_id,currency,gross,fee,net,reporting_category,source_id,payment_metadata[order]\n"
    body = "".join(
        f"2026-01-05 10:00:00,po_1,eur,{_major(gross)},{_major(fee)},{_major(gross - fee)},charge,ch_{place},{_quoted(text)}\n"
        for place, (gross, fee, text) in enumerate(rows)
    )
    net = sum(gross - fee for gross, fee, _ in rows)
    paid = f"2026-01-06 00:00:00,po_1,eur,{_major(-net)},0,{_major(-net)},payout,po_1,\n"

    opened = open_text("stripe_payout", head + body + paid)

    found = [(line.gross_minor, line.commission_minor, line.merchant_reference) for line in opened.lines if line.kind == "sale"]
    assert found == rows
    assert opened.result.accepted and opened.result.batches[0].payout_minor == net


@given(rows=st.lists(st.tuples(_AMOUNTS, *[st.integers(-(10**6), 10**6)] * 5), min_size=1, max_size=20))
@_BOUNDED
@pytest.mark.spec("R2", "R3", "L4")
def test_what_is_written_as_a_breakdown_is_read_back(rows: list[tuple[int, ...]]) -> None:
    names = ",".join(f"{name} In Holding Currency" for name in ("Processing", "Scheme", "Interchange", "Tax", "Reserve"))
    head = f"Type,Payment ID,Processed On,Holding Currency,Payout ID,Gross,Deduction,Net,{names}\n"
    body = "".join(
        f"{'Refund' if gross < 0 else 'Charge'},pay_{place},2026-01-05T10:00:00,EUR,00000003K599,"
        f"{_major(gross)},{_major(sum(parts))},{_major(gross + sum(parts))},"
        f"{','.join(map(_major, parts))}\n"
        for place, (gross, *parts) in enumerate(rows)
    )

    opened = open_text("checkout_breakdown", head + body)

    sales = [line for line in opened.lines if line.kind in ("sale", "refund")]
    found = [(line.gross_minor, -line.commission_minor, -line.scheme_fee_minor, -line.interchange_minor, -line.tax_minor) for line in sales]
    assert found == [row[:5] for row in rows]
    assert sum(line.net_minor for line in opened.lines if line.kind == "reserve") == sum(row[5] for row in rows)
    assert opened.result.accepted and opened.result.batches[0].payout_minor == sum(sum(row) for row in rows)


@given(rows=st.lists(st.tuples(_AMOUNTS, st.integers(-(10**6), 10**6), _TEXTS), min_size=1, max_size=20))
@_BOUNDED
@pytest.mark.spec("R2", "R3", "L4")
def test_what_is_written_as_a_settlement_report_is_read_back(rows: list[tuple[int, int, str]]) -> None:
    head = (
        "CH,Transaction ID,Invoice ID,Transaction Event Code,Transaction Completion Date,Transaction Debit or Credit,"
        "Gross Transaction Amount,Gross Transaction Currency,Fee Debit or Credit,Fee Amount\n"
    )
    body = "".join(
        f"SB,3AB{place},{_quoted(text)},T0006,2026/01/05 10:00:00 +0100,{'DR' if gross < 0 else 'CR'},{abs(gross)},EUR,"
        f"{'CR' if fee < 0 else 'DR'},{abs(fee)}\n"
        for place, (gross, fee, text) in enumerate(rows)
    )
    grosses, fees = [gross for gross, _, _ in rows], [fee for _, fee, _ in rows]
    totals = [sum(max(sign * each, 0) for each in amounts) for amounts, sign in ((grosses, 1), (grosses, -1), (fees, -1), (fees, 1))]
    foot = f"SF,EUR,{','.join(map(str, totals))},{len(rows)}\n"

    opened = open_text("paypal_stl", head + body + foot)

    lines = [line for line in opened.lines if line.kind != "balance_transfer"]
    assert [(line.gross_minor, line.commission_minor, line.merchant_reference) for line in lines] == rows
    assert opened.result.accepted and opened.result.batches[0].carried_minor == sum(gross - fee for gross, fee, _ in rows)


@pytest.mark.spec("R2")
def test_a_report_of_many_rows_keeps_its_memory() -> None:
    head = "created_utc,automatic_payout_id,currency,gross,fee,net,reporting_category,source_id\n"
    body = "".join(f"2026-01-05 10:00:00,po_1,eur,10.00,0.20,9.80,charge,ch_{place}\n" for place in range(10_000))
    file = io.BytesIO((head + body + "2026-01-06 00:00:00,po_1,eur,-98000,0,-98000,payout,po_1\n").encode())
    tracemalloc.start()
    reader = read("stripe_payout", file, registry=REPORT_FORMATS)
    assert sum(1 for _ in reader) == 10_001
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert reader.finish().accepted
    assert peak < 2 << 20
