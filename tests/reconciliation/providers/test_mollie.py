"""Mollie's settlement names no payment: what it brought is booked and proved to the bank, and no payment is paired by guess (R5)."""

import json
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.reconciliation.house import House

REFERENCE = "1234567.2611.03"


def settlement(gross: str, count: int) -> str:
    """One month of iDEAL without costs, paid whole."""
    euros: dict[str, Any] = {"currency": "EUR", "value": gross}
    row = {"description": "iDEAL", "method": "ideal", "count": count, "amountNet": euros, "amountVat": None, "amountGross": euros}
    return json.dumps({
        "resource": "settlement", "id": "stl_1", "reference": REFERENCE, "status": "paidout", "settledAt": "2026-11-20T06:00:00.0Z",
        "createdAt": "2026-11-19T22:00:00.0Z", "amount": euros, "periods": {"2026": {"11": {"revenue": [row], "costs": []}}},
    })  # fmt: skip


@pytest.mark.spec("R5", "R8", "R9")
def test_a_total_that_fits_to_the_cent_pairs_no_payment(house: "House") -> None:
    from reconciliation.models import ExceptionCase
    from tests.reconciliation.providers import office

    # given two deposits of 20.00, and a settlement of two: theirs, or one of them and one that we never heard of
    records = office.open_office(house, "mollie", "MOLLIE_EU", payer="MOLLIE")
    for name in ("tr_1", "tr_2"):
        records.capture(2000, psp_ref=name)
    office.take_in(settlement("40.00", 2), "mollie_settlement", account="MOLLIE_EU", name="settlement.json")
    office.bank_shows(("C40,00", f"MOLLIE {REFERENCE}"))

    # when
    office.run()

    # then the payout is proved to the bank, and what it is for waits, by its method, for a person
    batch = office.batch_of(REFERENCE)
    office.assert_proved(batch, 4000, "bank.payout_reference@1")
    assert office.items_of(batch) == []
    case = ExceptionCase.objects.get(reason="PSP_LINE_UNKNOWN_REFERENCE")
    assert (int(case.amount_minor), case.state) == (4000, "OPEN")
    assert {kind: records.balance(kind) for kind in ("clearing", "in_transit", "suspense")} == {
        "clearing": 4000, "in_transit": 0, "suspense": -4000,
    }  # fmt: skip
    assert office.unproved() == []
