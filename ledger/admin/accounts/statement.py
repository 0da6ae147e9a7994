"""The page of one account (UX 4.12): statement with running balance, T-account, balance over time."""

from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.http import QueryDict
from django.utils.html import format_html
from django.utils.safestring import SafeString

from ledger.admin.accounts.asking import Asked, read_wanted
from ledger.admin.accounts.chart import balance_chart
from ledger.admin.accounts.t_account import t_account
from ledger.admin.frames import Fact, Page, Panel, Record, links, money_cell, ref_cell
from ledger.admin.frames.text import money_text, sentence
from ledger.admin.people import actor_words
from ledger.admin.story import event_words, holder_cell
from ledger.calendar import business_date
from ledger.chart import CHART
from ledger.models import Account
from ledger.queries import BadCursor, Line, Statement, Wanted, get_account_balance, get_statement, list_day_balances

FILTERS = ("since", "until", "at", "kind", "reference", "amount", "actor")


def statement_record(account: Account, page: Page, csv_url: str) -> Record:
    """Everything on the page; complaints about the address stand above it."""
    wanted, asked = read_wanted(account.pk, account.asset, page.request.GET)
    statement = _statement(wanted, page.request.GET.get("cursor", ""), asked)
    today = business_date(account.entity, page.now)
    days = list_day_balances(account.pk, until=min(today, asked.asof.business_date or today), asof=asked.asof)
    return Record(
        question="What is on this account, and why?",
        headline=f"{sentence(account.kind)} · {account.asset}",
        code=account.kind,
        facts=_facts(account, asked, page),
        main=[_glance(t_account(statement, account.asset), balance_chart(account, days)), _panel(account, statement, asked, page, csv_url)],
        sub=CHART[account.kind].meaning,
        notice=" ".join([*asked.complaints, *_late(statement)]),
    )


def side_cell(amount_minor: int, asset: str) -> SafeString:
    """`1,234.50 EUR Dr`: a balance with its side in words; zero has none."""
    return format_html("{} {}", money_cell(abs(amount_minor), asset), "Dr" if amount_minor > 0 else "Cr" if amount_minor < 0 else "")


def _statement(wanted: Wanted, cursor: str, asked: Asked) -> Statement:
    try:
        return get_statement(wanted, cursor=cursor)
    except BadCursor:
        asked.complaints.append("The page asked for is none of this statement: the newest one is shown.")
        return get_statement(wanted)


def _late(statement: Statement) -> list[str]:
    late = "Older postings are still being written: the newest ones are left out until these are in. Load the page again in a moment."
    return [late] if statement.mark.is_late else []


def _facts(account: Account, asked: Asked, page: Page) -> list[Fact]:
    balance = get_account_balance(account.pk, asof=asked.asof)
    facts = [
        Fact("Balance", side_cell(balance, account.asset)),
        Fact("Of", holder_cell(account.owner_ref, page)),
        Fact("Books of", f"{account.entity.name} ({account.entity.code})"),
        Fact("As of", asked.moment_words),
    ]
    return [*facts, Fact("From business day", f"{asked.since.day} {asked.since:%b %Y}")] if asked.since else facts


def _panel(account: Account, statement: Statement, asked: Asked, page: Page, csv_url: str) -> Panel:
    query = {name: page.request.GET[name] for name in FILTERS if page.request.GET.get(name)}
    context: dict[str, Any] = {
        "rows": [_row(line, page) for line in statement.rows],
        "brought": side_cell(statement.brought_minor, account.asset),
        "carried": side_cell(statement.carried_minor, account.asset),
        "brought_words": statement.first_words,
        "carried_words": statement.last_words,
        "older": _address(query, statement.older),
        "newer": _address(query, statement.newer),
        "csv_url": f"{csv_url}?{urlencode(query)}" if query else csv_url,
        "fields": _fields(page.request.GET),
        "is_narrowed": bool(query),
        "empty": f"No postings in this period; opening balance {money_text(abs(statement.opening_minor), account.asset)}.",
        "caption": f"Statement of {sentence(account.kind)} in {account.asset}, {asked.moment_words}, oldest first",
    }
    return Panel("Statement", "ops/statement.html", context, anchor="statement")


def _glance(*panels: Panel) -> Panel:
    """Two small pictures side by side above the statement."""
    return Panel("At a glance", "ops/glance.html", {"panels": panels}, anchor="glance")


def _address(query: dict[str, str], cursor: str) -> str:
    return "?" + urlencode({**query, "cursor": cursor}) if cursor else ""


def _fields(params: QueryDict) -> list[dict[str, str]]:
    """Filters as the form shows them: name, label, type, value, hint."""
    wanted = (
        ("since", "From business day", "date", ""),
        ("until", "To business day", "date", ""),
        ("at", "Posted by (UTC)", "datetime-local", ""),
        ("kind", "Kind of posting", "text", "Deposit captured"),
        ("amount", "Amount", "text", "4200.50"),
        ("actor", "Posted by whom (id)", "text", ""),
    )
    return [{"name": name, "label": label, "type": kind, "hint": hint, "value": params.get(name, "")} for name, label, kind, hint in wanted]


def _row(line: Line, page: Page) -> dict[str, Any]:
    amount = line.amount_minor
    return {
        "key": line.entry_id,
        "url": _url(line),
        "posted": f"{line.posted_at.day} {line.posted_at:%b %H:%M:%S}",
        "day": _day(line.business_date, line.corrects_date),
        "what": event_words(line.kind.lower()),
        "who": actor_words(line.actor_kind, line.actor_id, page),
        "reference": ref_cell(line.intent_ref or line.ref),
        "debit": money_cell(amount, line.asset) if amount > 0 else "",
        "credit": money_cell(-amount, line.asset) if amount < 0 else "",
        "balance": side_cell(line.balance_minor, line.asset),
        "reverses": line.reverses_id is not None,
    }


def _url(line: Line) -> str:
    return links.url_of(line.public_id)


def _day(day: date, corrects: date | None) -> str:
    return f"{day.day} {day:%b}" + (f", for {corrects.day} {corrects:%b}" if corrects else "")
