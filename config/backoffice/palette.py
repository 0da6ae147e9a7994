"""The command palette: an exact id leads to its page. Ids only, ten hits at most, never personal data (the term is in the address)."""

from collections.abc import Iterator

from django.contrib import admin
from django.http import HttpRequest
from unfold.dataclasses import SearchResult

from cashier.models import Capture, DepositIntent, PayoutIntent, Refund
from ledger.admin.frames import OpsAdmin, links
from ledger.errors import BadPublicId
from ledger.ids import from_public
from reconciliation.models import ExceptionCase

MOST_HITS = 10
NUMBER_DIGITS = 18


def find(request: HttpRequest, term: str) -> list[SearchResult]:
    """Hits for an id of ours, a case number, or a PSP's reference. The theme keeps the answer for five minutes per user and term."""
    text = term.strip()
    hits = [*_by_public_id(request, text.lower()), *_by_case_number(request, text), *_by_psp_reference(request, text)]
    return hits[:MOST_HITS]


def _by_public_id(request: HttpRequest, text: str) -> Iterator[SearchResult]:
    """Our own ids are checked to exist, so that Enter never leads to a page of nothing."""
    prefix = text.partition("_")[0] + "_"
    if prefix not in links.prefixes():
        return
    try:
        key = from_public(text, prefix)
    except BadPublicId:
        return
    for model, model_admin in admin.site._registry.items():
        if not isinstance(model_admin, OpsAdmin) or getattr(model, "PREFIX", "") != prefix or not model_admin.has_view_permission(request):
            continue
        if model._default_manager.filter(pk=key).exists():
            yield SearchResult(title=text, description=str(model._meta.verbose_name), link=links.url_of(text), icon="tag")


def _by_case_number(request: HttpRequest, text: str) -> Iterator[SearchResult]:
    number = text.lower().removeprefix("case-").strip()
    if not number.isdecimal() or len(number) > NUMBER_DIGITS or not request.user.has_perm("reconciliation.view_exceptioncase"):
        return
    for case in ExceptionCase.objects.filter(number=int(number)).select_related("reason"):
        yield SearchResult(title=case.label, description=case.reason.title, link=links.url_of(case.public_id), icon="error")


def _by_psp_reference(request: HttpRequest, text: str) -> Iterator[SearchResult]:
    """References of captures, refunds and payouts at a PSP. The theme lowers the term, so both spellings are asked for."""
    spellings = {text, text.upper(), text.lower()}
    if request.user.has_perm("cashier.view_depositintent"):
        captures = Capture.objects.filter(psp_ref__in=spellings).values_list("intent_id", flat=True)[:MOST_HITS]
        refunds = Refund.objects.filter(psp_ref__in=spellings).values_list("capture__intent_id", flat=True)[:MOST_HITS]
        for intent in DepositIntent.objects.filter(pk__in=[*captures, *refunds]):
            yield SearchResult(
                title=intent.public_id,
                description=f"deposit, by PSP reference {text}",
                link=links.url_of(intent.public_id),
                icon="south_west",
            )
    if request.user.has_perm("cashier.view_payoutintent"):
        for payout in PayoutIntent.objects.filter(psp_ref__in=spellings)[:MOST_HITS]:
            yield SearchResult(
                title=payout.public_id, description=f"payout, by PSP reference {text}", link=links.url_of(payout.public_id), icon="outbox"
            )
