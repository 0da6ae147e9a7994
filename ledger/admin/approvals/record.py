"""The page of one request: what it would do, what it rests on and whether that changed, who asked and who decided."""

from typing import Any

from ledger.admin.approvals.wording import State, approvals_today, changed_of, facts_of, preview_of, why_me
from ledger.admin.frames import Event, Fact, Page, Panel, Record, Step, due_cell, get_chip, moment_cell, money_cell, ref_cell
from ledger.admin.frames.records import checklist, table, timeline, values
from ledger.admin.payloads import changed_rows, payload_pairs, payload_tables
from ledger.admin.people import actor_words
from ledger.canonical import canonical_json, sha256_hex
from ledger.models import ApprovalRequest


def request_record(obj: ApprovalRequest, page: Page) -> Record:
    """Everything that a person reads before they decide."""
    return Record(
        question="May this be done?",
        headline=obj.summary,
        code=obj.kind,
        chip=get_chip("approvalrequest", obj.state),
        facts=_facts(obj, page),
        main=[*_effect(obj, page), *_rests_on(obj, page), *_differences(obj), *_asked(obj), timeline(_events(obj, page))],
        side=[values("Why", _why(obj, page)), checklist("Checks", _checks(obj, page))],
    )


def _facts(obj: ApprovalRequest, page: Page) -> list[Fact]:
    return [
        Fact("Amount", money_cell(obj.amount_minor if obj.currency else None, obj.currency)),
        Fact("Expires", due_cell(obj.expires_at, page.now, is_open=obj.state == State.PENDING)),
        Fact("Asked by", actor_words(obj.maker_kind, obj.maker_id, page)),
        Fact("Approvals", approvals_today(obj)),
        Fact("For", ref_cell(obj.target_id) if obj.target_id else "—"),
    ]


def _why(obj: ApprovalRequest, page: Page) -> list[tuple[str, str]]:
    asked = moment_cell(obj.requested_at, page.now)
    return [("Reason", obj.reason), ("Rule", obj.rule or "One other person decides"), ("You", why_me(obj, page)), ("Asked", asked)]


def _checks(obj: ApprovalRequest, page: Page) -> list[Step]:
    whole = sha256_hex(canonical_json(obj.payload)) == obj.payload_sha256
    steps = [Step("The request is as it was asked for", "done" if whole else "failed", note=f"SHA-256 {obj.payload_sha256[:16]}…")]
    if obj.state != State.PENDING or not obj.seen:
        return steps
    changed = changed_of(obj, page)
    words = "Something changed since it was asked for" if changed else "Nothing changed since it was asked for"
    return [*steps, Step(words, "review" if changed else "done", note=", ".join(each.what for each in changed))]


def _effect(obj: ApprovalRequest, page: Page) -> list[Panel]:
    receipt = preview_of(obj, page)
    return [Panel("What it will post", "ops/receipt_panel.html", {"receipt": receipt})] if receipt else []


def _rests_on(obj: ApprovalRequest, page: Page) -> list[Panel]:
    """What it rests on: as it was asked, and today, the differences marked; of a decided request as it was asked alone."""
    if not obj.seen or (changed_rows(obj.payload) and not changed_of(obj, page)):
        return []
    if obj.state != State.PENDING:
        return [values("What it rested on when it was asked", list(obj.seen.items()))]
    now_is, changed = facts_of(obj, page), {each.what: each for each in changed_of(obj, page)}
    names = [*now_is, *(what for what in obj.seen if what not in now_is)]
    rows = [{"what": what, "was": obj.seen.get(what, "—"), "now": now_is.get(what, "—"), "changed": what in changed} for what in names]
    note = f"{len(changed)} changed since it was asked for" if changed else "nothing changed since it was asked for"
    return [Panel("What it rests on", "ops/rests_on.html", {"rows": rows}, note)]


def _differences(obj: ApprovalRequest) -> list[Panel]:
    """Of a change of settings: what each field is, and what it becomes."""
    rows = changed_rows(obj.payload)
    return [Panel("What becomes different", "ops/changes.html", {"rows": rows})] if rows else []


def _asked(obj: ApprovalRequest) -> list[Panel]:
    apart = ("before", "after", "what", "currency") if changed_rows(obj.payload) else ()
    payload = {name: value for name, value in obj.payload.items() if name not in apart}
    tables = [table(f"What was asked: {title.lower()}", headers, rows) for title, headers, rows in payload_tables(payload)]
    pairs = payload_pairs(payload)
    return [*tables, *([values("What was asked", pairs)] if pairs or not tables else [])]


def _events(obj: ApprovalRequest, page: Page) -> list[Event]:
    asked = Event(obj.requested_at, "Asked for approval", "person", actor_words(obj.maker_kind, obj.maker_id, page), obj.reason)
    return [asked, *[_decided(each, page) for each in obj.decisions.all()]]


def _decided(decision: Any, page: Page) -> Event:
    words, tone = ("Approved", "") if decision.approve else ("Rejected", "bad")
    return Event(decision.decided_at, words, "person", actor_words("user", str(decision.checker_id), page), decision.reason, tone)
