"""`clearing` against its open items by name (CLEARING_BALANCE_UNEXPLAINED): what was posted that no item stands behind (R8)."""

from reconciliation.models import ExceptionCase
from reconciliation.models.cases import LIVE_STATES
from reconciliation.operations.cases import auto_resolve_case, raise_case
from reconciliation.operations.run.context import MerchantRun
from reconciliation.queries.unnamed_clearing import LOOK_BACK, unnamed_clearing

CODE = "CLEARING_BALANCE_UNEXPLAINED"


def tell_clearing(step: MerchantRun) -> None:
    """One case per currency for what is in clearing under no item's name, surplus and shortage alike; what is explained ends by itself.

    Accounts and currencies are never netted against each other (R4); nor is one reference against another. A case whose day the run
    does not look at stays: of what is newer, or too old to be seen here, it can't say that it is explained.
    """
    found = unnamed_clearing(step.account, until=step.date)
    keys = {f"{CODE}:{step.account.public_id}:{currency}:{sum(by_ref.values())}": currency for currency, by_ref in found.items()}
    live = ExceptionCase.objects.filter(
        merchant_account=step.account, reason=CODE, state__in=LIVE_STATES, business_date__range=(step.date - LOOK_BACK, step.date)
    )
    for case in live.exclude(dedupe_key__in=list(keys)):
        auto_resolve_case(case, rule="clearing_explained@1", text="Clearing no longer differs by this from its open items.", now=step.now)
    for key, currency in keys.items():
        _raise(step, key, currency, found[currency])


def _raise(step: MerchantRun, key: str, currency: str, by_ref: dict[str, int]) -> None:
    total = sum(by_ref.values()) or sum(abs(minor) for minor in by_ref.values())
    first = dict(sorted(by_ref.items(), key=lambda pair: -abs(pair[1]))[:20])
    raise_case(
        code=CODE, entity_id=step.account.entity_id, business_date=step.date, amount_minor=total, currency=currency,
        merchant_account=step.account, dedupe_key=key,
        facts={"unexplained_minor": sum(by_ref.values()), "references": first, "of_references": len(by_ref)}, run=step.run, now=step.now,
    )  # fmt: skip
