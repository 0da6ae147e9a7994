"""A signed day's bundle through its doors: back office, API, archive; what is damaged is refused and told (D4, D5, D7)."""

import io
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest

from ledger.models import AuditRecord
from ledger.proofs import verify_audit
from reconciliation.models import CloseState
from reconciliation.models.closes import ProvisionalClose
from reconciliation.operations.closing import CloseNotReady, NoBundle, archive_bundles, take_bundle, verify_close
from reconciliation.queries.bundles import bundle_of, part_path
from tests.backoffice.pressing import press
from tests.reconciliation.closing.day import TESTER, ReadyDay
from tests.reconciliation.house import DAY, NOW


@pytest.fixture
def ready(ready: ReadyDay, settings: Any, tmp_path: Path) -> ReadyDay:
    settings.MEDIA_ROOT = str(tmp_path / "files")
    return ready


def damage(name: str, parts: list[dict[str, Any]]) -> None:
    path = part_path(next(part["sha256"] for part in parts if part["name"] == name))
    content = path.read_bytes()
    path.chmod(0o644)
    path.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))


@pytest.mark.spec("D4", "B3")
def test_the_bundle_is_taken_from_the_page_by_who_may_and_it_is_recorded(ready: ReadyDay) -> None:
    from django.contrib.auth.models import Permission
    from django.test import Client
    from django.urls import reverse

    ready.prepare()
    files = {part["name"]: part["sha256"] for part in ready.request().payload["parts"]}
    close, ben = ready.sign(), ready.house.ben
    ben.is_staff = True
    ben.save()
    ben.user_permissions.add(Permission.objects.get(codename="view_dailyclose"))
    client = Client()
    client.force_login(ben, backend="django.contrib.auth.backends.ModelBackend")
    page, url = (reverse(f"admin:reconciliation_dailyclose_{name}", args=[close.public_id]) for name in ("change", "bundle"))

    text = client.get(page).content.decode()
    assert "A trusted key signed the manifest" in text
    assert files["entries.parquet"] in text
    assert url not in text
    assert (client.post(url).status_code, client.get(url).status_code) == (403, 405)

    ben.user_permissions.add(Permission.objects.get(codename="take_bundle"))
    assert url in client.get(page).content.decode()
    answer = client.post(url)
    with zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content))) as archive:
        assert {"manifest.json", "signature.json", "summary.pdf", "totals.json"} < set(archive.namelist())
        assert archive.read("summary.pdf").startswith(b"%PDF")
    assert AuditRecord.objects.filter(act="close.bundle_taken", actor_id=str(ben.pk)).count() == 1
    assert answer["Content-Disposition"] == 'attachment; filename="close-MT1-2026-11-19-v1.zip"'

    assert press(client, close, "verify").status_code in (200, 302)
    assert AuditRecord.objects.get(act="close.bundle_verified").detail["ok"] == "true"


@pytest.mark.spec("D4")
def test_written_again_the_same_day_is_the_same_bytes(ready: ReadyDay) -> None:
    ready.prepare()
    first = ready.request().payload["parts"]
    ready.sign(approve=False)
    for part in first:
        part_path(part["sha256"]).unlink()
    ready.prepare()
    told = ("checklist.json", "summary.pdf")  # the audit chain has grown meanwhile, and the checklist says so
    again = ready.request().payload["parts"]
    assert [part for part in again if part["name"] not in told] == [part for part in first if part["name"] not in told]
    ready.sign()
    archived = archive_bundles()
    assert [path.name for path in archived] == ["close-MT1-2026-11-19-v1.zip"]
    assert archive_bundles() == []
    with take_bundle(close=ready.fresh(), actor=TESTER, now=NOW) as taken:
        assert taken.read() == archived[0].read_bytes()


@pytest.mark.spec("D4", "S5")
def test_a_file_that_was_damaged_stops_the_signature_and_is_told_afterwards(ready: ReadyDay) -> None:
    ready.prepare()
    parts = ready.request().payload["parts"]
    damage("cases.csv", parts)
    with pytest.raises(CloseNotReady) as refused:
        ready.sign()
    assert (refused.value.details["missing"], ready.state()) == (["cases.csv"], CloseState.PREPARED)

    ready.sign(approve=False)
    ready.prepare()  # writes the damaged file anew
    close = ready.sign()
    assert verify_close(close=close, actor=TESTER, now=NOW).ok
    damage("entries.csv", parts)
    report = verify_close(close=close, actor=TESTER, now=NOW)
    assert next(check for check in report.checks if not check.ok).differences[0]["file"] == "entries.csv"
    bundle = bundle_of(close)
    assert bundle is not None
    part_path(next(part["sha256"] for part in bundle.parts if part["name"] == "summary.pdf")).unlink()
    with pytest.raises(NoBundle, match="summary.pdf"):
        take_bundle(close=close, actor=TESTER, now=NOW)
    told = next(check for check in verify_audit().checks if check.name == "closes_have_bundles")
    assert [row["file"] for row in told.differences] == ["summary.pdf"]


@pytest.mark.spec("D5", "D7", "R16", "A7")
def test_closes_break_lists_marts_and_bundles_by_api(ready: ReadyDay, redis: Any) -> None:
    from cashier.models import Brand
    from ledger.models import LegalEntity
    from tests.api.calling import Api
    from tests.house import make_client

    ready.prepare()
    close = ready.sign()
    other = LegalEntity.objects.create(code="GB1", name="Countroom UK", zone="Europe/London")
    scopes = "reconciliation:read reconciliation:write"
    make_client(ready.house.brand, scopes=scopes)
    make_client(Brand.objects.create(code="other", name="Other", entity=other), client_id="other-backend", scopes=scopes)
    ours, theirs = Api(scopes), Api(scopes, client_id="other-backend")
    base = f"reconciliation/closes/{close.public_id}"

    found = ours.get(base)
    bundle = bundle_of(close)
    assert bundle is not None
    assert found.json()["bundle"]["manifest"] == bundle.manifest
    assert ours.get(f"{base}/breaks").json() == {"close": close.public_id, "breaks": [], "differences": []}
    (gaming,) = ours.get(f"{base}/marts/gaming").json()["rows"]
    assert (gaming["ggr_minor"], gaming["ggr_formula"]) == (0, "GGR = stakes - wins")
    assert ours.get(f"{base}/marts/nothing").status_code == 404
    totals = json.loads(b"".join(ours.get(f"{base}/files/totals.json").streaming_content))
    assert totals["journal"]["transactions"] == 2
    assert b"".join(ours.get(f"{base}/bundle").streaming_content).startswith(b"PK")
    assert [theirs.get(path).status_code for path in (base, f"{base}/bundle", f"{base}/files/totals.json", f"{base}/breaks")] == [404] * 4

    before = (close.updated_at, close.checklist)
    taken = ours.post("reconciliation/provisional-closes", {"entity": "MT1", "date": DAY.isoformat()})
    assert (taken.status_code, taken.json()["provisional"], taken.json()["business_date"]) == (201, True, DAY.isoformat())
    assert theirs.post("reconciliation/provisional-closes", {"entity": "MT1"}).status_code == 400
    assert [row["id"] for row in ours.get("reconciliation/provisional-closes").json()["results"]] == [taken.json()["id"]]
    assert theirs.get("reconciliation/provisional-closes").json()["results"] == []
    fresh = ready.fresh()
    assert ((fresh.updated_at, fresh.checklist), ProvisionalClose.objects.get().missing) == (before, taken.json()["missing"])
