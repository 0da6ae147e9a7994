"""A decision locks the deposit or the payout before the wallet, as the cashier does when the PSP tells its end meanwhile: no two wait for
each other."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from ledger.operations import decide
from reconciliation.models import CaseState
from tests.reconciliation.cases.acting import Links, a_case, propose
from tests.reconciliation.cases.records import Records
from tests.reconciliation.house import NOW


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
