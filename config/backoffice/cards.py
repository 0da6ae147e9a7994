"""The cards below the table of a home page: a fragment of its own, so that the table never waits for them."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.core.cache import cache
from django.db.models import Count, Max, Q
from django.db.models.functions import TruncDate
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from cashier.models import DepositIntent, DepositState, MerchantAccount, PspEvent
from ledger.admin.frames import Page, Tone, page_of
from ledger.admin.frames.chips import Chip
from ledger.admin.frames.text import relative_text

KEPT_SECONDS = 15
DAYS = 7
TARGET_PERCENT = 85
TALL = 92
DECLINED = (DepositState.FAILED, DepositState.EXPIRED, DepositState.CANCELED, DepositState.VOIDED)


@dataclass(frozen=True, slots=True)
class DayBar:
    """Deposits of one day; heights in the picture's own units."""

    label: str
    captured: int
    declined: int
    captured_height: int
    declined_height: int

    @property
    def total(self) -> int:
        return self.captured + self.declined

    @property
    def percent(self) -> str:
        return f"{100 * self.captured // self.total} %" if self.total else "—"

    @property
    def captured_top(self) -> int:
        return TALL - self.captured_height

    @property
    def declined_top(self) -> int:
        return TALL - self.captured_height - self.declined_height


def cards(request: HttpRequest) -> HttpResponse:
    """Deposits of the last seven days, and how the PSPs are heard."""
    page = page_of(request)
    context: dict[str, Any] = {"page_now": page.now, "target": TARGET_PERCENT}
    if page.may("cashier.view_depositintent"):
        context["bars"] = _bars(page)
    if page.may("cashier.view_pspevent"):
        context["accounts"] = _accounts(page.now)
    return render(request, "ops/cards.html", context)


def _bars(page: Page) -> list[DayBar]:
    found: list[tuple[Any, int, int]] | None = cache.get("backoffice-deposits")
    if found is None:
        since = page.now - timedelta(days=DAYS)
        rows = DepositIntent.objects.filter(created_at__gte=since).annotate(day=TruncDate("created_at")).values("day").order_by("day")
        counted = rows.annotate(
            captured=Count("pk", filter=Q(state=DepositState.CAPTURED)), declined=Count("pk", filter=Q(state__in=DECLINED))
        )
        found = [(row["day"], row["captured"], row["declined"]) for row in counted]
        cache.set("backoffice-deposits", found, KEPT_SECONDS)
    by_day: dict[Any, tuple[int, int]] = {day: (captured, declined) for day, captured, declined in found}
    most = max([captured + declined for _, captured, declined in found], default=0) or 1
    days = [(page.now - timedelta(days=back)).date() for back in range(DAYS - 1, -1, -1)]
    return [_bar(f"{day.day} {day:%b}", *by_day.get(day, (0, 0)), most) for day in days]


def _bar(label: str, captured: int, declined: int, most: int) -> DayBar:
    return DayBar(label, captured, declined, TALL * captured // most, TALL * declined // most)


def _accounts(now: datetime) -> list[dict[str, Any]]:
    rows = MerchantAccount.objects.filter(is_active=True).order_by("code")
    return [_account(account, now) for account in rows]


def _account(account: MerchantAccount, now: datetime) -> dict[str, Any]:
    last = PspEvent.objects.filter(merchant_account=account, received_at__gte=now - timedelta(days=2)).aggregate(last=Max("received_at"))[
        "last"
    ]
    if account.captures_paused:
        chip = Chip(Tone.BAD, "pause_circle", "Captures paused")
    elif last is None:
        chip = Chip(Tone.IDLE, "remove", "Nothing heard in 2 days")
    else:
        chip = Chip(Tone.GOOD, "check_circle", "Open")
    return {"account": account, "chip": chip, "last": relative_text(last, now) if last else "—"}
