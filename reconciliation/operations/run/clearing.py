"""`clearing` against its open items by name (CLEARING_BALANCE_UNEXPLAINED): what was posted that no item stands behind (R8)."""

from datetime import date

from reconciliation.models import ExceptionCase
from reconciliation.models.cases import LIVE_STATES
from reconciliation.operations.cases import auto_resolve_case, raise_case
from reconciliation.operations.run.context import MerchantRun
from reconciliation.queries.unnamed_clearing import LOOK_BACK, Unnamed, unnamed_clearing

CODE = "CLEARING_BALANCE_UNEXPLAINED"


def tell_clearing(step: MerchantRun) -> None:
    """One case per currency for what is in clearing under no item's name, surplus and shortage alike; what is explained ends by itself.

    Accounts and currencies are never netted against each other (R4); nor is one reference against another. Looked at are sixty days,
    and what a live case of theirs tells of, however old. A case whose day the run does not look at stays: of what is newer, or too old
    to be seen here, it can't say that it is explained.
    """
    begins = step.date - LOOK_BACK
    of_account = ExceptionCase.objects.filter(merchant_account=step.account, reason=CODE, state__in=LIVE_STATES)
    live = list(of_account.filter(business_date__range=(begins, step.date)))
    since = min([begins, *(date.fromisoformat(case.facts["since"]) for case in live if "since" in case.facts)])
    found = unnamed_clearing(step.account, since=since, until=step.date)
    keys = {f"{CODE}:{step.account.public_id}:{currency}:{each.minor}": currency for currency, each in found.items()}
    for case in live:
        if case.dedupe_key not in keys:
            text = "Clearing no longer differs by this from its open items."
            auto_resolve_case(case, rule="clearing_explained@1", text=text, now=step.now)
    for key, currency in keys.items():
        _raise(step, key, currency, found[currency])


def _raise(step: MerchantRun, key: str, currency: str, found: Unnamed) -> None:
    total = found.minor or sum(abs(minor) for minor in found.by_ref.values())
    first = dict(sorted(found.by_ref.items(), key=lambda pair: -abs(pair[1]))[:20])
    raise_case(
        code=CODE, entity_id=step.account.entity_id, business_date=step.date, amount_minor=total, currency=currency,
        merchant_account=step.account, dedupe_key=key, each_day=True,
        facts={"unexplained_minor": found.minor, "references": first, "of_references": len(found.by_ref), "since": found.since.isoformat()},
        run=step.run, now=step.now,
    )  # fmt: skip
