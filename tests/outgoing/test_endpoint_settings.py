"""Endpoints change under four eyes (S1): a wrong address would tell a stranger who was paid what."""

from typing import Any

import pytest

from cashier.models import OutgoingEndpoint
from cashier.operations.settings import OUTGOING_ENDPOINT
from ledger.actors import user_actor
from ledger.errors import ApprovalRefused
from ledger.models import ApprovalRequest, AuditRecord
from ledger.operations import decide
from ledger.operations.settings_changes import propose_change
from tests.ledger.cast import make_person
from tests.stories.casino import Casino

WANTED = {
    "url": "https://shop.example/hooks", "brands": ["lucky"], "events": ["deposit.*"], "secret_ref": "SHOP", "is_enabled": True,
}  # fmt: skip


def ask(casino: Casino, **after: Any) -> ApprovalRequest:
    return propose_change(
        OUTGOING_ENDPOINT, key={"endpoint": "shop"}, after={**WANTED, **after}, reason="their new platform", maker=user_actor(casino.ada),
        now=casino.now,
    )  # fmt: skip


@pytest.mark.spec("A8", "S1", "S3")
def test_an_endpoint_is_made_and_changed_by_two_people(casino: Casino) -> None:
    kim = make_person("kim", "approve_policy")
    made = ask(casino)
    assert not OutgoingEndpoint.objects.exists()
    decide(request_id=made.pk, approve=True, checker=kim, reason="", now=casino.now)
    endpoint = OutgoingEndpoint.objects.get(code="shop")
    assert (endpoint.url, endpoint.brands, endpoint.events) == (WANTED["url"], ["lucky"], ["deposit.*"])

    decide(request_id=ask(casino, is_enabled=False).pk, approve=True, checker=kim, reason="", now=casino.now)

    endpoint.refresh_from_db()
    assert not endpoint.is_enabled
    assert endpoint.history.count() == 2
    assert AuditRecord.objects.filter(act="settings.changed", detail__what="outgoing_endpoint.change").count() == 2


@pytest.mark.spec("A8")
@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("url", "http://shop.example/", "https only"),
        ("url", "https://169.254.169.254/", "public internet"),
        ("url", "https://shop.example/" + "x" * 500, "500 characters"),
        ("brands", ["nobody"], "No brand is called nobody"),
        ("events", ["deposit.stolen"], "No event is called deposit.stolen"),
        ("events", [], "one event at least"),
        ("secret_ref", "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD", "never entered here"),
    ],
)
def test_what_cannot_stand_is_refused_before_anyone_is_asked(casino: Casino, field: str, value: Any, words: str) -> None:
    with pytest.raises(ApprovalRefused, match=words):
        ask(casino, **{field: value})
    assert not ApprovalRequest.objects.exists()
