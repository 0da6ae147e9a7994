"""New captures paused, for an account or for a whole PSP: one switch, lifted by a second person, audited (C17)."""

from typing import Any

import pytest

from cashier import operations
from cashier.models import MerchantAccount, Provider
from cashier.refusals import CapturesPaused, NoRoute
from ledger.actors import user_actor
from ledger.errors import ApprovalRefused
from ledger.models import ApprovalRequest, AuditRecord, User
from ledger.operations import decide
from tests.cashier.two_people import two_people
from tests.cashier.world import CALLER, World, make_account


@pytest.fixture
def people(db: None) -> tuple[User, User]:
    return two_people("pause_captures")


def sandbox_psp() -> Provider:
    return Provider.objects.get(code="sandbox")


def paused(*accounts: MerchantAccount) -> list[bool]:
    return [MerchantAccount.objects.get(pk=account.pk).captures_paused for account in accounts]


def pause_all(world: World, person: User) -> None:
    operations.pause_provider(provider_id=sandbox_psp().pk, reason="they are being bought", actor=user_actor(person), now=world.now)


def lift(request: ApprovalRequest, checker: User, world: World) -> None:
    decide(request_id=request.pk, approve=True, checker=checker, reason="all is well again", now=world.now)


@pytest.mark.spec("C17", "S1", "S5")
def test_a_psp_is_paused_by_one_switch_and_lifted_by_two_people(world: World, people: tuple[User, User]) -> None:
    ada, ben = people
    authorised = world.pay("tok_approve", capture="manual")

    pause_all(world, ada)

    assert paused(world.account, world.other_account) == [True, True]
    with pytest.raises(NoRoute):
        world.begin(world.intent())
    with pytest.raises(CapturesPaused):
        operations.begin_capture(intent_id=authorised.pk, amount_minor=None, operation_key="", actor=CALLER, now=world.now)
    record = AuditRecord.objects.get(act="captures.paused", target_kind="provider")
    assert (record.reason, record.detail) == ("they are being bought", {"code": "sandbox"})

    request = operations.request_provider_resume(provider_id=sandbox_psp().pk, reason="bought", maker=user_actor(ada), now=world.now)
    assert paused(world.account, world.other_account) == [True, True]
    with pytest.raises(ApprovalRefused):
        lift(request, ada, world)
    lift(request, ben, world)

    assert paused(world.account, world.other_account) == [False, False]
    assert AuditRecord.objects.filter(act="captures.resumed", target_kind="provider").count() == 1


@pytest.mark.spec("C17")
def test_the_switch_of_a_psp_leaves_that_of_an_account_as_it_is(world: World, people: tuple[User, User]) -> None:
    ada, ben = people
    operations.pause_captures(account_id=world.account.pk, reason="its certificate ends", actor=user_actor(ada), now=world.now)
    pause_all(world, ada)

    alone = operations.request_resume(account_id=world.account.pk, reason="a new one is in", maker=user_actor(ada), now=world.now)
    lift(alone, ben, world)
    assert paused(world.account, world.other_account) == [True, True]

    operations.pause_captures(account_id=world.account.pk, reason="not yet after all", actor=user_actor(ada), now=world.now)
    whole = operations.request_provider_resume(provider_id=sandbox_psp().pk, reason="bought", maker=user_actor(ada), now=world.now)
    lift(whole, ben, world)

    assert paused(world.account, world.other_account) == [True, False]


@pytest.mark.spec("C17")
def test_a_new_account_at_a_paused_psp_begins_paused(world: World, people: tuple[User, User]) -> None:
    pause_all(world, people[0])

    account = make_account("SANDBOX_NEW", world.entity, world.brand, base_url="http://127.0.0.1:9")

    assert paused(account) == [True]


@pytest.mark.spec("C17")
def test_what_was_captured_goes_on_while_paused(world: World, people: tuple[User, User], redis: Any) -> None:
    captured = world.pay("tok_approve")
    pause_all(world, people[0])

    capture = world.capture_of(captured)
    order = operations.RefundOrder(refund_id="r1", amount_minor=5000, client_id="shop")
    refund = operations.submit_refund(capture_id=capture.pk, order=order, actor=CALLER, now=world.now)

    assert operations.run_call(operations.REFUND, call_id=refund.pk, now=world.now) == "SUBMITTED"
