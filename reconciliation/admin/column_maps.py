"""Column maps (R1): which column of a CSV is what, in versions, tried on a sample before a second person puts one in force."""

import json
from collections.abc import Mapping
from typing import Any

from django import forms
from django.contrib import admin
from django.urls import reverse

from ledger.admin.frames import Act, Column, Done, Fact, ListFrame, Page, Panel, Record, Standing, View, disabled, get_chip
from ledger.admin.frames.records import table, values
from ledger.admin.versions import CHANGED, DRAFTED_BY, NOUN, STATE, VersionAdmin, drop_act, facts_of, if_draft, send_act, side_of
from ledger.models import ApprovalRequest
from ledger.money import UnknownAsset, money_text
from reconciliation.admin.column_forms import (
    column_fields,
    format_fields,
    kind_fields,
    may_choose,
    may_tell_kinds,
    save_columns,
    save_formats,
    save_kinds,
)
from reconciliation.admin.runs import accounts
from reconciliation.models import ColumnMapVersion
from reconciliation.operations import column_maps as operations

MAY = "reconciliation.propose_column_map"
APPROVER = "Another person decides, with the permission to approve column maps"
_MOST_SAMPLE_BYTES = 5 * 1024 * 1024
Data = Mapping[str, Any]


class _Indented(json.JSONEncoder):
    """A layout as people read it."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**{**options, "indent": 2})


def _tried(row: ColumnMapVersion, page: Page) -> Standing:
    standing = if_draft(row, page)
    if standing.state != "shown" or operations.is_tried(row):
        return standing
    return disabled("Needs a sample that this exact version reads and accepts.")


def _layout_fields(row: ColumnMapVersion, page: Page) -> dict[str, forms.Field]:
    area = forms.Textarea({"rows": 24, "spellcheck": "false"})
    help_text = "JSON: columns, dates, sign and the rest, as docs/files.md lists them."
    return {"layout": forms.JSONField(label="Layout", widget=area, initial=row.layout, help_text=help_text, encoder=_Indented)}


def _save(row: ColumnMapVersion, data: Data, page: Page) -> Done:
    saved = operations.save_layout(map_id=row.pk, layout=data["layout"], actor=page.actor, now=page.now)
    return Done(f"Layout saved. Version {saved.version} is to be tried before it can be sent.")


def _sample_fields(row: ColumnMapVersion, page: Page) -> dict[str, forms.Field]:
    return {"sample": forms.FileField(label="A sample file", help_text="It is read and thrown away; nothing is loaded.")}


def _try(row: ColumnMapVersion, data: Data, page: Page) -> Done:
    upload = data["sample"]
    if upload.size > _MOST_SAMPLE_BYTES:
        return Done("The sample is too large: 5 MiB at most.")
    result = operations.try_map(map_id=row.pk, file=upload.file, name=upload.name, actor=page.actor, now=page.now)
    if result["error"]:
        return Done(f"Refused at line {result['error']['line']}: {result['error']['message']}")
    return Done(f"{result['lines']:,} lines read{', all checks hold.' if result['accepted'] else '; a check does not hold, see below.'}")


def _send(row: ColumnMapVersion, reason: str, page: Page) -> ApprovalRequest:
    return operations.propose_map(map_id=row.pk, reason=reason, maker=page.actor, now=page.now)


def _drop(row: ColumnMapVersion, page: Page) -> None:
    operations.drop_map(map_id=row.pk, actor=page.actor, now=page.now)


def _account_fields(obj: Any, page: Page) -> dict[str, forms.Field]:
    return {"account": forms.ChoiceField(label="Account", choices=accounts())}


def _start(obj: Any, data: Data, page: Page) -> Done:
    made = operations.draft_map(account=data["account"], maker=page.actor, now=page.now)
    return Done(f"Version {made.version} drafted.", next_url=reverse("admin:reconciliation_columnmapversion_change", args=[made.public_id]))


@admin.register(ColumnMapVersion)
class ColumnMapVersionAdmin(VersionAdmin):
    frame = ListFrame(
        question="Which column of whose CSV is what?",
        columns=(
            Column("Account", lambda row, page: row.account.code, kind="name", area="a"),
            Column("Version", lambda row, page: f"v{row.version}", area="d"),
            STATE,
            DRAFTED_BY,
            CHANGED,
        ),
        views=(View("all", "All", lambda rows, page: rows, counted=False),),
        order=("-updated_at", "-id"),
        related=("merchant_account", "bank_account"),
        done_words="No map of an account; CSVs are read by the maps that come with the product.",
    )
    list_acts = (
        Act("draft", "Draft a map…", MAY, _start, kind="primary", title="Draft a column map of an account", fields=_account_fields),
    )
    acts = (
        drop_act(MAY, _drop),
        Act("layout", "Expert view (JSON)…", MAY, _save, title="The layout as JSON", fields=_layout_fields, standing=if_draft),
        Act("kinds", "Say what its words mean…", MAY, save_kinds, title="What the PSP's words mean", fields=kind_fields,
            standing=may_tell_kinds),
        Act("formats", "Say how it is written…", MAY, save_formats, title="How the file is written", fields=format_fields,
            standing=if_draft),
        Act("columns", "Choose columns…", MAY, save_columns, title="Which column is what", fields=column_fields, standing=may_choose),
        Act("try", "Try on a sample…", MAY, _try, title="Read a sample by this version", fields=_sample_fields, standing=if_draft),
        send_act(MAY, _send, standing=_tried, approver=APPROVER),
    )  # fmt: skip

    def list_words(self) -> str:
        return "Column maps"

    def heading(self, obj: Any) -> str:
        return f"Column map of {obj.account.code}"

    def record(self, obj: ColumnMapVersion, page: Page) -> Record:
        reads = Fact("Reads", "a PSP's report" if obj.source == "csv_psp" else "a bank's statement")
        return Record(
            question="Which column of this account's CSV is what?",
            headline=f"{obj.account.code}, version {obj.version}",
            code=obj.public_id,
            chip=get_chip(NOUN, obj.state),
            facts=[reads, *facts_of(obj, page, without="the maps of the product")],
            main=[_columns(obj), _others(obj), *_trial(obj)],
            side=side_of(obj, page),
        )


def _columns(row: ColumnMapVersion) -> Panel:
    """Fields with the headers that they are read from, and constants."""
    columns, constants = row.layout.get("columns", {}), row.layout.get("constants", {})
    told = [[name.replace("_", " "), said if isinstance(said, str) else " + ".join(said)] for name, said in columns.items()]
    told += [[name.replace("_", " "), f"always {said!r}"] for name, said in constants.items()]
    return table("Columns", [("Field", "text"), ("Column of the file", "text")], told)


def _others(row: ColumnMapVersion) -> Panel:
    rest = {key: value for key, value in row.layout.items() if key not in ("columns", "constants")}
    pairs = [(key, value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)) for key, value in rest.items()]
    return values("How its cells are written", pairs)


def _trial(row: ColumnMapVersion) -> list[Panel]:
    """What the last sample gave; said to be old where the layout changed since."""
    if not row.trial:
        return []
    result = row.trial["result"]
    pairs = [("File", result["file"]["name"]), ("Lines", f"{result['lines']:,}"), ("Accepted", "yes" if result["accepted"] else "no")]
    if result["error"]:
        error = result["error"]
        pairs.append(("Refused", f"line {error['line']}, column {error['column']}: {error['message']}"))
    pairs += [(check["name"], f"expected {check['expected']}, found {check['actual']}: {check['where']}")
              for check in result["checks"] if not check["ok"]]  # fmt: skip
    note = "" if row.trial["digest"] == row.digest else "The layout changed since."
    return [values("Dry run on a sample", pairs, note=note), _lines(row)]


def _lines(row: ColumnMapVersion) -> Panel:
    """What the first rows of the sample became."""
    told = []
    for line in row.trial.get("lines", []):
        amounts = [_money(line["amount_minor"], line), _money(line["fees_minor"], line)]
        told.append([str(line["line"]), line["kind"], line["at"], *amounts, line["reference"]])
    headers = [("Line", "num"), ("Kind", "text"), ("Time", "text"), ("Amount", "num"), ("Fees", "num"), ("Reference", "text")]
    return table("Its first lines", headers, told, empty="None was read.")


def _money(minor: int, line: Mapping[str, Any]) -> str:
    try:
        return money_text(minor, line["currency"])
    except UnknownAsset:  # withdrawn currencies are read, and no asset of ours
        return f"{minor} {line['currency']}"
