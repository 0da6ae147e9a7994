"""The page of fees against contracts (R12): what each PSP took too much and too little, and the claim to send, as CSV."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.html import format_html

from cashier.models import MerchantAccount
from ledger.admin.accounts.exports import csv_answer
from ledger.admin.frames import Fact, Panel, Record, chip_cell, money_cell, page_of, ref_cell
from ledger.admin.frames.records import table
from ledger.exports import Major
from reconciliation.queries.fee_report import FeeWeek, fee_claim, fee_weeks

PERMISSION = "reconciliation.view_reconciliationrun"
HEADER = (
    "Merchant account", "Batch", "Report", "Line", "Date", "Our reference", "PSP reference", "PSP object", "Fee", "Currency", "Gross",
    "Tax left out", "Charged", "Agreed", "Difference",
)  # fmt: skip


def fees_page(request: HttpRequest) -> HttpResponse:
    """Each week that differs, by account and kind of fee."""
    from django.contrib.admin import site

    page = page_of(request)
    if not page.may(PERMISSION):
        raise PermissionDenied(PERMISSION)
    context: dict[str, Any] = {"title": "Fees charged", "record": _record(fee_weeks()), "buttons": [], "page_now": page.now, "noun": "fees"}
    context |= {"list_url": reverse("admin:reconciliation_reconciliationrun_changelist"), "list_words": "runs"}
    return TemplateResponse(request, "ops/record.html", {**site.each_context(request), **context})


def claim_view(request: HttpRequest, account: str) -> HttpResponseBase:
    """The claim of one account: a line per charge that differs, of cases that are not ended."""
    if not page_of(request).may(PERMISSION):
        raise PermissionDenied(PERMISSION)
    found = MerchantAccount.objects.filter(code=account).first()
    if found is None:
        raise Http404
    return csv_answer(f"fee_claim_{found.code}.csv", HEADER, _lines(found))


def _lines(account: MerchantAccount) -> Iterator[list[Any]]:
    for week, batch, line in fee_claim(account):
        minors = (line.gross_minor, line.tax_minor, line.charged_minor, line.agreed_minor, line.difference_minor)
        yield [
            account.code, batch.number, batch.source_file.name, str(line.line), line.day.isoformat(), line.merchant_reference,
            line.psp_reference, line.psp_object, week.fee, week.currency, *(Major(minor, week.currency) for minor in minors),
        ]  # fmt: skip


def _record(weeks: list[FeeWeek]) -> Record:
    over: Counter[tuple[str, str]] = Counter()
    for week in weeks:
        over[week.account, week.currency] += week.over_minor
    charged = [(name, minor, currency) for (name, currency), minor in sorted(over.items()) if minor]
    facts = [Fact(f"{name} took too much", money_cell(minor, currency), tone="bad") for name, minor, currency in charged]
    accounts = sorted({week.account for week in weeks})
    return Record(
        question="Did the PSPs charge what was agreed?",
        headline="Fees charged",
        facts=facts,
        main=[_panel(account, [week for week in weeks if week.account == account]) for account in accounts] or [_nothing()],
        sub="Each fee of each line is reckoned anew from the account's fee schedule, without tax. What differs is a case weekly.",
    )


def _panel(account: str, weeks: list[FeeWeek]) -> Panel:
    headers = [
        ("Week of", "text"),
        ("Fee", "text"),
        ("Lines", "num"),
        ("Too much", "num"),
        ("Too little", "num"),
        ("Case", "text"),
        ("", "text"),
    ]
    rows = [
        [
            week.week, week.fee.capitalize(), f"{week.lines:,}", money_cell(week.over_minor, week.currency),
            money_cell(week.under_minor, week.currency), ref_cell(week.case.public_id), chip_cell("case", str(week.case.state)),
        ]
        for week in weeks
    ]  # fmt: skip
    link = format_html('<a class="ops-link" href="{}" download>Claim as CSV</a>', reverse("admin:fee_claim", args=[account]))
    return table(account, headers, rows, note=link)


def _nothing() -> Panel:
    return table("Differences", [("Week of", "text")], [], empty="Every fee is what was agreed, or nothing is agreed.")
