"""Which deposits fund a player's balance: by method, token and PSP (L18, P7). Read from the books, never kept."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from cashier.lineage import DEPOSIT, Lot, PlayableEntry, trace_lots
from cashier.models import Capture, Player
from ledger.errors import BadPublicId
from ledger.models import Account, Entry


@dataclass(frozen=True, slots=True)
class Funding:
    """One lot of a balance. Minor units of `asset`: `open_minor` of `brought_minor` is still there.

    Of a deposit: capture and intent (public ids), method, token, masked (as the player knows it), merchant_account and provider, and
    `returnable_minor`, what may go back by its own rail: open, and not above what is left of the capture. Else these are "" and 0.
    """

    origin: str
    asset: str
    ref: str
    since: date
    brought_minor: int
    open_minor: int
    returnable_minor: int = 0
    intent: str = ""
    method: str = ""
    token: str = ""
    masked: str = ""
    merchant_account: str = ""
    provider: str = ""


def list_funding(player: Player) -> list[Funding]:
    """What each of the player's playable balances is made of, oldest first per asset; adds up to the balance."""
    found: list[Funding] = []
    accounts = Account.objects.filter(kind="playable", owner_ref=player.public_id, entity_id=player.brand.entity_id).order_by("asset")
    for account in accounts:
        lots = trace_lots(_entries(account))
        captures = _captures(lots)
        found += [_funding(lot, account.asset, captures.get(lot.ref)) for lot in lots]
    return found


def _entries(account: Account) -> Iterator[PlayableEntry]:
    rows = Entry.objects.filter(account=account).order_by("id")
    names = ("transaction__kind", "ref", "transaction__intent_ref", "amount_minor", "business_date")
    for kind, ref, intent, amount, day in rows.values_list(*names).iterator(chunk_size=5_000):
        yield PlayableEntry(kind, ref, intent, int(amount), day)


def _captures(lots: list[Lot]) -> dict[str, Capture]:
    """The captures of deposits that are still in the balance, by public id."""
    ids = [identity for lot in lots if lot.origin == DEPOSIT and (identity := _capture_id(lot.ref))]
    found = Capture.objects.filter(pk__in=ids).select_related("intent", "attempt__instrument", "merchant_account")
    return {capture.public_id: capture for capture in found}


def _capture_id(ref: str) -> UUID | None:
    try:
        return Capture.id_of(ref)
    except BadPublicId:
        return None


def _funding(lot: Lot, asset: str, capture: Capture | None) -> Funding:
    plain = Funding(lot.origin, asset, lot.ref, lot.since, lot.brought_minor, lot.open_minor)
    if capture is None:
        return plain
    instrument = capture.attempt.instrument
    return Funding(
        lot.origin, asset, lot.ref, lot.since, lot.brought_minor, lot.open_minor,
        returnable_minor=max(min(lot.open_minor, capture.refundable_minor), 0),
        intent=capture.intent.public_id, method=capture.intent.method, token=capture.attempt.payment_token,
        masked=instrument.masked if instrument else "",
        merchant_account=capture.merchant_account.code, provider=capture.merchant_account.provider,
    )  # fmt: skip
