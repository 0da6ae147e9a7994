"""Disputes (X1 to X6, UX 4.11): what do we answer, by when? Evidence is attached first; an answer is sent once."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import Count, QuerySet

from disputes.files import KINDS, MAX_BYTES
from disputes.models import Dispute, DisputeAnswer, DisputeState, Evidence
from disputes.models.disputes import ANSWERABLE_STATES, OPEN_STATES
from disputes.operations.answer import accept_dispute, submit_dispute
from disputes.operations.evidence import attach_evidence
from ledger.admin.frames import (
    SHOWN,
    Act,
    Column,
    Done,
    Event,
    Fact,
    Filter,
    ListFrame,
    OpsAdmin,
    Page,
    Record,
    Standing,
    View,
    chip_cell,
    disabled,
    due_cell,
    get_chip,
    hidden,
    moment_cell,
    money_cell,
    reason_field,
    ref_cell,
    text_cell,
    when_cell,
)
from ledger.admin.frames.records import table, timeline, values
from ledger.admin.frames.text import absolute_text, money_text, sentence
from ledger.admin.people import actor_words
from ledger.admin.story import postings_of, transition_events
from ledger.models import ApprovalRequest

MAY = "disputes.submit_dispute"
SOON = timedelta(hours=72)
Data = Mapping[str, Any]


def _answerable(dispute: Dispute, page: Page) -> Standing:
    """In time, in a state that can be answered, and no answer on its way."""
    if not dispute.is_answerable:
        return hidden("It does not wait for an answer of ours.")
    if dispute.answer_by and dispute.answer_by <= page.now:
        return hidden(f"Too late since {absolute_text(dispute.answer_by)}.")
    if dispute.approval_id:
        return disabled("An answer waits for a second person.")
    return disabled("An answer is on its way.") if dispute.answers.exclude(call_state="DONE").exists() else SHOWN


def _submittable(dispute: Dispute, page: Page) -> Standing:
    standing = _answerable(dispute, page)
    if standing.state != "shown":
        return standing
    return SHOWN if dispute.evidence.exists() else disabled("Attach evidence first: an answer can be sent once.")


def _attachable(dispute: Dispute, page: Page) -> Standing:
    return SHOWN if dispute.is_answerable else hidden("Evidence is locked.")


def _attach(dispute: Dispute, data: Data, page: Page) -> Done:
    upload = data["file"]
    evidence = attach_evidence(
        dispute_id=dispute.pk,
        content=upload.read(),
        name=upload.name,
        content_type=upload.content_type or "",
        kind=data["kind"],
        source=data["source"],
        actor=page.actor,
        now=page.now,
    )
    return Done(f"{evidence.name} is kept, SHA-256 {evidence.sha256[:12]}…. Nothing was sent.")


def _submit(dispute: Dispute, data: Data, page: Page) -> Done:
    made = submit_dispute(dispute_id=dispute.pk, note=data["note"], reason=data["reason"], actor=page.actor, now=page.now)
    return _done(made, "The answer")


def _accept(dispute: Dispute, data: Data, page: Page) -> Done:
    made = accept_dispute(dispute_id=dispute.pk, reason=data["reason"], actor=page.actor, now=page.now)
    return _done(made, "Accepting it")


def _done(made: DisputeAnswer | ApprovalRequest, what: str) -> Done:
    return Done(f"{what} waits for a second person." if isinstance(made, ApprovalRequest) else f"{what} is on its way to the PSP.")


def _send_label(dispute: Dispute, page: Page) -> str:
    count = dispute.evidence.count()
    return f"Send {count} item{'' if count == 1 else 's'} to {dispute.merchant_account.provider.capitalize()}"


def _evidence_fields(dispute: Dispute, page: Page) -> dict[str, forms.Field]:
    return {
        "file": forms.FileField(
            label="File",
            help_text=f"{', '.join(KINDS)}; up to {MAX_BYTES // 1024**2} MiB.",
            widget=forms.ClearableFileInput(attrs={"accept": ",".join(KINDS)}),
        ),
        "kind": forms.ChoiceField(label="What it shows", choices=[(kind.value, sentence(kind.value)) for kind in Evidence.Kind]),
        "source": forms.CharField(label="Where it comes from", max_length=120),
    }


def _submit_fields(dispute: Dispute, page: Page) -> dict[str, forms.Field]:
    note = forms.CharField(label="Cover letter", max_length=5000, widget=forms.Textarea(attrs={"rows": 5}))
    return {"note": note, "reason": reason_field("Why we fight it")}


def _search(rows: QuerySet[Any], text: str) -> QuerySet[Any]:
    return rows.filter(provider_case_id=text)


@admin.register(Dispute)
class DisputeAdmin(OpsAdmin):
    frame = ListFrame(
        question="What do we answer, and by when?",
        columns=(
            Column("Answer by", lambda row, page: due_cell(row.answer_by, page.now, is_open=row.is_answerable), area="b"),
            Column("Dispute", lambda row, page: row.provider_case_id, kind="name", area="a"),
            Column("Amount", lambda row, page: money_cell(row.amount_minor, row.currency, trim=True), kind="num", area="d"),
            Column("Reason", lambda row, page: f"{row.scheme.capitalize()} {row.reason_code}".strip() or "—", area="c"),
            Column("PSP account", lambda row, page: row.merchant_account.code, area="late"),
            Column("Stage", lambda row, page: chip_cell("dispute", row.state)),
            Column("Evidence", lambda row, page: str(row.evidence_count), kind="num", area="late"),
            Column("Opened", lambda row, page: when_cell(row.opened_at, page.now), area="late"),
        ),
        views=(
            View(
                "due",
                "Due < 72 h",
                lambda rows, page: rows.filter(state__in=ANSWERABLE_STATES, answer_by__lte=page.now + SOON),
                urgent=True,
            ),
            View("answer", "To answer", lambda rows, page: rows.filter(state__in=ANSWERABLE_STATES)),
            View("open", "Open", lambda rows, page: rows.filter(state__in=OPEN_STATES), order=("-id",)),
            View("closed", "Closed", lambda rows, page: rows.exclude(state__in=OPEN_STATES), counted=False, order=("-id",)),
        ),
        order=("answer_by", "id"),
        filters=(
            Filter("state", "Stage", choices=lambda: [(state.value, get_chip("dispute", state.value).word) for state in DisputeState]),
            Filter("scheme", "Scheme", kind="text"),
            Filter("currency", "Currency", kind="text"),
        ),
        amount="amount_minor",
        search=_search,
        search_hint="Exact case id of the PSP",
        related=("merchant_account",),
        done_words="No dispute is due.",
    )
    acts = (
        Act(
            "attach",
            "Attach evidence…",
            MAY,
            _attach,
            key="s",
            standing=_attachable,
            title="Attach evidence",
            fields=_evidence_fields,
            guards_staleness=False,
            icon="attach_file",
        ),
        Act(
            "accept",
            lambda dispute, page: f"Accept, lose {money_text(dispute.amount_minor, dispute.currency)}…",
            MAY,
            _accept,
            kind="danger",
            standing=_answerable,
            title="Accept this dispute",
            fields=lambda dispute, page: {"reason": reason_field("Why we give it up")},
            approver="Above the policy's amount: needs a second person",
        ),
        Act(
            "submit",
            _send_label,
            MAY,
            _submit,
            kind="primary",
            standing=_submittable,
            title="Send the answer",
            fields=_submit_fields,
            approver="Sent once, then everything is locked",
        ),
    )

    def rows(self, page: Page) -> QuerySet[Any]:
        return Dispute.objects.annotate(evidence_count=Count("evidence"))

    def heading(self, obj: Any) -> str:
        return "Dispute"

    def record(self, obj: Dispute, page: Page) -> Record:
        late = obj.is_answerable and obj.answer_by is not None and obj.answer_by <= page.now
        facts = [
            Fact("Amount", money_cell(obj.amount_minor, obj.currency)),
            Fact("Answer by", due_cell(obj.answer_by, page.now, is_open=obj.is_answerable), "bad" if late else ""),
            Fact("Reason", f"{obj.scheme.capitalize()} {obj.reason_code}".strip() or "—"),
            Fact("Counts against the capture", money_cell(obj.disputed_minor, obj.currency)),
            Fact("PSP account", obj.merchant_account.code),
            Fact("Player", ref_cell(obj.player.public_id)),
        ]
        return Record(
            question="Is it worth a fight, and with what?",
            headline=f"{money_text(obj.amount_minor, obj.currency)} · {obj.scheme.capitalize()} {obj.reason_code} · {obj.provider_case_id}",
            code=obj.public_id,
            chip=get_chip("dispute", obj.state),
            sub="One answer only: after it is sent, everything is locked." if obj.is_answerable else "",
            notice=f"Too late since {absolute_text(obj.answer_by)}: nothing can be sent any more." if late and obj.answer_by else "",
            facts=facts,
            main=[_evidence(obj, page), timeline(_events(obj, page)), postings_of(obj.public_id, page)],
            side=[_answers(obj, page), _about(obj, page)],
        )


def _evidence(obj: Dispute, page: Page) -> Any:
    headers = [("Item", "text"), ("Shows", "text"), ("From", "text"), ("Size", "num"), ("SHA-256", "text"), ("Sent", "text")]
    rows = [
        [row.name, sentence(row.kind), row.source, f"{row.size_bytes:,} B", f"{row.sha256[:12]}…", moment_cell(row.submitted_at, page.now)]
        for row in obj.evidence.order_by("added_at")
    ]
    return table("Evidence", headers, rows, empty="Nothing is attached yet.")


def _answers(obj: Dispute, page: Page) -> Any:
    rows = [
        [
            sentence(row.kind),
            chip_cell("answer", row.call_state),
            text_cell(sentence(row.outcome) if row.outcome else row.error),
            actor_words(row.asked_by_kind, row.asked_by_id, page),
        ]
        for row in obj.answers.order_by("created_at")
    ]
    return table(
        "Our answers", [("Answer", "text"), ("Call", "text"), ("Outcome", "text"), ("By", "text")], rows, empty="Nothing was sent."
    )


def _about(obj: Dispute, page: Page) -> Any:
    return values(
        "About",
        [
            ("Opened", moment_cell(obj.opened_at, page.now)),
            ("Told by", sentence(obj.opened_by)),
            ("Answer by", moment_cell(obj.answer_by, page.now)),
            ("Flow", sentence(obj.flow)),
            ("Deposit", ref_cell(obj.capture.intent.public_id)),
            ("Capture", ref_cell(obj.capture.public_id)),
            ("Held", money_cell(obj.held_minor, obj.currency)),
            ("Approval", ref_cell(obj.approval_id)),
            ("Closed", moment_cell(obj.closed_at, page.now)),
        ],
    )


def _events(obj: Dispute, page: Page) -> list[Event]:
    moved = [
        Event(row.recorded_at, f"{sentence(row.kind)}: {money_text(row.amount_minor, row.currency)}", "ledger", sentence(row.told_by))
        for row in obj.movements.all()
    ]
    added = [
        Event(row.added_at, f"Evidence attached: {row.name}", "person", actor_words(row.added_by_kind, row.added_by_id, page))
        for row in obj.evidence.all()
    ]
    return [Event(obj.opened_at, "Opened", "psp"), *transition_events(obj, "dispute", page, source="psp"), *moved, *added]
