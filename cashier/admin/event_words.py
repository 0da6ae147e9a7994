"""How the inbox says things: events, refusals and the figures above the list (UX 4.6)."""

from datetime import timedelta
from typing import Any

from cashier.models import PspEvent
from cashier.queries.inbox import count_duplicates, count_open, count_pulled, get_lags, list_refused
from ledger.admin.frames import Page
from ledger.admin.frames.text import relative_text, sentence
from ledger.clock import real_now

PROVIDERS = {"adyen": "Adyen", "stripe": "Stripe", "generic": "Standard Webhooks", "sandbox": "Sandbox", "hooks": "Simple hook"}
REFUSALS = {
    "signature": "Wrong signature",
    "time": "Too old, or from the future",
    "nonce": "Nonce or message id used for another body",
    "unknown_account": "No such merchant account",
    "malformed": "Headers missing or malformed",
    "too_large": "Above 1 MiB",
}
# Why an event failed, in words, by how the error begins; anything else is said as it is.
ERRORS = {
    "PspUnreachable": "The PSP could not be reached for our own look",
    "PspTimeout": "The PSP did not answer our own look in time",
    "PspError": "The PSP answered our own look with an error",
    "CircuitOpen": "The PSP's circuit is open",
}


def event_words(event: PspEvent) -> str:
    """ "Payment captured"; a provider's own notification by the provider's name of it."""
    if event.is_foreign:
        via, _, kind = event.event.partition(":")
        return f"{kind} ({PROVIDERS.get(via, via)})"
    return sentence(event.event.replace(".", " ").replace("_", " "))


def error_words(error: str) -> str:
    kind, _, rest = error.partition(": ")
    return f"{ERRORS[kind]}: {rest}" if kind in ERRORS else error


def refusal_words(reason: str) -> str:
    return REFUSALS.get(reason, reason)


def way_words(event: PspEvent) -> str:
    """How it came to us."""
    if event.via == PspEvent.PULL:
        return "We asked the PSP for it"
    if event.via == PspEvent.CANONICAL:
        return "Canonical webhook"
    return f"{PROVIDERS.get(event.via, event.via)} webhook"


def seconds_words(seconds: float) -> str:
    """`0.4 s`, `12 s`, `3 min`, `2 h`."""
    if seconds < 9.95:
        return f"{seconds:.1f} s"
    return f"{seconds:.0f} s" if seconds < 120 else f"{seconds / 60:.0f} min" if seconds < 7200 else f"{seconds / 3600:.0f} h"


def figures(page: Page) -> dict[str, Any]:
    """What stands above the list: lag of the last day per account, what is open, what was refused and doubled today."""
    midnight = page.now.replace(hour=0, minute=0, second=0, microsecond=0)
    lags = get_lags(since=page.now - timedelta(days=1), until=page.now)
    last = PspEvent.objects.order_by("-received_at").values_list("received_at", flat=True).first()
    refused = list_refused(since=midnight)
    causes = [{"account": each.account or "none of ours", "why": refusal_words(each.reason), "count": each.count} for each in refused]
    return {
        "strip": "ops/webhook_strip.html",
        "lags": [{"account": lag.account, "words": seconds_words(lag.whole_seconds), "lag": lag} for lag in lags],
        "last": relative_text(last, page.now) if last else "",
        "open": count_open(),
        "duplicates": count_duplicates(since=midnight),
        "pulled": count_pulled(since=real_now() - timedelta(days=1)),
        "refused": causes,
        "refused_total": sum(row.count for row in refused),
    }
