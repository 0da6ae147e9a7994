"""Column maps of accounts: drafted by one person, tried on a sample, approved by another, in force (R1, S1)."""

import json
from copy import deepcopy
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO
from uuid import UUID

from django.conf import settings
from django.db import transaction

from cashier.models import BankAccount
from cashier.refusals import Invalid
from ledger.actors import Actor
from ledger.errors import ApprovalRefused
from ledger.models import ApprovalRequest
from ledger.operations import versions
from ledger.transitions import attribute
from reconciliation import formats
from reconciliation.formats import BankLine, FormatRefused, inspect, read
from reconciliation.formats.column_map import BadMap, ColumnMap
from reconciliation.formats.headings import read_headings, read_words
from reconciliation.models import ColumnMapVersion
from reconciliation.operations.ingest import find_account
from reconciliation.operations.load.accounts import Account, names_of
from reconciliation.queries.column_maps import active_map

Layout = dict[str, Any]
_FIRST = {"csv_bank": "signed_amount", "csv_psp": "canonical"}  # what a first draft begins with
_SHOWN = 5  # lines of a sample
_MAPS = Path(formats.__file__).parent / "maps"


def draft_map(*, account: str, maker: Actor, now: datetime) -> ColumnMapVersion:
    """A new draft for the account of this code: a copy of the map in force, or of the one that comes with the product. Raises Invalid."""
    found = find_account(account)
    with transaction.atomic():
        versions.one_at_a_time(ColumnMapVersion)
        before, row = active_map(found), _of(found)
        layout = deepcopy(before.layout) if before else json.loads((_MAPS / f"{row.source}.{_FIRST[row.source]}.json").read_text())
        return versions.add_draft(row, body=layout, maker=maker, now=now)


def save_layout(*, map_id: UUID, layout: Layout, actor: Actor, now: datetime) -> ColumnMapVersion:
    """Put a new layout in a draft; a dry run of what was there before counts no more. Raises Conflict; Invalid, which says where."""
    with transaction.atomic():
        row = versions.lock_version(ColumnMapVersion, map_id, "Only a draft is changed.")
        _require_sound(row, layout)
        return versions.change_draft(row, body=layout, actor=actor, now=now)


def try_map(*, map_id: UUID, file: BinaryIO, name: str, actor: Actor, now: datetime) -> dict[str, Any]:
    """Read a sample by the draft, load nothing, keep what it gave: ingest's object. Raises Conflict, Invalid."""
    with transaction.atomic():
        row = versions.lock_version(ColumnMapVersion, map_id, "Only a draft is tried.")
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
    """Send a draft for approval with what its dry run said. Raises Conflict; ApprovalRefused without an accepted dry run of it."""
    with transaction.atomic():
        versions.one_at_a_time(ColumnMapVersion)
        row = versions.lock_version(ColumnMapVersion, map_id, "Only a draft is sent for approval.")
        _require_sound(row, row.layout)
        if not is_tried(row):
            raise ApprovalRefused("Try this version on a sample first: it changed since, or its sample was not accepted.")
        account, sample = row.account, row.trial["result"]
        payload = {
            "map": row.public_id, "account": account.code, **versions.frozen(row), "layout": row.layout,
            "dry_run": {"file": sample["file"]["name"], "sha256": sample["file"]["sha256"], "lines": sample["lines"]},
        }  # fmt: skip
        summary = f"Column map of {account.code}, version {row.version}"
        return versions.submit(row, payload=payload, summary=summary, reason=reason, maker=maker, entity_id=account.entity_id, now=now)


def activate_map(*, payload: Layout, request: ApprovalRequest, actor: Actor, now: datetime) -> ColumnMapVersion:
    """Put an approved version in force and retire the one before. Raises ApprovalRefused where either is not what it was; Invalid."""
    return versions.activate(
        ColumnMapVersion, payload["map"], check=lambda row: _require_sound(row, row.layout), payload=payload, request=request, actor=actor,
        now=now,
    )  # fmt: skip


def send_back_map(*, payload: Layout, request: ApprovalRequest, actor: Actor, now: datetime) -> None:
    versions.send_back(ColumnMapVersion, payload["map"], actor=actor, now=now)


def drop_map(*, map_id: UUID, actor: Actor, now: datetime) -> ColumnMapVersion:
    return versions.drop_version(ColumnMapVersion, map_id, actor=actor, now=now)


def look_at_map(payload: Layout) -> dict[str, str]:
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


def _require_sound(row: ColumnMapVersion, layout: Layout) -> ColumnMap:
    try:
        return ColumnMap.of(layout, name=row.account.code, source=row.source, version=row.version)
    except BadMap as bad:
        raise Invalid("; ".join(bad.problems[:10]), field="layout", rule="form") from bad


def _of(account: Account) -> ColumnMapVersion:
    return ColumnMapVersion(bank_account=account) if isinstance(account, BankAccount) else ColumnMapVersion(merchant_account=account)
