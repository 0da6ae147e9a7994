"""What we owe players against what is kept for them, per licence and currency (D6, POSTINGS.md section 4). An entity holds one licence.

owed: playable + locked + stakes of rounds that were open at the day's end. Kept: bank accounts kept for players, clearing and in_transit
that are not overdue, prefund where the licence counts it. Never reserve, fx or receivable.
"""

from collections import Counter
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from django.db.models import Case, Exists, F, Min, OuterRef, Q, QuerySet, Sum, When

from cashier.contracts import keeps_players_money
from cashier.models import BankAccount, Capture, DepositIntent, MerchantAccount, RoundMove
from ledger.calendar import day_bounds
from ledger.errors import BadPublicId
from ledger.models import Entry, LegalEntity
from reconciliation.models import ExceptionCase, Match, SettlementBatch
from reconciliation.models.cases import LIVE_STATES, UNPAIRABLE
from reconciliation.models.files import BatchState
from reconciliation.queries.balances import Balance, balances_at
from reconciliation.queries.rail_windows import window_at
from reconciliation.windows import due_date

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
    on_its_way = _overdue_in_transit(entity, day) + _overdue_own_money(entity, day)
    for name, amounts in (("overdue_clearing", _overdue_clearing(entity, day)), ("overdue_in_transit", on_its_way)):
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
    end = day_bounds(entity, day)[1]
    moves = RoundMove.objects.filter(round__entity=entity, created_at__lt=end, kind__in=(RoundMove.Kind.DEBIT, RoundMove.Kind.ROLLBACK))
    signed = Case(When(kind=RoundMove.Kind.DEBIT, then=F("playable_minor")), default=-F("playable_minor"))
    found: Counter[str] = Counter()
    for open_then in (Q(round__ended_at=None), Q(round__ended_at__gte=end)):  # of each side an index knows the rounds, however old
        for asset, total in moves.filter(open_then).values_list("round__currency").annotate(total=Sum(signed)).order_by():
            found[asset] += int(total)
    return Counter({asset: total for asset, total in found.items() if total})


def _overdue_clearing(entity: LegalEntity, day: date) -> Counter[str]:
    """Captures whose line should have come and has not: what a PSP may never pay. Older ones than can be asked for one by one have a case
    that lives, of their own or of a line that no rule may pair with them; what was written off by then stands in clearing no more."""
    end = day_bounds(entity, day)[1]
    paired = Match.objects.filter(item_kind="capture", item_id=OuterRef("pk"), undone_at=None)
    captures = Capture.objects.filter(merchant_account__entity=entity, state=Capture.State.SUCCEEDED, captured_at__lt=end)
    old, told = _of_live_cases(entity, day)
    ended = ExceptionCase.objects.filter(entity=entity, dedupe_key__startswith=_MISSING, resolution="write_off")
    lost = ended.filter(resolved_at__gte=end - LOOK_BACK, resolved_at__lt=end).values_list("dedupe_key", flat=True)
    asked = captures.filter(Q(captured_at__gte=end - LOOK_BACK) | Q(pk__in=old) | Q(intent__in=told))
    asked = asked.exclude(pk__in=[_capture_of(key) for key in lost])
    unpaid = asked.filter(~Exists(paired)).annotate(since=F("captured_at"))
    found: Counter[str] = Counter()
    for currency in unpaid.order_by().values_list("currency", flat=True).distinct():
        window = window_at("capture", entity, currency, day)
        late = (Q(since__lt=window.earliest), window.between & ~window.by_rail)
        sums = [unpaid.filter(chosen, currency=currency).aggregate(total=Sum("amount_minor"))["total"] for chosen in late]
        found[currency] += sum(int(total or 0) for total in sums)
    return found


def _capture_of(key: str) -> UUID:
    """The capture that is missing at its PSP, by the key of its case."""
    return Capture.id_of(key.split(":")[2])


def _of_live_cases(entity: LegalEntity, day: date) -> tuple[list[UUID], list[UUID]]:
    """Captures that are missing at their PSP for longer than they are asked for one by one; deposits named by a line in another account's
    file, another currency or another state: such a case stands for the missing line."""
    missing = Q(dedupe_key__startswith=_MISSING, business_date__lte=day - LOOK_BACK)
    told = Q(reason__in=UNPAIRABLE, merchant_reference__startswith=DepositIntent.PREFIX, business_date__lte=day)
    cases = ExceptionCase.objects.filter(missing | told, entity=entity, state__in=LIVE_STATES)
    captures: list[UUID] = []
    deposits: list[UUID] = []
    for key, reference in cases.values_list("dedupe_key", "merchant_reference"):
        with suppress(BadPublicId):  # a reference as the line writes it
            if key.startswith(_MISSING):
                captures.append(_capture_of(key))
            else:
                deposits.append(DepositIntent.id_of(reference))
    return captures, deposits


def _overdue_in_transit(entity: LegalEntity, day: date) -> Counter[str]:
    """What PSPs sent and the bank should have shown by now; of a payout of which it has shown a part, the rest. Never more than the books
    have on its way under the payout's name: what bounced, or was accepted as a loss, is there no more."""
    batches = list(_not_shown(entity, day).select_related("merchant_account"))
    shown = _shown_less([batch.pk for batch in batches if batch.state == BatchState.PAID])
    booked = _on_its_way(entity, day, [batch.ref for batch in batches])
    found: Counter[str] = Counter()
    for batch in batches:
        rest = shown.get(batch.pk, 0) if batch.state == BatchState.PAID else int(batch.payout_minor)
        found[batch.currency] += max(min(rest, booked.get((batch.ref, batch.currency), 0)), 0)
    return found


def _overdue_own_money(entity: LegalEntity, day: date) -> Counter[str]:
    """Top-ups, security deposits and transfers between own banks that left by then, and should have arrived and have not."""
    entries = Entry.objects.filter(account__kind="in_transit", account__entity=entity).exclude(ref="")
    sums = entries.exclude(ref__startswith="batch:").exclude(ref__startswith="carry:").values_list("ref", "asset").annotate(
        left=Sum("amount_minor"), then=Sum("amount_minor", filter=Q(business_date__lte=day)),
        since=Min("business_date", filter=Q(amount_minor__gt=0)),
    )  # fmt: skip
    found: Counter[str] = Counter()
    for _, asset, left, then, since in sums.filter(left__gt=0, then__gt=0).order_by():
        if due_date("bank", asset, since) <= day:
            found[asset] += min(int(left), int(then))
    return found


def _not_shown(entity: LegalEntity, day: date) -> QuerySet[SettlementBatch]:
    """Payouts that were due by the day, and of which the bank has not shown all."""
    is_short = Q(state=BatchState.SETTLED) | Q(state=BatchState.PAID, paid_minor__lt=F("payout_minor"))
    return SettlementBatch.objects.filter(is_short, merchant_account__entity=entity, version=1, due_date__lte=day, payout_minor__gt=0)


def _shown_less(batch_ids: list[UUID]) -> dict[UUID, int]:
    """By payout: what its bank lines, with the charges that the bank states, are less than it."""
    matches = Match.objects.filter(item_kind="batch", item_id__in=batch_ids, undone_at=None)
    return {pk: -int(total) for pk, total in matches.values_list("item_id").annotate(total=Sum("difference_minor")).order_by() if pk}


def _on_its_way(entity: LegalEntity, day: date, refs: list[str]) -> dict[tuple[str, str], int]:
    """By payout and currency: what `in_transit` holds under its name at the day's end."""
    entries = Entry.objects.filter(ref__in=refs, account__kind="in_transit", account__entity=entity, business_date__lte=day)
    return {(ref, asset): int(total) for ref, asset, total in entries.values_list("ref", "asset").annotate(Sum("amount_minor")).order_by()}
