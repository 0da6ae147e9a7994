"""Column maps of accounts: drafted by one person, tried on a sample, approved by another, in force (R1, S1)."""

import json
from copy import deepcopy
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Max

from cashier.refusals import Invalid, NotInThisState
from ledger.actors import Actor
from ledger.canonical import canonical_json, sha256_hex
from ledger.errors import ApprovalRefused
from ledger.models import ApprovalRequest
from ledger.operations import record_audit, request_approval
from ledger.transitions import attribute, move, record_birth
from reconciliation import formats
from reconciliation.formats import BankLine, FormatRefused, inspect, read
from reconciliation.formats.column_map import BadMap, ColumnMap
from reconciliation.formats.headings import read_headings, read_words
from reconciliation.models import ColumnMapVersion
from reconciliation.models.column_maps import ColumnMapState as State
from reconciliation.operations.ingest import find_account
from reconciliation.operations.load.accounts import Account, names_of
from reconciliation.queries.column_maps import active_map, versions_of

KIND = "column_map.activate"
Layout = dict[str, Any]
_FIRST = {"csv_bank": "signed_amount", "csv_psp": "canonical"}  # what a first draft begins with
_SHOWN = 5  # lines of a sample
_MAPS = Path(formats.__file__).parent / "maps"


def draft_map(*, account: str, maker: Actor, now: datetime) -> ColumnMapVersion:
    """A new draft for the account of this code: a copy of the map in force, or of the one that comes with the product. Raises Invalid."""
    found = find_account(account)
    with transaction.atomic():
        _one_at_a_time()
        before, newest = active_map(found), versions_of(found).aggregate(newest=Max("version"))["newest"] or 0
        row = ColumnMapVersion(version=newest + 1, maker_kind=maker.kind, maker_id=maker.id, created_at=now, updated_at=now)
        _give(row, found)
        row.layout = deepcopy(before.layout) if before else json.loads((_MAPS / f"{row.source}.{_FIRST[row.source]}.json").read_text())
        row.digest = digest_of(row.layout)
        attribute(row, maker, "column_map.drafted")
        row.save(force_insert=True)
        record_birth(row, actor=maker, now=now, event="column_map.drafted")
    return row


def save_layout(*, map_id: UUID, layout: Layout, actor: Actor, now: datetime) -> ColumnMapVersion:
    """Put a new layout in a draft; a dry run of what was there before counts no more. Raises NotInThisState; Invalid, which says where."""
    with transaction.atomic():
        row = _draft(map_id, "Only a draft is changed.")
        _require_sound(row, layout)
        row.layout, row.digest, row.updated_at = layout, digest_of(layout), now
        attribute(row, actor, "column_map.changed")
        row.save(update_fields=["layout", "digest", "updated_at"])
        _note(row, "column_map.changed", {"version": row.version, "digest": row.digest}, actor, now)
    return row


def try_map(*, map_id: UUID, file: BinaryIO, name: str, actor: Actor, now: datetime) -> dict[str, Any]:
    """Read a sample by the draft, load nothing, keep what it gave: ingest's object. Raises NotInThisState, Invalid."""
    with transaction.atomic():
        row = _draft(map_id, "Only a draft is tried.")
        column_map = _require_sound(row, row.layout)
        result = inspect(
            file, source=row.source, registry=settings.REPORT_FORMATS, name=name, account=names_of(row.account), maps=(column_map,)
        )
        lines = _first_lines(file, row, column_map)
        said = {"headings": read_headings(file), "words": _words(file, row.layout)}
        row.trial, row.updated_at = {"digest": row.digest, "at": now.isoformat(), "result": result, "lines": lines, **said}, now
        attribute(row, actor, "column_map.tried")
        row.save(update_fields=["trial", "updated_at"])
    return result


def _words(file: BinaryIO, layout: Layout) -> list[str]:
    """What the sample writes in the column of the line type: no names, no texts of people."""
    named = layout.get("columns", {}).get("line_type")
    return read_words(file, named) if isinstance(named, str) else []


def _first_lines(file: BinaryIO, row: ColumnMapVersion, column_map: ColumnMap) -> list[dict[str, Any]]:
    """What the first rows became, without names and texts of people."""
    reader = read(row.source, file, registry=settings.REPORT_FORMATS, account=names_of(row.account), maps=(column_map,))
    try:
        return [_told(line) for line in islice(reader, _SHOWN)]
    except FormatRefused:
        return []


def _told(line: Any) -> dict[str, Any]:
    if isinstance(line, BankLine):
        return {"line": line.line_number, "kind": line.kind, "at": line.booking_date.isoformat(), "amount_minor": line.amount_minor,
                "currency": line.currency, "fees_minor": 0, "reference": line.bank_reference}  # fmt: skip
    fees = line.commission_minor + line.markup_minor + line.scheme_fee_minor + line.interchange_minor + line.tax_minor
    return {"line": line.line_number, "kind": line.kind, "at": line.created_at.isoformat(), "amount_minor": line.net_minor,
            "currency": line.net_currency, "fees_minor": fees, "reference": line.merchant_reference or line.payout_reference}  # fmt: skip


def propose_map(*, map_id: UUID, reason: str, maker: Actor, now: datetime) -> ApprovalRequest:
    """Send a draft for approval with what its dry run said. Raises NotInThisState; ApprovalRefused without an accepted dry run of it."""
    with transaction.atomic():
        _one_at_a_time()
        row = _draft(map_id, "Only a draft is sent for approval.")
        _require_sound(row, row.layout)
        if not is_tried(row):
            raise ApprovalRefused("Try this version on a sample first: it changed since, or its sample was not accepted.")
        before = active_map(row.account)
        move(row, "submit", actor=maker, now=now, event="column_map.submitted")
        sample = row.trial["result"]
        payload = {
            "map": row.public_id, "account": row.account.code, "version": row.version, "digest": row.digest, "layout": row.layout,
            "in_force": before.version if before else 0,
            "dry_run": {"file": sample["file"]["name"], "sha256": sample["file"]["sha256"], "lines": sample["lines"]},
        }  # fmt: skip
        return request_approval(
            kind=KIND, payload=payload, summary=f"Column map of {row.account.code}, version {row.version}", reason=reason, maker=maker,
            entity_id=row.account.entity_id, target_kind="ColumnMapVersion", target_id=row.public_id, now=now,
        )  # fmt: skip


def activate_map(*, payload: dict[str, Any], request: ApprovalRequest, actor: Actor, now: datetime) -> ColumnMapVersion:
    """Put an approved version in force and retire the one before. Raises ApprovalRefused where either is not what it was."""
    _one_at_a_time()
    row = ColumnMapVersion.objects.select_for_update(of=("self",)).get(pk=ColumnMapVersion.id_of(payload["map"]))
    before = active_map(row.account)
    if row.state != State.WAITING or row.digest != payload["digest"]:
        raise ApprovalRefused("This version is not the one that was sent for approval.")
    if (before.version if before else 0) != payload["in_force"]:
        raise ApprovalRefused("Another map came into force since this was asked for: draft it again on that one.")
    if before is not None:
        before.retired_at = now
        move(before, "retire", actor=actor, now=now, event="column_map.retired", extra_fields=["retired_at"])
    row.activated_at = now
    move(row, "activate", actor=actor, now=now, event="column_map.activated", extra_fields=["activated_at"])
    _note(row, "column_map.activated", {**payload, "approval": request.public_id}, actor, now, reason=request.reason)
    return row


def send_back_map(*, payload: dict[str, Any], request: ApprovalRequest, actor: Actor, now: datetime) -> None:
    """The request was rejected, withdrawn or ran out: a draft again."""
    row = ColumnMapVersion.objects.select_for_update(of=("self",)).get(pk=ColumnMapVersion.id_of(payload["map"]))
    if row.state == State.WAITING:
        move(row, "send_back", actor=actor, now=now, event="column_map.sent_back")


def drop_map(*, map_id: UUID, actor: Actor, now: datetime) -> ColumnMapVersion:
    """Give a draft up; it stays to be read. Raises NotInThisState."""
    with transaction.atomic():
        row = _draft(map_id, "Only a draft is dropped.")
        move(row, "drop", actor=actor, now=now, event="column_map.dropped")
    return row


def look_at_map(payload: dict[str, Any]) -> dict[str, str]:
    """The version in force, and what the proposed one's sample gave."""
    row = ColumnMapVersion.by_public(payload["map"])
    before, sample = active_map(row.account), payload["dry_run"]
    return {
        "In force": f"version {before.version}" if before else "none: the maps that come with the product",
        "Its sample": f"{sample['file']}, {sample['lines']:,} lines",
    }


def is_tried(row: ColumnMapVersion) -> bool:
    """Whether exactly this layout read a sample that was accepted."""
    return bool(row.trial) and row.trial["digest"] == row.digest and bool(row.trial["result"]["accepted"])


def digest_of(layout: Layout) -> str:
    return sha256_hex(canonical_json(layout))


def _draft(map_id: UUID, why: str) -> ColumnMapVersion:
    row = ColumnMapVersion.objects.select_for_update(of=("self",)).get(pk=map_id)
    if row.state != State.DRAFT:
        raise NotInThisState(why, state=str(row.state))
    return row


def _require_sound(row: ColumnMapVersion, layout: Layout) -> ColumnMap:
    try:
        return ColumnMap.of(layout, name=row.account.code, source=row.source, version=row.version)
    except BadMap as bad:
        raise Invalid("; ".join(bad.problems[:10]), field="layout", rule="form") from bad


def _give(row: ColumnMapVersion, account: Account) -> None:
    setattr(row, "bank_account" if hasattr(account, "iban") else "merchant_account", account)


def _note(row: ColumnMapVersion, act: str, detail: dict[str, Any], actor: Actor, now: datetime, *, reason: str = "") -> None:
    record_audit(act=act, actor=actor, target_kind="ColumnMapVersion", target_id=row.public_id, detail=detail, reason=reason, now=now)


def _one_at_a_time() -> None:
    """Version numbers and the one active version are decided under one lock."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('reconciliation:column_maps', 0))")
