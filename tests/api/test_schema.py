"""The API is what its description says (A1): served, complete, and held to it by calls made from it."""

from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from django.core.handlers.wsgi import WSGIHandler
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from django.test import Client
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import content_type_conformance, response_schema_conformance, status_code_conformance

from config.api.permissions import SCOPES
from tests.api.routes import views_of
from tests.cashier.games.test_rounds import debit
from tests.cashier.payouts.test_request_payout import ask
from tests.disputes.telling import by, notice
from tests.house import House, bearer, make_capture, make_client

pytestmark = pytest.mark.whole

ALL = " ".join(SCOPES)
CHECKS = (not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance)


@pytest.mark.spec("A1")
def test_the_schema_is_openapi_3_1_and_names_every_route(described: dict[str, Any]) -> None:
    from django.urls import get_resolver

    routes = {
        "/" + route.replace("<str:", "{").replace("<uuid:", "{").replace(">", "}") for route, _ in views_of(get_resolver("config.api.urls"))
    }

    assert described["openapi"].startswith("3.1")
    assert set(described["paths"]) == routes


@pytest.mark.spec("A1", "A2", "A3")
def test_each_operation_names_its_scope_its_errors_and_its_key(described: dict[str, Any]) -> None:
    for path, operations in described["paths"].items():
        for method, operation in operations.items():
            where = f"{method} {path}"
            assert list(operation["security"][0]["oauth2"])[0] in SCOPES, where
            assert {"400", "401", "403", "404", "429"} <= set(operation["responses"]), where
            headers = {parameter["name"] for parameter in operation["parameters"] if parameter["in"] == "header"}
            assert ("X-Idempotency-Key" in headers) == (method != "get"), where
    assert described["components"]["securitySchemes"]["oauth2"]["flows"]["clientCredentials"]["tokenUrl"] == "/oauth/token"


@pytest.mark.spec("A1", "S7")
def test_the_docs_page_has_no_inline_script(db: None) -> None:
    page = Client().get("/v1/docs").content.decode()

    assert "<script>" not in page
    assert 'src="/v1/docs?script=' in page or "?script=" in page


@pytest.mark.spec("A1", "A5")
@pytest.mark.filterwarnings("ignore")
@pytest.mark.usefixtures("_one_connection", "redis")
def test_calls_made_from_the_schema_never_fail_and_are_answered_as_described(house: House, described: dict[str, Any]) -> None:
    from disputes.operations import open_dispute

    make_client(house.brand, scopes=ALL, rate=1_000_000)
    ask(house)
    debit(house)
    open_dispute(notice(house, make_capture(house)), **by(house))
    schema = schemathesis.openapi.from_dict(described)
    schema.app = WSGIHandler()
    headers = {"Authorization": bearer(scopes=ALL)["HTTP_AUTHORIZATION"]}
    known = {"player_id": "lucky-1", "round_id": "r1"}
    asked = 0

    for found in schema.get_all_operations():
        operation = found.ok()

        @settings(
            max_examples=6, deadline=None, database=None, derandomize=True, phases=[Phase.explicit, Phase.generate],
            suppress_health_check=list(HealthCheck),
        )  # fmt: skip
        def call(case: Any) -> None:
            nonlocal asked
            asked += 1
            case.path_parameters = {name: known.get(name, value) for name, value in (case.path_parameters or {}).items()}
            response = case.call(headers=headers)
            case.validate_response(response, checks=CHECKS)

        given(case=operation.as_strategy())(call)()

    assert asked > 60


@pytest.fixture
def _one_connection(described: dict[str, Any]) -> Iterator[None]:
    """The calls share the test's transaction: a request must not close its connection. (Django's test client connects it again.)"""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)
