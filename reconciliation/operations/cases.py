"""How a case is born, and how it ends by itself (E1, E3). What people do with it is in `casework`."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from cashier.models import BankAccount, Hold, MerchantAccount
from ledger.actors import Actor, system_actor
from ledger.calendar import business_date as business_day_of
from ledger.models import LegalEntity
from ledger.transitions import move, record_birth
from reconciliation.models import AutoRule, CaseEntry, CaseLink, CaseState, ExceptionCase, ReasonCode, ReconciliationRun, RuleAct
from reconciliation.models.cases import LIVE_STATES
from reconciliation.sla import due_at

ENGINE = system_actor("reconciliation")


def raise_case(
    *,
    code: str,
    entity_id: UUID,
    business_date: date,
    amount_minor: int,
    currency: str,
    dedupe_key: str,
    now: datetime,
    merchant_account: MerchantAccount | None = None,
    bank_account: BankAccount | None = None,
    merchant_reference: str = "",
    psp_reference: str = "",
    bank_reference: str = "",
    facts: dict[str, Any] | None = None,
    links: Iterable[tuple[str, str]] = (),
    run: ReconciliationRun | None = None,
    each_day: bool = False,
) -> ExceptionCase:
    """Raise the case of a break, with owner, severity and due time, or return the one that stands for it.

    `dedupe_key` names the break. A case that a person resolved stays resolved; one that resolved itself and is broken again gets a
    new version, linked. `each_day`: the break is of a balance, which is told anew at the end of each day, so that what a person let
    pass is judged for the days that were over then: found on a later one, it is a new version too. `amount_minor` at risk, minor
    units; `links` (kind, public id). Raises ReasonCode.DoesNotExist.
    """
    with transaction.atomic():
        reason = ReasonCode.objects.get(pk=code)
        previous = _lock_latest(dedupe_key)
        if previous is not None and _stands(previous, business_date if each_day else None):
            return previous
        case = ExceptionCase(
            number=_next_number(),
            reason=reason,
            category=reason.category,
            player_impact=reason.player_impact,
            severity=reason.severity,
            owner_team=reason.owner_team,
            co_owner_team=reason.co_owner_team,
            due_at=due_at(clock=reason.sla_clock, value=reason.sla_value, entity=LegalEntity.objects.get(pk=entity_id), opened_at=now),
            entity_id=entity_id,
            business_date=business_date,
            amount_minor=abs(amount_minor),
            currency=currency,
            merchant_account=merchant_account,
            bank_account=bank_account,
            merchant_reference=merchant_reference,
            psp_reference=psp_reference,
            bank_reference=bank_reference,
            dedupe_key=dedupe_key,
            version=previous.version + 1 if previous else 1,
            previous=previous,
            facts=facts or {},
            run=run,
            opened_at=now,
            updated_at=now,
        )
        case.save(force_insert=True)
        record_birth(case, actor=ENGINE, now=now, event="case.raised")
        _link(case, links)
        add_entry(case, kind="raised", text=reason.raised_when, data=case.facts, actor=ENGINE, now=now)
    return case


def _stands(case: ExceptionCase, day: date | None) -> bool:
    """Whether the case still speaks for its break: it lives, or a person ended it, for good (`day` None) or with this day over."""
    if case.state != CaseState.RESOLVED or day is None or case.resolved_at is None:
        return bool(case.state != CaseState.AUTO_RESOLVED)
    return bool(day <= case.business_date or day < business_day_of(case.entity, case.resolved_at))


def auto_resolve_case(
    case: ExceptionCase, *, rule: str, text: str, now: datetime, data: dict[str, Any] | None = None, posted: Sequence[str] = ()
) -> bool:
    """End a live case by a rule, "name@version" (E3): nothing is broken any more, or `posted` (public ids) put it right.

    Writes the timeline, and what the rule did (RuleAct). False where the case had ended before, or the rule is off; where a person took
    back what a rule did to it; and where money is held for it: only people give that back, and the timeline says so.
    """
    with transaction.atomic():
        locked = ExceptionCase.objects.select_for_update().get(pk=case.pk)
        if locked.state not in LIVE_STATES or not _is_on(rule) or locked.rule_acts.filter(act=RuleAct.REOPENED).exists():
            return False
        if Hold.objects.filter(kind=Hold.Kind.CASE, ref=locked.public_id, state=Hold.State.HELD).exists():
            _leave_to_people(locked, text, now)
            return False
        locked.resolution, locked.resolution_note, locked.resolved_at = rule, text, now
        locked.resolved_by_kind, locked.resolved_by_id = ENGINE.kind, ENGINE.id
        fields = ["resolution", "resolution_note", "resolved_at", "resolved_by_kind", "resolved_by_id"]
        move(locked, "auto_resolve", actor=ENGINE, now=now, event="case.auto_resolved", extra_fields=fields)
        add_entry(locked, kind="evidence", text=text, data={"rule": rule, **(data or {})}, actor=ENGINE, now=now)
        write_rule_act(locked, rule=rule, act=RuleAct.ENDED, posted=posted, now=now)
    return True


def _leave_to_people(case: ExceptionCase, text: str, now: datetime) -> None:
    """Told once, however often runs come by."""
    told = f"{text} Money is held for this case: a person ends it."
    if not case.entries.filter(kind="evidence", text=told).exists():
        add_entry(case, kind="evidence", text=told, actor=ENGINE, now=now)


def write_rule_act(case: ExceptionCase, *, rule: str, act: str, posted: Sequence[str] = (), now: datetime) -> RuleAct:
    """What a rule did to a case, or a person undid: what the rule is measured by (E3)."""
    code, _, version = rule.rpartition("@")
    return RuleAct.objects.create(
        rule=code or rule, version=int(version) if version.isdecimal() else 1, act=act, case=case, amount_minor=case.amount_minor,
        currency=case.currency, posted=list(posted), at=now,
    )  # fmt: skip


def _is_on(rule: str) -> bool:
    return not AutoRule.objects.filter(code=rule.rpartition("@")[0] or rule, is_on=False).exists()


def resolve_by_key(dedupe_key: str, *, rule: str, text: str, now: datetime, data: dict[str, Any] | None = None) -> bool:
    """End the live case of this break, if there is one."""
    case = ExceptionCase.objects.filter(dedupe_key=dedupe_key, state__in=LIVE_STATES).first()
    return case is not None and auto_resolve_case(case, rule=rule, text=text, now=now, data=data)


def add_entry(case: ExceptionCase, *, kind: str, text: str, actor: Actor, now: datetime, data: dict[str, Any] | None = None) -> CaseEntry:
    """Write one entry of the case's timeline."""
    return CaseEntry.objects.create(case=case, kind=kind, text=text, data=data or {}, actor_kind=actor.kind, actor_id=actor.id, at=now)


def _lock_latest(dedupe_key: str) -> ExceptionCase | None:
    """The newest version; those who raise the same break at once wait for each other here."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 7))", [dedupe_key])
    return ExceptionCase.objects.filter(dedupe_key=dedupe_key).order_by("-version").first()


def _next_number() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('reconciliation_case_number_seq')")
        return int(cursor.fetchone()[0])


def _link(case: ExceptionCase, links: Iterable[tuple[str, str]]) -> None:
    CaseLink.objects.bulk_create(
        [CaseLink(case=case, kind=kind, target_id=target) for kind, target in dict.fromkeys(links)], ignore_conflicts=True
    )
