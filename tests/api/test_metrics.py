"""What an operator's Prometheus is told (O3), by whom it may be asked, and that one part's trouble hides no other's."""

import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from django.test import Client
from prometheus_client.parser import text_string_to_metric_families

if TYPE_CHECKING:
    from tests.api.calling import Api
    from tests.house import House

TOKEN = "a-token-of-these-tests"
Figures = dict[tuple[str, frozenset[tuple[str, str]]], float]


@pytest.fixture(autouse=True)
def token(settings: Any) -> None:
    settings.METRICS_TOKEN = TOKEN


def scrape() -> Figures:
    answer = Client().get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"})
    assert answer.status_code == 200
    assert answer["Cache-Control"] == "no-store"
    families = text_string_to_metric_families(answer.content.decode())
    return {(sample.name, frozenset(sample.labels.items())): sample.value for family in families for sample in family.samples}


def figure(figures: Figures, name: str, **labels: str) -> float:
    return figures[(f"countroom_{name}", frozenset(labels.items()))]


@pytest.mark.spec("O3", "S7")
@pytest.mark.parametrize("header", ["", "Bearer", "Bearer ", "Bearer another", f"Basic {TOKEN}", "Bearer ünknown"])
def test_nothing_is_told_without_the_token(header: str) -> None:
    answer = Client().get("/metrics", headers={"Authorization": header} if header else {})
    assert (answer.status_code, answer.content) == (401, b"")


@pytest.mark.spec("O3", "S7")
def test_without_a_token_of_ours_there_is_no_such_page(settings: Any) -> None:
    settings.METRICS_TOKEN = ""
    assert Client().get("/metrics", headers={"Authorization": "Bearer "}).status_code == 404


@pytest.mark.spec("O3")
def test_every_part_tells_its_figures(house: "House") -> None:
    from django.conf import settings

    figures = scrape()
    assert {part: figure(figures, "figures_ok", part=part) for part in settings.FIGURES} == dict.fromkeys(settings.FIGURES, 1.0)
    assert figure(figures, "psp_circuit", account=house.account.code, state="closed") == 1.0
    assert figure(figures, "events", state="dead") == 0.0
    assert figure(figures, "queue_messages", queue="psp") >= 0.0
    assert figure(figures, "runs", state="failed") == 0.0


@pytest.mark.spec("O3", "C13")
def test_3ds_times_checks_and_cost_are_told(house: "House") -> None:
    from cashier.models import RoutingFee, Void
    from ledger.clock import real_now
    from tests.house import make_capture

    at = real_now() - timedelta(minutes=1)
    for number, (seconds, avs) in enumerate(((1, "Y"), (2, "Y"), (9, "N"))):
        attempt = make_capture(house, psp_ref=f"cap_{number}").attempt
        attempt.sent_at, attempt.answered_at, attempt.outcome = at, at + timedelta(seconds=seconds), "CAPTURED"
        attempt.avs, attempt.three_ds_version, attempt.is_challenged = avs, "2.2.0", number == 0
        attempt.save()
    fees = {"lines": 4, "gross_minor": 20_000, "fee_minor": 123, "learned_at": at}
    RoutingFee.objects.create(merchant_account=house.account, method="card", currency="EUR", **fees)

    Void.objects.create(
        intent=attempt.intent, attempt=attempt, merchant_account=house.account, reason="caller", call_kind="void", call_state="UNKNOWN",
        tries=3, idempotency_key="v1", created_at=at, updated_at=at, asked_by_kind="system", asked_by_id="tests",
    )  # fmt: skip

    figures, account = scrape(), {"account": house.account.code}

    assert [figure(figures, f"psp_answer_{name}_seconds", **account) for name in ("p50", "p95", "p99")] == [2.0, 9.0, 9.0]
    told = {result: figure(figures, "psp_3ds", **account, result=result) for result in ("frictionless", "passed", "failed", "waiting")}
    assert told == {"frictionless": 2.0, "passed": 1.0, "failed": 0.0, "waiting": 0.0}
    assert figure(figures, "psp_3ds_challenged_ratio", **account) == pytest.approx(1 / 3)
    assert figure(figures, "psp_3ds_passed_ratio", **account) == 1.0
    assert figure(figures, "psp_cost_per_success_minor", **account, currency="EUR") == 30.75
    assert (figure(figures, "calls_retried", call="void"), figure(figures, "calls_retried", call="capture")) == (1.0, 0.0)
    assert figure(figures, "deposit_tries_ratio") == 1.0
    assert (figure(figures, "deposit_avs", **account, result="Y"), figure(figures, "deposit_avs", **account, result="N")) == (2.0, 1.0)


@pytest.mark.spec("O3", "E6")
def test_a_late_case_and_a_failed_proof_are_told(house: "House") -> None:
    from ledger import clock
    from ledger.actors import system_actor
    from ledger.operations import record_audit
    from reconciliation.models import ExceptionCase
    from reconciliation.operations.cases import raise_case
    from reconciliation.queries.checklist.books import PROVED

    ago = clock.now() - timedelta(days=9)
    raise_case(
        code="CAPTURE_NOT_SETTLED",
        entity_id=house.entity.pk,
        business_date=ago.date(),
        amount_minor=5000,
        currency="EUR",
        dedupe_key="one",
        now=ago,
    )
    detail = {"ok": False, "checks": 26, "failing": ["bank_is_its_lines"]}
    record_audit(act=PROVED, actor=system_actor("closing"), target_kind="Ledger", target_id="books", detail=detail, now=ago)

    figures = scrape()

    case = ExceptionCase.objects.get()
    names = {"code": "CAPTURE_NOT_SETTLED", "team": case.owner_team, "severity": case.severity}
    assert (figure(figures, "cases_open", **names), figure(figures, "cases_late", **names)) == (1.0, 1.0)
    assert figure(figures, "cases_late_seconds", **names) > 0
    assert figure(figures, "books_proved") == 0.0
    assert figure(figures, "books_proved_age_seconds") > 8 * 86400
    assert figure(figures, "books_failing_checks") == 1.0


@pytest.mark.spec("O3")
def test_a_part_that_fails_hides_no_other(house: "House", settings: Any) -> None:
    settings.FIGURES = {"broken": "tests.api.test_metrics.broken", "ledger": "ledger.queries.figures.gather"}
    figures = scrape()
    assert (figure(figures, "figures_ok", part="broken"), figure(figures, "figures_ok", part="ledger")) == (0.0, 1.0)
    assert figure(figures, "audit_unsealed_records") >= 0.0


def broken(now: datetime) -> Iterator[object]:
    """A part whose database statement fails."""
    from ledger.models import AuditRecord

    yield AuditRecord.objects.raw("SELECT 1/0 AS id")[0]


@pytest.mark.spec("O3")
def test_requests_are_told_by_route_and_never_by_address(api: "Api") -> None:
    api.get("cashier/intents/pi_00000000000000000000000000")
    Client().get("/v1/made-up-by-whoever-calls")
    Client().generic("MADEUP", "/health")
    told = {dict(labels)["route"] for name, labels in scrape() if name == "countroom_http_seconds_count"}
    assert "v1/cashier/intents/<str:intent_id>" in told
    assert not [route for route in told if "made-up" in route or "pi_0" in route]
    methods = {dict(labels)["method"] for name, labels in scrape() if name == "countroom_http_seconds_count"}
    assert "MADEUP" not in methods


@pytest.mark.spec("O3")
def test_a_request_is_answered_where_the_folder_of_figures_is_missing(tmp_path: Path) -> None:
    code = """
from config.metrics.gathering import counted
from config.metrics.requests import count
count("GET", "none", "200", 0.1)
print(counted())
"""
    environment = {**os.environ, "PROMETHEUS_MULTIPROC_DIR": str(tmp_path / "missing")}
    told = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=False)
    assert (told.returncode, told.stdout.splitlines()[-1]) == (0, "b''"), told.stderr
    assert "metrics.not_counted" in told.stdout
