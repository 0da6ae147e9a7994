"""What was known at each decision is frozen with the payment, once, under a hash (K11)."""

import json
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from cashier import operations
from cashier.frozen_facts import digest_of
from cashier.models import FrozenChecks, RoutingDecision
from cashier.proofs_of_checks import frozen_facts_are_whole
from cashier.queries import intent_timeline
from cashier.refusals import GateClosed
from tests.cashier.world import CALLER, World

pytestmark = pytest.mark.spec("K11")


def test_a_deposit_freezes_what_its_decision_rested_on(world: World) -> None:
    world.player.kyc_level, world.player.limits = 2, {"deposit": {"EUR": {"day_minor": 100_000}}}
    world.player.save()
    intent = world.pay()

    row = FrozenChecks.objects.get(intent=intent)
    facts = row.facts
    assert (row.moment, facts["kyc"], facts["limits"]) == ("authorize", {"status": "approved", "level": 2}, world.player.limits)
    assert [gate["name"] for gate in facts["gates"]] == ["player_status", "kyc", "deposit_limit_day"]
    decision = RoutingDecision.objects.get(intent=intent)
    assert facts["routing"] == {"decision": decision.public_id, "outcome": "route", "rules_matched": []}
    assert facts["versions"] == {
        "gates": "gates@2", "routing_rules": 0, "payer_rule": "payer@1", "sanctions_list": None, "blocklist": None, "score": None,
    }  # fmt: skip
    assert row.digest == digest_of(json.loads(json.dumps(facts))) and len(row.digest) == 64


def test_each_try_and_each_capture_has_its_own(world: World) -> None:
    intent = world.pay("tok_decline_do_not_honour.once", capture="manual")
    assert list(intent.frozen_checks.order_by("pk").values_list("moment", flat=True)) == ["authorize", "cascade"]
    world.player.kyc_status = "pending"
    world.player.save()
    operations.begin_capture(intent_id=intent.pk, amount_minor=None, operation_key="", actor=CALLER, now=world.now)
    last = intent.frozen_checks.order_by("pk").last()
    assert (last.moment, last.facts["kyc"]["status"]) == ("capture", "pending")
    assert intent.frozen_checks.order_by("pk")[0].facts["kyc"]["status"] == "approved"


def test_a_refused_try_freezes_nothing(world: World) -> None:
    world.player.limits = {"deposit": {"EUR": {"day_minor": 1}}}
    world.player.save()
    with pytest.raises(GateClosed):
        world.begin(world.intent())
    assert not FrozenChecks.objects.exists()


@pytest.mark.spec("L2")
@pytest.mark.parametrize("statement", ["UPDATE cashier_frozen_checks SET digest = ''", "DELETE FROM cashier_frozen_checks"])
def test_the_database_keeps_it_as_it_was(world: World, statement: str) -> None:
    world.pay()
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


@pytest.mark.spec("L10")
def test_the_proof_reads_every_hash(world: World) -> None:
    intent = world.pay()
    check = frozen_facts_are_whole()
    assert (check.ok, check.examined) == (True, 1)
    FrozenChecks.objects.create(intent=intent, moment="capture", facts={"kyc": 1}, digest="0" * 64, frozen_at=world.now)
    check = frozen_facts_are_whole()
    assert not check.ok and check.differences[0]["digest"] == "0" * 64


@pytest.mark.spec("A4")
def test_the_timeline_shows_it_without_a_name(world: World) -> None:
    intent = world.pay("tok_approve.payer_other")
    told: dict[str, Any] = {entry.what: entry.detail for entry in intent_timeline(intent)}
    assert told["checks.authorize"]["facts"]["kyc"]["status"] == "approved"
    assert told["payer.held"]["reason"] == "no_identity"
    assert "Thirdparty" not in repr(told)
