"""A large file in a browser (R1, UX 4.9): uploaded, loaded by a worker, seen to its end without taking the page anew."""

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from reconciliation import tasks
from reconciliation.admin import files
from reconciliation.models import SourceFile
from tests.reconciliation.ingest.papers import statement

pytestmark = pytest.mark.whole

LINES = 30_000


@pytest.mark.spec("R1", "R2")
def test_a_load_is_seen_from_the_upload_to_its_result(
    tab_of: Callable[..., Any], house: Any, settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from django.db import connections

    settings.MEDIA_ROOT = str(tmp_path / "files")
    account = house.banks[0]
    large = tmp_path / "large.sta"
    large.write_bytes(statement(*(["C1,"] * LINES)).replace(b"MT84MALT011000012345MTLCAST001S", account.iban.encode()))
    may_begin = threading.Event()

    def work(told: dict[str, Any]) -> None:
        may_begin.wait(20)
        tasks.load_file(**told)
        connections.close_all()

    workers: list[threading.Thread] = []

    def nudge(task: str, told: dict[str, Any]) -> None:
        workers.append(threading.Thread(target=work, args=(told,)))
        workers[-1].start()

    monkeypatch.setattr(files, "send_quietly", nudge)
    ben = tab_of("ben")
    ben.go("/admin/reconciliation/sourcefile/")
    ben.page.get_by_role("button", name="Upload a file…").click()
    ben.page.set_input_files("dialog[open] [name=file]", large)
    ben.page.select_option("dialog[open] [name=source]", "mt940")
    ben.page.select_option("dialog[open] [name=account]", account.code)
    ben.page.locator("dialog[open] [type=submit]").click()
    ben.page.wait_for_url("**/sourcefile/file_**")
    ben.page.get_by_role("button", name="Load").click()
    ben.page.get_by_text("Waiting for a worker").wait_for()
    ben.page.evaluate("window.isSamePage = true")
    may_begin.set()

    ben.page.locator(".ops-title .ops-chip", has_text="Loaded").wait_for()

    assert ben.page.evaluate("window.isSamePage") is True
    row = SourceFile.objects.get(name="large.sta")
    assert (row.state, row.lines) == ("LOADED", LINES)
    assert f"{LINES:,}" in ben.page.locator(".ops-facts").inner_text()
    assert ben.page.locator("[data-ops-progress]").count() == 0 and ben.complaints == []
    ben.page.set_viewport_size({"width": 390, "height": 844})
    assert ben.page.evaluate("document.documentElement.scrollWidth") == 390, "its hash and its lines break on a phone"
    for worker in workers:
        worker.join(20)
