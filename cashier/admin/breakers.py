"""A PSP's one switch (C17), the changes of circuits (C9), and the buttons that hold a circuit open or closed."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.contrib import admin

from cashier.models import BreakerChange, BreakerState, MerchantAccount, Provider
from cashier.operations import force_circuit, let_circuit_go, pause_provider, request_provider_resume
from cashier.operations.breakers import LONGEST_MINUTES
from cashier.operations.settings import CALL_GUARDS
from cashier.operations.settings.accounts import GUARDS
from ledger.admin.frames import (
    SHOWN,
    Act,
    Chip,
    Column,
    Done,
    Fact,
    ListFrame,
    OpsAdmin,
    Page,
    Record,
    Standing,
    Tone,
    View,
    hidden,
    moment_cell,
    reason_field,
    text_cell,
    when_cell,
)
from ledger.admin.frames.cells import draw_chip
from ledger.admin.frames.records import table, values
from ledger.admin.frames.text import absolute_text, sentence
from ledger.admin.people import actor_words
from ledger.clock import real_now
from ledger.operations.settings_changes import Scope, propose_change

Data = Mapping[str, Any]
MAY_PAUSE = "cashier.pause_captures"
MAY_FORCE = "cashier.force_breaker"
OPEN = Chip(Tone.GOOD, "check_circle", "Open")
PAUSED = Chip(Tone.BAD, "pause_circle", "Captures paused")
TO_STATES = {
    BreakerState.CLOSED: Chip(Tone.GOOD, "power", "Closed: calls are made"),
    BreakerState.OPEN: Chip(Tone.BAD, "power_off", "Open: no call is made"),
    BreakerState.HALF_OPEN: Chip(Tone.ATTENTION, "network_check", "Half open: a few calls"),
}
LABELS = {
    "breaker_window_seconds": "Seconds that the circuit looks back",
    "breaker_min_calls": "Calls in them before it may open",
    "breaker_failure_percent": "Unanswered calls that open it, of 100",
    "breaker_open_seconds": "Seconds that it stays open at first",
    "breaker_probes": "Calls let through to see whether it closes",
    "rate_per_second": "Calls in a second",
    "rate_burst": "Calls at once, at most",
    "lookups_per_minute": "Questions in a minute while it is open",
}


def is_held(account: MerchantAccount) -> bool:
    """Whether a person holds its circuit now."""
    until = account.breaker_forced_until
    return bool(account.breaker_forced) and until is not None and until > real_now()


def held_words(account: MerchantAccount) -> str:
    """ "held open until 20 Nov 2026 17:02 UTC", or that it goes by its rules."""
    if not is_held(account) or account.breaker_forced_until is None:
        return "by its own rules"
    return f"held {account.breaker_forced} until {absolute_text(account.breaker_forced_until, seconds=False)}"


def guard_pairs(account: MerchantAccount) -> list[tuple[str, str]]:
    """What guards the calls of an account, in words."""
    return [("Circuit", held_words(account)), *((LABELS[name], f"{getattr(account, name):,}") for name in GUARDS)]


def _force_fields(account: MerchantAccount, page: Page) -> dict[str, forms.Field]:
    minutes = forms.IntegerField(label="For how many minutes", initial=30, min_value=1, max_value=LONGEST_MINUTES)
    return {"minutes": minutes, "reason": reason_field()}


def _force(state: BreakerState, words: str) -> Any:
    def run(account: MerchantAccount, data: Data, page: Page) -> Done:
        force_circuit(account_id=account.pk, state=state, minutes=data["minutes"], reason=data["reason"], actor=page.actor, now=page.now)
        return Done(words.format(account.code))

    return run


def _let_go(account: MerchantAccount, data: Data, page: Page) -> Done:
    let_circuit_go(account_id=account.pk, reason=data["reason"], actor=page.actor, now=page.now)
    return Done(f"The circuit of {account.code} goes by its own rules again.")


def _held(account: MerchantAccount, page: Page) -> Standing:
    return SHOWN if is_held(account) else hidden("Nobody holds this circuit.")


def _reason(account: Any, page: Page) -> dict[str, forms.Field]:
    return {"reason": reason_field()}


def _guard_fields(account: MerchantAccount, page: Page) -> dict[str, forms.Field]:
    counts = {name: forms.IntegerField(label=LABELS[name], initial=getattr(account, name), min_value=1) for name in GUARDS}
    return {**counts, "reason": reason_field()}


def _ask_guards(account: MerchantAccount, data: Data, page: Page) -> Done:
    key, after = {"merchant_account": account.public_id}, {name: data[name] for name in GUARDS}
    scope = Scope(entity_id=account.entity_id)
    request = propose_change(CALL_GUARDS, key=key, after=after, reason=data["reason"], maker=page.actor, now=page.now, scope=scope)
    return Done(f"Asked for: {request.summary}. Somebody else decides.")


CIRCUIT_ACTS = (
    Act("hold-open", "Hold the circuit open…", MAY_FORCE,
        _force(BreakerState.OPEN, "No call goes to {} until then, but for a few questions."),
        kind="menu", title="Hold the circuit open", fields=_force_fields),
    Act("hold-closed", "Hold the circuit closed…", MAY_FORCE,
        _force(BreakerState.CLOSED, "Every call goes to {} until then, whatever fails."),
        kind="menu", title="Hold the circuit closed", fields=_force_fields),
    Act("let-go", "Let the circuit go…", MAY_FORCE, _let_go, kind="menu", title="Let the circuit go by its own rules", fields=_reason,
        standing=_held),
    Act("guards", "Ask to change guards of calls…", "ledger.propose_policy", _ask_guards, kind="menu",
        title="Ask to change what guards its calls", fields=_guard_fields,
        approver="Another person, with the permission to approve policies"),
)  # fmt: skip


def _pausable(provider: Provider, page: Page) -> Standing:
    return hidden("Captures are paused already.") if provider.captures_paused else SHOWN


def _resumable(provider: Provider, page: Page) -> Standing:
    return SHOWN if provider.captures_paused else hidden("Captures are open.")


def _pause(provider: Provider, data: Data, page: Page) -> Done:
    pause_provider(provider_id=provider.pk, reason=data["reason"], actor=page.actor, now=page.now)
    return Done(f"Captures on every account at {provider.code.capitalize()} are paused. Webhooks, refunds and payouts go on.")


def _resume(provider: Provider, data: Data, page: Page) -> Done:
    request_provider_resume(provider_id=provider.pk, reason=data["reason"], maker=page.actor, now=page.now)
    return Done("Lifting the pause waits for a second person.")


def _accounts(provider: Provider) -> Any:
    return MerchantAccount.objects.filter(provider=provider.code).select_related("entity").order_by("code")


@admin.register(Provider)
class ProviderAdmin(OpsAdmin):
    frame = ListFrame(
        question="Which PSPs take our payments?",
        columns=(
            Column("PSP", lambda row, page: row.code.capitalize(), kind="name", area="a"),
            Column("New captures", lambda row, page: draw_chip(PAUSED if row.captures_paused else OPEN), area="b"),
        ),
        views=(View("all", "All", lambda rows, page: rows),),
        order=("code",),
        done_words="No PSP yet: its row comes with its first account.",
    )
    acts = (
        Act("pause", "Pause new captures…", MAY_PAUSE, _pause, kind="danger", standing=_pausable,
            title="Pause new captures on all accounts at this PSP", fields=_reason),
        Act("resume", "Ask to lift the pause…", MAY_PAUSE, _resume, kind="primary", standing=_resumable, title="Lift the pause",
            fields=_reason, approver="Needs a second person"),
    )  # fmt: skip

    def version_of(self, obj: Provider) -> str:
        return str(obj.captures_paused)

    def heading(self, obj: Any) -> str:
        return "PSP"

    def record(self, obj: Provider, page: Page) -> Record:
        heads = [("Account", "text"), ("Entity", "text"), ("New captures", "text"), ("Its own switch", "text")]
        rows = [
            [row.code, row.entity.name, draw_chip(PAUSED if row.captures_paused else OPEN), "paused" if row.paused_alone else "open"]
            for row in _accounts(obj)
        ]
        return Record(
            question="May this PSP take payments?",
            headline=obj.code.capitalize(),
            code=obj.public_id,
            chip=PAUSED if obj.captures_paused else OPEN,
            sub="The switch here pauses every account at once; an account that is paused by its own switch stays so when it is lifted.",
            main=[table("Our accounts here", heads, rows, empty="None.")],
        )


@admin.register(BreakerChange)
class BreakerChangeAdmin(OpsAdmin):
    frame = ListFrame(
        question="Which circuits broke, and why?",
        columns=(
            Column("When", lambda row, page: when_cell(row.at, real_now()), area="b"),
            Column("Account", lambda row, page: row.merchant_account.code, kind="name", area="a"),
            Column("Now", lambda row, page: draw_chip(TO_STATES[BreakerState(row.to_state)]), area="c"),
            Column("Why", lambda row, page: _why(row), area="d"),
            Column("Who", lambda row, page: actor_words(row.actor_kind, row.actor_id, page), area="late"),
        ),
        views=(
            View("all", "All", lambda rows, page: rows, counted=False),
            View("opened", "Opened", lambda rows, page: rows.filter(to_state=BreakerState.OPEN), counted=False),
            View("people", "By people", lambda rows, page: rows.filter(actor_kind="user"), counted=False),
        ),
        order=("-id",),
        related=("merchant_account",),
        done_words="No circuit has changed yet.",
    )

    def list_words(self) -> str:
        return "Circuits"

    def heading(self, obj: Any) -> str:
        return "Change of a circuit"

    def record(self, obj: BreakerChange, page: Page) -> Record:
        facts = [
            Fact("When", moment_cell(obj.at, real_now())),
            Fact("Who", actor_words(obj.actor_kind, obj.actor_id, page)),
            Fact("Calls looked at", f"{obj.calls:,}"),
            Fact("Unanswered", f"{obj.failures:,}"),
        ]
        until = absolute_text(obj.until) if obj.until else "—"
        pairs = [("Before", sentence(obj.from_state)), ("Why", _why(obj)), ("Until", until), ("Reason", text_cell(obj.reason) or "—")]
        pairs.append(("Decided", "by one process alone, without Redis" if obj.is_alone else "for all workers"))
        return Record(
            question="What happened to this circuit?",
            headline=f"{obj.merchant_account.code}: {sentence(obj.to_state).lower()}",
            chip=TO_STATES[BreakerState(obj.to_state)],
            facts=facts,
            main=[values("What is recorded", pairs)],
        )


def _why(change: BreakerChange) -> str:
    counts = f": {change.failures:,} of {change.calls:,} calls" if change.calls else ""
    return WHY[BreakerChange.Cause(change.cause)] + counts


WHY = {
    BreakerChange.Cause.FAILURES: "Too many calls unanswered",
    BreakerChange.Cause.COOLED: "Its time is over",
    BreakerChange.Cause.PROBE_FAILED: "A probe was not answered",
    BreakerChange.Cause.PROBES_ANSWERED: "Every probe was answered",
    BreakerChange.Cause.FORCED_OPEN: "Held open by a person",
    BreakerChange.Cause.FORCED_CLOSED: "Held closed by a person",
    BreakerChange.Cause.LET_GO: "Let go by a person",
}
