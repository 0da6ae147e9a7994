"""What each provider can do, and how it is reconciled (C16): data, asked before any call is made, shown on the merchant account's page.

`reference` says how the provider treats our own reference: OURS (a field of its own, that it can be asked by), METADATA (kept
beside the payment, searched there). `makes_own_reference`: it names its objects itself, as all of these do. A lookup that is
not offered makes the same request go out again under its key instead: `key_days` is how long the provider honours a key, 0 for good.
Where captures, cancels and refunds are only taken in (`modifies_at_once` false), their end, refusals too, comes by notification.
"""

from dataclasses import dataclass
from enum import StrEnum


class Reference(StrEnum):
    """How our reference is kept."""

    OURS = "takes our reference"
    METADATA = "metadata only"


@dataclass(frozen=True, slots=True)
class Capabilities:
    """One provider. `reports` are sources of `ingest` (INTERFACES.md 2); `proof_of_3ds`: it tells the CAVV too."""

    provider: str
    name: str
    manual_capture: bool
    partial_capture: bool
    several_captures: bool
    void: bool
    refunds: bool
    payouts: bool
    evidence: bool
    accept_dispute: bool
    reference: Reference
    makes_own_reference: bool
    lookup_by_reference: bool
    lookup_by_key: bool
    lookup_by_psp_ref: bool
    modifies_at_once: bool
    completes_challenge: bool
    tells_key_reuse: bool
    proof_of_3ds: bool
    key_days: int
    methods: tuple[str, ...]
    reports: tuple[str, ...]
    reconciled: str

    @property
    def can_look_up(self) -> bool:
        """Whether it can be asked at all."""
        return self.lookup_by_reference or self.lookup_by_key or self.lookup_by_psp_ref


_ALL = (
    Capabilities(
        provider="sandbox",
        name="Sandbox",
        manual_capture=True,
        partial_capture=True,
        several_captures=True,
        void=True,
        refunds=True,
        payouts=True,
        evidence=True,
        accept_dispute=True,
        reference=Reference.OURS,
        makes_own_reference=True,
        lookup_by_reference=True,
        lookup_by_key=True,
        lookup_by_psp_ref=True,
        modifies_at_once=True,
        completes_challenge=True,
        tells_key_reuse=True,
        proof_of_3ds=True,
        key_days=0,
        methods=("card", "wallet_card", "paybybank", "directdebit", "localmethod"),
        reports=("adyen_sdr",),
        reconciled="Its settlement detail report names our reference and its own for each movement; both are matched, then the "
        "batch against the bank.",
    ),
    Capabilities(
        provider="stripe",
        name="Stripe",
        manual_capture=True,
        partial_capture=True,
        several_captures=False,
        void=True,
        refunds=True,
        payouts=False,
        evidence=True,
        accept_dispute=True,
        reference=Reference.METADATA,
        makes_own_reference=True,
        lookup_by_reference=True,
        lookup_by_key=True,
        lookup_by_psp_ref=True,
        modifies_at_once=True,
        completes_challenge=True,
        tells_key_reuse=True,
        proof_of_3ds=False,
        key_days=1,
        methods=("card", "wallet_card"),
        reports=("stripe_payout",),
        reconciled="Our reference is the payment's metadata and comes back in the payout reconciliation report; its charge id is "
        "our capture's reference; each payout of theirs is matched to the bank by amount, day and trace id.",
    ),
    Capabilities(
        provider="adyen",
        name="Adyen",
        manual_capture=True,
        partial_capture=True,
        several_captures=True,
        void=True,
        refunds=True,
        payouts=True,
        evidence=True,
        accept_dispute=True,
        reference=Reference.OURS,
        makes_own_reference=True,
        lookup_by_reference=False,
        lookup_by_key=False,
        lookup_by_psp_ref=False,
        modifies_at_once=False,
        completes_challenge=False,
        tells_key_reuse=False,
        proof_of_3ds=True,
        key_days=31,
        methods=("card", "wallet_card"),
        reports=("adyen_sdr", "adyen_accounting"),
        reconciled="Our reference is its merchant reference, and we keep its PSP reference; the settlement detail report names both, "
        "and its batch number ties the lines to the bank. It can't be asked: a lost answer is fetched by sending the request again "
        "under its key.",
    ),
    Capabilities(
        provider="generic",
        name="Generic signed provider",
        manual_capture=True,
        partial_capture=True,
        several_captures=True,
        void=True,
        refunds=True,
        payouts=True,
        evidence=True,
        accept_dispute=True,
        reference=Reference.OURS,
        makes_own_reference=True,
        lookup_by_reference=True,
        lookup_by_key=True,
        lookup_by_psp_ref=True,
        modifies_at_once=True,
        completes_challenge=True,
        tells_key_reuse=True,
        proof_of_3ds=True,
        key_days=30,
        methods=("card", "wallet_card", "paybybank", "directdebit", "localmethod"),
        reports=("csv:<map>",),
        reconciled="A CSV of its own, read by a column map; our reference is matched first, then its own, then amount and day.",
    ),
)

CAPABILITIES: dict[str, Capabilities] = {each.provider: each for each in _ALL}


def capabilities_of(provider: str) -> Capabilities | None:
    """The row of a provider; None for one that has none."""
    return CAPABILITIES.get(provider)
