"""Shadows over the cashier's own deposits (L11): rails and brands, and the second version of deposit.captured beside the first."""

from collections.abc import Iterator

import pytest

from cashier.models import Brand
from cashier.queries.posting_scope import known_scopes, scope_of_posting
from ledger.ids import new_id, to_public
from ledger.models import JournalTransaction, Shadow, ShadowPosting, User
from ledger.proofs import replay_journal
from ledger.queries import count_shadow
from ledger.shadow_rules import forget_rules, scope_of
from ledger.shadowing import Scope
from tests.cashier.world import World
from tests.ledger.cast import make_person
from tests.ledger.shadows.trying import go, open_shadow

pytestmark = pytest.mark.django_db
FIRST, SECOND = "DEPOSIT_CAPTURED@1", "DEPOSIT_CAPTURED@2"


@pytest.fixture
def people(db: None) -> Iterator[tuple[User, User]]:
    yield make_person("pia", "propose_shadow"), make_person("vic", "approve_shadow")
    forget_rules()


def captured(world: World, **facts: str) -> JournalTransaction:
    intent = world.pay(**facts)  # type: ignore[arg-type]
    return JournalTransaction.objects.get(intent_ref=intent.public_id, kind="DEPOSIT_CAPTURED")


@pytest.mark.spec("L11")
def test_a_posting_is_of_the_rail_and_brand_of_its_intent_or_player(world: World) -> None:
    intent = world.intent()
    assert scope_of_posting(intent=intent.public_id, player="") == Scope("card", "lucky")
    assert scope_of_posting(intent="", player=world.player.public_id) == Scope("", "lucky")
    assert scope_of_posting(intent=to_public("pi_", new_id()), player="") == Scope()
    assert scope_of_posting(intent="dp_1", player="") == Scope()
    assert scope_of("pi_not_an_id", "pl_1") == Scope()
    rails, brands = known_scopes()
    assert {"card", "paybybank"} <= set(rails)
    assert brands == ["lucky"]


@pytest.mark.spec("L11", "L9")
def test_the_second_version_of_a_deposit_is_tried_on_its_rail_and_turned_on_for_a_brand(world: World, people: tuple[User, User]) -> None:
    Brand.objects.create(code="other", name="Other", entity=world.entity)
    shadow = open_shadow(*people, rule=FIRST, candidate=SECOND, rail="card")
    assert captured(world).rule == FIRST
    assert ShadowPosting.objects.values_list("outcome", "stage").get() == ("EQUAL", "SHADOW")

    shadow = go(shadow, "COHORT", *people, percent=100, brands=["other"])
    assert captured(world).rule == FIRST
    shadow = go(shadow, "COHORT", *people, percent=100, brands=["lucky"])
    assert captured(world).rule == SECOND
    go(shadow, "WITHDRAWN", *people)
    assert captured(world).rule == FIRST
    assert (count_shadow(shadow).equal, count_shadow(shadow).by_candidate, count_shadow(shadow).agrees) == (3, 1, True)
    assert replay_journal().ok


@pytest.mark.spec("L11")
def test_a_shadow_of_another_rail_leaves_a_deposit_alone(world: World, people: tuple[User, User]) -> None:
    open_shadow(*people, rule=FIRST, candidate=SECOND, rail="paybybank")
    assert captured(world).rule == FIRST
    assert (ShadowPosting.objects.count(), Shadow.objects.count()) == (0, 1)
