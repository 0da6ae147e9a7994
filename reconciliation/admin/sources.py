"""Where files come from by themselves (R1): every source with its last looks; changed only by an approved request (S1)."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin
from django.db import transaction
from django.db.models import QuerySet

from cashier.nudges import send_quietly
from ledger.admin.frames import (
    SHOWN,
    Act,
    Chip,
    Column,
    Done,
    Fact,
    ListFrame,
    OpsAdmin,
    Page,
    Panel,
    Record,
    Standing,
    Tone,
    View,
    chip_cell,
    get_chip,
    hidden,
    moment_cell,
    reason_field,
    ref_cell,
    when_cell,
)
from ledger.admin.frames.cells import draw_chip
from ledger.admin.frames.records import table, values
from ledger.admin.frames.text import sentence
from ledger.admin.people import actor_words
from ledger.admin.story import past_of
from ledger.admin.thresholds import MAY as MAY_ASK
from ledger.admin.thresholds import asked
from ledger.operations.settings_changes import propose_change
from ledger.refusals import Invalid
from reconciliation.admin.runs import accounts
from reconciliation.models import FileSource, SourceKind, SourcePull
from reconciliation.operations.ingest import find_account
from reconciliation.operations.sources import ask_pull
from reconciliation.operations.sources.changing import DAY_MINUTES, FIELDS, FILE_SOURCE
from reconciliation.tasks import pull_source

MAY = "reconciliation.load_file"
APPROVER = "Another person, with the permission to approve policies"
Data = Mapping[str, Any]
OFF, NEVER = Chip(Tone.IDLE, "do_not_disturb_on", "Off"), Chip(Tone.IDLE, "schedule", "Not looked at yet")


def _text(label: str, value: str, help_text: str = "", *, most: int = 255, required: bool = False) -> forms.CharField:
    return forms.CharField(label=label, initial=value, max_length=most, required=required, help_text=help_text)


def _number(label: str, value: int, least: int, most: int) -> forms.IntegerField:
    return forms.IntegerField(label=label, initial=value, min_value=least, max_value=most)


def _fields(row: FileSource | None, page: Page) -> dict[str, forms.Field]:
    now = row or FileSource(directory="")
    formats = [(name, sentence(name)) for name in sorted(settings.REPORT_FORMATS)]
    return {
        "kind": forms.ChoiceField(label="Where", choices=SourceKind.choices, initial=now.kind),
        "format": forms.ChoiceField(label="What the files are", choices=formats, initial=now.format),
        "account": forms.ChoiceField(
            label="Account", choices=[("", "As each file says"), *accounts()], initial=now.account, required=False
        ),
        "directory": _text("Directory", now.directory, "On the server; of a folder, its name below DROP_DIR.", most=500),
        "pattern": _text("Names", now.pattern, "Like *.csv or settlement_*.", most=200, required=True),
        "host": _text("Server", now.host),
        "port": _number("Port", now.port, 1, 65_535),
        "username": _text("User", now.username, most=100),
        "host_key": _text("Host key", now.host_key, "SHA256:… Empty: the first look says what the server shows.", most=100),
        "secret_ref": _text("Name of its secret", now.secret_ref, "Read as <name>_SFTP_PASSWORD or _SFTP_KEY, never given here.", most=48),
        "every_minutes": _number("Looked at every … minutes", now.every_minutes, 1, DAY_MINUTES),
        "is_on": forms.BooleanField(label="On", required=False, initial=now.is_on),
        "reason": reason_field(),
    }


def _new_fields(obj: Any, page: Page) -> dict[str, forms.Field]:
    code = forms.SlugField(label="Name", max_length=64, help_text="a-z, 0-9, _ and -; stays as it is.")
    return {"code": code, **_fields(None, page)}


def _ask(code: str, data: Data, page: Page) -> Done:
    after = {name: data[name].strip() if isinstance(data[name], str) else data[name] for name in FIELDS}
    after["secret_ref"] = after["secret_ref"].upper()
    return asked(propose_change(FILE_SOURCE, key={"source": code}, after=after, reason=data["reason"], maker=page.actor, now=page.now))


def _pull(row: FileSource, data: Data, page: Page) -> Done:
    ask_pull(source_id=row.pk, actor=page.actor, now=page.now)
    transaction.on_commit(lambda: send_quietly(pull_source.name, {"source_id": row.public_id}, expires=60))
    return Done("It is being looked at. The look stands below as soon as it has ended.")


def _can_pull(row: FileSource, page: Page) -> Standing:
    return SHOWN if row.is_on else hidden("The source is turned off.")


def latest_of(source: FileSource) -> SourcePull | None:
    """The newest look."""
    return source.pulls.order_by("-started_at", "-id").first()


def _chip(source: FileSource) -> Chip:
    latest = latest_of(source)
    if not source.is_on:
        return OFF
    return get_chip("pull", latest.state) if latest else NEVER


def _last(source: FileSource, page: Page) -> str:
    latest = latest_of(source)
    return when_cell(latest.started_at if latest else None, page.now)


def place_words(source: Any) -> str:
    """ "sftp.example.com:22/out/*.csv", or "folder bank/*.sta"."""
    if source.kind == SourceKind.FOLDER:
        return f"folder {source.directory}/{source.pattern}"
    return f"{source.username}@{source.host}:{source.port}/{source.directory.strip('/')}/{source.pattern}"


def _said(source: Any) -> str:
    state = "on" if source.is_on else "off"
    key = f", key {source.host_key or 'not set'}, secret {source.secret_ref}" if source.kind == SourceKind.SFTP else ""
    account = f"account {source.account or 'as it says'}"
    return f"{state}: {place_words(source)} as {source.format}, {account}, every {source.every_minutes} min{key}"


@admin.register(FileSource)
class FileSourceAdmin(OpsAdmin):
    frame = ListFrame(
        question="Do files come in by themselves?",
        columns=(
            Column("Source", lambda row, page: row.code, kind="name", area="a"),
            Column("Last look", lambda row, page: draw_chip(_chip(row)), area="b"),
            Column("Where", lambda row, page: place_words(row), area="c"),
            Column("What", lambda row, page: sentence(row.format), area="more"),
            Column("Account", lambda row, page: row.account or "As it says", area="more"),
            Column("Looked", _last, area="d"),
        ),
        views=(View("all", "All", lambda rows, page: rows),),
        order=("code",),
        done_words="No source yet: files are uploaded by hand, or handed in by the API.",
    )
    list_acts = (
        Act("new", "Ask for a source…", MAY_ASK, lambda obj, data, page: _ask(data["code"].lower(), data, page), kind="primary",
            title="Ask for a new source of files", fields=_new_fields, approver=APPROVER),
    )  # fmt: skip
    acts = (
        Act("change", "Ask to change…", MAY_ASK, lambda row, data, page: _ask(row.code, data, page), title="Ask to change this source",
            fields=_fields, approver=APPROVER),
        Act("pull", "Pull now", MAY, _pull, kind="primary", standing=_can_pull, dialog=False),
    )  # fmt: skip

    def list_words(self) -> str:
        return "Sources of files"

    def heading(self, obj: Any) -> str:
        return "Source of files"

    def rows(self, page: Page) -> QuerySet[Any]:
        return FileSource.objects.all()

    def version_of(self, obj: FileSource) -> str:
        return _said(obj)

    def record(self, obj: FileSource, page: Page) -> Record:
        latest = latest_of(obj)
        failing = latest is not None and bool(latest.failures)
        facts = [
            Fact("Last look", when_cell(latest.started_at if latest else None, page.now)),
            Fact("Next look", when_cell(latest.next_at if latest and obj.is_on else None, page.now)),
            Fact("Failed in a row", str(latest.failures) if latest else "0", "bad" if failing else ""),
            Fact("A day's file is in by", _due_words(obj)),
        ]
        return Record(
            question="Do its files come in by themselves?",
            headline=obj.code,
            code=obj.public_id,
            chip=_chip(obj),
            notice=latest.error if latest and failing else "",
            facts=facts,
            main=[_looks(obj, page), _files(obj, page), past_of(obj, _said, page)],
            side=[values("Source", _about(obj))],
        )


def _about(source: FileSource) -> list[tuple[str, str]]:
    pairs = [
        ("Where", place_words(source)),
        ("What the files are", sentence(source.format)),
        ("Account", source.account or "As each file says"),
        ("Looked at every", f"{source.every_minutes} minutes"),
    ]
    if source.kind == SourceKind.SFTP:
        pairs += [("Host key", source.host_key or "Not set: every server is refused"), ("Its secret", f"{source.secret_ref}_SFTP_…")]
    return pairs


def _due_words(source: FileSource) -> str:
    """The hour that the account's contract names; past it, a file that is not in is a case."""
    try:
        return str(find_account(source.account).contract.get("file_due") or "Not agreed") if source.account else "—"
    except Invalid:
        return "—"


def _looks(source: FileSource, page: Page) -> Panel:
    rows = [
        [
            when_cell(pull.started_at, page.now),
            chip_cell("pull", pull.state),
            f"{pull.found:,}",
            f"{pull.waiting:,}",
            f"{pull.taken:,}",
            f"{pull.byte_size:,}",
            actor_words(pull.asked_by_kind, pull.asked_by_id, page),
            pull.error or "—",
        ]
        for pull in source.pulls.order_by("-started_at", "-id")[:20]
    ]
    headers = [("Began", "text"), ("Look", "text"), ("Found", "num"), ("Not still yet", "num"), ("Taken", "num"), ("Bytes", "num"),
               ("Asked by", "text"), ("What went wrong", "text")]  # fmt: skip
    return table("Last looks", headers, rows, empty="Nobody looked yet.", note="the newest 20")


def _files(source: FileSource, page: Page) -> Panel:
    lying = source.files.select_related("source_file").order_by("-updated_at", "-id")[:20]
    rows = [
        [
            each.name,
            f"{each.byte_size:,}",
            moment_cell(each.modified_at, page.now),
            ref_cell(each.source_file.public_id) if each.source_file else each.problem or "Waits until it stands still",
            chip_cell("file", each.source_file.state) if each.source_file else "—",
        ]
        for each in lying
    ]
    headers = [("Name", "text"), ("Bytes", "num"), ("Changed there", "text"), ("Here", "text"), ("State", "text")]
    return table("Files that lie or lay there", headers, rows, empty="None yet.", note="the newest 20")
