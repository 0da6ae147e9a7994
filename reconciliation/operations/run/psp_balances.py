"""Prefund and reserve against what the PSP says it holds (PSP_BALANCE_DIFFERS)."""

from dataclasses import dataclass
from datetime import date

from reconciliation.models import ExceptionCase, FileState, SourceFile
from reconciliation.models.cases import LIVE_STATES
from reconciliation.operations.cases import auto_resolve_case, raise_case
from reconciliation.operations.run.context import MerchantRun
from reconciliation.queries.account_balance import balance_on

CODE = "PSP_BALANCE_DIFFERS"
_PAPERS = 10  # the newest lists of balances: what older ones said was held against the books then


@dataclass(frozen=True, slots=True)
class _Said:
    kind: str
    day: date
    currency: str
    minor: int
    file: str


def tell_psp_balances(step: MerchantRun) -> None:
    """A case for each balance that the books did not have at the end of its day; the newest figure of a kind and currency counts.

    A difference that is gone, by lines that were posted since or by a newer figure that agrees, ends by itself.
    """
    differing = {}
    for said in _newest(step):
        books = balance_on(step.account.entity_id, said.kind, step.account.public_id, said.currency, said.day)
        if books != said.minor:
            differing[f"{CODE}:{step.account.public_id}:{said.kind}:{said.currency}:{books - said.minor}"] = (said, books)
    live = ExceptionCase.objects.filter(merchant_account=step.account, reason=CODE, state__in=LIVE_STATES)
    for case in live.exclude(dedupe_key__in=list(differing)):
        auto_resolve_case(case, rule="balances_agree@1", text="The books have what the PSP says it holds.", now=step.now)
    for key, (said, books) in differing.items():
        _raise(step, key, said, books)


def _newest(step: MerchantRun) -> list[_Said]:
    papers = SourceFile.objects.filter(source="psp_balances", state=FileState.LOADED, merchant_account=step.account)
    found: dict[tuple[str, str], _Said] = {}
    for paper in papers.order_by("-loaded_at")[:_PAPERS]:
        for row in paper.result["statements"]:
            kind, _, text = row["number"].partition(" ")
            said = _Said(kind, date.fromisoformat(text), row["currency"], int(row["closing_minor"]), paper.public_id)
            before = found.get((said.kind, said.currency))
            if said.day <= step.date and (before is None or said.day > before.day):
                found[said.kind, said.currency] = said
    return list(found.values())


def _raise(step: MerchantRun, key: str, said: _Said, books: int) -> None:
    raise_case(
        code=CODE, entity_id=step.account.entity_id, business_date=said.day, amount_minor=books - said.minor, currency=said.currency,
        merchant_account=step.account, dedupe_key=key,
        facts={"balance": said.kind, "psp_minor": said.minor, "books_minor": books, "difference_minor": books - said.minor},
        links=[("file", said.file)], run=step.run, now=step.now,
    )  # fmt: skip
