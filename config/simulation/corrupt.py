"""Faults of our own books, made on purpose through the ledger's one door, for a simulation only: what a bug of ours would have left.

Nothing else is written: the matcher sees the books and nothing of what was done to them. Refused unless SIMULATION=1.
"""

import random
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction

from cashier.models import BankAccount, Capture, MerchantAccount
from config.simulation.client import SimulationError
from config.simulation.truth import Mismatch
from ledger.actors import system_actor
from ledger.calendar import day_bounds
from ledger.models import JournalTransaction
from ledger.operations import Posting, post
from ledger.operations.reversals import reverse_posting
from reconciliation.queries.player_money import player_money

BUG = system_actor("simulated-bug")


@dataclass(frozen=True, slots=True)
class Books:
    """Where and when books are spoilt: accounts of one day, a seed that chooses, the moment of the act."""

    merchants: Sequence[MerchantAccount]
    banks: Sequence[BankAccount]
    day: date
    seed: int
    now: datetime

    def random_for(self, code: str) -> random.Random:
        """The generator of one code: other codes don't disturb its choice."""
        return random.Random(f"{self.seed}:{self.day}:{code}")

    @property
    def noon(self) -> datetime:
        """The middle of the day: what is posted then is of this business day."""
        start, end = day_bounds(self.merchants[0].entity, self.day)
        return start + (end - start) / 2


def corrupt(codes: Collection[str], books: Books) -> list[Mismatch]:
    """Spoil the day's books once for each of `codes`; gives the truth. A code without a fitting object has no row.

    Raises SimulationError outside a simulation.
    """
    if not settings.SIMULATION:
        raise SimulationError("Books are spoilt in a simulation only. Set SIMULATION=1 on a database of its own.")
    truth: list[Mismatch] = []
    for code, fault in FAULTS.items():  # in this order: what is measured against all books comes last
        if code in codes:
            with transaction.atomic():
                truth += fault(books, code)
    return truth


def _credited_twice(books: Books, code: str) -> list[Mismatch]:
    """The posting of a capture stands a second time."""
    found = _choose(books, code)
    if found is None:
        return []
    capture, original = found
    _post_again(original, books, key=f"{original.posting_key}:twice", source=original.source)
    return [_of_capture(code, books, capture, int(capture.amount_minor - capture.player_fee_minor))]


def _credited_wrongly(books: Books, code: str) -> list[Mismatch]:
    """The posting of a capture is undone, and stands again with a tenth more."""
    found = _choose(books, code)
    if found is None:
        return []
    capture, original = found
    more = max(1, int(capture.amount_minor) // 10)
    reverse_posting(original=original, key=f"{original.posting_key}:undone", actor=BUG, now=books.now)
    source = {**original.source, "gross_minor": int(original.source["gross_minor"]) + more}
    _post_again(original, books, key=f"{original.posting_key}:wrong", source=source)
    return [_of_capture(code, books, capture, more)]


def _clearing_without_item(books: Books, code: str) -> list[Mismatch]:
    """Money in clearing under no item's name."""
    source = books.random_for(code)
    account = source.choice(list(books.merchants))
    currency = source.choice([bank.currency for bank in books.banks])
    amount_minor = source.randint(100, 9_999)
    _post_lines(books, code, currency, ("clearing", account.public_id), amount_minor)
    return [Mismatch(code, account.code, books.day, currency, amount_minor)]


def _bank_without_statement(books: Books, code: str) -> list[Mismatch]:
    """Money at the bank that no statement shows."""
    source = books.random_for(code)
    bank = source.choice(list(books.banks))
    amount_minor = source.randint(100, 9_999)
    _post_lines(books, code, bank.currency, ("bank", bank.public_id), amount_minor)
    return [Mismatch(code, bank.code, books.day, bank.currency, amount_minor)]


def _sent_and_lost(books: Books, code: str) -> list[Mismatch]:
    """Money on its way to a PSP that never gets there; the owner's, so that the bank is what its statement says."""
    source = books.random_for(code)
    account, bank = source.choice(list(books.merchants)), source.choice(list(books.banks))
    amount_minor, ref = source.randint(10_000, 99_999), f"top-up {books.day}"
    _post_lines(books, code, bank.currency, ("bank", bank.public_id), amount_minor)
    sent = {"merchant_account": account.public_id, "bank_account": bank.public_id, "asset": bank.currency}
    values = {**sent, "amount_minor": amount_minor, "top_up": ref}
    post(Posting("TOP_UP_SENT@1", f"simulated-bug:{ref}", books.merchants[0].entity.pk, values, books.noon), actor=BUG, now=books.now)
    keys = {"merchant_reference": ref, "psp_reference": None, "bank_reference": None}
    return [Mismatch(code, account.code, books.day, bank.currency, amount_minor, keys)]


def _wallet_out_of_nothing(books: Books, code: str) -> list[Mismatch]:
    """A wallet has more at the day's end than lies at all banks; soon after midnight it is as before."""
    found, source = _choose(books, code), books.random_for(code)
    if found is None:
        return []
    entity, capture = books.merchants[0].entity, found[0]
    lacking = source.randint(100, 9_999)
    cover = next(each for each in player_money(entity, books.day) if each.currency == capture.currency)
    amount_minor = cover.cover_minor - cover.owed_minor + lacking
    wallet = ("playable", capture.intent.player.public_id)
    _post_lines(books, code, capture.currency, wallet, -amount_minor)
    after = day_bounds(entity, books.day)[1] + timedelta(minutes=1)
    _post_lines(books, f"{code}:undone", capture.currency, wallet, amount_minor, at=after)
    return [Mismatch(code, entity.code, books.day, str(capture.currency), lacking)]


FAULTS: Mapping[str, Callable[[Books, str], list[Mismatch]]] = {
    "DUPLICATE_LEDGER_POSTING": _credited_twice,
    "DEPOSIT_CREDITED_INCORRECTLY": _credited_wrongly,
    "CLEARING_BALANCE_UNEXPLAINED": _clearing_without_item,
    "BANK_BALANCE_DIFFERS": _bank_without_statement,
    "TOP_UP_NOT_RECEIVED": _sent_and_lost,
    "PLAYER_FUNDS_SHORTFALL": _wallet_out_of_nothing,
}
CODES = tuple(FAULTS)


def _choose(books: Books, code: str) -> tuple[Capture, JournalTransaction] | None:
    """A capture of the day that nothing followed, and its posting; the same seed and books give the same."""
    start, end = day_bounds(books.merchants[0].entity, books.day)
    captures = Capture.objects.filter(
        merchant_account__in=books.merchants, state=Capture.State.SUCCEEDED, captured_at__gte=start, captured_at__lt=end,
        refunded_minor=0, disputed_minor=0,
    )  # fmt: skip
    rows = list(captures.select_related("intent__player", "attempt", "merchant_account__entity").order_by("captured_at", "pk"))
    books.random_for(code).shuffle(rows)
    for capture in rows:
        postings = JournalTransaction.objects.filter(intent_ref=capture.intent.public_id, actor_id=BUG.id)
        original = JournalTransaction.objects.filter(posting_key=f"deposit.captured:{capture.public_id}").first()
        if original is not None and not postings.exists():  # one that was spoilt is left as it is
            return capture, original
    return None


def _post_again(original: JournalTransaction, books: Books, *, key: str, source: dict[str, Any]) -> None:
    posting = Posting(
        rule=original.rule,
        key=key,
        entity_id=original.entity_id,
        source=source,
        occurred_at=books.noon,
        intent_id=original.intent_ref,
        player_id=original.player_ref,
    )
    post(posting, actor=BUG, now=books.now)


def _post_lines(books: Books, code: str, currency: str, place: tuple[str, str], amount_minor: int, *, at: datetime | None = None) -> None:
    entity = books.merchants[0].entity
    sides = ((place, amount_minor), (("outside", entity.public_id), -amount_minor))
    lines = [
        {"kind": kind, "holder": holder, "asset": currency, "amount_minor": minor, "ref": "", "label": ""}
        for (kind, holder), minor in sides
    ]
    key = f"simulated-bug:{code}:{place[1]}:{books.day}"
    post(Posting("OPENING_BALANCE@1", key, entity.pk, {"lines": lines}, at or books.noon), actor=BUG, now=books.now)


def _of_capture(code: str, books: Books, capture: Capture, amount_minor: int) -> Mismatch:
    keys = {"merchant_reference": capture.intent.public_id, "psp_reference": capture.attempt.psp_ref, "bank_reference": None}
    return Mismatch(code, capture.merchant_account.code, books.day, str(capture.currency), amount_minor, keys)
