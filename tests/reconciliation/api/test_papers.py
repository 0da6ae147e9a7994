"""Runs, closes and files over the API; files handed in (A7; INTERFACES.md section 3)."""

import hashlib
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from reconciliation.models import DailyClose, ReconciliationRun, RunState, SourceFile
from reconciliation.operations.closing import open_close
from reconciliation.tasks import load_file
from tests.api.calling import Api, fresh_key
from tests.infra.disk import room_for
from tests.reconciliation.api.conftest import Callers
from tests.reconciliation.house import DAY, NOW, House

pytestmark = pytest.mark.spec("A7", "A2")
STATEMENT = b"""<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"><BkToCstmrStmt>
<GrpHdr><MsgId>M1</MsgId><CreDtTm>2026-11-20T01:00:00Z</CreDtTm></GrpHdr>
<Stmt><Id>S1</Id><ElctrncSeqNb>1</ElctrncSeqNb><CreDtTm>2026-11-20T01:00:00Z</CreDtTm>
<Acct><Id><IBAN>MT84MALT011000012345MTLCAST001S</IBAN></Id><Ccy>EUR</Ccy></Acct>
<Bal><Tp><CdOrPrtry><Cd>OPBD</Cd></CdOrPrtry></Tp><Amt Ccy="EUR">100.00</Amt><CdtDbtInd>CRDT</CdtDbtInd><Dt><Dt>2026-11-19</Dt></Dt></Bal>
<Bal><Tp><CdOrPrtry><Cd>CLBD</Cd></CdOrPrtry></Tp><Amt Ccy="EUR">%s</Amt><CdtDbtInd>CRDT</CdtDbtInd><Dt><Dt>2026-11-19</Dt></Dt></Bal>
<Ntry><Amt Ccy="EUR">75.00</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts><BookgDt><Dt>2026-11-19</Dt></BookgDt>
<ValDt><Dt>2026-11-19</Dt></ValDt><AcctSvcrRef>B1</AcctSvcrRef>
<NtryDtls><TxDtls><RmtInf><Ustrd>TX635094301XT</Ustrd></RmtInf></TxDtls></NtryDtls></Ntry>
</Stmt></BkToCstmrStmt></Document>"""


def hand_in(caller: Api, content: bytes, *, key: str = "", **fields: Any) -> Any:
    body = {"file": SimpleUploadedFile("s.camt053.xml", content), "source": "camt053", "account": "BANK_EUR", **fields}
    body = {name: value for name, value in body.items() if value is not None}
    return Client(raise_request_exception=False).post(
        "/v1/reconciliation/files", body, **caller.headers, HTTP_X_IDEMPOTENCY_KEY=key or fresh_key()
    )


# --- files ---


def test_a_file_is_taken_in_and_tells_what_was_found(house: House, callers: Callers, settings: Any) -> None:
    content = STATEMENT % b"175.00"
    answer = hand_in(callers.ours, content)
    row = SourceFile.objects.get()
    assert (answer.status_code, answer.json()) == (202, {"file_id": row.public_id, "state": "RECEIVED"})
    assert (row.received_by_kind, row.received_by_id, row.account_hint) == ("client", "lucky-backend", "BANK_EUR")
    assert (Path(settings.MEDIA_ROOT) / row.storage_path).read_bytes() == content
    path = f"reconciliation/files/{row.public_id}"
    waiting = callers.ours.get(path).json()
    assert (waiting["file_id"], waiting["state"], waiting["loaded_at"]) == (row.public_id, "RECEIVED", None)

    load_file(file_id=row.public_id)

    found = callers.ours.get(path).json()
    assert (found["state"], found["source"], found["readable"], found["accepted"], found["lines"], found["error"]) == (
        "LOADED",
        "camt053",
        True,
        True,
        1,
        None,
    )
    assert found["file"]["sha256"] == hashlib.sha256(content).hexdigest()
    (statement,) = found["statements"]
    assert (statement["opening_minor"], statement["closing_minor"], statement["currency"], statement["lines"]) == (10000, 17500, "EUR", 1)
    assert [(row["type"], row["count"], row["credit_minor"]) for row in found["totals"] if row["count"]] == [("credit", 1, 7500)]
    assert {check["name"]: check["ok"] for check in found["checks"]}["opening_closing"] is True


@pytest.mark.spec("A5", "C14")
@pytest.mark.parametrize(
    "fields", [{"account": "BANK\x00"}, {"source": "camt\x00053"}, {"source": "4111111111111111"}, {"note": "4111111111111111 12/27"}]
)
def test_the_fields_beside_a_file_are_held_to_the_rules_of_other_bodies(house: House, callers: Callers, fields: dict[str, str]) -> None:
    answer = hand_in(callers.ours, STATEMENT % b"175.00", **fields)

    assert (answer.status_code, answer.json()["error"]) == (400, "VALIDATION_ERROR")
    assert "4111111111111111" not in answer.content.decode()
    assert not SourceFile.objects.exists()


def test_a_file_whose_sums_do_not_hold_is_refused_and_says_where(house: House, callers: Callers) -> None:
    file_id = hand_in(callers.ours, STATEMENT % b"176.00").json()["file_id"]
    load_file(file_id=file_id)
    found = callers.ours.get(f"reconciliation/files/{file_id}").json()
    assert (found["state"], found["readable"], found["accepted"]) == ("REFUSED", True, False)
    assert {check["name"]: check["ok"] for check in found["checks"]}["opening_closing"] is False


def test_the_same_bytes_are_one_file(house: House, callers: Callers) -> None:
    first, second = (hand_in(callers.ours, STATEMENT % b"175.00").json()["file_id"] for _ in range(2))
    assert (first == second, SourceFile.objects.count()) == (True, 1)


@pytest.mark.spec("A3")
def test_the_same_key_gives_the_first_answer(house: House, callers: Callers) -> None:
    first = hand_in(callers.ours, STATEMENT % b"175.00", key="k1")
    again = hand_in(callers.ours, STATEMENT % b"175.00", key="k1")
    other = hand_in(callers.ours, STATEMENT % b"176.00", key="k1")
    assert (again.status_code, again.json(), again.headers["Idempotent-Replayed"]) == (200, first.json(), "true")
    assert (other.status_code, SourceFile.objects.count()) == (409, 1)


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"file": None}, "file"),
        ({"file": "text"}, "file"),
        ({"source": "pdf"}, "source"),
        ({"source": None}, "source"),
        ({"account": "NOBODY"}, "account"),
        ({"account": None}, "account"),
    ],
)
def test_what_is_missing_or_unknown_is_a_400_and_nothing_is_kept(
    house: House, callers: Callers, settings: Any, fields: dict[str, Any], field: str
) -> None:
    answer = hand_in(callers.ours, STATEMENT % b"175.00", **fields)
    assert (answer.status_code, answer.json()["error"], answer.json()["details"]["field"]) == (400, "VALIDATION_ERROR", field)
    assert (SourceFile.objects.count(), [path for path in Path(settings.MEDIA_ROOT).rglob("*") if path.is_file()]) == (0, [])


@pytest.mark.spec("A3")
def test_a_full_disk_is_a_503_and_the_same_key_works_later(house: House, callers: Callers) -> None:
    with room_for(100):
        refused = hand_in(callers.ours, STATEMENT % b"175.00", key="k1")
    assert (refused.status_code, refused.json()["error"], SourceFile.objects.count()) == (503, "FILE_NOT_KEPT", 0)
    assert hand_in(callers.ours, STATEMENT % b"175.00", key="k1").status_code == 202


def test_nobody_hands_in_for_anothers_account(house: House, callers: Callers) -> None:
    answer = hand_in(callers.theirs, STATEMENT % b"175.00")
    assert (answer.status_code, answer.json()["details"]["field"], SourceFile.objects.count()) == (400, "account", 0)


def test_another_clients_files_are_not_seen(house: House, callers: Callers) -> None:
    file_id = hand_in(callers.ours, STATEMENT % b"175.00").json()["file_id"]
    assert callers.theirs.get("reconciliation/files").json()["results"] == []
    assert callers.theirs.get(f"reconciliation/files/{file_id}").status_code == 404
    load_file(file_id=file_id)
    assert callers.theirs.get(f"reconciliation/files/{file_id}").status_code == 404
    assert [row["file_id"] for row in callers.ours.get("reconciliation/files").json()["results"]] == [file_id]


def test_handing_in_needs_the_write_scope_and_a_token(house: House, callers: Callers) -> None:
    reader = Api("reconciliation:read")
    assert hand_in(reader, STATEMENT % b"175.00").status_code == 403
    anonymous = Client().post("/v1/reconciliation/files", {"source": "camt053"}, HTTP_X_IDEMPOTENCY_KEY="k")
    assert (anonymous.status_code, SourceFile.objects.count()) == (401, 0)


# --- runs ---


def make_run(house: House, day: Any = DAY) -> ReconciliationRun:
    return ReconciliationRun.objects.create(
        account_code=house.merchant.code,
        entity=house.entity,
        merchant_account=house.merchant,
        date=day,
        state=RunState.DONE,
        lines=966,
        matched=958,
        suggested=2,
        carried_forward=6,
        cases={"FEE_UNEXPECTED": 2},
        residuals=[{"currency": "EUR", "amount_minor": -40}],
        times_run=1,
        started_at=NOW,
        finished_at=NOW,
        seconds="41.250",
        updated_at=NOW,
    )


def test_a_run_tells_what_it_found(house: House, callers: Callers) -> None:
    run = make_run(house)
    (row,) = callers.ours.get("reconciliation/runs").json()["results"]
    assert row == {
        "id": run.public_id,
        "account": "SANDBOX_EU",
        "date": "2026-11-19",
        "state": "DONE",
        "lines": 966,
        "matched": 958,
        "suggested": 2,
        "carried_forward": 6,
        "cases": {"FEE_UNEXPECTED": 2},
        "residuals": [{"currency": "EUR", "amount_minor": -40}],
        "seconds": 41.25,
        "started_at": "2026-11-20T09:00:00.000000Z",
        "finished_at": "2026-11-20T09:00:00.000000Z",
    }


def test_runs_are_filtered_by_date_and_account_and_only_ones_own(house: House, callers: Callers) -> None:
    make_run(house)
    get = callers.ours.get
    found = [
        len(get(f"reconciliation/runs?{query}").json()["results"])
        for query in ("date=2026-11-19", "date=2026-11-20", "account=SANDBOX_EU", "account=X")
    ]
    assert found == [1, 0, 1, 0]
    assert get("reconciliation/runs?date=soon").status_code == 400
    assert callers.theirs.get("reconciliation/runs").json()["results"] == []


# --- closes ---


def test_a_close_tells_its_day_and_checklist(house: House, callers: Callers) -> None:
    close = open_close(entity=house.entity, day=DAY, now=NOW)
    (row,) = callers.ours.get("reconciliation/closes?date=2026-11-19").json()["results"]
    assert row == {
        "id": close.public_id,
        "entity": "MT1",
        "business_date": "2026-11-19",
        "version": 1,
        "state": "OPEN",
        "zone": "Europe/Malta",
        "cutoff": "00:00:00",
        "checklist": [],
        "overrides": [],
        "prepared_at": None,
        "signed_at": None,
        "reopened_at": None,
    }
    assert callers.ours.get("reconciliation/closes?date=2026-11-20").json()["results"] == []
    assert callers.theirs.get("reconciliation/closes").json()["results"] == []
    assert DailyClose.objects.count() == 1
