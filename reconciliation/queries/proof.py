"""The three-way proof of a batch, one object: pages, runs and the close read it here, and nowhere is it computed again (R8)."""

from dataclasses import dataclass

from django.db.models import Sum

from reconciliation.models import Match, SettlementBatch
from reconciliation.queries.batch_sums import Sums, read_sums
from reconciliation.queries.unpaired import unpaired_of


@dataclass(frozen=True, slots=True)
class Term:
    """One term of the proof. `amount_minor` as it adds to the sum, of so many `lines`; `kinds`: kinds of the lines, to drill down."""

    name: str
    title: str
    amount_minor: int
    lines: int
    kinds: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ThreeWayProof:
    """brought forward + captures - refunds - payouts - chargebacks + … - fees - reserve … - carried forward = payout = bank line.

    `computed_minor` is the sum of the terms, `payout_minor` what the PSP says it sends, `bank_minor` what the bank showed (None until
    it did), `charge_minor` what the bank says it kept of it. `residual_minor`: bank line and charge less the computed sum; until
    the line came, the PSP's payout less it.
    """

    currency: str
    terms: tuple[Term, ...]
    computed_minor: int
    payout_minor: int
    bank_minor: int | None
    charge_minor: int
    residual_minor: int

    @property
    def waits_for_bank(self) -> bool:
        """Whether money is to come, or to be collected, that the bank has not shown."""
        return self.bank_minor is None and self.payout_minor != 0


def three_way_proof(batch: SettlementBatch) -> ThreeWayProof:
    """The proof of a batch, from its own lines, its matches and its bank line."""
    sums = read_sums(batch, [line.id for line in unpaired_of(batch)])
    terms = tuple(term for term in _terms(sums) if term.amount_minor or term.lines)
    computed = sum(term.amount_minor for term in terms)
    shown, charge = bank_side(batch)
    stands_for = sums.payout_minor if shown is None else shown + charge
    return ThreeWayProof(batch.currency, terms, computed, sums.payout_minor, shown, charge, stands_for - computed)


def bank_side(batch: SettlementBatch) -> tuple[int | None, int]:
    """What the bank showed of the batch's payout (None while it has shown nothing), and the charge that it says it took from it."""
    matches = Match.objects.filter(item_kind="batch", item_id=batch.pk, undone_at=None)
    found = matches.aggregate(shown=Sum("line_minor"), difference=Sum("difference_minor"))
    if found["shown"] is None:
        return None, 0
    shown = int(found["shown"])
    return shown, int(found["difference"]) - (shown - batch.payout_minor)


def _terms(sums: Sums) -> list[Term]:
    items, lines = sums.items, sums.lines
    brought = _brought_minor(sums)
    moved = {"brought_forward": lines["carried"] if brought else 0, "carried_forward": 0 if brought else lines["carried"]}
    return [
        *(Term(name, title, items[kind], lines[kind], (kind.partition(":")[0],)) for name, title, kind in _ITEMS),
        Term("fees", "PSP fees", -sum(sums.fees.values()), lines["fees"], ("fee", "sale", "refund", "payout", "chargeback")),
        Term("reserve_withheld", "Reserve withheld", -sums.withheld_minor, lines["withheld"], ("reserve",)),
        Term("reserve_released", "Reserve released", sums.released_minor, lines["released"], ("reserve",)),
        Term("fx", "Items in other currencies", sum(base for _, base in sums.foreign.values()), lines["foreign"], _ITEM_KINDS),
        Term("converted", "Converted by the PSP", sums.converted_minor, lines["converted"], ("fx",)),
        Term("bounced", "Transfers that bounced", sums.bounced_minor, lines["bounced"], ("transfer",)),
        Term("unidentified", "Lines without an item", sums.unidentified_minor, lines["unidentified"], _LOST_KINDS),
        Term("legacy", "Items from before our time", sums.legacy_minor, lines["legacy"], _ITEM_KINDS),
        Term("brought_forward", "Brought forward from the batch before", brought, moved["brought_forward"], ("balance_transfer",)),
        Term("carried_forward", "Carried to the next batch", sums.carried_minor - brought, moved["carried_forward"], ("balance_transfer",)),
    ]


def _brought_minor(sums: Sums) -> int:
    """How much of what was moved between batches came from before: all of it where this batch pays out; nothing where one row moves all
    that a batch without a payout comes to; else what was taken from it."""
    if sums.payout_minor:
        return sums.carried_minor
    return 0 if sums.lines["carried"] == 1 else min(sums.carried_minor, 0)


_ITEMS = (
    ("captures", "Gross captured", "sale"),
    ("refunds", "Refunds", "refund"),
    ("payouts", "Payouts to players", "payout"),
    ("chargebacks", "Chargebacks", "chargeback"),
    ("refund_reversals", "Refunds that came back", "reversal:refund"),
    ("payout_returns", "Payouts that came back", "reversal:payout"),
    ("chargeback_reversals", "Chargebacks given back", "reversal:chargeback"),
)
_ITEM_KINDS = ("sale", "refund", "payout", "chargeback", "reversal")
_LOST_KINDS = (*_ITEM_KINDS, "unknown", "adjustment", "fx")
