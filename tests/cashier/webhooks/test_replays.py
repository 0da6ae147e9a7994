"""Several dead letters are put back to work by two people, all or none (W5, S1)."""

import pytest

from cashier import operations
from cashier.models import PspEvent, PspEventWork
from cashier.operations import replays
from cashier.refusals import NotInThisState
from ledger.actors import user_actor
from ledger.errors import ApprovalRefused
from ledger.models import ApprovalRequest, AuditRecord, User
from ledger.operations import decide
from tests.cashier.two_people import two_people
from tests.cashier.webhooks.test_apply_event import tell
from tests.cashier.world import World

pytestmark = pytest.mark.spec("W5", "S1")


@pytest.fixture
def people(db: None) -> tuple[User, User]:
    return two_people("replay_events")


@pytest.fixture
def dead(world: World) -> list[PspEvent]:
    """Three events of another account's deposits."""
    for _ in range(3):
        tell(world, "payment.failed", world.pay("tok_challenge"), account="SANDBOX_EU2")
    return list(PspEvent.objects.order_by("pk"))


def ask(dead: list[PspEvent], maker: User, world: World) -> ApprovalRequest:
    ids = [event.pk for event in dead]
    return operations.request_replay(event_ids=ids, reason="their side is mended", maker=user_actor(maker), now=world.now)


def say_yes(request: ApprovalRequest, checker: User, world: World) -> ApprovalRequest:
    return decide(request_id=request.pk, approve=True, checker=checker, reason="seen", now=world.now)


def works() -> list[tuple[str, int]]:
    return sorted((work.state, work.replays) for work in PspEventWork.objects.all())


def test_nothing_moves_before_another_person_says_yes(world: World, people: tuple[User, User], dead: list[PspEvent]) -> None:
    ada, ben = people
    request = ask(dead, ada, world)
    assert works() == [("DEAD", 0)] * 3
    with pytest.raises(ApprovalRefused):
        say_yes(request, ada, world)

    assert say_yes(request, ben, world).state == "APPROVED"

    assert works() == [("RECEIVED", 1)] * 3
    records = AuditRecord.objects.filter(act="event.replayed", actor_id=str(ada.pk), reason="their side is mended")
    assert {record.target_id for record in records} == {event.public_id for event in dead}
    assert world.apply_all() and works() == [("DEAD", 1)] * 3  # nothing was mended: they come back, and may be asked for anew
    assert ask(dead, ada, world).state == "PENDING"


def test_one_that_was_replayed_meanwhile_keeps_all_where_they_are(world: World, people: tuple[User, User], dead: list[PspEvent]) -> None:
    ada, ben = people
    request = ask(dead, ada, world)
    operations.replay_event(event_id=dead[-1].pk, reason="this one now", actor=user_actor(ada), now=world.now)
    world.apply_all()
    assert works() == [("DEAD", 0), ("DEAD", 0), ("DEAD", 1)]

    with pytest.raises(NotInThisState, match="was replayed since this was asked"):
        say_yes(request, ben, world)

    assert works() == [("DEAD", 0), ("DEAD", 0), ("DEAD", 1)]
    request.refresh_from_db()
    assert request.state == "PENDING" and not request.decisions.exists()


def test_what_is_asked_for_already_none_too_many_or_not_dead_is_refused(
    world: World, people: tuple[User, User], dead: list[PspEvent], monkeypatch: pytest.MonkeyPatch
) -> None:
    ada, _ = people
    ask(dead[:2], ada, world)
    with pytest.raises(NotInThisState, match="waits for a second person already"):
        ask(dead[1:], ada, world)
    with pytest.raises(NotInThisState, match="Choose 1 to"):
        ask([], ada, world)
    operations.replay_event(event_id=dead[2].pk, reason="alone", actor=user_actor(ada), now=world.now)
    with pytest.raises(NotInThisState, match="Only a readable dead letter"):
        ask(dead[2:], ada, world)
    monkeypatch.setattr(replays, "MOST", 1)
    with pytest.raises(NotInThisState, match="Choose 1 to 1"):
        ask(dead, ada, world)
    assert ApprovalRequest.objects.count() == 1


@pytest.mark.spec("P4")
def test_nobody_asks_for_or_decides_on_events_of_their_own_player_account(
    world: World, people: tuple[User, User], dead: list[PspEvent]
) -> None:
    ada, ben = people
    ben.player_refs = [world.player.public_id]
    ben.save()
    with pytest.raises(ApprovalRefused, match="own player account"):
        ask(dead, ben, world)
    request = ask(dead, ada, world)
    with pytest.raises(ApprovalRefused, match="own player account"):
        say_yes(request, ben, world)
    assert works() == [("DEAD", 0)] * 3
