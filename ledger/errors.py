"""Refusals of the books. Each names what it refuses, in words that a person can act on."""

from uuid import UUID

from ledger.money import MoneyError, UnknownAsset, money_text
from ledger.refusals import Conflict, LedgerError


class BadPublicId(LedgerError):
    """A text is not a public id of the expected kind."""


class UnknownRule(LedgerError):
    """No posting rule of this name and version (L8)."""


class UnknownAccountKind(LedgerError):
    """The chart of accounts has no such kind (L5)."""


class UnbalancedPosting(LedgerError):
    """Lines don't sum to zero per asset, or there are fewer than two (L1)."""


class BadSource(LedgerError):
    """A source holds something else than ints, strings, booleans, lists, dicts and nulls (L8)."""


class NoOpenTransaction(LedgerError):
    """The act must run inside the caller's database transaction."""


class PostingKeyConflict(LedgerError):
    """The posting key is taken by a transaction of other content (L3). Nothing was posted."""

    code = "POSTING_KEY_CONFLICT"

    def __init__(self, key: str, existing_id: UUID) -> None:
        super().__init__(f"Posting key {key} already names transaction {existing_id}, which has other content.")
        self.key = key
        self.existing_id = existing_id


class InsufficientFunds(LedgerError):
    """A player's account would go below zero (L6). Nothing was posted."""

    code = "INSUFFICIENT_FUNDS"

    def __init__(self, kind: str, holder: str, asset: str, missing_minor: int) -> None:
        super().__init__(f"{kind.capitalize()} of {holder} lacks {_major(missing_minor, asset)}.")
        self.kind = kind
        self.holder = holder
        self.asset = asset
        self.missing_minor = missing_minor


class ApprovalRefused(LedgerError):
    """An approval can't be requested or decided so; the message says why (S1)."""

    code = "APPROVAL_REFUSED"


class KeyReused(Conflict):
    """The idempotency key was used for another request."""

    code = "IDEMPOTENCY_KEY_REUSED"


class StillRunning(Conflict):
    """The first request with this idempotency key has not ended yet; try again in `retry_after` seconds."""

    code = "IDEMPOTENCY_KEY_IN_USE"

    def __init__(self, retry_after: int) -> None:
        super().__init__(retry_after=retry_after)
        self.retry_after = retry_after


def _major(amount_minor: int, code: str) -> str:
    """`12.50 EUR`, for people; of an asset that is none its minor units."""
    try:
        return money_text(amount_minor, code)
    except (UnknownAsset, MoneyError):
        return f"{amount_minor} minor units of {code}"
