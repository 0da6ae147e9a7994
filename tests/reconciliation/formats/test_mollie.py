"""Mollie's settlement: values below a cent come to what was paid, and what can't be is refused at its place."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.reconciliation.formats.opening import FILES, Opened, open_text, refusal_of

OWN = (FILES / "settlement.json").read_text()


def changed(**values: Any) -> Opened:
    return open_text("mollie_settlement", json.dumps({**json.loads(OWN), **values}))


def row(gross: str, *, net: str = "", vat: str = "", method: str = "ideal") -> dict[str, Any]:
    amounts = {"amountNet": net or gross, "amountVat": vat, "amountGross": gross}
    return {
        "description": method,
        "method": method,
        "count": 1,
        **{name: {"currency": "EUR", "value": value} if value else None for name, value in amounts.items()},
    }


def of(paid: str, revenue: list[dict[str, Any]], costs: list[dict[str, Any]]) -> Opened:
    return changed(amount={"currency": "EUR", "value": paid}, periods={"2026": {"01": {"revenue": revenue, "costs": costs}}})


@pytest.mark.spec("R1", "R2", "R3", "L4")
def test_the_published_settlement_comes_to_what_was_paid(shared_data: Path) -> None:
    opened = open_text("mollie_settlement", (shared_data / "psp/mollie/settlement.json").read_bytes(), account=["MOLLIE_EU"])

    assert opened.result.accepted
    assert [(line.line_type, line.kind, line.net_minor, line.tax_minor) for line in opened.lines] == [
        ("revenue ideal", "sale", 8610, 0),
        ("revenue refund", "refund", -4320, 0),
        ("costs ideal", "fee", -254, 44),
        ("costs refund", "fee", -61, 10),
        ("payout", "transfer", -3975, 0),
    ]
    (batch,) = opened.result.batches
    assert (batch.number, batch.merchant_account, batch.payout_minor) == ("1234567.2404.03", "MOLLIE_EU", 3975)
    assert batch.payout_references == ("1234567.2404.03",)
    assert opened.lines[0].created_at == datetime(2024, 4, 6, 9, 41, 44, tzinfo=UTC)
    assert opened.lines[2].line_number == 45 and '"value": "2.5410"' in opened.lines[2].raw


@pytest.mark.spec("L4")
def test_parts_of_a_cent_are_rounded_along_the_lines_and_the_last_cent_is_a_fee_of_its_own() -> None:
    thirds = [row("0.0033") for _ in range(3)]
    up = of("10.00", [row("10.0000")], thirds)
    down = of("9.99", [row("10.0000")], thirds)

    assert down.result.accepted and [line.net_minor for line in down.lines] == [1000, 0, -1, 0, -999]
    assert up.result.accepted and [line.net_minor for line in up.lines] == [1000, 0, -1, 0, 1, -1000]
    assert [line.line_type for line in up.lines][-2:] == ["rounding", "payout"]


@pytest.mark.spec("R2")
def test_a_payout_that_the_periods_do_not_come_to_is_not_accepted() -> None:
    opened = of("9.98", [row("10.0000")], [row("0.0100")])

    assert not opened.result.accepted
    assert [(check.expected, check.actual) for check in opened.result.checks if not check.ok] == [(0, 1), ("9.99", "9.98")]


@pytest.mark.spec("R2")
def test_net_and_vat_that_are_not_gross_fail_the_control() -> None:
    assert not of("9.88", [row("10.0000")], [row("0.1210", net="0.1000", vat="0.0200")]).result.accepted
    assert of("9.88", [row("10.0000")], [row("0.1210", net="0.1000", vat="0.0210")]).result.accepted


def test_methods_that_no_list_has_are_kept_as_unknown() -> None:
    opened = of("1.00", [row("1", method="moonbeam")], [])

    assert (opened.lines[0].kind, opened.lines[0].line_type) == ("unknown", "revenue moonbeam")


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ('"settlement"', '"payment"', "not_a_statement"),
        ('"paidout"', '"open"', "not_a_statement"),
        ('"1234567.2601.02"', "null", "structure"),
        ('"1234567.2601.02"', f'"{"1" * 33}"', "structure"),
        ('"96.5300"', '"96,53"', "amount"),
        ('"96.5300"', '"1e5"', "amount"),
        ('"95.98"', '"95.985"', "amount"),
        ('{"currency": "EUR", "value": "96.5300"}', '{"currency": "USD", "value": "96.5300"}', "currency"),
        ('{"currency": "EUR", "value": "95.98"}', '{"currency": "EUX", "value": "95.98"}', "currency"),
        ("2026-01-06T09:41:44.0Z", "yesterday", "date"),
        ("iDEAL payments", "4111111111111111", "card_number"),
        ('"count": 6,', '"count": 6', "structure"),
        ('"count": 6,', '"count": 6, "count": 6,', "structure"),
        ('"count": 6,', '"count": NaN,', "structure"),
    ],
)
@pytest.mark.spec("R2", "C14")
def test_what_is_broken_is_named_by_line_and_column(old: str, new: str, code: str) -> None:
    assert OWN.count(old) == 1
    error = refusal_of("mollie_settlement", OWN.replace(old, new))
    assert error.code == code
    line = OWN[: OWN.index(old)].count("\n") + 1
    assert code == "not_a_statement" or error.line in (line, line + 1, 1), error


@pytest.mark.parametrize(
    "content",
    [b"", b"[" * 100, b'{"a": 1} x', b"\xff\xfe", b'"\x01"', b"{" + b" " * (8 << 20) + b"}"],
    ids=lambda content: repr(content[:9]),
)
@pytest.mark.spec("R2")
def test_what_is_no_such_document_is_refused(content: bytes) -> None:
    assert refusal_of("mollie_settlement", content).code in {"empty", "structure", "encoding", "too_long"}


@pytest.mark.spec("R12")
def test_tax_is_noted_by_line_and_once_for_a_document_on_one_line() -> None:
    from reconciliation.bulk.parts import Noted

    costs = [row("1.21", net="1.00", vat="0.21"), row("2.42", net="2.00", vat="0.42")]
    opened, noted = of("6.37", [row("10.00")], costs), Noted()
    assert {line.line_number for line in opened.lines} == {1}
    for line in opened.lines:
        if line.tax_minor:
            noted.tax(line)

    ((_, (numbers, minors)),) = noted.line_taxes.items()
    assert (list(numbers), list(minors)) == ([1], [63])


@pytest.mark.parametrize("text", ["a\\u0000b", "a\\ud800b"])
@pytest.mark.spec("R2")
def test_a_text_that_no_database_can_keep_is_refused_at_its_place(text: str) -> None:
    error = refusal_of("mollie_settlement", OWN.replace('"description": "', f'"description": "{text}', 1))

    assert error.code == "structure" and error.line > 1
