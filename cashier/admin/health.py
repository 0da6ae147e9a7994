"""PSP health (UX 4.7): may each account take the next payment, and how has it fared in the last hours?"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from django.core.cache import cache
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse

from cashier.admin.breakers import MAY_PAUSE
from cashier.admin.health_strip import Cell, cells_of, words_of
from cashier.models import BreakerChange, BreakerState, MerchantAccount, Provider
from cashier.psp.declines import get_decline
from cashier.queries.authentications import Authentications, Cost, list_authentications, list_costs
from cashier.queries.health import STRIP, AccountHealth, Track, account_health, list_declines, list_lags, list_slots, list_tracks
from cashier.queries.incidents import Incident, list_incidents
from ledger.admin.frames import Chip, Fact, Page, Panel, Record, Tone, page_of
from ledger.admin.frames.text import duration_text
from ledger.clock import real_now
from ledger.money import format_major, get_asset

PERMISSION = "cashier.view_merchantaccount"
USUAL = timedelta(days=7)
USUAL_KEPT_SECONDS = 600
ENOUGH = 10  # answers, for a share to say something
SLOW_MS = 3000  # the goal for 95 of 100 authorisations (O3)
Cause = BreakerChange.Cause
CAUSES = {Cause.FORCED_OPEN: "held open by a person", Cause.PROBE_FAILED: "probes unanswered", Cause.FAILURES: "calls unanswered"}


@dataclass(frozen=True, slots=True)
class Row:
    """One account as its panel shows it."""

    account: MerchantAccount
    chip: Chip
    facts: list[Fact]
    cells: list[Cell]
    strip_words: str
    declines: str
    authentications: str
    cost: str
    incident: str
    url: str
    button: str
    since: str


def chip_of(account: MerchantAccount, health: AccountHealth) -> Chip:
    """How the account stands, the worst first."""
    if not account.is_active:
        return Chip(Tone.IDLE, "remove", "Not in use")
    if health.is_paused:
        return Chip(Tone.BAD, "pause_circle", "Captures paused")
    if health.circuit.state is BreakerState.OPEN:
        return Chip(Tone.BAD, "power_off", "Held open by hand" if health.circuit.is_forced else "Circuit broken")
    if health.circuit.state is BreakerState.HALF_OPEN:
        return Chip(Tone.ATTENTION, "network_check", "Trying a few calls")
    if health.circuit.is_forced:
        return Chip(Tone.ATTENTION, "lock_open", "Held closed by hand")
    if (health.p95_ms or 0) > SLOW_MS:
        return Chip(Tone.ATTENTION, "speed", "Slow")
    return Chip(Tone.GOOD, "check_circle", "Open")


def health_page(request: HttpRequest) -> HttpResponse:
    """Every account that is in use, and the PSPs with their switch. Buttons are on the pages of account and PSP."""
    from django.contrib.admin import site

    page = page_of(request)
    if not page.may(PERMISSION):
        raise PermissionDenied(PERMISSION)
    context: dict[str, Any] = {"title": "PSP health", "record": _record(page), "buttons": [], "page_now": page.now, "noun": "health"}
    context |= {"list_url": reverse("admin:cashier_merchantaccount_changelist"), "list_words": "merchant accounts"}
    return TemplateResponse(request, "ops/record.html", {**site.each_context(request), **context})


def _record(page: Page) -> Record:
    rows = rows_now(page)
    providers = [(provider, _provider_url(provider)) for provider in Provider.objects.order_by("code")]
    bad = sum(1 for row in rows if row.chip.tone == Tone.BAD)
    taking = f"{len(rows) - bad} of {len(rows)} accounts take payments" if rows else "No account is in use"
    panels = [
        Panel(row.account.code, "ops/health_account.html", {"row": row}, note=row.account.name, anchor=row.account.code) for row in rows
    ]
    if providers:
        panels.append(Panel("PSPs", "ops/health_providers.html", {"providers": providers}, note="one switch for all accounts at a PSP"))
    return Record(
        question="Which PSP should take the next payment?",
        headline=taking,
        sub="Success, speed and declines are of authorisations, in real time. Now is the last 15 minutes, usual the last 7 days.",
        main=panels,
    )


def rows_now(page: Page) -> list[Row]:
    """The rows of the page: nine reads for all accounts together."""
    accounts = list(MerchantAccount.objects.filter(is_active=True).order_by("rank", "code"))
    at = real_now()
    health, usual, slots = account_health(accounts), _usual(accounts, at), list_slots(accounts, now=at)
    declines, lags, incidents = list_declines(accounts, now=at), list_lags(accounts, now=page.now), list_incidents(accounts, now=at)
    seen, costs = list_authentications(accounts, since=at - STRIP, now=at), list_costs(accounts)
    found = []
    for account in accounts:
        mine = incidents.get(account.pk, [])
        cells = cells_of(slots.get(account.pk, {}), mine, now=at, slow=timedelta(milliseconds=SLOW_MS))
        found.append(
            Row(
                account=account,
                chip=chip_of(account, health[account.pk]),
                facts=_facts(health[account.pk], usual.get(account.pk, Track()), lags.get(account.pk)),
                cells=cells,
                strip_words=words_of(cells),
                declines=", ".join(f"{get_decline(code).meaning} ({count:,})" for code, count in declines.get(account.pk, [])),
                authentications=authentication_words(seen.get(account.pk, Authentications())),
                cost=cost_words(costs.get(account.pk, [])),
                incident=_incident_words(mine[0], at) if mine else "none in 30 days",
                url=reverse("admin:cashier_merchantaccount_change", args=[account.public_id]),
                button="Pause or hold the circuit…" if page.may(MAY_PAUSE) else "Look at the account",
                since=_clock(at - timedelta(hours=4)),
            )
        )
    return found


def _facts(health: AccountHealth, usual: Track, lag: timedelta | None) -> list[Fact]:
    now, before = health.success_rate, usual.success_rate
    low = now is not None and before is not None and now < before - 0.1 and health.recent.answered >= ENOUGH
    slow = (health.p95_ms or 0) > SLOW_MS
    return [
        Fact("Success now", f"{_percent(now)} of {health.recent.answered:,}" if now is not None else "—", tone="attention" if low else ""),
        Fact("Usual", _percent(before)),
        Fact("95 of 100 within", f"{health.p95_ms / 1000:.1f} s" if health.p95_ms is not None else "—", tone="attention" if slow else ""),
        Fact("No answer in time", f"{health.recent.unanswered:,}", tone="bad" if health.recent.unanswered else ""),
        Fact("Events come after", _length(lag)),
    ]


def authentication_words(seen: Authentications) -> str:
    """Counts first: a share of few says little."""
    if not seen.total:
        return ""
    words = f"{seen.frictionless:,} of {seen.total:,} without a challenge"
    if not seen.challenged:
        return words
    over = seen.challenged - seen.waiting
    passed = f"{seen.passed:,} of {over:,} passed ({_percent(seen.success_after_challenge)})" if over else "none is over"
    open_ones = f", {seen.waiting:,} not over" if seen.waiting and over else ""
    return f"{words}; {seen.challenged:,} challenged ({_percent(seen.challenge_rate)}): {passed}{open_ones}"


def cost_words(costs: list[Cost]) -> str:
    """Per currency, to the minor unit, half to even; how many sales it is of."""
    amounts = [(format_major(round(cost.per_success_minor), get_asset(cost.currency)), cost) for cost in costs]
    return ", ".join(f"{amount} {cost.currency} (of {cost.sales:,} sales)" for amount, cost in amounts)


def _usual(accounts: list[MerchantAccount], at: datetime) -> dict[UUID, Track]:
    """Of a week: read anew every ten minutes."""
    name = f"health-usual:{','.join(account.code for account in accounts)}"
    found: dict[UUID, Track] | None = cache.get(name)
    if found is None:
        found = list_tracks(accounts, since=at - USUAL, now=at)
        cache.set(name, found, USUAL_KEPT_SECONDS)
    return found


def _incident_words(incident: Incident, now: datetime) -> str:
    opening, ended = incident.opening, incident.ended_at
    day = "" if opening.at.date() == now.date() else f"{opening.at.day} {opening.at:%b} "
    span = f"{day}{_clock(opening.at)} to {_clock(ended)}" if ended else f"open since {day}{_clock(opening.at)}"
    counts = f"{opening.failures:,} of {opening.calls:,} " if opening.calls else ""
    alone = ", decided by one process without Redis" if opening.is_alone else ""
    return f"{span} UTC: {counts}{CAUSES.get(Cause(opening.cause), 'opened')}{f' ({opening.reason})' if opening.reason else ''}{alone}"


def _provider_url(provider: Provider) -> str:
    return reverse("admin:cashier_provider_change", args=[provider.public_id])


def _percent(share: float | None) -> str:
    return f"{100 * share:.1f} %" if share is not None else "—"


def _length(lag: timedelta | None) -> str:
    if lag is None:
        return "nothing heard in 1 h"
    return duration_text(lag) if lag >= timedelta(seconds=1) else "under 1 s"


def _clock(instant: datetime) -> str:
    return f"{instant.astimezone(UTC):%H:%M}"
