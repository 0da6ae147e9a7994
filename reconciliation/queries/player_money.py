"""What we owe players against what is kept for them, per licence and currency (D6, POSTINGS.md section 4). An entity holds one licence.

owed: playable + locked + stakes of rounds that were open at the day's end. Kept: bank accounts kept for players, clearing and in_transit
that are not overdue, prefund where the licence counts it. Never reserve, fx or receivable.
"""

from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from django.db.models import Case, Exists, F, OuterRef, Q, QuerySet, Sum, When

from cashier.contracts import keeps_players_money
from cashier.models import BankAccount, Capture, MerchantAccount, RoundMove
from ledger.calendar import day_bounds
from ledger.models import LegalEntity
from reconciliation.models import ExceptionCase, Match, SettlementBatch
from reconciliation.models.cases import LIVE_STATES
from reconciliation.models.files import BatchState
from reconciliation.queries.balances import Balance, balances_at
from reconciliation.queries.rail_windows import window_at

LOOK_BACK = timedelta(days=60)  # what is older has had its case
_MISSING = "MISSING:capture:"  # how keys of cases of captures without their line begin
OWED = ("playable", "locked")


@dataclass(frozen=True, slots=True)
class Cover:
    """One currency, minor units. `terms`: what adds to the cover, overdue amounts negative; `owed_minor` and `cover_minor` their sums."""

    currency: str
    owed_minor: int
    stakes_minor: int
    terms: dict[str, int]

    @property
    def cover_minor(self) -> int:
        return sum(self.terms.values())

    @property
    def shortfall_minor(self) -> int:
        """How much is lacking; 0 where everything is covered."""
        return max(self.owed_minor - self.cover_minor, 0)


def player_money(entity: LegalEntity, day: date, balances: list[Balance] | None = None) -> list[Cover]:
    """The cover at the end of the day in every currency in which players are owed anything, by currency."""
    balances = balances_at(entity.pk, day) if balances is None else balances
    stakes, kept = _open_stakes(entity, day), _kept(entity, day, balances)
    owed = Counter(stakes)
    for row in balances:
        if row.kind in OWED:
            owed[row.asset] -= row.total_minor
    return [Cover(asset, owed[asset], stakes[asset], kept.get(asset, {})) for asset in sorted(owed) if owed[asset]]


def _kept(entity: LegalEntity, day: date, balances: list[Balance]) -> dict[str, dict[str, int]]:
    holders = _holders(entity)
    kept: dict[str, Counter[str]] = {}
    for row in balances:
        is_counted = row.kind in ("clearing", "in_transit") or (row.kind in ("bank", "prefund") and row.holder in holders)
        if is_counted:
            kept.setdefault(row.asset, Counter())[row.kind] += row.total_minor
    for name, amounts in (("overdue_clearing", _overdue_clearing(entity, day)), ("overdue_in_transit", _overdue_in_transit(entity, day))):
        for asset, minor in amounts.items():
            kept.setdefault(asset, Counter())[name] -= minor
    return {asset: {name: minor for name, minor in terms.items() if minor} for asset, terms in kept.items()}


def _holders(entity: LegalEntity) -> frozenset[str]:
    """Accounts whose bank or prefund balance is kept for players."""
    banks = [row for row in BankAccount.objects.filter(entity=entity) if keeps_players_money(row.contract, is_bank=True)]
    merchants = [row for row in MerchantAccount.objects.filter(entity=entity) if keeps_players_money(row.contract, is_bank=False)]
    return frozenset(row.public_id for row in (*banks, *merchants))


def _open_stakes(entity: LegalEntity, day: date) -> Counter[str]:
    """Cash that players have staked in rounds that had not ended."""
    start, end = day_bounds(entity, day)
    open_then = Q(round__ended_at=None) | Q(round__ended_at__gte=end)
    moves = RoundMove.objects.filter(open_then, round__entity=entity, round__created_at__gte=start - LOOK_BACK, created_at__lt=end)
    staked = moves.filter(kind__in=(RoundMove.Kind.DEBIT, RoundMove.Kind.ROLLBACK)).values_list("round__currency")
    signed = Case(When(kind=RoundMove.Kind.DEBIT, then=F("playable_minor")), default=-F("playable_minor"))
    return Counter({asset: int(total) for asset, total in staked.annotate(total=Sum(signed)) if total})


def _overdue_clearing(entity: LegalEntity, day: date) -> Counter[str]:
    """Captures whose line should have come and has not: what a PSP may never pay. Older ones than can be asked for one by one have a case
    that lives; what was written off by then stands in clearing no more."""
    end = day_bounds(entity, day)[1]
    paired = Match.objects.filter(item_kind="capture", item_id=OuterRef("pk"), undone_at=None)
    captures = Capture.objects.filter(merchant_account__entity=entity, state=Capture.State.SUCCEEDED, captured_at__lt=end)
    cases = ExceptionCase.objects.filter(entity=entity, dedupe_key__startswith=_MISSING)
    old = _captures_of(cases.filter(state__in=LIVE_STATES, business_date__lte=day - LOOK_BACK))
    lost = _captures_of(cases.filter(resolution="write_off", resolved_at__gte=end - LOOK_BACK, resolved_at__lt=end))
    asked = captures.filter(Q(captured_at__gte=end - LOOK_BACK) | Q(pk__in=old)).exclude(pk__in=lost)
    unpaid = asked.filter(~Exists(paired)).annotate(since=F("captured_at"))
    found: Counter[str] = Counter()
    for currency in unpaid.order_by().values_list("currency", flat=True).distinct():
        window = window_at("capture", entity, currency, day)
        late = (Q(since__lt=window.earliest), window.between & ~window.by_rail)
        sums = [unpaid.filter(chosen, currency=currency).aggregate(total=Sum("amount_minor"))["total"] for chosen in late]
        found[currency] += sum(int(total or 0) for total in sums)
    return found


def _captures_of(cases: QuerySet[ExceptionCase]) -> list[UUID]:
    """Captures that are missing at their PSP, by the keys of their cases."""
    return [Capture.id_of(key.split(":")[2]) for key in cases.values_list("dedupe_key", flat=True)]


def _overdue_in_transit(entity: LegalEntity, day: date) -> Counter[str]:
    """Payouts of PSPs that the bank should have shown by now."""
    late = SettlementBatch.objects.filter(
        merchant_account__entity=entity, state=BatchState.SETTLED, version=1, due_date__lte=day, payout_minor__gt=0
    )
    return Counter({currency: int(total) for currency, total in late.order_by().values_list("currency").annotate(Sum("payout_minor"))})
