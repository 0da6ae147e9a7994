"""Stages of shadow posting changed under four eyes (L11, C23): each approved change is a version with its history."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Q

from ledger.actors import Actor
from ledger.errors import ApprovalRefused
from ledger.models import ApprovalRequest, Shadow
from ledger.operations.approvals import request_approval
from ledger.operations.audit import record_audit
from ledger.queries.shadows import count_shadow
from ledger.shadow_rules import forget_rules, known_scopes
from ledger.shadowing import SIGN_OFF
from ledger.transitions import attribute, move

OPEN, STAGE = "shadow.open", "shadow.stage"
EVIDENCE_LENGTH = 10
_LOCK = 7_004  # advisory lock: one shadow is opened at a time
State = Shadow.State
# From stage to stage: the transition, and its event.
_EDGES = {
    (State.SHADOW, State.COHORT): ("start_cohort", "shadow.cohort_started"),
    (State.COHORT, State.COHORT): ("change_cohort", "shadow.cohort_changed"),
    (State.COHORT, State.ON): ("turn_on", "shadow.turned_on"),
    (State.COHORT, State.SHADOW): ("step_back", "shadow.stepped_back"),
    (State.SHADOW, State.WITHDRAWN): ("withdraw", "shadow.withdrawn"),
    (State.COHORT, State.WITHDRAWN): ("withdraw", "shadow.withdrawn"),
    (State.ON, State.WITHDRAWN): ("withdraw", "shadow.withdrawn"),
}
_WORDS = {State.SHADOW: "only in shadow", State.ON: "posts for all", State.WITHDRAWN: "is withdrawn"}


def propose_shadow(*, rule: str, candidate: str, rail: str = "", reason: str, maker: Actor, now: datetime) -> ApprovalRequest:
    """Ask that `candidate` be computed beside `rule`, for postings of one rail (payment method) or of all.

    Raises ApprovalRefused for unknown rules, for rules of different kinds, for a rule that is in a shadow already.
    """
    _require_open(rule, candidate, rail)
    return request_approval(
        kind=OPEN, payload={"rule": rule, "candidate": candidate, "rail": rail}, reason=reason, maker=maker, target_kind="Shadow",
        summary=f"{candidate} in shadow beside {rule}{_on(rail)}"[:300], now=now,
    )  # fmt: skip


def execute_open(*, payload: dict[str, Any], request: ApprovalRequest, actor: Actor, now: datetime) -> Shadow:
    """Open the shadow. Raises ApprovalRefused where the rule got another shadow since."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
    _require_open(**payload)
    shadow = Shadow(**payload, opened_at=now, updated_at=now)
    attribute(shadow, Actor(request.maker_kind, request.maker_id), request.reason[:100])
    shadow.save(force_insert=True)
    _audit("shadow.opened", shadow, payload, request, actor, now)
    return shadow


def propose_stage(
    *, shadow_id: UUID, stage: str, percent: int = 0, brands: Sequence[str] = (), cohort_by: str = Shadow.CohortBy.PLAYER,
    sign_off: Mapping[str, str] | None = None, reason: str, maker: Actor, now: datetime,
) -> ApprovalRequest:  # fmt: skip
    """Ask that a shadow go to COHORT (percent of the players or intents of some brands), ON, back to SHADOW, or be WITHDRAWN.

    `sign_off`: {item of SIGN_OFF: evidence}; needed whole to leave SHADOW, afterwards the standing one is carried on unless a new
    one is given. It is frozen in the payload, with the figures of the comparison so far.
    Raises ApprovalRefused for a step that the graph doesn't have, an incomplete list, no comparison yet, a cohort that can't be.
    """
    shadow = Shadow.objects.get(pk=shadow_id)
    after = _after(shadow, stage, percent, brands, cohort_by)
    _require_edge(shadow, after)
    payload = {"shadow": shadow.public_id, "version": shadow.version, "before": _standing(shadow), "after": after}
    if stage in (State.COHORT, State.ON):
        figures = count_shadow(shadow)
        if not figures.compared:
            raise ApprovalRefused("Nothing was compared yet: a rule leaves shadow on what it has shown there.")
        payload |= {"sign_off": _signed(shadow, sign_off), "compared_so_far": asdict(figures)}
    summary = f"{shadow.candidate}{_on(shadow.rail)}: {_stage_words(after)}"[:300]
    return request_approval(
        kind=STAGE, payload=payload, summary=summary, reason=reason, maker=maker, target_kind="Shadow", target_id=shadow.public_id, now=now
    )  # fmt: skip


def execute_stage(*, payload: dict[str, Any], request: ApprovalRequest, actor: Actor, now: datetime) -> Shadow:
    """Go to the stage as frozen. Raises ApprovalRefused where the shadow was changed since, or a rule is gone."""
    shadow = Shadow.objects.select_for_update(no_key=True).get(pk=Shadow.id_of(payload["shadow"]))
    if shadow.version != payload["version"]:
        raise ApprovalRefused("The shadow was changed since this was asked for: reject it, and ask again.")
    after = payload["after"]
    edge, event = _require_edge(shadow, after)
    shadow.percent, shadow.brands, shadow.cohort_by = after["percent"], after["brands"], after["cohort_by"]
    shadow.sign_off = payload.get("sign_off", {} if after["state"] == State.SHADOW else shadow.sign_off)
    shadow.version += 1
    fields = ["percent", "brands", "cohort_by", "sign_off", "version"]
    move(shadow, edge, actor=actor, now=now, event=event, extra_fields=fields)
    _audit(event, shadow, payload, request, actor, now)
    return shadow


def look_at_open(payload: dict[str, Any]) -> dict[str, str]:
    """Which other shadows the two rules are in."""
    others = _others(payload["rule"], payload["candidate"], payload["rail"])
    return {"Other shadows of these rules": ", ".join(f"{row} ({row.state})" for row in others.order_by("id")) or "none"}


def look_at_stage(payload: dict[str, Any]) -> dict[str, str]:
    """The stage in force."""
    shadow = Shadow.objects.get(pk=Shadow.id_of(payload["shadow"]))
    return {"In force": f"{_stage_words(_standing(shadow))} (version {shadow.version})"}


def _require_open(rule: str, candidate: str, rail: str) -> None:
    for name in (rule, candidate):
        if name not in settings.POSTING_RULES:
            raise ApprovalRefused(f"No posting rule {name!r} is known.")
    if rule == candidate or rule.partition("@")[0] != candidate.partition("@")[0]:
        raise ApprovalRefused("The candidate is another version of the same rule.")
    if rail:
        _require_known("rail", [rail], known_scopes()[0])
    other = _others(rule, candidate, rail).first()
    if other is not None:
        raise ApprovalRefused(f"{other} is {other.state} already: withdraw it first.")


def _require_known(what: str, given: Sequence[str], known: Sequence[str]) -> None:
    unknown = sorted(set(given) - set(known))
    if unknown:
        raise ApprovalRefused(f"No {what} is called {', '.join(unknown)}.")


def _others(rule: str, candidate: str, rail: str) -> Any:
    """Shadows in force that would stand in the way: of the same rule on the same rail, or with one of the two in the other place."""
    chained = Q(candidate=rule) | Q(rule=candidate)
    return Shadow.objects.exclude(state=State.WITHDRAWN).filter(Q(rule=rule, rail=rail) | chained)


def _after(shadow: Shadow, stage: str, percent: int, brands: Sequence[str], cohort_by: str) -> dict[str, Any]:
    if stage not in State.values:
        raise ApprovalRefused(f"No stage is called {stage!r}.")
    if stage != State.COHORT:
        return {**_standing(shadow), "state": stage, "percent": 0 if stage == State.SHADOW else shadow.percent}
    if type(percent) is not int or not 0 <= percent <= 100:
        raise ApprovalRefused("A cohort is 0 to 100 percent.")
    if cohort_by not in Shadow.CohortBy.values:
        raise ApprovalRefused("A cohort is drawn by player or by intent.")
    _require_known("brand", brands, known_scopes()[1])
    return {"state": stage, "percent": percent, "brands": sorted({str(brand) for brand in brands}), "cohort_by": str(cohort_by)}


def _require_edge(shadow: Shadow, after: dict[str, Any]) -> tuple[str, str]:
    edge = _EDGES.get((State(shadow.state), State(after["state"])))
    if edge is None:
        raise ApprovalRefused(f"A shadow can't go from {shadow.state} to {after['state']}.")
    if after == _standing(shadow):
        raise ApprovalRefused("This is so already.")
    if after["state"] in (State.COHORT, State.ON) and shadow.candidate not in settings.POSTING_RULES:
        raise ApprovalRefused(f"No posting rule {shadow.candidate!r} is known any more.")
    return edge


def _signed(shadow: Shadow, sign_off: Mapping[str, str] | None) -> dict[str, str]:
    """The list, whole: the one given, or the one that stands."""
    given = {name: str(text).strip() for name, text in (sign_off or shadow.sign_off or {}).items()}
    unknown = set(given) - set(SIGN_OFF)
    if unknown:
        raise ApprovalRefused(f"The sign-off list has no {', '.join(sorted(unknown))}.")
    missing = [words for name, words in SIGN_OFF.items() if len(given.get(name, "")) < EVIDENCE_LENGTH]
    if missing:
        raise ApprovalRefused(f"The sign-off list needs evidence, {EVIDENCE_LENGTH} characters at least, for: {', '.join(missing)}.")
    return {name: given[name] for name in SIGN_OFF}


def _standing(shadow: Shadow) -> dict[str, Any]:
    return {"state": str(shadow.state), "percent": shadow.percent, "brands": list(shadow.brands), "cohort_by": str(shadow.cohort_by)}


def _stage_words(standing: dict[str, Any]) -> str:
    """`10 % of the players of lucky`, or what the stage does."""
    if standing["state"] != State.COHORT:
        return _WORDS[State(standing["state"])]
    return f"{standing['percent']} % of the {standing['cohort_by']}s of {', '.join(standing['brands']) or 'all brands'}"


def _on(rail: str) -> str:
    return f" on {rail}" if rail else ""


def _audit(act: str, shadow: Shadow, payload: dict[str, Any], request: ApprovalRequest, actor: Actor, now: datetime) -> None:
    """The record; and this process reads the shadows anew once it is committed."""
    detail = {**payload, "approval": request.public_id, "version": shadow.version}
    record_audit(
        act=act, actor=actor, target_kind="Shadow", target_id=shadow.public_id, detail=detail, reason=request.reason, now=now
    )  # fmt: skip
    transaction.on_commit(forget_rules)
