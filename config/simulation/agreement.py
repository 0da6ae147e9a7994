"""The sandbox's own books beside ours, reference by reference (Z3): nobody charged or paid twice, no money lost or made up."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Q

from cashier.models import Capture, DepositIntent, PayerState, PayoutIntent, PspCall, PspEventWork
from cashier.models.deposits import OPEN_STATES
from config.simulation.quiet import CALLS

BOOKED = (Capture.State.SUCCEEDED,)  # what failed late or was returned is charged in neither book
# What somebody else than the player paid: booked in pending until a person decides (K10).
WAITS_FOR_A_PERSON = Q(state=Capture.State.SUBMITTED, is_seen=True, attempt__payer=PayerState.HELD) & ~Q(psp_ref="")
PAID = ("SETTLED", "RETURNED")


@dataclass
class Agreement:
    """References at fault by kind; all lists empty and nothing open = ok. Counts are payments and payouts with money."""

    charged: int = 0
    paid_out: int = 0
    double_charged: list[str] = field(default_factory=list)
    double_paid: list[str] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)
    made_up: list[str] = field(default_factory=list)
    payouts_lost: list[str] = field(default_factory=list)
    payouts_made_up: list[str] = field(default_factory=list)
    open_intents: int = 0
    open_calls: int = 0
    events_waiting: int = 0

    @property
    def ok(self) -> bool:
        """Whether both books say the same and nothing is open."""
        faults = (self.double_charged, self.double_paid, self.lost, self.made_up, self.payouts_lost, self.payouts_made_up)
        return not any(faults) and not (self.open_intents or self.open_calls or self.events_waiting)

    def figures(self) -> dict[str, Any]:
        """Counts, and the first references of each fault."""
        counted = {name: len(value) if isinstance(value, list) else value for name, value in vars(self).items()}
        named = {name: value[:20] for name, value in vars(self).items() if isinstance(value, list) and value}
        return {"ok": self.ok, **counted, "references": named}


def compare(books: Mapping[str, Any]) -> Agreement:
    """`books` as GET /_sim/books gives them. What a fault of the papers injected beside a charge counts on neither side."""
    agreement = Agreement(double_charged=list(books["double_charged"]), double_paid=list(books["double_paid"]))
    compare_charges(agreement, books["charges"])
    compare_payouts(agreement, books["payouts"])
    open_intents = DepositIntent.objects.filter(state__in=OPEN_STATES)
    agreement.open_intents = open_intents.exclude(captures__in=Capture.objects.filter(WAITS_FOR_A_PERSON)).count()
    agreement.open_calls = sum(model._default_manager.filter(call_state__in=PspCall.OPEN_CALLS).count() for model in CALLS)
    agreement.events_waiting = PspEventWork.objects.filter(state__in=PspEventWork.OPEN_STATES).count()
    return agreement


def compare_charges(agreement: Agreement, charges: Iterable[Mapping[str, Any]]) -> None:
    """lost: charged and not booked by us. made_up: booked by us and never charged."""
    ours = Capture.objects.filter(Q(state__in=BOOKED) | WAITS_FOR_A_PERSON).select_related("intent")
    booked = sums((row.intent.public_id, row.amount_minor) for row in ours)
    charged, injected = Counter[str](), Counter[str]()
    for charge in charges:
        if charge["merchant_reference"].startswith(DepositIntent.PREFIX):
            charged[charge["merchant_reference"]] += charge["charged_minor"]
            injected[charge["merchant_reference"]] += charge["injected_minor"]
    agreement.charged = sum(1 for amount in charged.values() if amount)
    agreement.lost = sorted(reference for reference, amount in charged.items() if booked[reference] < amount)
    agreement.made_up = sorted(ref for ref, amount in booked.items() if amount > charged[ref] + injected[ref])


def compare_payouts(agreement: Agreement, payouts: Iterable[Mapping[str, Any]]) -> None:
    """The same of money that went out."""
    rows = PayoutIntent.objects.filter(state__in=PAID)
    booked = sums((row.public_id, row.amount_minor - row.player_fee_minor) for row in rows)
    paid = sums((row["merchant_reference"], row["paid_minor"]) for row in payouts)
    agreement.paid_out = sum(1 for amount in paid.values() if amount)
    agreement.payouts_lost = sorted(ref for ref, amount in paid.items() if booked[ref] < amount)
    agreement.payouts_made_up = sorted(ref for ref, amount in booked.items() if paid[ref] < amount)


def sums(pairs: Iterable[tuple[str, int]]) -> Counter[str]:
    """Amounts by reference."""
    found = Counter[str]()
    for reference, amount in pairs:
        found[reference] += amount
    return found
