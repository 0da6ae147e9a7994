"""Every camt.053 and MT940 file of the shared samples: what each gives, worked through by hand, and against other libraries."""

import io
import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import mt940
import pytest
from django.core.management import call_command

from tests.reconciliation.formats.opening import inspected, open_text
from tests.reconciliation.formats.oracles import read_camt_oracle, read_mt940_oracle
from tests.reconciliation.formats.samples import SHARED, shared_files

# file -> (accepted, lines per statement, {currency: (credits, credit_minor, debits, debit_minor)}, [(opening, closing)])
Given = tuple[bool, list[int], dict[str, tuple[int, int, int, int]], list[tuple[int | None, int | None]]]
_SEK_CLOSING: Given = (False, [1], {"EUR": (1, 885, 0, 0)}, [(1815, -2700)])  # closing printed in SEK on an account in EUR
CAMT: dict[str, Given] = {
    "bankstatementparser-camt.053.001.02": (True, [3], {"SEK": (2, 13567850, 1, 20000000)}, [(50000000, 43567850)]),
    "camt053.v2.all-balance-types": (False, [1], {"EUR": (1, 885, 0, 0)}, [(101, 404)]),
    "camt053.v2.five.decimals": (False, [1], {"EUR": (1, 885, 0, 0)}, [(1815, 2705)]),
    "camt053.v2.minimal": _SEK_CLOSING,
    "camt053.v2.minimal.ultimate": _SEK_CLOSING,
    "camt053.v2.multi.statement": (True, [1, 1], {"EUR": (1, 885, 1, 700)}, [(1815, 2700), (2700, 2000)]),
    "camt053.v2.with-account-name": (False, [1], {"EUR": (1, 885, 0, 0)}, [(None, None)]),
    "camt053.v2.with-party-ids": _SEK_CLOSING,
    "camt053.v3": _SEK_CLOSING,
    "camt053.v4": _SEK_CLOSING,
    "camt053.v8": _SEK_CLOSING,
    "camt53.only-Dt-with-DtTm": (False, [0], {}, [(544209, None)]),
}
CAMT_BROKEN = {"camt053.v2.wrong": ("missing_tag", 3)}
MT940: dict[str, Given] = {
    "bankstatementparser-sample.mt940": (True, [2], {"EUR": (1, 125050, 1, 8025)}, [(100000, 217025)]),
    "cmxl/mt940.sta": (
        True,
        [11, 2, 3],
        {"DEM": (4, 4939674, 7, 4930944), "EUR": (1, 300000, 1, 80000), "PLN": (2, 2004000, 1, 1000000)},
        [(8434974, 8443704), (218795, 438795), (4000000, 5004000)],
    ),
    "jejik/abnamro.sta": (False, [8, 2], {"EUR": (0, 0, 10, 34593)}, [(323628, 87684), (287684, 184975)]),
    "jejik/generic.sta": (True, [1, 1], {"EUR": (0, 0, 2, 2000)}, [(10000, 9000), (9000, 8000)]),
    "jejik/ing.sta": (False, [7], {"EUR": (2, 468, 5, 5027)}, [(0, 347)]),
    "jejik/knab.sta": (False, [1, 2], {"EUR": (2, 100000, 1, 726000)}, [(0, 50000), (305898, 79898)]),
    "jejik/postfinance.sta": (False, [2, 2], {"CHF": (3, 23930, 1, 7990)}, [(0, 22920), (22920, 15960)]),
    "jejik/rabobank-iban.sta": (True, [2, 2], {"EUR": (0, 0, 4, 7000)}, [(100000, 96500), (96500, 93000)]),
    "jejik/rabobank.sta": (
        False,
        [1, 0, 2, 2],
        {"EUR": (0, 0, 5, 158909)},
        [(47317, 39582), (100089, 100089), (129582, 125087), (419612, 410182)],
    ),
    "jejik/sns.sta": (True, [2, 0], {"EUR": (0, 0, 2, 2500)}, [(123456, 120956), (120956, 120956)]),
    "jejik/triodos.sta": (False, [2], {"EUR": (0, 0, 2, 71570)}, [(497509, 437079)]),
}
MT940_FRAGMENTS = {
    "cmxl/account_balance_credit.sta": "fragment",
    "cmxl/account_balance_debit.sta": "fragment",
    "cmxl/account_identification_iban.sta": "fragment",
    "cmxl/account_identification_legacy.sta": "fragment",
    "cmxl/available_balance.sta": "fragment",
    "cmxl/closing_balance.sta": "fragment",
    "cmxl/reference.sta": "missing_tag",
    "cmxl/statement_details.sta": "fragment",
    "cmxl/statement_line.sta": "fragment",
    "cmxl/statement_number.sta": "fragment",
}


def assert_given(found: dict[str, Any], given: Given) -> None:
    accepted, lines, sums, balances = given
    assert found["readable"] and found["error"] is None
    assert found["accepted"] is accepted
    assert accepted is all(check["ok"] for check in found["checks"])
    assert [statement["lines"] for statement in found["statements"]] == lines and found["lines"] == sum(lines)
    assert [(statement["opening_minor"], statement["closing_minor"]) for statement in found["statements"]] == balances
    totals = {(total["currency"], total["type"]): total for total in found["totals"]}
    for currency, (credits, credit_minor, debits, debit_minor) in sums.items():
        credit, debit = totals.pop((currency, "credit"), None), totals.pop((currency, "debit"), None)
        assert (credit["count"], credit["credit_minor"], credit["debit_minor"]) == (credits, credit_minor, 0) if credit else not credits
        assert (debit["count"], debit["debit_minor"], debit["credit_minor"]) == (debits, debit_minor, 0) if debit else not debits
    assert not totals


@pytest.mark.parametrize("name", CAMT)
@pytest.mark.spec("R1", "R2")
def test_what_each_camt_file_gives(shared_data: Path, name: str) -> None:
    assert_given(inspected("camt053", shared_data / "bank/camt" / f"{name}.xml"), CAMT[name])


@pytest.mark.parametrize("name", [name for name in CAMT if not name.startswith("bankstatementparser")])
@pytest.mark.spec("R1", "R3", "L4")
def test_camt_files_against_the_golden_results_beside_them(shared_data: Path, name: str) -> None:
    oracle = read_camt_oracle(shared_data / "bank/camt" / f"{name}.json")
    opened = open_text("camt053", (shared_data / "bank/camt" / f"{name}.xml").read_bytes())
    statement = opened.result.statements[-1]

    assert len(opened.result.statements) == oracle.statements
    assert statement.account_ref == oracle.account
    last = [(line.amount_minor, line.currency) for line in opened.lines if line.statement_index == statement.index]
    assert tuple(last) == oracle.entries
    if "opening" in oracle.balances:
        assert statement.opening_minor == oracle.balances["opening"][0]
    if "closing" in oracle.balances:
        assert statement.closing_minor == oracle.balances["closing"][0]


@pytest.mark.parametrize("name", CAMT_BROKEN)
@pytest.mark.spec("R2")
def test_a_broken_camt_file_is_refused(shared_data: Path, name: str) -> None:
    found = inspected("camt053", shared_data / "bank/camt" / f"{name}.xml")

    assert not found["readable"] and not found["accepted"] and found["lines"] == 0
    assert (found["error"]["code"], found["error"]["line"]) == CAMT_BROKEN[name]


@pytest.mark.parametrize("name", MT940)
@pytest.mark.spec("R1", "R2")
def test_what_each_mt940_file_gives(shared_data: Path, name: str) -> None:
    assert_given(inspected("mt940", shared_data / "bank/mt940" / name), MT940[name])


@pytest.mark.parametrize("name", [name for name in MT940 if name.endswith(".sta")])
@pytest.mark.spec("R1", "R3", "L4")
def test_mt940_files_against_the_results_beside_them(shared_data: Path, name: str) -> None:
    path = shared_data / "bank/mt940" / name
    oracle = read_mt940_oracle(path.with_suffix(".yml"))
    opened = open_text("mt940", path.read_bytes())

    assert tuple(Decimal(line.amount_minor) / 100 for line in opened.lines) == oracle.amounts
    ours = {Decimal(minor or 0) / 100 for s in opened.result.statements for minor in (s.opening_minor, s.closing_minor)}
    assert set(oracle.balances.values()) - {Decimal(0)} <= ours


@pytest.mark.parametrize("name", MT940)
@pytest.mark.spec("R3")
def test_mt940_files_against_the_mt_940_library(shared_data: Path, name: str) -> None:
    """Dates, references and amounts; these files hold no reversals, which that library signs wrongly."""
    path = shared_data / "bank/mt940" / name
    theirs = mt940.parse(str(path)).transactions
    ours = open_text("mt940", path.read_bytes()).lines

    assert [(line.value_date, Decimal(line.amount_minor) / 100) for line in ours] == [
        (their.data["date"], their.data["amount"].amount) for their in theirs
    ]
    assert [line.booking_date for line in ours] == [their.data.get("entry_date") or their.data["date"] for their in theirs]
    assert [line.bank_reference for line in ours] == [(their.data["bank_reference"] or "").replace("NONREF", "") for their in theirs]


@pytest.mark.parametrize("name", MT940_FRAGMENTS)
@pytest.mark.spec("R2")
def test_fragments_of_mt940_are_refused_at_their_line(shared_data: Path, name: str) -> None:
    found = inspected("mt940", shared_data / "bank/mt940" / name)

    assert not found["readable"] and not found["accepted"] and found["statements"] == []
    assert (found["error"]["code"], found["error"]["line"]) == (MT940_FRAGMENTS[name], 1)
    assert found["error"]["message"]


@pytest.mark.parametrize("source", sorted(SHARED))
@pytest.mark.spec("R1", "R2")
def test_the_command_prints_what_the_file_gives_and_ends_with_whether_it_is_readable(shared_data: Path, source: str) -> None:
    for path in (path for path, its_source in shared_files(shared_data).items() if its_source == source):
        printed, code = io.StringIO(), 0
        try:
            call_command("ingest", str(path), source=source, dry_run=True, json=True, stdout=printed)
        except SystemExit as end:
            code = int(str(end.code))
        told = json.loads(printed.getvalue())
        assert told == json.loads(json.dumps(inspected(source, path)))
        assert (code == 0) is told["readable"], path.name


def test_no_sample_file_is_forgotten(shared_data: Path) -> None:
    bank = shared_data / "bank"
    assert {path.stem for path in (bank / "camt").glob("*.xml")} == {*CAMT, *CAMT_BROKEN}
    samples = {path.relative_to(bank / "mt940").as_posix() for pattern in ("*.mt940", "*/*.sta") for path in (bank / "mt940").glob(pattern)}
    assert samples == {*MT940, *MT940_FRAGMENTS}
    papers = {path for folder in ("bank", "psp") for path in (shared_data / folder).rglob("*") if path.is_file()}
    results = {path for path in papers if path.suffix in (".yml",) or (path.suffix == ".json" and path.with_suffix(".xml").exists())}
    assert papers - results - {path for path in papers if path.name == "LICENSE"} == set(shared_files(shared_data))
