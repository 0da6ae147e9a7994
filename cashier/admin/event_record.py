"""The page of one event: what the PSP told, every try on it, and what it did or why it did nothing (UX 4.6)."""

import json
from typing import Any

from django.utils.dateparse import parse_datetime

from cashier.admin.event_words import error_words, event_words, seconds_words, way_words
from cashier.models import PspEvent, PspEventWork
from ledger.admin.frames import Event, Fact, Page, Record, get_chip, money_cell, ref_cell
from ledger.admin.frames.records import Panel, raw, table, timeline, values
from ledger.admin.frames.text import absolute_text, sentence
from ledger.clock import real_now
from ledger.models import JournalTransaction

MOST_POSTINGS = 20


def event_record(obj: PspEvent, page: Page) -> Record:
    work = obj.work
    lag = f"{seconds_words(max((work.applied_at - obj.occurred_at).total_seconds(), 0))}" if work.applied_at else "—"
    facts = [
        Fact("Amount", money_cell(obj.amount_minor, obj.currency)),
        Fact("For", ref_cell(obj.intent_ref or (obj.own_ref if obj.payout_ref else ""))),
        Fact("PSP account", obj.merchant_account.code),
        Fact("Tries", str(work.tries), "bad" if work.state == PspEventWork.State.DEAD else ""),
        Fact("Lag", lag),
    ]
    return Record(
        question="What did the PSP tell, and what came of it?",
        headline=event_words(obj),
        code=obj.public_id,
        chip=get_chip("event", work.state),
        facts=facts,
        main=[did(obj), attempts(work), timeline(moments(obj)), raw("Body, card data masked", pretty(obj.raw_body))],
        side=[values("Names in it", names_in(obj))],
    )


def did(obj: PspEvent) -> Panel:
    """What it did, or why it did nothing; the postings that it caused, and the events that it became."""
    work = obj.work
    pairs = [("Came of it", outcome_words(work)), ("Error", error_words(work.error) or "—"), ("Replayed", replays_words(work.replays))]
    pairs += [("Posted", f"{posted.kind} {posted.public_id}") for posted in postings(obj)]
    if obj.source is not None:
        pairs.append(("Told by", ref_cell(obj.source.public_id)))
    if obj.contradicts:
        pairs.append(("Says another amount than", ref_cell(obj.contradicts)))
    pairs += [("Became", ref_cell(told.public_id)) for told in obj.told.all()[:MOST_POSTINGS]]
    return values("What it did", pairs)


def replays_words(replays: int) -> str:
    return "Never" if not replays else "Once" if replays == 1 else f"{replays} times"


def outcome_words(work: PspEventWork) -> str:
    """The outcome in words; why an event that was ignored did nothing."""
    if work.outcome.startswith("ignored: "):
        return f"Nothing: {work.outcome.removeprefix('ignored: ')}"
    if work.outcome in ("already", "same"):
        return "Nothing: we held it already"
    return sentence(work.outcome.replace("_", " ").replace(".", " ")) if work.outcome else "Nothing yet"


def postings(obj: PspEvent) -> list[JournalTransaction]:
    """What was posted because of this very body, among the few postings of its deposit."""
    if not obj.intent_ref or obj.is_foreign:
        return []
    rows = JournalTransaction.objects.filter(intent_ref=obj.intent_ref, payload_sha256=obj.body_sha256)
    return list(rows.order_by("id")[:MOST_POSTINGS])


def attempts(work: PspEventWork) -> Panel:
    """Every try that is kept, newest first."""
    rows = [
        (when(entry), sentence(str(entry["result"])), f"{entry['ms']} ms", error_words(str(entry["error"])) or "—")
        for entry in reversed(work.log)
    ]
    if work.state in PspEventWork.OPEN_STATES and work.next_try_at and work.error:
        wait = max((work.next_try_at - real_now()).total_seconds(), 0)
        rows.insert(0, (f"in {seconds_words(wait)}", "Next try", "", ""))
    heads = [("Time", "text"), ("Result", "text"), ("Took", "num"), ("Error", "text")]
    return table("Tries", heads, rows, empty="Not tried yet.", note=f"{work.tries} since it came or was replayed")


def when(entry: dict[str, Any]) -> str:
    at = parse_datetime(str(entry["at"]))
    return absolute_text(at) if at else "—"


def moments(obj: PspEvent) -> list[Event]:
    heard = "We asked, and heard it" if obj.via == PspEvent.PULL else "We heard it"
    found = [Event(obj.occurred_at, "It happened, says the PSP", "psp"), Event(obj.received_at, heard, "system")]
    return [*found, Event(obj.work.applied_at, "Applied", "system")] if obj.work.applied_at else found


def names_in(obj: PspEvent) -> list[tuple[str, str]]:
    names = [
        ("Came as", way_words(obj)),
        ("PSP ref", obj.psp_ref),
        ("Event id", obj.provider_event_id),
        ("Capture", obj.capture_ref),
        ("Refund", obj.refund_ref),
        ("Payout", obj.payout_ref),
        ("Dispute", obj.dispute_ref),
        ("Movement", obj.movement),
        ("SHA-256", obj.body_sha256),
        ("Trace", obj.trace_id),
    ]
    return [(label, value or "—") for label, value in names]


def pretty(body: str) -> str:
    try:
        return json.dumps(json.loads(body), indent=2)
    except ValueError:
        return body
