"""The case page (E1 to E4, UX 4.3): what happened, what should I do?"""

from datetime import UTC, datetime, time
from typing import Any

from django.utils.html import format_html, format_html_join

from ledger.admin.frames import Event, Fact, Page, Panel, Record, Step, due_cell, get_chip, moment_cell, money_cell, ref_cell
from ledger.admin.frames.records import compare, table, timeline, values
from ledger.admin.frames.text import money_text, sentence
from ledger.admin.people import actor_words, people
from ledger.admin.story import event_words
from ledger.models import JournalTransaction
from reconciliation.admin.case_endings import endings_of, label_of, suggested
from reconciliation.admin.case_list import account_code
from reconciliation.admin.case_sides import Sides, compare_rows, read_sides
from reconciliation.models import CaseEntry, CaseState, ExceptionCase, Team

MOST_EVENTS = 200


def case_record(case: ExceptionCase, page: Page) -> Record:
    """Everything that a decision on the case needs, on one page."""
    sides = read_sides(case)
    return Record(
        question="What happened, and what should I do?",
        headline=f"{case.reason.title} · {case.label}",
        code=case.reason_id,
        chip=get_chip("case", case.state),
        sub=case.reason.raised_when,
        notice=_notice(case),
        facts=_facts(case, page),
        main=[
            compare("What each side says", ("Ledger", "PSP", "Bank"), compare_rows(case, sides)),
            timeline(_events(case, sides, page)),
        ],
        side=[_playbook(case, sides), *_suggestion(case, page), _links(case), _sla(case, page), *_stated(case)],
    )


def _notice(case: ExceptionCase) -> str:
    parts = []
    if case.previous is not None:
        ended = "had resolved itself" if case.previous.state == CaseState.AUTO_RESOLVED else "was ended by a person"
        parts.append(f"This is version {case.version}: {case.previous.label} {ended}, and the same was found broken again.")
    if case.wait_until is not None:
        parts.append(f"It waits until {case.wait_until:%d %b %Y %H:%M} UTC: {case.wait_for.rstrip('.')}.")
    if case.escalated_at is not None and case.is_live:
        parts.append(f"Escalated to {_team(case.co_owner_team or case.owner_team)}.")
    return " ".join(parts)


def _team(code: str) -> str:
    return dict(Team.choices).get(code, code)


def _facts(case: ExceptionCase, page: Page) -> list[Fact]:
    late = case.is_live and case.due_at <= page.now
    owner = people(page).get(str(case.assignee_id), "nobody").partition(" (")[0] if case.assignee_id else "nobody"
    return [
        Fact("At risk", money_cell(case.amount_minor, case.currency)),
        Fact("Due", due_cell(case.due_at, page.now, is_open=case.is_live), "bad" if late else ""),
        Fact("Severity", get_chip("severity", case.severity).word),
        Fact("Owner", f"{_team(case.owner_team)} · {owner}"),
        Fact("Account", account_code(case)),
        Fact("Business day", f"{case.business_date.day} {case.business_date:%b %Y} ({case.entity.name})"),
        Fact("Player impact", sentence(case.player_impact)),
    ]


def _playbook(case: ExceptionCase, sides: Sides) -> Panel:
    """The reason code's steps. The first two tick themselves where the records they ask for are at hand."""
    known = [
        Step("The platform's own record is found", "done" if sides.record is not None else "failed"),
        Step("The PSP's line is found", "done" if sides.psp_lines else "failed"),
        Step("The bank's line is found", "done" if sides.bank_lines else "review"),
    ]
    return Panel("What to do", "ops/playbook.html", {"known": known, "steps": case.reason.playbook, "player_text": case.reason.player_text})


def _suggestion(case: ExceptionCase, page: Page) -> list[Panel]:
    ending = suggested(case, page)
    if ending is None:
        return _ending_so_far(case, page)
    others = [each.disposition.verb for each in endings_of(case, page) if each is not ending and each.is_possible]
    context = {
        "label": label_of(ending, case),
        "why": ending.disposition.sentence,
        "rule": f"First possible ending of {case.reason_id}",
        "receipt": ending.receipt,
        "others": others,
        "refused": [each.disposition.verb for each in endings_of(case, page) if each.refusal],
    }
    return [Panel("Suggested", "ops/suggested.html", context)]


def _ending_so_far(case: ExceptionCase, page: Page) -> list[Panel]:
    if case.resolution:
        who = actor_words(case.resolved_by_kind, case.resolved_by_id, page)
        pairs = [
            ("How", sentence(case.resolution)),
            ("Why", case.resolution_note),
            ("By", who),
            ("When", moment_cell(case.resolved_at, page.now)),
        ]
        return [values("How it ended", pairs)]
    if case.proposal:
        pairs = [
            ("Proposed", sentence(case.proposed_disposition)),
            ("Why", str(case.proposal.get("reason", ""))),
            ("Approval", ref_cell(str(case.proposal.get("approval_id", "")))),
        ]
        return [values("Waits for a second person", pairs)]
    return []


def _links(case: ExceptionCase) -> Panel:
    rows = [[sentence(link.kind), ref_cell(link.target_id) if "_" in link.target_id else link.target_id] for link in case.links.all()]
    named = (("Our reference", case.merchant_reference), ("PSP reference", case.psp_reference), ("Bank reference", case.bank_reference))
    rows += [[label, format_html('<span class="ops-id">{}</span>', value)] for label, value in named if value]
    if case.previous is not None:
        rows.append(["Earlier version", ref_cell(case.previous.public_id)])
    return table("Linked", [("What", "text"), ("Record", "text")], rows, empty="No record is linked.")


def _sla(case: ExceptionCase, page: Page) -> Panel:
    pairs = [
        ("Opened", moment_cell(case.opened_at, page.now)),
        ("Due", moment_cell(case.due_at, page.now)),
        ("Clock", f"{case.reason.sla_value or ''} {case.reason.get_sla_clock_display()}".strip()),
    ]
    if case.escalated_at:
        pairs.append(("Escalated", moment_cell(case.escalated_at, page.now)))
    pairs.append(("Co-owner", _team(case.co_owner_team) if case.co_owner_team else "—"))
    pairs.append(("Resolves itself", case.reason.resolves_when or "Never"))
    return values("Clock", pairs)


def _stated(case: ExceptionCase) -> list[Panel]:
    pairs = [(sentence(name.removesuffix("_minor")), _stated_value(name, value, case)) for name, value in sorted(case.facts.items())]
    return [values("As the engine found it", pairs)] if pairs else []


def _stated_value(name: str, value: Any, case: ExceptionCase) -> Any:
    if name.endswith("_minor") and isinstance(value, int):
        return money_text(value, str(case.facts.get("currency", case.currency)))
    if isinstance(value, list):
        return format_html_join(", ", "{}", ((str(each),) for each in value))
    return str(value) if value not in (None, "") else "—"


def _events(case: ExceptionCase, sides: Sides, page: Page) -> list[Event]:
    """Merged from all sources: the case's own entries, the journal, the PSP's lines, the bank's lines."""
    events = [_entry_event(entry, page) for entry in case.entries.all()[:MOST_EVENTS]]
    if sides.record is not None:
        reference = getattr(sides.record, "intent_id", None) and sides.record.intent.public_id or sides.record.public_id
        posted = JournalTransaction.objects.filter(intent_ref__in={reference, sides.record.public_id}).order_by("id")[:MOST_EVENTS]
        events += [
            Event(row.posted_at, f"Posted: {event_words(row.kind.lower())}", "ledger", detail="", who=row.public_id) for row in posted
        ]
    events += [
        Event(
            line.created_at,
            f"{sentence(line.type)} of {money_text(abs(line.gross_minor), line.gross_currency)} on the report, line {line.line_number}",
            "psp",
        )
        for line in sides.psp_lines
    ]
    events += [
        Event(_midday(line), f"{money_text(line.amount_minor, line.currency)} booked", "bank", detail=line.narrative[:200])
        for line in sides.bank_lines
    ]
    return events


def _midday(line: Any) -> Any:
    """A bank line has a day only: it is shown at the start of that day, UTC."""
    return datetime.combine(line.booked_date, time(0, 0), tzinfo=UTC)


ENTRY_WORDS = {
    "raised": "Case raised",
    "comment": "Comment",
    "attachment": "File attached",
    "proposal": "Proposal",
    "assigned": "Assignment",
    "state": "",
    "evidence": "Evidence",
}


def _entry_event(entry: CaseEntry, page: Page) -> Event:
    source = "person" if entry.actor_kind == "user" else "system"
    words = ENTRY_WORDS.get(entry.kind, sentence(entry.kind))
    who = actor_words(entry.actor_kind, entry.actor_id, page)
    if entry.kind in ("state", "assigned"):
        return Event(entry.at, entry.text, source, who)
    return Event(entry.at, words, source, who, detail=entry.text)
