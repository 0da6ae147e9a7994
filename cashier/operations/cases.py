"""How the cashier tells of a break. Whoever keeps cases hears it, in the same transaction."""

from datetime import datetime

from cashier.models import Capture, DepositIntent, MerchantAccount
from ledger.calendar import business_date
from ledger.notices import tell


def raise_deposit_case(
    code: str,
    *,
    intent: DepositIntent,
    account: MerchantAccount,
    psp_ref: str,
    amount_minor: int,
    occurred_at: datetime,
    about: str,
    facts: dict[str, object],
    now: datetime,
    capture: Capture | None = None,
    currency: str = "",
) -> None:
    """Tell of a break of one deposit; once per code and `about` (the id of the object at fault). The amount is of the capture's currency.

    merchant_reference is the intent, psp_reference the PSP's payment; the day is the entity's day of `occurred_at`.
    """
    links = [("deposit", intent.public_id), ("player", intent.player.public_id)]
    if capture is not None:
        links.append(("capture", capture.public_id))
    tell(
        "case.raise",
        code=code,
        entity_id=intent.entity_id,
        business_date=business_date(intent.entity, occurred_at),
        amount_minor=amount_minor,
        currency=currency or (capture.currency if capture else intent.currency),
        merchant_account=account,
        merchant_reference=intent.public_id,
        psp_reference=psp_ref,
        dedupe_key=f"{code}:{about}",
        facts=facts,
        links=links,
        now=now,
    )
