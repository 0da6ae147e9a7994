"""Texts longer than any PSP's or bank's: refused with their place, never an error of the database (R2)."""

import random
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.reconciliation.house import House

LONG = "".join(random.Random(1).choices("abcdefghijklmnopqrstuvwxyz0123456789", k=9000))
CSV = "merchant_account,batch_number,type,psp_reference,object_reference,merchant_reference,created_at,gross_currency,gross,commission,"
CSV += "markup,scheme_fee,interchange,net_currency,net,exchange_rate,payment_method,payout_reference\n"
ROW = "SANDBOX_EU,7,{kind},{psp},{object},ref,2026-11-19T10:00:00+00:00,EUR,{gross},0,0,0,0,EUR,{gross},,card,\n"


@pytest.mark.parametrize("field", ["psp", "object"])
@pytest.mark.spec("R2")
def test_an_id_of_thousands_of_characters_is_refused(house: "House", field: str) -> None:
    from tests.reconciliation.ingest.papers import ingest

    texts = {"psp": "p", "object": "o"} | {field: LONG}
    found = ingest((CSV + ROW.format(kind="refund", gross="-5.00", **texts)).encode(), name="long.csv", source="csv_psp")

    assert (found["accepted"], found["error"]["code"], found["error"]["line"]) == (False, "too_long", 2)


@pytest.mark.parametrize(("place", "text"), [("batch", "9" * 33), ("object", LONG)])
@pytest.mark.spec("R2")
def test_a_report_of_adyen_alike(house: "House", place: str, text: str) -> None:
    from tests.reconciliation.ingest.papers import PAYOUT, SALE, ingest, report, row

    batch = text if place == "batch" else "38"
    sale = ("Refunded", "psp_1", "pi_unknown", text if place == "object" else "obj_1", *SALE[4:])
    found = ingest(report(row(*sale, batch=batch), row(*PAYOUT, batch=batch)), name="long.csv")

    assert (found["accepted"], found["error"]["line"]) == (False, 2)
