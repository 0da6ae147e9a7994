"""Disputes over the API: read, filtered, evidence uploaded once (A7, X1)."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from disputes.models import Dispute, Evidence
from disputes.operations import debit_dispute, lose_dispute, open_dispute
from tests.disputes.telling import by, ending, notice
from tests.house import House, bearer, make_capture, make_client, make_house

SCOPES = "disputes:read disputes:write"
PDF = b"%PDF-1.7 proof"


@pytest.fixture
def dispute(house: House) -> Dispute:
    make_client(house.brand, scopes=SCOPES)
    return debit_dispute(notice(house, make_capture(house)), **by(house))


def upload(
    dispute: Dispute, content: bytes = PDF, *, key: str = "k1", scopes: str = SCOPES, client: str = "lucky-backend", **fields: Any
) -> Any:
    file = SimpleUploadedFile("proof.pdf", content, content_type=fields.pop("content_type", "application/pdf"))
    body = {"file": file, "kind": "gameplay", "source": "game server", **fields}
    headers = {**bearer(client, scopes), "HTTP_X_IDEMPOTENCY_KEY": key}
    return Client().post(f"/v1/disputes/{dispute.public_id}/evidence", body, **headers)


def read(path: str, scopes: str = SCOPES) -> Any:
    return Client().get(f"/v1/{path}", **bearer(scopes=scopes)).json()


@pytest.mark.spec("A7", "X1")
def test_a_file_is_attached_and_shown_with_its_hash(house: House, dispute: Dispute) -> None:
    answer = upload(dispute)

    assert answer.status_code == 201
    shown = read(f"disputes/{dispute.public_id}")
    assert shown["evidence"] == [answer.json()]
    assert (shown["status"], len(answer.json()["sha256"]), answer.json()["source"]) == ("EVIDENCE", 64, "game server")
    assert [(row["kind"], row["number"], row["amount"]["amount"]) for row in shown["movements"]] == [
        ("OPENED", 1, "100.00"),
        ("DEBITED", 1, "100.00"),
    ]


@pytest.mark.spec("A3", "X1")
def test_the_same_upload_again_is_replayed_and_another_file_is_another_request(house: House, dispute: Dispute) -> None:
    first, again, other = upload(dispute), upload(dispute), upload(dispute, b"%PDF-1.7 other")

    assert (first.status_code, again.status_code, other.status_code) == (201, 200, 409)
    assert again.json() == first.json()
    assert Evidence.objects.count() == 1


@pytest.mark.spec("X1", "A5")
@pytest.mark.parametrize(
    ("content", "fields", "status", "field"),
    [
        (b"no pdf", {}, 400, "file"),
        (b"%PDF-" + b"x" * 5_000_000, {}, 413, ""),
        (PDF, {"content_type": "text/html"}, 400, "file"),
        (PDF, {"kind": "nonsense"}, 400, "kind"),
        (PDF, {"source": ""}, 400, "source"),
        (PDF, {"source": "card 4111111111111111"}, 400, "source"),
    ],
)
def test_what_is_no_evidence_is_refused(
    house: House, dispute: Dispute, content: bytes, fields: dict[str, str], status: int, field: str
) -> None:
    answer = upload(dispute, content, **fields)

    assert answer.status_code == status
    assert answer.json()["details"].get("field", "") == field
    assert Evidence.objects.count() == 0


@pytest.mark.spec("A2")
def test_who_may_attach(house: House, dispute: Dispute) -> None:
    other = make_house(house.now, code="other", entity=house.entity)
    make_client(other.brand, client_id="other-backend", scopes=SCOPES)

    assert upload(dispute, scopes="disputes:read").status_code == 403
    assert upload(dispute, client="other-backend").status_code == 404
    assert Evidence.objects.count() == 0


@pytest.mark.spec("A7")
def test_a_closed_dispute_takes_no_more(house: House, dispute: Dispute) -> None:
    lose_dispute(**ending(house, dispute))

    answer = upload(dispute)

    assert (answer.status_code, answer.json()["error"]) == (409, "NOT_ANSWERABLE")


@pytest.mark.spec("A7")
def test_disputes_are_listed_filtered_and_paged(house: House, dispute: Dispute) -> None:
    lose_dispute(**ending(house, dispute))
    for number in (2, 3):
        open_dispute(notice(house, make_capture(house, psp_ref=f"cap_{number}"), provider_case_id=f"dsp_{number}"), **by(house))

    first = read("disputes?limit=2")
    second = Client().get(first["next"], **bearer(scopes=SCOPES)).json()

    cases = [row["provider_case_id"] for row in first["results"] + second["results"]]
    assert cases == ["dsp_3", "dsp_2", "dsp_1"]
    assert [row["provider_case_id"] for row in read("disputes?open=true")["results"]] == ["dsp_3", "dsp_2"]
    assert [row["provider_case_id"] for row in read("disputes?status=LOST")["results"]] == ["dsp_1"]
    assert read("disputes?status=WON")["results"] == []
