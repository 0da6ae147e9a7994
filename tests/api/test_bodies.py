"""What the API reads and answers: amounts, errors, trace ids, card data, pages (A3, A5, A6, C14)."""

from typing import Any

import pytest
from django.test import Client

from tests.api.calling import Api, payout
from tests.house import House, kinds


@pytest.mark.spec("A6", "A4")
@pytest.mark.parametrize("amount", ["20.00", "20", 20, 20.1, "0.01", "1e1"])
def test_amounts_are_strings_or_numbers_and_answers_are_strings(house: House, api: Api, amount: Any) -> None:
    answer = api.post("cashier/payouts", payout(house, amount))

    assert answer.status_code == 201
    expected = {"20.00": "20.00", "20": "20.00", 20: "20.00", 20.1: "20.10", "0.01": "0.01", "1e1": "10.00"}[amount]
    assert answer.json()["amount"] == {"amount": expected, "currency": "EUR"}


@pytest.mark.spec("A6")
def test_a_number_is_never_a_float(house: House, api: Api) -> None:
    raw = '{"player_id": "lucky-1", "amount": {"amount": 0.29000000000000003, "currency": "EUR"}, "destination_id": "%s"}'

    answer = api.post("cashier/payouts", raw % house.instrument.public_id)

    assert answer.status_code == 400
    assert answer.json()["details"]["field"] == "amount"


@pytest.mark.spec("A6", "A5")
@pytest.mark.parametrize(
    ("amount", "currency", "rule"),
    [
        ("20.001", "EUR", "amount"),
        ("-1", "EUR", "positive"),
        (0, "EUR", "positive"),
        (True, "EUR", "amount_type"),
        (None, "EUR", "amount_type"),
        ([], "EUR", "amount_type"),
        ("abc", "EUR", "amount"),
        ("١٢", "EUR", "amount"),
        ("20", "XXY", "currency"),
        ("20", 7, "currency"),
        ("9" * 39, "EUR", "amount"),
        ("NaN", "EUR", "amount"),
    ],
)
def test_what_is_no_amount_is_a_400_that_names_the_rule(house: House, api: Api, amount: Any, currency: Any, rule: str) -> None:
    answer = api.post("cashier/payouts", payout(house, amount, currency))

    assert answer.status_code == 400
    body = answer.json()
    assert set(body) == {"error", "message", "trace_id", "details"}
    assert (body["error"], body["details"]["field"], body["details"]["rule"]) == ("VALIDATION_ERROR", "amount", rule)
    assert kinds() == []


@pytest.mark.spec("A5")
@pytest.mark.parametrize(
    "raw",
    [
        "",
        "{",
        "[]",
        "null",
        '{"a": NaN}',
        '{"a": 1, "a": 2}',
        '{"a": "\\u0000"}',
        '{"a": "\\ud800"}',
        "[" * 5000,
        '{"a": 1e999999}',
        b"\xff",
    ],
)
def test_what_is_no_good_json_is_a_400(api: Api, raw: Any) -> None:
    answer = api.post("cashier/payouts", raw)

    assert (answer.status_code, answer.json()["error"]) == (400, "VALIDATION_ERROR")


@pytest.mark.spec("A5")
def test_a_body_that_is_too_large_is_a_413(api: Api) -> None:
    answer = api.post("cashier/payouts", '{"a": "' + "x" * 300_000 + '"}')

    assert (answer.status_code, answer.json()["error"]) == (413, "BODY_TOO_LARGE")


@pytest.mark.spec("A5")
def test_other_media_types_methods_and_paths_have_the_envelope(house: House, api: Api) -> None:
    plain = api.http.post("/v1/cashier/payouts", "a=1", content_type="text/plain", **api.headers)
    assert (plain.status_code, plain.json()["error"]) == (415, "UNSUPPORTED_MEDIA_TYPE")
    gone = api.http.delete("/v1/cashier/payouts", **api.headers)
    assert gone.status_code in (403, 405)
    missing = Client().get("/v1/nowhere")
    assert (missing.status_code, missing.json()["error"]) == (404, "NOT_FOUND")


@pytest.mark.spec("A3", "O1")
@pytest.mark.parametrize("header", ["HTTP_X_TRACE_ID", "HTTP_X_REQUEST_ID"])
def test_the_trace_id_comes_back_on_every_answer(api: Api, header: str) -> None:
    good, bad = api.get("cashier/payouts", **{header: "trace-77"}), api.get("cashier/payouts/nope", **{header: "trace-77"})

    assert good["X-Trace-Id"] == bad["X-Trace-Id"] == bad.json()["trace_id"] == "trace-77"


@pytest.mark.spec("A3")
def test_a_trace_id_is_made_where_none_or_none_that_is_plain_is_given(api: Api) -> None:
    made = api.get("cashier/payouts")["X-Trace-Id"]
    other = api.get("cashier/payouts", HTTP_X_TRACE_ID="two words\n")["X-Trace-Id"]

    assert len(made) == 32
    assert other not in (made, "two words\n")


@pytest.mark.spec("C14")
@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("note", "card 4111111111111111"),
        ("note", "5555 5555 5555 4444"),
        ("cvv", "zq7x"),
        ("Card-Number", 4111111111111111),
        ("cvc", 8642097531),
    ],
)
def test_card_data_is_refused_and_not_repeated(house: House, api: Api, field: str, value: Any, caplog: pytest.LogCaptureFixture) -> None:
    answer = api.post("cashier/payouts", {**payout(house, "1"), "metadata": {field: value}})

    assert (answer.status_code, answer.json()["details"]["rule"]) == (400, "card_data")
    assert answer.json()["details"]["field"] == f"metadata.{field}"
    assert str(value) not in answer.content.decode()
    assert str(value) not in caplog.text


@pytest.mark.spec("C14")
@pytest.mark.parametrize(
    ("field", "value"), [("note", "4111111111111112"), ("note", "1234567890123456"), ("ticket_id", "4111111111111111")]
)
def test_what_only_looks_like_a_card_number_passes(house: House, api: Api, field: str, value: str) -> None:
    assert api.post("cashier/payouts", {**payout(house, "1"), "metadata": {field: value}}).status_code == 201


@pytest.mark.spec("A5")
@pytest.mark.parametrize("path", ["cashier/payouts?player_id=a%00b", "wallets/a%00b", "cashier/payouts?status=%00"])
def test_a_nul_in_the_address_is_a_400(api: Api, path: str) -> None:
    answer = api.get(path)

    assert (answer.status_code, answer.json()["error"]) == (400, "VALIDATION_ERROR")
    assert answer["X-Trace-Id"] == answer.json()["trace_id"]


@pytest.mark.spec("A5")
@pytest.mark.parametrize("cursor", ["nonsense", "cD1hYmM=", "cD0xMjM=", "bz05OTk5OTk5OTk5OTk5OTk5OTk5OTk5"])
@pytest.mark.parametrize("path", ["cashier/payouts", "wallets/lucky-1/statement"])
def test_a_cursor_that_is_not_ours_is_a_404_or_a_page(house: House, api: Api, path: str, cursor: str) -> None:
    assert api.get(f"{path}?cursor={cursor}").status_code in (200, 404)


@pytest.mark.spec("A5")
def test_a_body_in_chunks_is_asked_for_with_its_length(house: House, api: Api) -> None:
    answer = api.post("cashier/payouts", payout(house, "20.00"), HTTP_TRANSFER_ENCODING="chunked")

    assert (answer.status_code, answer.json()["error"]) == (411, "LENGTH_REQUIRED")
