"""The page of one posting (UX 4.12): both its sides, why it was posted and by whom, what reverses it, and what proof and replay say."""

import json

from ledger.admin.frames import Chip, Event, Fact, Page, Panel, Record, Step, Tone, links, moment_cell, ref_cell
from ledger.admin.frames.cells import NOT_THERE
from ledger.admin.frames.records import checklist, raw, timeline, values
from ledger.admin.people import actor_words
from ledger.admin.story import both_sides, event_words
from ledger.models import JournalTransaction
from ledger.proofs import Said, prove_transaction

PROVED = Chip(Tone.GOOD, "check_circle", "Proved")
BROKEN = Chip(Tone.BAD, "error", "Not proved")
REVERSED = Chip(Tone.ATTENTION, "undo", "Reversed")


def transaction_record(obj: JournalTransaction, page: Page) -> Record:
    """Everything that is known of one posting; it is read only, and corrected by another posting."""
    said = prove_transaction(obj.pk)
    reversals = list(obj.reversed_by.order_by("id"))
    proved = all(each.ok for each in said)
    return Record(
        question="What does this posting say?",
        headline=event_words(obj.kind.lower()),
        code=obj.public_id,
        chip=BROKEN if not proved else REVERSED if reversals else PROVED,
        facts=_facts(obj, page),
        main=[both_sides(obj, page), _proof(said), raw("What its rule read", json.dumps(obj.source, indent=2, sort_keys=True))],
        side=[_links(obj, reversals), _origin(obj), _story(obj, reversals, page)],
        sub=_reversal_words(obj, reversals),
    )


def _facts(obj: JournalTransaction, page: Page) -> list[Fact]:
    day = f"{obj.business_date.day} {obj.business_date:%b %Y}"
    corrects = f", for {obj.corrects_date.day} {obj.corrects_date:%b %Y}" if obj.corrects_date else ""
    return [
        Fact("Posted", moment_cell(obj.posted_at, page.now)),
        Fact("Business day", f"{day} ({obj.entity.code}){corrects}"),
        Fact("By", actor_words(obj.actor_kind, obj.actor_id, page)),
    ]


def _proof(said: list[Said]) -> Panel:
    steps = [Step(each.words, "done" if each.ok else "failed", note=each.fault) for each in said]
    return checklist("What proof and replay say", steps, note="asked just now")


def _links(obj: JournalTransaction, reversals: list[JournalTransaction]) -> Panel:
    event = links.source_of(links.Posted(obj.payload_sha256, obj.intent_ref))
    pairs: list[tuple[str, str]] = [
        ("Belongs to", ref_cell(obj.intent_ref)),
        ("Player", ref_cell(obj.player_ref)),
        ("Event behind it", ref_cell(event)),
        ("Reverses", ref_cell(obj.reverses.public_id) if obj.reverses else NOT_THERE),
        *[("Reversed by", ref_cell(each.public_id)) for each in reversals],
    ]
    return values("What it belongs to", pairs)


def _origin(obj: JournalTransaction) -> Panel:
    pairs: list[tuple[str, str]] = [
        ("Posting key", obj.posting_key),
        ("Rule", obj.rule),
        ("Fingerprint", obj.fingerprint),
        ("Payload SHA-256", obj.payload_sha256 or NOT_THERE),
        ("Trace", obj.trace_id or NOT_THERE),
    ]
    return values("How it came", pairs)


def _story(obj: JournalTransaction, reversals: list[JournalTransaction], page: Page) -> Panel:
    events = [
        Event(obj.occurred_at, "It happened", "system"),
        Event(obj.posted_at, "It was posted", "ledger", actor_words(obj.actor_kind, obj.actor_id, page)),
    ]
    for each in reversals:
        events.append(Event(each.posted_at, "It was reversed", "ledger", actor_words(each.actor_kind, each.actor_id, page)))
    return timeline(events)


def _reversal_words(obj: JournalTransaction, reversals: list[JournalTransaction]) -> str:
    if reversals:
        return "A later posting reverses this one; nothing of it was changed."
    return "It reverses an earlier posting, which stays as it was." if obj.reverses_id else ""
