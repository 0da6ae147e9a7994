"""The PSP's own register against our books, before its settlement lines (R4, level 1): what its activity export says happened.

An event is judged as a settlement line of the same object would be, and its case is the same one: the line that comes later joins it.
Nothing is posted from an event but through the normal path, after the PSP confirms.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

from django.db import transaction

from cashier.models import Attempt, Capture, Hold
from cashier.operations.holds import place_hold
from reconciliation.matching.facts import Finding, LineFacts
from reconciliation.matching.judge import judge, object_of
from reconciliation.models import Activity, CaseLink, ExceptionCase
from reconciliation.models.cases import LIVE_STATES
from reconciliation.operations.cases import ENGINE, auto_resolve_case, raise_case
from reconciliation.operations.run.context import MerchantRun
from reconciliation.operations.run.disputes import capture_of
from reconciliation.operations.run.evidence import BOOKED, TOLD_BY_CASHIER, confirm
from reconciliation.operations.run.findings import key_of, note_of
from reconciliation.operations.run.register_disputes import open_from_register
from reconciliation.operations.run.world import read_world
from reconciliation.queries.activity_breaks import QUESTIONS, Span, broken, has_activity

LOOK_BACK = timedelta(days=30)
UNKNOWN_AFTER = timedelta(hours=24)
_SELF_ENDING = ("LEDGER_CREDIT_MISSING_PSP_SUCCESS", "PAYOUT_PAID_NOT_RECORDED")
_LINE_KINDS = {
    "captured": ("sale", ""),
    "refunded": ("refund", ""),
    "refund_back": ("reversal", "refund"),
    "charged_back": ("chargeback", ""),
}


def tell_activity(step: MerchantRun) -> None:
    """A case for each event that our books contradict; those of cases that nothing contradicts any more end by themselves. No transaction
    may be open: the PSP is asked."""
    span = Span(step.account.pk, step.date - LOOK_BACK, step.date)
    if not has_activity(span):
        return
    seen: set[str] = set()
    for question in QUESTIONS:
        for event in broken(question, span):
            if (case := _TOLD[question](step, event, question)) is not None:
                seen.add(str(event.pk))
                CaseLink.objects.get_or_create(case=case, kind="activity", target_id=str(event.pk))
    _end_explained(step, span, seen)


def _judged(step: MerchantRun, event: Activity, question: str) -> ExceptionCase | None:
    """As a line of a report: asked first where the PSP can confirm; what is confirmed is booked, and told of all the same."""
    line = _as_line(event, *_LINE_KINDS[question])
    finding = judge(line, read_world(step.account.pk, [line]))
    if finding.code == "PSP_LINE_UNKNOWN_REFERENCE":
        return _unknown(step, event, finding)
    outcome = confirm(step, finding.ask, noted=note_of(line, finding)) if finding.ask is not None else ""
    if outcome in TOLD_BY_CASHIER:
        return None
    case = _raise(step, event, finding)
    if outcome in BOOKED and finding.code in _SELF_ENDING:
        text = "The PSP confirmed it when asked; it was booked through the normal path."
        auto_resolve_case(case, rule="psp_confirmed@1", text=text, now=step.now)
    return case


def _charged_back(step: MerchantRun, event: Activity, question: str) -> ExceptionCase:
    """Its dispute is opened; what can't be opened from the register alone is a case for a person."""
    line = _as_line(event, *_LINE_KINDS[question])
    world = read_world(step.account.pk, [line])
    with transaction.atomic():
        booked = open_from_register(step, event, capture_of(line, world))
        case = _raise(step, event, judge(line, world))
        if booked:
            text, data = "The dispute was opened from the PSP's register.", {"dispute": booked.partition(":")[0]}
            auto_resolve_case(case, rule="dispute_from_line@1", text=text, data=data, now=step.now)
    return case


def _unknown(step: MerchantRun, event: Activity, finding: Finding) -> ExceptionCase | None:
    """Of a payment that nobody here knows: after a day it is a case, as a notification's would be."""
    if step.now - event.booked_at < UNKNOWN_AFTER:
        return None
    about = f"activity:{object_of(step.account.pk, event.object_reference)}"
    return _raise(step, event, replace(finding, code="EVENT_UNKNOWN_REFERENCE", about=about))


def _failed(step: MerchantRun, event: Activity, question: str) -> ExceptionCase | None:
    """The PSP failed what it had confirmed and we had credited: held at once, as far as it goes (POSTINGS.md section 5)."""
    capture = Capture.objects.select_related("intent__player", "attempt").get(
        merchant_account=step.account, psp_ref=event.object_reference, state=Capture.State.SUCCEEDED
    )
    case = _of_capture(step, event, capture, "CAPTURE_FAILED_AFTER_CREDIT", f"CAPTURE_FAILED_AFTER_CREDIT:{capture.public_id}")
    if case.is_live:
        place_hold(
            kind=Hold.Kind.CASE, ref=case.public_id, player=capture.intent.player, currency=capture.currency,
            amount_minor=int(capture.amount_minor), occurred_at=event.booked_at, actor=ENGINE, now=step.now,
        )  # fmt: skip
    return case


def _only_authorised(step: MerchantRun, event: Activity, question: str) -> ExceptionCase | None:
    attempt = Attempt.objects.get(merchant_account=step.account, psp_ref=event.psp_reference)
    captures = Capture.objects.select_related("intent__player", "attempt").filter(attempt=attempt, state=Capture.State.SUCCEEDED)
    for capture in captures:  # the same break as the line that never comes: one case
        return _of_capture(step, event, capture, "CREDITED_ON_AUTHORISATION", f"MISSING:capture:{capture.public_id}:0")
    return None


def _differs(step: MerchantRun, event: Activity, question: str) -> ExceptionCase | None:
    """The PSP's register and its own settlement lines contradict each other, whatever our books say."""
    facts = {"register": event.record_type, "register_minor": int(event.amount_minor), "psp_object": event.object_reference}
    about = f"activity:{question}:{object_of(step.account.pk, event.object_reference)}"
    return raise_case(
        code="STATUS_DIFFERS", entity_id=step.account.entity_id, business_date=event.business_date, amount_minor=int(event.amount_minor),
        currency=event.currency, merchant_account=step.account, merchant_reference=event.merchant_reference,
        psp_reference=event.psp_reference, dedupe_key=f"STATUS_DIFFERS:{about}"[:200],
        facts={**facts, "what": question.replace("_", " ")}, links=_links(event), run=step.run, now=step.now,
    )  # fmt: skip


def _of_capture(step: MerchantRun, event: Activity, capture: Capture, code: str, key: str) -> ExceptionCase:
    intent = capture.intent
    return raise_case(
        code=code, entity_id=step.account.entity_id, business_date=event.business_date, amount_minor=int(capture.amount_minor),
        currency=capture.currency, merchant_account=step.account, merchant_reference=intent.public_id, psp_reference=event.psp_reference,
        dedupe_key=key, facts={"register": event.record_type, "psp_object": capture.psp_ref},
        links=[("capture", capture.public_id), ("player", intent.player.public_id), *_links(event)], run=step.run, now=step.now,
    )  # fmt: skip


def _raise(step: MerchantRun, event: Activity, finding: Finding) -> ExceptionCase:
    return raise_case(
        code=finding.code, entity_id=step.account.entity_id, business_date=event.business_date, amount_minor=finding.amount_minor,
        currency=event.currency, merchant_account=step.account, merchant_reference=finding.merchant_reference,
        psp_reference=finding.psp_reference, dedupe_key=key_of(finding), facts={**finding.facts, "register": event.record_type},
        links=[*finding.links, *_links(event)], run=step.run, now=step.now,
    )  # fmt: skip


def _links(event: Activity) -> Iterator[tuple[str, str]]:
    yield "activity", str(event.pk)
    yield "file", event.source_file.public_id


def _end_explained(step: MerchantRun, span: Span, seen: set[str]) -> None:
    """Cases of events alone, of the days that were asked about: of events of other days nothing was heard, which explains nothing.

    A settlement line that joined one ends it by its own rules.
    """
    days = (span.since, span.until)
    live = ExceptionCase.objects.filter(
        merchant_account=step.account, state__in=LIVE_STATES, links__kind="activity", business_date__range=days
    ).distinct()
    for case in live.exclude(links__kind="psp_line").exclude(reason__resolves_when=""):
        if not seen & set(case.links.filter(kind="activity").values_list("target_id", flat=True)):
            auto_resolve_case(case, rule="states_agree@1", text="The PSP's register and our books agree by now.", now=step.now)


def _as_line(event: Activity, kind: str, reverses: str) -> LineFacts:
    sign = 1 if kind in ("sale", "reversal") else -1
    amount = sign * int(event.amount_minor)
    return LineFacts(
        id=event.pk, batch_id=UUID(int=0), bucket=0, line_number=event.line_number, kind=kind, type=event.record_type, reverses=reverses,
        merchant_reference=event.merchant_reference, object_merchant_reference="", psp_reference=event.psp_reference,
        object_reference=event.object_reference, reference_kind=event.reference_kind, reference_id=event.reference_id,
        object_kind=event.object_kind, object_id=event.object_id, gross_currency=event.currency, gross_minor=amount,
        net_currency=event.currency, net_minor=amount, commission_minor=0, markup_minor=0, scheme_minor=0, interchange_minor=0,
        created_at=event.booked_at, business_date=event.business_date,
    )  # fmt: skip


_TOLD: dict[str, Callable[[MerchantRun, Activity, str], ExceptionCase | None]] = {
    "captured": _judged,
    "failed": _failed,
    "only_authorised": _only_authorised,
    "refunded": _judged,
    "refund_back": _judged,
    "charged_back": _charged_back,
    "paid_all_the_same": _differs,
    "settled_otherwise": _differs,
}
