"""The three-way proof of a batch, one object (R8), and what a bank account lacks to its statement."""

from collections import Counter
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Sum

from cashier.models import BankAccount, MerchantAccount
from ledger.money import get_asset
from ledger.queries import get_balance
from reconciliation.models import BankStatement, Match, SettlementBatch
from reconciliation.queries.batch_sums import Sums, read_sums
from reconciliation.queries.currencies import currencies_of
from reconciliation.queries.unpaired import unpaired_of


@dataclass(frozen=True, slots=True)
class Term:
    """One term of the proof. `amount_minor` as it adds to the sum; `kinds`: kinds of the lines behind it, to drill down."""

    name: str
    title: str
    amount_minor: int
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


def three_way_proof(batch: SettlementBatch) -> ThreeWayProof:
    """The proof of a batch, from its own lines, its matches and its bank line."""
    sums = read_sums(batch, [line.id for line in unpaired_of(batch)])
    terms = tuple(_terms(sums))
    computed = sum(term.amount_minor for term in terms)
    shown, charge = bank_side(batch)
    stands_for = sums.payout_minor if shown is None else shown + charge
    return ThreeWayProof(batch.currency, terms, computed, sums.payout_minor, shown, charge, stands_for - computed)


def residual_of(batch: SettlementBatch) -> int:
    """The proof's residual without its terms: a batch is loaded only if its lines sum to zero, so what can be left is at the bank."""
    shown, charge = bank_side(batch)
    return 0 if shown is None else shown + charge - batch.payout_minor


def merchant_residuals(account: MerchantAccount, date: date) -> list[dict[str, Any]]:
    """Residuals of the proofs of the account's batches of a day, by currency: [{"currency", "amount_minor"}]."""
    amounts: Counter[str] = Counter(dict.fromkeys(currencies_of(account), 0))
    for batch in SettlementBatch.objects.filter(merchant_account=account, business_date=date, version=1):
        amounts[batch.currency] += residual_of(batch)
    return as_residuals(amounts)


def as_residuals(amounts: Counter[str]) -> list[dict[str, Any]]:
    """Amounts by currency as a run keeps them."""
    return [{"currency": get_asset(code).code, "amount_minor": amounts[code]} for code in sorted(amounts)]


def bank_side(batch: SettlementBatch) -> tuple[int | None, int]:
    """What the bank showed of the batch's payout (None while it has shown nothing), and the charge that it says it took from it."""
    matches = Match.objects.filter(item_kind="batch", item_id=batch.pk, undone_at=None)
    found = matches.aggregate(shown=Sum("line_minor"), difference=Sum("difference_minor"))
    if found["shown"] is None:
        return None, 0
    shown = int(found["shown"])
    return shown, int(found["difference"]) - (shown - batch.payout_minor)


def bank_residual(account: BankAccount) -> int:
    """The books' `bank` less the closing balance of the latest statement, minor units; zero where no statement is in."""
    latest = BankStatement.objects.filter(bank_account=account).order_by("closing_date", "opening_date", "source_file_id", "index").last()
    if latest is None:
        return 0
    return get_balance(account.entity_id, "bank", account.public_id, account.currency) - int(latest.closing_minor)


def _terms(sums: Sums) -> list[Term]:
    items = sums.items
    foreign = sum(base for _, base in sums.foreign.values())
    fees = sum(sums.fees.values())
    brought = min(sums.carried_minor, 0)
    terms = [
        Term("captures", "Captures", items["sale"], ("sale",)),
        Term("refunds", "Refunds", items["refund"], ("refund",)),
        Term("payouts", "Payouts", items["payout"], ("payout",)),
        Term("chargebacks", "Chargebacks", items["chargeback"], ("chargeback",)),
        Term("refund_reversals", "Refunds that came back", items["reversal:refund"], ("reversal",)),
        Term("payout_returns", "Payouts that came back", items["reversal:payout"], ("reversal",)),
        Term("chargeback_reversals", "Chargebacks given back", items["reversal:chargeback"], ("reversal",)),
        Term("fees", "Fees", -fees, ("fee", "sale", "refund", "payout", "chargeback")),
        Term("reserve_withheld", "Reserve withheld", -sums.withheld_minor, ("reserve",)),
        Term("reserve_released", "Reserve released", sums.released_minor, ("reserve",)),
        Term("fx", "Items in other currencies", foreign, ("sale", "refund", "payout", "chargeback", "reversal")),
        Term("bounced", "Transfers that bounced", sums.bounced_minor, ("transfer",)),
        Term("unidentified", "Lines without an item", sums.unidentified_minor, ("sale", "refund", "payout", "unknown", "adjustment")),
        Term("brought_forward", "Brought forward from the batch before", brought, ("balance_transfer",)),
        Term("carried_forward", "Carried to the next batch", sums.carried_minor - brought, ("balance_transfer",)),
    ]
    return [term for term in terms if term.amount_minor]
