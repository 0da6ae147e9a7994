"""What a person does with a case before it ends: take, assign, comment, attach, wait, escalate (E1, E5).

Each act locks the case, changes it by its graph, writes its timeline and commits together. None moves money.
"""

import hashlib
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

from django.conf import settings
from django.db import transaction

from ledger.actors import Actor, system_actor
from ledger.kept_files import keep_file
from ledger.models import User
from ledger.operations import record_audit
from ledger.transitions import move
from reconciliation.models import CaseEntry, CaseState, ExceptionCase, Team
from reconciliation.models.cases import LIVE_STATES
from reconciliation.operations.cases import add_entry
from reconciliation.operations.casework.automatic import undo_rule
from reconciliation.operations.casework.refusals import CaseNotOpen, FileNotTaken, ReasonNeeded

CLERK = system_actor("casework")
REASON_CHARACTERS = 10
ATTACHMENT_BYTES = 10 * 1024 * 1024
ATTACHMENT_SUFFIXES = frozenset({".csv", ".eml", ".jpg", ".jpeg", ".json", ".pdf", ".png", ".txt", ".xml"})


def assign_case(*, case_id: UUID, assignee: User | None, actor: Actor, now: datetime) -> ExceptionCase:
    """Give the case to a person, or to nobody. Raises CaseNotOpen for an ended case."""
    with transaction.atomic():
        case = lock_live_case(case_id)
        case.assignee = assignee
        _save(case, ["assignee"], actor, now, "assigned")
        add_entry(
            case,
            kind="assigned",
            text=f"Assigned to {assignee.get_username()}." if assignee else "Assigned to nobody.",
            actor=actor,
            now=now,
        )
    return case


def investigate_case(*, case_id: UUID, actor: Actor, now: datetime) -> ExceptionCase:
    """Take the case into work: OPEN -> INVESTIGATING, assigned to the actor where nobody has it. Raises CaseNotOpen."""
    with transaction.atomic():
        case = lock_live_case(case_id)
        require_state(case, CaseState.OPEN)
        if case.assignee_id is None and actor.kind == "user":
            case.assignee = User.objects.get(pk=actor.id)
        move(case, "investigate", actor=actor, now=now, event="case.taken", extra_fields=["assignee"])
        add_entry(case, kind="state", text="Taken into work.", actor=actor, now=now)
    return case


def comment_case(*, case_id: UUID, text: str, actor: Actor, now: datetime) -> CaseEntry:
    """Write on the case's timeline; also on an ended one. Raises ReasonNeeded for an empty text."""
    if not text.strip():
        raise ReasonNeeded("Write something.", field="text", rule="not_empty")
    with transaction.atomic():
        case = lock_case(case_id)
        return add_entry(case, kind="comment", text=text.strip()[:5000], actor=actor, now=now)


def attach_to_case(*, case_id: UUID, name: str, content: bytes, actor: Actor, now: datetime) -> CaseEntry:
    """Keep a file with the case, by its SHA-256 under FILES_DIR. Raises FileNotTaken (type, size, empty), FileNotKept."""
    suffix = Path(name).suffix.lower()
    if suffix not in ATTACHMENT_SUFFIXES:
        raise FileNotTaken(
            f"Files of type {suffix or '(none)'} are not taken. Use {', '.join(sorted(ATTACHMENT_SUFFIXES))}.", field="file", rule="type"
        )
    if not 0 < len(content) <= ATTACHMENT_BYTES:
        raise FileNotTaken(f"A file of 1 byte to {ATTACHMENT_BYTES // 1024**2} MiB is needed.", field="file", rule="size")
    digest = hashlib.sha256(content).hexdigest()
    path = _keep(digest, suffix, content)
    with transaction.atomic():
        case = lock_case(case_id)
        return CaseEntry.objects.create(
            case=case, kind="attachment", text=f"Attached {Path(name).name}.", file_name=Path(name).name[:255], file_path=path,
            file_sha256=digest, actor_kind=actor.kind, actor_id=actor.id, at=now,
        )  # fmt: skip


def wait_case(*, case_id: UUID, until: datetime, reason: str, actor: Actor, now: datetime) -> ExceptionCase:
    """Let the case rest until a moment: OPEN, INVESTIGATING -> WAITING. Its due time stays. Raises CaseNotOpen, ReasonNeeded."""
    require_reason(reason)
    if not now < until <= now + timedelta(days=90):
        raise ReasonNeeded("Choose a moment between now and 90 days from now.", field="until", rule="range")
    with transaction.atomic():
        case = lock_live_case(case_id)
        require_state(case, CaseState.OPEN, CaseState.INVESTIGATING)
        move(
            case,
            "wait",
            actor=actor,
            now=now,
            event="case.waiting",
            extra_fields=["wait_until", "wait_for"],
            until=until,
            reason=reason[:200],
        )
        add_entry(case, kind="state", text=f"Waiting until {until:%d %b %Y %H:%M} UTC: {reason}", actor=actor, now=now)
    return case


def resume_case(*, case_id: UUID, actor: Actor, now: datetime) -> ExceptionCase:
    """Take a waiting case up again: WAITING -> INVESTIGATING. Raises CaseNotOpen."""
    with transaction.atomic():
        case = lock_live_case(case_id)
        require_state(case, CaseState.WAITING)
        move(case, "resume", actor=actor, now=now, event="case.resumed", extra_fields=["wait_until", "wait_for"])
        add_entry(case, kind="state", text="Taken up again.", actor=actor, now=now)
    return case


def resume_rested_cases(*, actor: Actor, now: datetime) -> int:
    """Take up again every case whose waiting time has passed; returns how many."""
    rested = ExceptionCase.objects.filter(state=CaseState.WAITING, wait_until__lte=now).values_list("pk", flat=True)[:500]
    return sum(_resume_if_rested(case_id, actor, now) for case_id in list(rested))


def escalate_case(*, case_id: UUID, reason: str, actor: Actor, now: datetime) -> ExceptionCase:
    """Call the co-owner team and mark the case. Raises CaseNotOpen, ReasonNeeded."""
    require_reason(reason)
    with transaction.atomic():
        case = lock_live_case(case_id)
        case.escalated_at = now
        _save(case, ["escalated_at"], actor, now, "escalated")
        add_entry(case, kind="state", text=f"Escalated: {reason}", actor=actor, now=now)
        record_audit(
            act="case.escalated",
            actor=actor,
            target_kind="ExceptionCase",
            target_id=case.public_id,
            detail={"case": case.label},
            reason=reason,
            now=now,
        )
    return case


def escalate_due_cases(*, now: datetime) -> int:
    """Mark at most 500 live cases that are past their due time and call the second team, once each (E5); returns how many."""
    late = ExceptionCase.objects.filter(state__in=LIVE_STATES, due_at__lte=now, escalated_at=None).order_by("due_at", "id")
    return sum(_escalate_due(case_id, now) for case_id in list(late.values_list("pk", flat=True)[:500]))


def _escalate_due(case_id: UUID, now: datetime) -> bool:
    with transaction.atomic():
        case = lock_case(case_id)
        if case.state not in LIVE_STATES or case.due_at > now or case.escalated_at is not None:
            return False
        case.escalated_at = now
        _save(case, ["escalated_at"], CLERK, now, "escalated")
        text = f"Past its due time of {case.due_at:%d %b %Y %H:%M} UTC: escalated to {Team(case.co_owner_team or case.owner_team).label}."
        add_entry(case, kind="state", text=text, actor=CLERK, now=now)
        record_audit(
            act="case.escalated", actor=CLERK, target_kind="ExceptionCase", target_id=case.public_id, detail={"case": case.label},
            reason="past its due time", now=now,
        )  # fmt: skip
    return True


def reopen_case(*, case_id: UUID, reason: str, actor: Actor, now: datetime) -> ExceptionCase:
    """A person opens an ended case again (E1). What a person's ending posted stays posted; of what a rule posted the mirror is asked
    for, and another person decides (E3). No rule ends the case again.

    Raises ReasonNeeded, CaseNotOpen (not ended, or the engine found it broken again: its newer version is worked).
    """
    require_reason(reason)
    with transaction.atomic():
        case = lock_case(case_id)
        require_state(case, CaseState.RESOLVED, CaseState.AUTO_RESOLVED)
        newer = case.next_versions.order_by("-version").first()
        if newer is not None:
            raise CaseNotOpen(f"{case.label} was found broken again: work {newer.label}.", state=str(case.state))
        undo_rule(case, reason=reason, actor=actor, now=now)
        case.resolution, case.resolved_at, case.proposed_disposition, case.proposal, case.approval_id = "", None, "", {}, None
        case.escalated_at = None
        fields = ["resolution", "resolved_at", "proposed_disposition", "proposal", "approval_id", "escalated_at"]
        move(case, "reopen", actor=actor, now=now, event="case.reopened", extra_fields=fields)
        add_entry(case, kind="state", text=f"Opened again: {reason}", actor=actor, now=now)
        record_audit(
            act="case.reopened",
            actor=actor,
            target_kind="ExceptionCase",
            target_id=case.public_id,
            detail={"case": case.label},
            reason=reason,
            now=now,
        )
    return case


def lock_case(case_id: UUID) -> ExceptionCase:
    """The case, locked. Needs a transaction."""
    return ExceptionCase.objects.select_for_update(of=("self",)).select_related("reason").get(pk=case_id)


def lock_live_case(case_id: UUID) -> ExceptionCase:
    """The case, locked and not ended. Raises CaseNotOpen."""
    case = lock_case(case_id)
    require_state(case, *LIVE_STATES)
    return case


def require_state(case: ExceptionCase, *states: str) -> None:
    """Raises CaseNotOpen unless the case is in one of `states`."""
    if case.state not in states:
        raise CaseNotOpen(f"{case.label} is {str(case.state).lower()}: this can't be done now.", state=str(case.state))


def require_reason(reason: str) -> None:
    """Raises ReasonNeeded below ten characters."""
    if len(reason.strip()) < REASON_CHARACTERS:
        raise ReasonNeeded(field="reason", rule=f"min_length_{REASON_CHARACTERS}")


def _resume_if_rested(case_id: UUID, actor: Actor, now: datetime) -> bool:
    try:
        resume_case(case_id=case_id, actor=actor, now=now)
    except CaseNotOpen:
        return False
    return True


def _save(case: ExceptionCase, fields: list[str], actor: Actor, now: datetime, reason: str) -> None:
    case.updated_at = now
    case._history_user = User(pk=actor.id) if actor.kind == "user" else None  # type: ignore[attr-defined]
    case._change_reason = reason  # type: ignore[attr-defined]
    case.save(update_fields=[*fields, "updated_at"])


def _keep(digest: str, suffix: str, content: bytes) -> str:
    relative = Path("cases") / digest[:2] / f"{digest}{suffix}"
    path = Path(settings.MEDIA_ROOT) / relative
    keep_file(path, lambda part: part.write(content))
    return str(relative)
