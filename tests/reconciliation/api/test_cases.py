"""GET /v1/reconciliation/cases (A7; INTERFACES.md section 3)."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client

from cashier.models import Brand
from ledger.actors import user_actor
from reconciliation.models import ExceptionCase, ReasonCode
from reconciliation.operations import auto_resolve_case, raise_case
from reconciliation.operations.casework import investigate_case, propose_disposition
from tests.api.calling import Api
from tests.reconciliation.api.conftest import SCOPES, Callers
from tests.reconciliation.house import DAY, NOW, House, make_case

pytestmark = pytest.mark.spec("A7", "A2")
PATH = "reconciliation/cases"


def on(house: House, day: date, code: str = "FEE_UNEXPECTED", **facts: Any) -> ExceptionCase:
    values = {"merchant_account": house.merchant, **facts}
    return raise_case(
        code=code,
        entity_id=house.entity.pk,
        business_date=day,
        amount_minor=40,
        currency="EUR",
        dedupe_key=f"{code}:{day}:{sorted(facts)}",
        now=NOW,
        **values,
    )


def numbers(answer: Any) -> list[int]:
    assert answer.status_code == 200, answer.content
    return [row["number"] for row in answer.json()["results"]]


def test_a_case_tells_every_field(house: House, callers: Callers) -> None:
    case = raise_case(
        code="BANK_SETTLEMENT_AMOUNT_DIFFERS",
        entity_id=house.entity.pk,
        business_date=DAY,
        amount_minor=-40,
        currency="EUR",
        merchant_account=house.merchant,
        bank_account=house.bank,
        psp_reference="TX635094301XT",
        bank_reference="B1",
        dedupe_key="k",
        now=NOW,
    )
    reason = ReasonCode.objects.get(pk="BANK_SETTLEMENT_AMOUNT_DIFFERS")
    expected = {
        "id": case.public_id,
        "number": case.number,
        "reason_code": "BANK_SETTLEMENT_AMOUNT_DIFFERS",
        "category": reason.category,
        "player_impact": reason.player_impact,
        "state": "OPEN",
        "severity": reason.severity,
        "owner_team": "finance",
        "due_at": case.due_at.strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
        "amount_minor": 40,
        "currency": "EUR",
        "merchant_account": "SANDBOX_EU",
        "bank_account": "BANK_EUR",
        "merchant_reference": None,
        "psp_reference": "TX635094301XT",
        "bank_reference": "B1",
        "business_date": "2026-11-19",
        "opened_at": "2026-11-20T09:00:00.000000Z",
        "resolved_at": None,
        "resolution": None,
    }
    assert callers.ours.get(PATH).json() == {"results": [expected], "next": None, "previous": None}
    assert callers.ours.get(f"{PATH}/{case.public_id}").json() == expected


def test_a_resolved_case_tells_when_and_how(house: House, callers: Callers) -> None:
    case = make_case(house, "FEE_UNEXPECTED")
    propose_disposition(case_id=case.pk, disposition="no_action", reason="in the new contract", actor=user_actor(house.ada), now=NOW)
    row = callers.ours.get(f"{PATH}/{case.public_id}").json()
    assert (row["state"], row["resolution"], row["resolved_at"]) == ("RESOLVED", "no_action", "2026-11-20T09:00:00.000000Z")


def test_filters_by_day(house: House, callers: Callers) -> None:
    first, second, third = (on(house, DAY + timedelta(days=days)).number for days in (0, 1, 2))
    get = callers.ours.get
    assert numbers(get(f"{PATH}?date=2026-11-20")) == [second]
    assert numbers(get(f"{PATH}?from=2026-11-20")) == [third, second]
    assert numbers(get(f"{PATH}?to=2026-11-20")) == [second, first]
    assert numbers(get(f"{PATH}?from=2026-11-20&to=2026-11-20")) == [second]
    assert numbers(get(f"{PATH}?date=2026-11-22")) == []
    assert numbers(get(PATH)) == [third, second, first]


def test_filters_by_state_which_may_repeat(house: House, callers: Callers) -> None:
    opened, taken, ended = (make_case(house, "FEE_UNEXPECTED", about=str(number)) for number in (1, 2, 3))
    investigate_case(case_id=taken.pk, actor=user_actor(house.ada), now=NOW)
    auto_resolve_case(ended, rule="line_came@1", text="it came", now=NOW)
    get = callers.ours.get
    assert numbers(get(f"{PATH}?state=OPEN")) == [opened.number]
    assert numbers(get(f"{PATH}?state=OPEN&state=AUTO_RESOLVED")) == [ended.number, opened.number]
    assert numbers(get(f"{PATH}?state=WAITING")) == []


def test_filters_by_reason_code_which_may_repeat(house: House, callers: Callers) -> None:
    fee, gross = make_case(house, "FEE_UNEXPECTED"), make_case(house, "GROSS_AMOUNT_DIFFERS")
    make_case(house, "PAYOUT_RETURNED")
    get = callers.ours.get
    assert numbers(get(f"{PATH}?reason_code=FEE_UNEXPECTED")) == [fee.number]
    assert numbers(get(f"{PATH}?reason_code=FEE_UNEXPECTED&reason_code=GROSS_AMOUNT_DIFFERS")) == [gross.number, fee.number]
    assert numbers(get(f"{PATH}?reason_code=CUTOFF_DIFFERENCE")) == []


def test_filters_by_merchant_or_bank_account(house: House, callers: Callers) -> None:
    merchant = on(house, DAY)
    bank = on(house, DAY, "BANK_CREDIT_UNIDENTIFIED", merchant_account=None, bank_account=house.bank)
    both = on(house, DAY, "BANK_SETTLEMENT_AMOUNT_DIFFERS", bank_account=house.bank)
    get = callers.ours.get
    assert numbers(get(f"{PATH}?account=SANDBOX_EU")) == [both.number, merchant.number]
    assert numbers(get(f"{PATH}?account=BANK_EUR")) == [both.number, bank.number]
    assert numbers(get(f"{PATH}?account=NOBODY")) == []


def test_filters_are_joined(house: House, callers: Callers) -> None:
    wanted = on(house, DAY)
    on(house, DAY, "PAYOUT_RETURNED")
    on(house, DAY + timedelta(days=1))
    query = "date=2026-11-19&reason_code=FEE_UNEXPECTED&state=OPEN&account=SANDBOX_EU"
    assert numbers(callers.ours.get(f"{PATH}?{query}")) == [wanted.number]


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("date=yesterday", "date"),
        ("from=2026-02-30", "from"),
        ("to=1", "to"),
        ("state=CLOSED", "state"),
        ("reason_code=NONE", "reason_code"),
    ],
)
def test_a_filter_that_can_not_be_is_a_400(house: House, callers: Callers, query: str, field: str) -> None:
    answer = callers.ours.get(f"{PATH}?{query}")
    assert (answer.status_code, answer.json()["error"], answer.json()["details"]["field"]) == (400, "VALIDATION_ERROR", field)


def test_pages_follow_the_cursor_without_gap_or_repeat(house: House, callers: Callers) -> None:
    made = [make_case(house, "FEE_UNEXPECTED", about=str(number)).number for number in range(7)]
    seen: list[int] = []
    answer = callers.ours.get(f"{PATH}?limit=3&reason_code=FEE_UNEXPECTED")
    while True:
        seen += numbers(answer)
        following = answer.json()["next"]
        if following is None:
            break
        make_case(house, "FEE_UNEXPECTED", about=f"new {len(seen)}")  # what comes meanwhile moves nothing
        answer = callers.ours.get(following.partition("/v1/")[2])
    assert seen == made[::-1]
    assert answer.json()["previous"] is not None


def test_another_entitys_client_sees_nothing(house: House, callers: Callers) -> None:
    case = make_case(house, "FEE_UNEXPECTED")
    assert callers.theirs.get(PATH).json()["results"] == []
    assert callers.theirs.get(f"{PATH}?account=SANDBOX_EU").json()["results"] == []
    missing = callers.theirs.get(f"{PATH}/{case.public_id}")
    assert (missing.status_code, missing.json()["error"]) == (404, "NOT_FOUND")


def test_a_client_of_another_brand_of_the_same_entity_sees_nothing(house: House, callers: Callers) -> None:
    make_case(house, "FEE_UNEXPECTED")
    on(house, DAY, "BANK_CREDIT_UNIDENTIFIED", merchant_account=None, bank_account=house.bank)
    sister = Brand.objects.create(code="sister", name="Sister", entity=house.entity)
    Brand.objects.get(code="other").api_clients.set([])  # type: ignore[attr-defined]
    from tests.house import make_client

    make_client(sister, client_id="sister-backend", scopes=SCOPES)
    assert Api(SCOPES, client_id="sister-backend").get(PATH).json()["results"] == []
    assert len(callers.ours.get(PATH).json()["results"]) == 1  # the bank account is not theirs alone any more


def test_of_an_account_that_brands_share_only_who_has_all_of_them_sees(house: House, callers: Callers) -> None:
    make_case(house, "FEE_UNEXPECTED")
    sister = Brand.objects.create(code="sister", name="Sister", entity=house.entity)
    house.merchant.brands.add(sister)
    assert callers.ours.get(PATH).json()["results"] == []
    from tests.house import make_client

    make_client(house.brand, sister, client_id="both", scopes=SCOPES)
    assert len(Api(SCOPES, client_id="both").get(PATH).json()["results"]) == 1


@pytest.mark.parametrize(
    "path", ["cases", "cases/case_00000000000000000000000000", "runs", "closes", "files", "files/file_00000000000000000000000000"]
)
def test_anonymous_is_401_and_another_scope_403(house: House, callers: Callers, path: str) -> None:
    anonymous = Client().get(f"/v1/reconciliation/{path}")
    assert (anonymous.status_code, anonymous.json()["error"]) == (401, "UNAUTHENTICATED")
    other = Api("cashier:read reconciliation:write").get(f"reconciliation/{path}")
    assert (other.status_code, other.json()["error"]) == (403, "FORBIDDEN")


@pytest.mark.parametrize("case_id", ["case_00000000000000000000000000", "CASE-1", "1", "close_00000000000000000000000000"])
def test_what_is_no_case_is_a_404(house: House, callers: Callers, case_id: str) -> None:
    answer = callers.ours.get(f"{PATH}/{case_id}")
    assert (answer.status_code, answer.json()["error"]) == (404, "NOT_FOUND")


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_cases_can_only_be_read(house: House, callers: Callers, method: str) -> None:
    answer = getattr(Client(), method)(f"/v1/{PATH}", {}, content_type="application/json", **callers.ours.headers)
    assert answer.status_code in (403, 405)
