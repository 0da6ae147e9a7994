"""Parts of a record that every floor's pages show: the transitions of a thing and what was posted for it."""

from collections.abc import Callable
from typing import Any

from django.db.models import Model, QuerySet
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from ledger.admin.frames import Event, Page, Panel, get_chip, links, money_cell, ref_cell
from ledger.admin.frames.records import table, timeline
from ledger.admin.frames.text import sentence
from ledger.admin.people import actor_words
from ledger.models import Entry, JournalTransaction, Transition

MOST_ROWS = 200


def transition_events(obj: Model, noun: str, page: Page, *, source: str = "system") -> list[Event]:
    """What happened to the state of `obj`, oldest first, in words, with who did it."""
    rows = Transition.objects.filter(target_id=obj.pk, target_kind=obj._meta.label).order_by("id")[:MOST_ROWS]
    return [_event(row, noun, page, source) for row in rows]


def _event(row: Transition, noun: str, page: Page, source: str) -> Event:
    chip = get_chip(noun, row.to_state)
    side = "person" if row.actor_kind == "user" else source
    words = f"{event_words(row.event)}: {chip.word}" if row.event else chip.word
    return Event(row.at, words, side, actor_words(row.actor_kind, row.actor_id, page), tone=chip.tone.value if chip.tone == "bad" else "")


def event_words(event: str) -> str:
    """`deposit.captured` as `Deposit captured`."""
    return sentence(event.replace(".", " "))


def past_of(obj: Any, words: Callable[[Any], str], page: Page) -> Panel:
    """The versions of a row with history, oldest first: what each said, by whom and why."""
    events = [
        Event(
            row.history_date,
            words(row),
            "person",
            actor_words("user", str(row.history_user_id or ""), page),
            row.history_change_reason or "",
        )
        for row in obj.history.order_by("history_id")[:MOST_ROWS]
    ]
    return timeline(events, "Versions")


def postings_of(reference: str, page: Page, *, title: str = "Postings") -> Panel:
    """Every journal line of an intent, payout or dispute: both sides."""
    found = JournalTransaction.objects.filter(intent_ref=reference).order_by("id")[:MOST_ROWS]
    return entries_panel(found, title, page)


def both_sides(obj: JournalTransaction, page: Page) -> Panel:
    """The lines of one transaction, each with what it must clear against, and per currency the sums of both sides."""
    entries = list(Entry.objects.filter(transaction=obj).select_related("account").order_by("id"))
    headers = [("Account", "text"), ("Clears against", "text"), ("Debit", "num"), ("Credit", "num")]
    rows = [[_account_link(entry, page), _clears(entry), *_columns(int(entry.amount_minor), entry.asset)] for entry in entries]
    for asset in sorted({entry.asset for entry in entries}):
        amounts = [int(entry.amount_minor) for entry in entries if entry.asset == asset]
        debits, credits = sum(each for each in amounts if each > 0), -sum(each for each in amounts if each < 0)
        rows.append([format_html("<b>Sum in {}</b>", asset), "", money_cell(debits, asset), money_cell(credits, asset)])
    return table("Both sides", headers, rows, empty="It has no lines.")


def _account_link(entry: Entry, page: Page) -> SafeString:
    url = reverse("admin:ledger_account_change", args=[entry.account_id])
    holder = holder_cell(entry.account.owner_ref, page)
    return format_html('<a class="ops-link-quiet" href="{}">{}</a> {}', url, sentence(entry.account.kind), holder)


def _clears(entry: Entry) -> SafeString:
    kind = format_html(' <span class="ops-soft">{}</span>', entry.label) if entry.label else ""
    return format_html("{}{}", ref_cell(entry.ref), kind)


def _columns(amount_minor: int, asset: str) -> tuple[str, str]:
    shown = money_cell(abs(amount_minor), asset)
    return (shown, "") if amount_minor > 0 else ("", shown)


def entries_panel(transactions: QuerySet[JournalTransaction], title: str, page: Page) -> Panel:
    """Journal lines as debit and credit columns, a line each, with what they belong to."""
    keys = [each.pk for each in transactions]
    entries = Entry.objects.filter(transaction__in=keys).select_related("account", "transaction").order_by("transaction_id", "id")
    headers = [("Transaction", "text"), ("What", "text"), ("Account", "text"), ("Debit", "num"), ("Credit", "num")]
    return table(title, headers, [_entry_row(entry, page) for entry in entries], empty="Nothing was posted.")


def _entry_row(entry: Entry, page: Page) -> list[Any]:
    amount = entry.amount_minor
    return [
        ref_cell(entry.transaction.public_id),
        event_words(entry.transaction.kind.lower()),
        account_words(entry, page),
        money_cell(amount, entry.asset) if amount > 0 else "",
        money_cell(-amount, entry.asset) if amount < 0 else "",
    ]


def holder_cell(public_id: str, page: Page) -> SafeString:
    """Who holds an account: by name where the thing has one ("SANDBOX_EU"), else by id. Names are read once per page."""
    prefix = public_id.partition("_")[0] + "_"
    key = f"names:{prefix}"
    if key not in page.memo:
        page.memo[key] = links.names_of(prefix)
    words = page.memo[key].get(public_id)
    url = links.url_of(public_id)
    if words and url:
        return format_html('<a class="ops-link-quiet" href="{}" title="{}">{}</a>', url, public_id, words)
    return format_html("{}", words) if words else ref_cell(public_id)


def account_words(entry: Entry, page: Page) -> SafeString:
    return format_html("{} {}", sentence(entry.account.kind), holder_cell(entry.account.owner_ref, page))
