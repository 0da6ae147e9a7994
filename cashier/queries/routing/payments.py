"""A deposit, or a hypothetical one, as the engine sees it (C10, C14)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from cashier.models import Attempt, Brand, DepositIntent, Instrument
from cashier.queries.rails import get_rail
from cashier.routing import Payment, Policy


@dataclass(frozen=True, slots=True)
class Means:
    """What is paid with. `card`: {"scheme", "type", "bin", "fingerprint"}, as far as the caller knows; never a card number."""

    token: str
    instrument: Instrument | None = None
    capture: str = "manual"
    card: Mapping[str, str] = field(default_factory=dict)
    risk_band: str = ""

    @property
    def card_key(self) -> str:
        return card_key_of(self.token, self.card)


def card_key_of(token: str, card: Mapping[str, str]) -> str:
    """One name for a card at all PSPs: by the caller's fingerprint of it, else by the token. It can't be turned back."""
    named = f"fingerprint:{card['fingerprint']}" if card.get("fingerprint") else f"token:{token}"
    return sha256(named.encode()).hexdigest()[:32]


def payment_of(intent: DepositIntent, means: Means, policy: Policy) -> Payment:
    """The deposit as it is to be routed now; AVS and CVV are what the card's last try brought."""
    provider = means.instrument.merchant_account.provider if means.instrument and means.instrument.merchant_account else ""
    checks = Attempt.objects.filter(card_key=means.card_key).exclude(avs="", cvv="").order_by("-created_at")
    avs, cvv = checks.values_list("avs", "cvv").first() or ("", "")
    return hypothetical(
        key=intent.public_id, brand=intent.brand, region=intent.region, currency=intent.currency, amount_minor=intent.gross_minor,
        method=intent.method, policy=policy, provider=provider, is_manual_capture=means.capture == "manual",
        card=means.card, risk_band=means.risk_band, avs=avs, cvv=cvv,
    )  # fmt: skip


def hypothetical(
    *, key: str, brand: Brand, region: str, currency: str, amount_minor: int, method: str, policy: Policy, provider: str = "",
    is_manual_capture: bool = False, card: Mapping[str, str] | None = None, risk_band: str = "", avs: str = "", cvv: str = "",
) -> Payment:  # fmt: skip
    """A payment that may be no deposit of ours. Raises UnknownMethod."""
    card = card or {}
    return Payment(
        key=key,
        brand=brand.code,
        entity=str(brand.entity_id),
        region=region,
        currency=currency,
        amount_minor=amount_minor,
        method=method,
        usd_minor=policy.options.usd_minor(amount_minor, currency),
        licence=licence_of(brand.licences, region),
        merchant_category=brand.merchant_category,
        is_card=get_rail(method).has_authorization,
        is_manual_capture=is_manual_capture,
        provider=provider,
        scheme=card.get("scheme", ""),
        card_type=card.get("type", ""),
        bin=card.get("bin", ""),
        risk_band=risk_band,
        avs=avs,
        cvv=cvv,
    )


def licence_of(licences: Mapping[str, Any], region: str) -> str | None:
    """The licence that a region asks for; empty where the brand names none at all, None where it may not take payments there."""
    if not licences:
        return ""
    found = licences.get(region) or licences.get("*")
    return str(found) if found else None
