"""Report and statement files (R1, R2, UX 4.9): did this file go in whole? Stored first, checked, then loaded whole or refused whole."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import URLPattern, path, reverse

from cashier.nudges import send_quietly
from ledger.admin.frames import (
    SHOWN,
    Act,
    Column,
    Done,
    Fact,
    Filter,
    ListFrame,
    OpsAdmin,
    Page,
    Panel,
    Record,
    Standing,
    Step,
    View,
    chip_cell,
    disabled,
    get_chip,
    hidden,
    moment_cell,
    money_cell,
    when_cell,
)
from ledger.admin.frames.records import checklist, table, values
from ledger.admin.frames.text import sentence
from ledger.admin.people import actor_words
from ledger.refusals import Refused
from reconciliation.admin.runs import accounts
from reconciliation.models import FileState, SourceFile
from reconciliation.operations import dry_run, load_file, receive_file
from reconciliation.operations.ingest import BANK_SOURCES
from reconciliation.operations.load.progress import get_progress, note_asked
from reconciliation.queries.stored import stored_path
from reconciliation.tasks import load_file as load_in_worker

MAY = "reconciliation.load_file"
AT_ONCE_BYTES = 1024 * 1024  # what a page may be kept waiting for
# Above this a waiting file is not read again for its page; loading it says what is wrong.
READ_AGAIN_BYTES = 20 * 1024 * 1024


def _upload_fields(obj: Any, page: Page) -> dict[str, forms.Field]:
    sources = [(name, sentence(name)) for name in sorted(settings.REPORT_FORMATS)]
    return {
        "file": forms.FileField(label="File"),
        "source": forms.ChoiceField(label="What it is", choices=sources),
        "account": forms.ChoiceField(label="Account", choices=[("", "As the file says"), *accounts()], required=False),
    }


def _upload(obj: Any, data: Mapping[str, Any], page: Page) -> Done:
    upload = data["file"]
    row = receive_file(file=upload.file, name=upload.name, source=data["source"], account=data["account"], actor=page.actor, now=page.now)
    seen = row.received_at < page.now
    words = (
        f"{upload.name} was already here since {row.received_at:%d %b %Y %H:%M} UTC."
        if seen
        else f"{upload.name} is stored. Nothing is loaded yet."
    )
    return Done(words, next_url=reverse("admin:reconciliation_sourcefile_change", args=[row.public_id]))


def _loadable(file: SourceFile, page: Page) -> Standing:
    """A refused one too: what was wrong may be mended here, as an account or a column map that was not known."""
    if file.state == FileState.LOADED:
        return hidden("It is loaded.")
    if (file.error or {}).get("code") == "card_number":
        return hidden("It was set aside: a card number is in it.")
    return disabled("It is being loaded.") if get_progress(file.public_id) else SHOWN


def _load(file: SourceFile, data: Mapping[str, Any], page: Page) -> Done:
    """A small file at once; a larger one by a worker, and the page shows how far it is."""
    if file.byte_size > AT_ONCE_BYTES:
        note_asked(file.public_id)
        told = {"file_id": file.public_id, "actor_kind": page.actor.kind, "actor_id": page.actor.id}
        transaction.on_commit(lambda: send_quietly(load_in_worker.name, told))
        return Done("A worker loads it. You may leave this page.")
    result = load_file(file_id=file.pk, actor=page.actor, now=page.now)
    return Done(f"Loaded {result['lines']:,} lines." if result["accepted"] else "Refused whole: nothing was loaded. The page says why.")


def _load_label(file: SourceFile, page: Page) -> str:
    if file.state == FileState.REFUSED:
        return "Try again"
    lines = result_of(file, page).get("lines") or 0
    return f"Load {lines:,} lines" if lines else "Load this file"


def result_of(file: SourceFile, page: Page) -> dict[str, Any]:
    """Ingest's object: the stored one, or for a file that waits what reading it gives now."""
    if file.result or file.state != FileState.RECEIVED or file.byte_size > READ_AGAIN_BYTES:
        return dict(file.result)
    if "dry-run" not in page.memo:
        page.memo["dry-run"] = _read_again(file)
    found: dict[str, Any] = page.memo["dry-run"]
    return found


def _read_again(file: SourceFile) -> dict[str, Any]:
    try:
        with stored_path(file.storage_path).open("rb") as content:
            return dry_run(file=content, name=file.name, source=file.source, account=file.account_hint)
    except (OSError, Refused) as problem:
        return {"error": {"code": "NOT_READ", "line": None, "column": None, "message": str(problem)}}


def progress_of(file: SourceFile) -> dict[str, Any] | None:
    """What the page says of a load that goes on: stage, percent, lines, speed, time left; None where none does."""
    found = get_progress(file.public_id)
    if found is None:
        return None
    share, seconds = found["share"], found["seconds"]
    left = round(seconds / share - seconds) if share and seconds >= 1 else 0
    return {
        "stage": found["stage"],
        "percent": None if share is None else int(100 * share),
        "lines": f"{found['lines']:,}" if found["lines"] else "",
        "speed": f"{int(found['lines'] / seconds):,}" if seconds else "—",
        "left": f"{left // 60} min {left % 60} s" if left >= 60 else f"{left} s" if left else "",
    }


def _is_to_come(file: SourceFile) -> bool:
    """Whether it waits to be loaded, or is tried again right now."""
    return file.state == FileState.RECEIVED or (file.state == FileState.REFUSED and get_progress(file.public_id) is not None)


def account_words(file: SourceFile) -> str:
    account = file.merchant_account or file.bank_account
    return account.code if account else file.account_hint or "—"


@admin.register(SourceFile)
class SourceFileAdmin(OpsAdmin):
    frame = ListFrame(
        question="Did every file go in whole?",
        columns=(
            Column("Received", lambda row, page: when_cell(row.received_at, page.now), area="b"),
            Column("File", lambda row, page: row.name, kind="name", area="a"),
            Column("Source", lambda row, page: sentence(row.source), area="c"),
            Column("Account", lambda row, page: account_words(row)),
            Column("Lines", lambda row, page: f"{row.lines:,}", kind="num", area="more"),
            Column("State", lambda row, page: chip_cell("file", row.state), area="d"),
            Column("By", lambda row, page: actor_words(row.received_by_kind, row.received_by_id, page), area="late"),
        ),
        views=(
            View("all", "All", lambda rows, page: rows, counted=False),
            View("waiting", "Waiting to be loaded", lambda rows, page: rows.filter(state=FileState.RECEIVED)),
            View("refused", "Refused", lambda rows, page: rows.filter(state=FileState.REFUSED), urgent=True),
        ),
        order=("-received_at", "-id"),
        filters=(
            Filter("source", "Source", choices=lambda: [(name, sentence(name)) for name in settings.REPORT_FORMATS]),
            Filter("state", "State", choices=lambda: [(state.value, get_chip("file", state.value).word) for state in FileState]),
        ),
        related=("merchant_account", "bank_account"),
        done_words="No file here.",
    )
    list_acts = (
        Act("upload", "Upload a file…", MAY, _upload, kind="primary", title="Upload a report or statement", fields=_upload_fields),
    )
    acts = (Act("load", _load_label, MAY, _load, kind="primary", standing=_loadable, dialog=False),)

    def heading(self, obj: Any) -> str:
        return "File"

    def extra_urls(self) -> list[URLPattern]:
        return [path("<str:object_id>/progress/", self.admin_site.admin_view(self.progress_view), name=self._named("progress"))]

    def progress_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """How far the load is, as the page shows it. Once it has ended the answer says so, and the page fetches itself anew."""
        self.require_view(request)
        file = self.load(object_id)
        answer = render(request, "ops/load_progress.html", {"p": progress_of(file)})
        answer.headers["Cache-Control"] = "no-store"
        if not _is_to_come(file):
            answer.headers["X-Ops-Ended"] = "1"
        return answer

    def _loading(self, file: SourceFile) -> list[Panel]:
        if not _is_to_come(file):
            return []
        url = reverse(f"{self.admin_site.name}:{self._named('progress')}", args=[file.public_id])
        return [Panel("Load", "ops/load_panel.html", {"url": url, "p": progress_of(file)}, anchor="load")]

    def record(self, obj: SourceFile, page: Page) -> Record:
        result = result_of(obj, page)
        facts = [
            Fact("Source", sentence(obj.source)),
            Fact("Account", account_words(obj)),
            Fact("Lines", f"{int(result.get('lines') or obj.lines):,}"),
            Fact("Size", f"{obj.byte_size:,} bytes"),
            Fact("Received", moment_cell(obj.received_at, page.now)),
            Fact("By", actor_words(obj.received_by_kind, obj.received_by_id, page)),
        ]
        return Record(
            question="Did this file go in whole?",
            headline=obj.name,
            code=obj.public_id,
            chip=get_chip("file", obj.state),
            notice=_error_words(obj.error or result.get("error")),
            facts=facts,
            main=[*self._loading(obj), _checks(result), _totals(result), _statements(result, is_bank=obj.source in BANK_SOURCES)],
            side=[
                values(
                    "File", [("SHA-256", obj.sha256), ("Encoding", obj.encoding or "—"), ("Loaded", moment_cell(obj.loaded_at, page.now))]
                )
            ],
        )


def _error_words(error: Mapping[str, Any] | None) -> str:
    if not error:
        return ""
    place = f" Line {error['line']}" if error.get("line") else ""
    column = f", column {error['column']}" if error.get("column") else ""
    return f"{error.get('message', '')}{place}{column}. Nothing of it is loaded."


def _checks(result: Mapping[str, Any]) -> Panel:
    steps = [
        Step(
            sentence(check["name"]),
            "done" if check["ok"] else "failed",
            figure=str(check.get("actual") or ""),
            note="" if check["ok"] else f"Expected {check.get('expected')}, {check.get('where') or ''}",
        )
        for check in result.get("checks", [])
    ]
    return checklist("Checks", steps, note="every one must hold")


def _totals(result: Mapping[str, Any]) -> Panel:
    rows = [
        [
            sentence(row["type"]),
            f"{row['count']:,}",
            money_cell(int(row["debit_minor"]), row["currency"]),
            money_cell(int(row["credit_minor"]), row["currency"]),
        ]
        for row in result.get("totals", [])
    ]
    return table(
        "Control totals, as read", [("Type", "text"), ("Lines", "num"), ("Debit", "num"), ("Credit", "num")], rows, empty="No totals."
    )


def _statements(result: Mapping[str, Any], *, is_bank: bool) -> Panel:
    rows = [
        [
            str(row.get("number") or row["index"]),
            row.get("account_ref") or "—",
            _balance(row, "opening_minor"),
            _balance(row, "closing_minor"),
            str(row["lines"]),
        ]
        for row in result.get("statements", [])
    ]
    headers = [("Statement", "text"), ("Account", "text"), ("Opening", "num"), ("Closing", "num"), ("Lines", "num")]
    empty = "None was read." if is_bank else "None: this is not a bank's file."
    return table("Statements inside", headers, rows, empty=empty)


def _balance(row: Mapping[str, Any], name: str) -> str:
    return money_cell(int(row[name]) if row.get(name) is not None else None, row.get("currency") or "EUR")
