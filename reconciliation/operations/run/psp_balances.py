"""Prefund and reserve against what the PSP says it holds (PSP_BALANCE_DIFFERS)."""

from reconciliation.models import ExceptionCase
from reconciliation.models.cases import LIVE_STATES
from reconciliation.operations.cases import auto_resolve_case, raise_case
from reconciliation.operations.run.context import MerchantRun
from reconciliation.queries.account_balance import balance_on
from reconciliation.queries.psp_figures import Said, newest_figures

CODE = "PSP_BALANCE_DIFFERS"


def tell_psp_balances(step: MerchantRun) -> None:
    """A case for each balance that the books did not have at the end of its day; the newest figure of a kind and currency counts.

    A difference that is gone, by lines that were posted since or by a newer figure that agrees, ends by itself. A run that has no figure
    of a balance, or only one of a day before the case's, says nothing of it.
    """
    figures = {(said.kind, said.currency): said for said in newest_figures(step.account, step.date)}
    differing = {}
    for said in figures.values():
        books = balance_on(step.account.entity_id, said.kind, step.account.public_id, said.currency, said.day)
        if books != said.minor:
            differing[f"{CODE}:{step.account.public_id}:{said.kind}:{said.currency}:{books - said.minor}"] = (said, books)
    live = ExceptionCase.objects.filter(merchant_account=step.account, reason=CODE, state__in=LIVE_STATES)
    for case in live.exclude(dedupe_key__in=list(differing)):
        newest = figures.get((case.facts["balance"], case.currency))
        if newest is not None and newest.day >= case.business_date:
            auto_resolve_case(case, rule="balances_agree@1", text="The books have what the PSP says it holds.", now=step.now)
    for key, (said, books) in differing.items():
        _raise(step, key, said, books)


def _raise(step: MerchantRun, key: str, said: Said, books: int) -> None:
    raise_case(
        code=CODE, entity_id=step.account.entity_id, business_date=said.day, amount_minor=books - said.minor, currency=said.currency,
        merchant_account=step.account, dedupe_key=key, each_day=True,
        facts={"balance": said.kind, "psp_minor": said.minor, "books_minor": books, "difference_minor": books - said.minor},
        links=[("file", said.file)], run=step.run, now=step.now,
    )  # fmt: skip
