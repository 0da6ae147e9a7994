"""The rail catalogue changed (C23, S1): a row is drafted by one person, finished and signed off, and put in force by another."""

import re
from copy import deepcopy
from datetime import datetime
from uuid import UUID

from django.db import transaction

from cashier.models import RailVersion
from cashier.queries.rails import forget_rails
from cashier.rails import Body, problems_of, shape_problems
from cashier.rails_wording import differences
from cashier.refusals import Invalid
from ledger.actors import Actor
from ledger.errors import ApprovalRefused
from ledger.models import ApprovalRequest
from ledger.notices import tell
from ledger.operations import versions

_METHOD = re.compile(r"[a-z][a-z0-9_]{1,31}", re.ASCII)


def draft_rail(*, method: str, maker: Actor, now: datetime) -> RailVersion:
    """A new draft of a method's row: a copy of what is in force, empty for a method that is new. Raises Invalid."""
    if not _METHOD.fullmatch(method):
        raise Invalid("A method is 2 to 32 small letters, digits and underscores, a letter first.", field="method", rule="form")
    with transaction.atomic():
        versions.one_at_a_time(RailVersion)
        row = RailVersion(method=method)
        before = row.in_force()
        return versions.add_draft(row, body=deepcopy(before.body) if before else {}, maker=maker, now=now)


def save_rail(*, rail_id: UUID, said: Body, actor: Actor, now: datetime) -> RailVersion:
    """Put fields in a draft; those that are None are taken out. Raises Conflict for what is no draft; Invalid, which names the field."""
    with transaction.atomic():
        row = versions.lock_version(RailVersion, rail_id, "Only a draft is changed.")
        body = {name: value for name, value in {**row.body, **said}.items() if value is not None}
        problems = [*shape_problems(body), *_unknown_codes(body)]
        if problems:
            raise Invalid(" ".join(problems), field="rail", rule="form")
        return versions.change_draft(row, body=body, actor=actor, now=now, changes=differences(row.body, body))


def propose_rail(*, rail_id: UUID, reason: str, maker: Actor, now: datetime) -> ApprovalRequest:
    """Send a finished draft for approval, frozen whole. Raises Conflict; ApprovalRefused for one that is unfinished or changes nothing."""
    with transaction.atomic():
        versions.one_at_a_time(RailVersion)
        row = versions.lock_version(RailVersion, rail_id, "Only a draft is sent for approval.")
        _require_finished(row)
        before = row.in_force()
        if before is not None and not differences(before.body, row.body):
            raise ApprovalRefused("Nothing differs from the row in force.")
        payload = {"rail": row.public_id, "method": row.method, **versions.frozen(row), "row": row.body}
        summary = f"Rail {row.body['name']}, version {row.version}"
        return versions.submit(row, payload=payload, summary=summary, reason=reason, maker=maker, now=now)


def activate_rail(*, payload: Body, request: ApprovalRequest, actor: Actor, now: datetime) -> RailVersion:
    """Put an approved row in force and retire the one before. Raises ApprovalRefused where either is not what it was."""
    row = versions.activate(
        RailVersion, payload["rail"], check=_require_finished, payload=payload, request=request, actor=actor, now=now
    )  # fmt: skip
    transaction.on_commit(forget_rails)
    return row


def send_back_rail(*, payload: Body, request: ApprovalRequest, actor: Actor, now: datetime) -> None:
    versions.send_back(RailVersion, payload["rail"], actor=actor, now=now)


def drop_rail(*, rail_id: UUID, actor: Actor, now: datetime) -> RailVersion:
    return versions.drop_version(RailVersion, rail_id, actor=actor, now=now)


def look_at_rail(payload: Body) -> dict[str, str]:
    """The version in force, and how the proposed one differs from it."""
    row = RailVersion.by_public(payload["rail"])
    before = row.in_force()
    if before is None:
        return {"In force": "none: the method is not offered", "Would change": "it would be offered; what its row says stands on its page"}
    return {"In force": f"version {before.version}", "Would change": " ".join(differences(before.body, row.body)) or "nothing"}


def unfinished(row: RailVersion) -> list[str]:
    """Why this row can't go live, each in a sentence."""
    return [*problems_of(row.body), *_unknown_codes(row.body)]


def _require_finished(row: RailVersion) -> None:
    problems = unfinished(row)
    if problems:
        raise ApprovalRefused(f"This row is unfinished and can't go live. {' '.join(problems)}")


def _unknown_codes(body: Body) -> list[str]:
    """The reason codes belong to a floor above: it is asked which of these it does not know."""
    unknown: list[str] = tell("reason_codes.unknown", codes=list(body.get("usual_exceptions") or []))
    return [f"No reason code is called {', '.join(unknown)}."] if unknown else []
