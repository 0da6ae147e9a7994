"""A decision locks the deposit or the payout before the wallet, as the cashier does when the PSP tells its end meanwhile: no two wait for
each other."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from ledger.operations import decide
from reconciliation.models import CaseLink, CaseState
from tests.reconciliation.cases.acting import Links, a_case, propose
from tests.reconciliation.cases.records import Records
from tests.reconciliation.house import NOW, make_case


def links_for(records: Records, disposition: str) -> Links:
    """A refund that waits for its end, or late money, of a player who has something to hold beside it."""
    if disposition == "fail_payout":
        records.capture(5000)
        return [("payout", records.payout(2000).public_id)]
    if disposition == "fail_refund":
        return [("refund", records.refund(records.capture(5000), 2000).public_id)]
    records.capture(2000)
    return [("capture", records.capture(3000, psp_ref="psp-cap-2", is_late=True).public_id)]


@pytest.mark.spec("E4", "L6")
@pytest.mark.parametrize(
    ("code", "disposition"),
    [
        ("WITHDRAWAL_SENT_PSP_NOT_PAID", "fail_payout"),
        ("REFUND_MISSING_AT_PSP", "fail_refund"),
        ("PSP_SUCCESS_AFTER_TERMINAL", "credit_missing_deposit"),
        ("PSP_SUCCESS_AFTER_TERMINAL", "refund"),
    ],
)
def test_the_deposit_before_the_wallet(records: Records, code: str, disposition: str) -> None:
    case = a_case(records, code, links_for(records, disposition))
    records.hold("CASE", case.public_id, 1000)  # is released with it, under the wallet's lock
    request = propose(records, case, disposition)

    with CaptureQueriesContext(connection) as asked:
        decide(request_id=request.pk, approve=True, checker=records.house.ben, reason="", now=NOW)

    statements = [query["sql"] for query in asked.captured_queries if "FOR UPDATE" in query["sql"]]
    wallet = next(at for at, sql in enumerate(statements) if 'FROM "ledger_wallet"' in sql)
    table = "cashier_payout_intent" if disposition == "fail_payout" else "cashier_deposit_intent"
    moved = next(at for at, sql in enumerate(statements) if f'FROM "{table}"' in sql)
    assert moved < wallet
    case.refresh_from_db()
    assert case.state == CaseState.RESOLVED


@pytest.mark.spec("R6", "R9")
def test_cases_then_the_line_then_the_payout_then_what_is_matched_as_a_run_does(records: Records) -> None:
    batch, _ = records.batch(("sale", 5000, records.capture(5000)))
    line = records.bank_line(5000)
    missing, case = (make_case(records.house, "BANK_CREDIT_UNIDENTIFIED", about=str(number)) for number in range(2))
    for each, link in ((missing, ("batch", batch.public_id)), (case, ("bank_line", str(line.pk)))):
        each.bank_account, each.merchant_account = records.house.bank, None
        each.save()
        CaseLink.objects.create(case=each, kind=link[0], target_id=link[1])
    request = propose(records, case, "identify_line", batch.public_id)

    with CaptureQueriesContext(connection) as asked:
        decide(request_id=request.pk, approve=True, checker=records.house.ben, reason="", now=NOW)

    told = [query["sql"] for query in asked.captured_queries]
    locked = [at for at, sql in enumerate(told) if "FOR UPDATE" in sql]
    cases, line_at, payout = (
        next(at for at in locked if f'FROM "{table}"' in told[at])
        for table in ("reconciliation_case", "reconciliation_suspense_item", "reconciliation_batch")
    )
    matched = next(at for at, sql in enumerate(told) if sql.startswith('INSERT INTO "reconciliation_match"'))  # after the posting
    assert cases < line_at < payout < matched
    assert "reconciliation_case_link" in told[cases]  # all that speak of the line or the payout, at once and in one order
