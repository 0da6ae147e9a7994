"""The payout's own page: the gates as a checklist, the money story of the player, what was posted (P3, UX 4.4)."""

from typing import Any

from django.db.models import Sum
from django.utils.text import capfirst

from cashier.admin.frozen import frozen_of, frozen_panel
from cashier.admin.outgoing_deliveries import told_of
from cashier.models import DepositIntent, PayoutIntent, PayoutState
from cashier.operations.payouts.gates import WORDS
from cashier.queries.rails import name_of
from ledger.admin.approvals import approvals_words
from ledger.admin.frames import Fact, Page, Record, Step, chip_cell, get_chip, moment_cell, money_cell, ref_cell
from ledger.admin.frames.records import checklist, table, timeline, values
from ledger.admin.frames.text import money_text, sentence
from ledger.admin.story import postings_of, transition_events
from ledger.models import ApprovalRequest

State = PayoutState

STEP_STATES = {"pass": "done", "review": "review", "stop": "failed"}


def payout_record(obj: PayoutIntent, request: ApprovalRequest | None, page: Page) -> Record:
    """Everything that the decision needs."""
    facts = [
        Fact("Amount", money_cell(obj.amount_minor, obj.currency)),
        Fact("Player", ref_cell(obj.player.public_id)),
        Fact("To", f"{name_of(obj.instrument.method)} {obj.instrument.masked}"),
        Fact("Destination", chip_cell("instrument", obj.instrument.state)),
        Fact("Asked", moment_cell(obj.created_at, page.now)),
        Fact("Approvals", approvals_words(request) if request else "—"),
    ]
    vip = " · VIP" if obj.player.is_vip else ""
    destination = obj.instrument.masked or obj.instrument.method
    return Record(
        question="May this money leave?",
        headline=f"{money_text(obj.amount_minor, obj.currency)} to {destination} · player {obj.player.external_id}{vip}",
        code=obj.public_id,
        chip=get_chip("payout", obj.state),
        facts=facts,
        main=[
            _gates(obj),
            _money_story(obj),
            frozen_panel(frozen_of(payout=obj), page),
            timeline(transition_events(obj, "payout", page)),
            postings_of(obj.public_id, page),
            told_of(obj.public_id, page),
        ],
        side=[
            values(
                "Why a person is asked",
                [("Reason", request.reason if request else "—"), ("Request", ref_cell(request.public_id) if request else "—")],
            ),
            _about(obj, page),
        ],
    )


def latest_gates(payout: PayoutIntent) -> list[dict[str, Any]]:
    """The gates of the last time that they were asked: {"name", "result", "inputs"}."""
    return list(payout.gates[-1].get("gates", [])) if payout.gates else []


def _gates(obj: PayoutIntent) -> Any:
    steps = [
        Step(
            capfirst(WORDS.get(gate["name"], gate["name"])),
            STEP_STATES.get(gate["result"], "open"),
            figure=sentence(gate["result"]),
            note=_inputs(gate.get("inputs", {}), obj.currency),
        )
        for gate in latest_gates(obj)
    ]
    return checklist("Gates", steps, note="as they answered when last asked")


def _inputs(inputs: dict[str, Any], currency: str) -> str:
    return ", ".join(_input_words(name, value, currency) for name, value in inputs.items())


def _input_words(name: str, value: Any, currency: str) -> str:
    is_money = name.endswith("_minor") and type(value) is int
    said = money_text(value, currency) if is_money else _plain(value)
    return f"{sentence(name.removeprefix('is_').removesuffix('_minor')).lower()} {said}"


def _plain(value: Any) -> str:
    """Yes, no, none; a state in lower case; anything else as it is."""
    if value is None or isinstance(value, bool):
        return {True: "yes", False: "no", None: "none"}[value]
    text = str(value)
    return sentence(text).lower() if text.isupper() else text


def _money_story(obj: PayoutIntent) -> Any:
    """What the player brought and took, per currency."""
    deposits = {
        row["currency"]: row
        for row in DepositIntent.objects.filter(player=obj.player).order_by().values("currency").annotate(total=Sum("captured_minor"))
    }
    paid = {
        row["currency"]: row
        for row in PayoutIntent.objects.filter(player=obj.player, state=State.SETTLED)
        .order_by()
        .values("currency")
        .annotate(total=Sum("amount_minor"))
    }
    rows = [
        [
            code,
            money_cell(int(deposits[code]["total"] or 0) if code in deposits else 0, code),
            money_cell(int(paid[code]["total"]) if code in paid else 0, code),
        ]
        for code in sorted({*deposits, *paid})
    ]
    return table(
        "Money story of the player", [("Currency", "text"), ("Deposited", "num"), ("Paid out", "num")], rows, empty="No money moved before."
    )


def _about(obj: PayoutIntent, page: Page) -> Any:
    return values(
        "About",
        [
            ("Brand", obj.brand.name),
            ("PSP account", obj.merchant_account.code if obj.merchant_account else "—"),
            ("PSP ref", obj.psp_ref or "—"),
            ("Call", chip_cell("call", obj.call_state)),
            ("Player's fee", money_cell(obj.player_fee_minor, obj.currency)),
            ("Settled", moment_cell(obj.settled_at, page.now)),
            ("Reason", obj.reason or "—"),
            ("Failed because", sentence(obj.decline_code) if obj.decline_code else "—"),
        ],
    )
