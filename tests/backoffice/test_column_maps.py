"""Column maps in the back office (R1, S1): drafted, changed, tried on a sample, sent, approved by another."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from ledger.ids import new_id
from ledger.models import ApprovalRequest, AuditRecord
from reconciliation.models import ColumnMapVersion
from tests.backoffice.pressing import place_of, press

pytestmark = pytest.mark.spec("R1", "S1")
LAYOUT = {
    "dates": "%d.%m.%Y",
    "delimiter": ";",
    "decimal": ",",
    "payout": "computed",
    "constants": {"gross_currency": "EUR", "line_type": "Sale"},
    "columns": {"created_at": "Tag", "gross": "Betrag", "batch_number": "Auszahlung"},
    "kinds": {"Sale": "sale"},
}
SAMPLE = b"Tag;Betrag;Auszahlung\n20.11.2026;40,00;7\n"


def page_of(client: Client, row: ColumnMapVersion) -> str:
    return str(client.get(place_of(row).url_of(row)).content.decode())


def test_from_a_draft_to_a_map_in_force(scene: Any, browser_of: Callable[[str], Client]) -> None:
    ada, kim, account = browser_of("ada"), browser_of("kim"), scene.accounts[0].code
    url = reverse("admin:reconciliation_columnmapversion_list_act", args=["draft"])
    assert browser_of("ben").post(url, {"account": account, "once": str(new_id())}).status_code == 403
    assert ada.post(url, {"account": account, "once": str(new_id())}).status_code == 302
    row = ColumnMapVersion.objects.latest("version")
    assert "Draft" in page_of(ada, row) and "merchant_reference" in page_of(ada, row)

    wrong = press(ada, row, "layout", layout=json.dumps({**LAYOUT, "zone": "Mars"}))
    assert "is not a known time zone" in wrong.content.decode()
    assert press(ada, row, "layout", layout=json.dumps(LAYOUT)).status_code == 302
    assert press(ada, row, "send", reason="the provider's own layout").status_code == 409
    assert press(ada, row, "try", sample=SimpleUploadedFile("sample.csv", b"nothing\n")).status_code == 302
    assert "no column map fits" in page_of(ada, row)
    assert press(ada, row, "try", sample=SimpleUploadedFile("sample.csv", SAMPLE)).status_code == 302
    assert all(told in page_of(ada, row) for told in ("sample.csv", "always", "40.00 EUR", "2026-11-20"))
    assert press(ada, row, "send", reason="the provider's own layout").status_code == 302
    request = ApprovalRequest.objects.get(kind="column_map.activate")
    assert "Waiting for approval" in page_of(ada, row)
    assert press(kim, request, "approve").status_code == 302

    row.refresh_from_db()
    assert row.state == "ACTIVE" and "In force" in page_of(browser_of("ola"), row)
    assert AuditRecord.objects.filter(act="column_map.activated", target_id=row.public_id).exists()


def test_a_draft_is_dropped_and_stays_to_be_read(scene: Any, browser_of: Callable[[str], Client]) -> None:
    ada = browser_of("ada")
    url = reverse("admin:reconciliation_columnmapversion_list_act", args=["draft"])
    ada.post(url, {"account": scene.accounts[0].code, "once": str(new_id())})
    row = ColumnMapVersion.objects.latest("version")

    assert press(ada, row, "drop").status_code == 302
    assert "Dropped" in page_of(ada, row)
    assert press(ada, row, "layout", layout=json.dumps(LAYOUT)).status_code in (403, 409)


def test_the_form_offers_the_samples_headings_and_words(scene: Any, browser_of: Callable[[str], Client]) -> None:
    ada = browser_of("ada")
    url = reverse("admin:reconciliation_columnmapversion_list_act", args=["draft"])
    ada.post(url, {"account": scene.accounts[0].code, "once": str(new_id())})
    row = ColumnMapVersion.objects.latest("version")
    sample = b"Tag;Betrag;Auszahlung;Art\n20.11.2026;40,00;7;Verkauf\n21.11.2026;-4,00;7;Gutschrift\n"
    untried = press(ada, row, "columns", column_gross="Betrag")
    assert "Betrag is not one of the available choices" in untried.content.decode()  # no sample yet: nothing to choose from

    # given a sample that the first draft can't read: its headings are offered all the same
    assert press(ada, row, "try", sample=SimpleUploadedFile("sample.csv", sample)).status_code == 302
    assert all(f">{heading}</option>" in page_of(ada, row) for heading in ("Tag", "Betrag", "Auszahlung", "Art"))
    foreign = press(ada, row, "columns", column_gross="Nowhere")
    assert "Nowhere is not one of the available choices" in foreign.content.decode()
    assert "This field is required" in press(ada, row, "columns", column_gross="Betrag").content.decode()
    needed = {"column_created_at": "Tag", "column_line_type": "Art", "column_gross_currency": "=always"}
    wrong = press(ada, row, "columns", **needed, column_gross="Betrag")
    assert "no gross_currency, neither as a column nor as a constant" in wrong.content.decode()

    # when columns, formats and kinds are chosen
    chosen = {"column_created_at": "Tag", "column_gross": "Betrag", "column_batch_number": "Auszahlung", "column_line_type": "Art",
              "column_gross_currency": "=always", "constants": "gross currency = EUR"}  # fmt: skip
    assert press(ada, row, "columns", **chosen).status_code == 302
    formats = {"dates": "%d.%m.%Y", "zone": "Europe/Berlin", "delimiter": ";", "decimal": ",", "thousands": ".", "units": "major",
               "quote": '"', "encoding": "auto", "fees": "cost_positive", "payout": "computed", "sign_rule": "signed",
               "sign_printed": "refuse"}  # fmt: skip
    assert press(ada, row, "formats", **formats).status_code == 302
    assert press(ada, row, "try", sample=SimpleUploadedFile("sample.csv", sample)).status_code == 302
    row.refresh_from_db()
    places = {field.label: name for name, field in _kinds(row).items()}
    assert set(places) >= {"Verkauf", "Gutschrift"}
    told = {places["Verkauf"]: "sale", places["Gutschrift"]: "refund"}
    assert press(ada, row, "kinds", **told).status_code == 302

    # then the layout is what they said, and reads the sample
    row.refresh_from_db()
    assert row.layout["columns"] == {"created_at": "Tag", "gross": "Betrag", "batch_number": "Auszahlung", "line_type": "Art"}
    assert (row.layout["constants"], row.layout["kinds"]) == ({"gross_currency": "EUR"}, {"Verkauf": "sale", "Gutschrift": "refund"})
    assert (row.layout["zone"], row.layout["decimal"], row.layout["thousands"]) == ("Europe/Berlin", ",", ".")
    press(ada, row, "try", sample=SimpleUploadedFile("sample.csv", sample))
    row.refresh_from_db()
    assert row.trial["result"]["accepted"]


def _kinds(row: ColumnMapVersion) -> dict[str, Any]:
    from reconciliation.admin.column_forms import kind_fields

    return kind_fields(row, None)  # type: ignore[arg-type]
