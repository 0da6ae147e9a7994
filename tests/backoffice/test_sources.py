"""Sources of files, and the load of a large upload that is seen as it goes (R1, UX 4.9)."""

from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from cashier.models import BankAccount
from ledger.models import ApprovalRequest
from ledger.operations import decide
from reconciliation import tasks
from reconciliation.admin import files, sources
from reconciliation.models import FileSource, SourceFile, SourcePull
from reconciliation.operations.load.progress import telling
from tests.backoffice.pressing import list_url, place_of, press, upload_large
from tests.infra.disk import room_for
from tests.reconciliation.ingest.papers import statement

WHY = "The bank's letter of today"
ASKED = {
    "code": "psp-folder", "kind": "folder", "format": "adyen_sdr", "account": "", "directory": "psp", "pattern": "*.csv", "host": "",
    "port": "22", "username": "", "host_key": "", "secret_ref": "", "every_minutes": "5", "is_on": "on", "reason": WHY,
}  # fmt: skip


@pytest.mark.spec("R1", "S1")
def test_a_source_is_asked_for_and_is_there_after_the_second_yes(browser_of: Callable[[str], Client], scene: Any) -> None:
    url = reverse("admin:reconciliation_filesource_list_act", args=["new"])
    assert browser_of("ben").post(url, {"once": "s1", **ASKED}).status_code == 302
    assert not FileSource.objects.filter(code="psp-folder").exists()
    request = ApprovalRequest.objects.get(kind="file_source.change")
    decide(request_id=request.pk, approve=True, checker=scene.staff["kim"], reason="", now=scene.now)
    source = FileSource.objects.get(code="psp-folder")
    assert (source.kind, source.every_minutes, source.is_on) == ("folder", 5, True)
    assert browser_of("ada").post(url, {"once": "s2", **ASKED}).status_code == 403


@pytest.mark.spec("R1")
def test_looks_are_shown_and_one_is_asked_for(
    browser_of: Callable[[str], Client], scene: Any, django_capture_on_commit_callbacks: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = FileSource.objects.get(code="bank-sftp")
    page = browser_of("ada").get(place_of(source).url_of(source)).content.decode()
    assert "did not answer within 20 s" in page and "statement.xml" in page and "countroom@sftp.bank.example:22/out/*.xml" in page
    assert "bank-sftp" in browser_of("ola").get(list_url(FileSource)).content.decode()
    nudged: list[Any] = []
    monkeypatch.setattr(sources, "send_quietly", lambda task, told, *, expires: nudged.append((task, told)))
    with django_capture_on_commit_callbacks(execute=True):
        assert press(browser_of("ada"), source, "pull").status_code == 302
    pull = SourcePull.objects.get(state="WAITING")
    assert (nudged, pull.asked_by_kind) == ([(tasks.pull_source.name, {"source_id": source.public_id})], "user")
    assert press(browser_of("ola"), source, "pull").status_code == 403


@pytest.mark.spec("R1")
def test_a_large_upload_is_loaded_by_a_worker_and_seen_as_it_goes(
    browser_of: Callable[[str], Client], scene: Any, settings: Any, tmp_path: Any, django_capture_on_commit_callbacks: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    ben = browser_of("ben")
    file = upload_large(ben, tmp_path, settings)
    nudged: list[Any] = []
    monkeypatch.setattr(files, "send_quietly", lambda task, told: nudged.append((task, told)))
    with django_capture_on_commit_callbacks(execute=True):
        assert press(ben, file, "load").status_code == 302
    assert (nudged[0][0], nudged[0][1]["file_id"]) == (tasks.load_file.name, file.public_id)
    seen = reverse("admin:reconciliation_sourcefile_progress", args=[file.public_id])
    assert "Waiting for a worker" in ben.get(place_of(file).url_of(file)).content.decode()
    with telling(file.public_id, file.byte_size):
        waiting = ben.get(seen)
        assert "Reading" in waiting.content.decode() and "X-Ops-Ended" not in waiting.headers
    tasks.load_file(**nudged[0][1])
    file.refresh_from_db()
    assert file.state == "REFUSED" and ben.get(seen).headers["X-Ops-Ended"] == "1"
    assert "Nothing of it is loaded" in ben.get(place_of(file).url_of(file)).content.decode()


@pytest.mark.spec("R2")
def test_a_refused_file_is_tried_again_once_what_was_wrong_is_mended(
    browser_of: Callable[[str], Client], scene: Any, settings: Any, tmp_path: Any
) -> None:
    """Its account was not known."""
    settings.MEDIA_ROOT = str(tmp_path)
    bank = BankAccount.objects.get(code="BANK_EUR")
    BankAccount.objects.filter(pk=bank.pk).update(iban="MT00OTHER")
    ben, url = browser_of("ben"), reverse("admin:reconciliation_sourcefile_list_act", args=["upload"])
    paper = SimpleUploadedFile("a.sta", statement("C1,"))
    assert ben.post(url, {"once": "t1", "file": paper, "source": "mt940", "account": ""}).status_code == 302
    file = SourceFile.objects.get(name="a.sta")
    press(ben, file, "load")
    file.refresh_from_db()
    page = ben.get(place_of(file).url_of(file)).content.decode()
    assert file.state == "REFUSED" and "Try again" in page
    assert "None was read." in page and "this is not a bank" not in page

    BankAccount.objects.filter(pk=bank.pk).update(iban=bank.iban)
    assert press(ben, file, "load").status_code == 302
    file.refresh_from_db()
    assert (file.state, file.lines) == ("LOADED", 1)
    assert "Try again" not in ben.get(place_of(file).url_of(file)).content.decode()


@pytest.mark.spec("R2", "C14")
def test_a_file_that_was_set_aside_is_not_tried_again(browser_of: Callable[[str], Client], scene: Any) -> None:
    file = SourceFile.objects.filter(state="REFUSED").first() or SourceFile.objects.first()
    assert file is not None
    SourceFile.objects.filter(pk=file.pk).update(state="REFUSED", error={"code": "card_number", "line": 1, "column": 1, "message": "x"})
    assert "Try again" not in browser_of("ben").get(place_of(file).url_of(file)).content.decode()
    assert press(browser_of("ben"), file, "load").status_code == 403


@pytest.mark.spec("R2")
def test_a_full_disk_is_told_in_the_dialog(browser_of: Callable[[str], Client], scene: Any, settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = str(tmp_path)
    url = reverse("admin:reconciliation_sourcefile_list_act", args=["upload"])
    paper = SimpleUploadedFile("a.sta", statement(*(["C1,"] * 50)))
    with room_for(1000):
        answer = browser_of("ben").post(url, {"once": "d1", "file": paper, "source": "mt940", "account": ""})
    assert answer.status_code == 409 and "make room where FILES_DIR lies" in answer.content.decode()
    assert not SourceFile.objects.filter(name="a.sta").exists()
