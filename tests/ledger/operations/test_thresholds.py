"""How many people decide (S1): data per kind, brand and currency, summed over a day, changed under four eyes."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from ledger.actors import user_actor
from ledger.errors import ApprovalRefused
from ledger.models import ApprovalRequest, ApprovalThreshold, AuditRecord, LegalEntity, User
from ledger.operations import decide, people_needed, propose_adjustment, propose_threshold, withdraw_approval
from ledger.refusals import Refused
from tests.ledger.books import NOON
from tests.ledger.cast import APPROVES, make_person

pytestmark = pytest.mark.django_db
CREDIT = "ledger.adjustment"


@pytest.fixture
def kim(db: None) -> User:
    return make_person("kim", "approve_policy")


def set_threshold(kind: str = CREDIT, brand: str = "", one: int | None = None, two: int | None = None) -> ApprovalThreshold:
    return ApprovalThreshold.objects.create(
        kind=kind, brand=brand, currency="EUR", one_above_minor=one, two_above_minor=two, updated_at=NOON
    )


def credit(entity: LegalEntity, maker: User, amount: int, *, player: str = "pl_1", now: datetime = NOON) -> ApprovalRequest:
    return propose_adjustment(
        entity_id=entity.pk, player_id=player, asset="EUR", amount_minor=amount, direction="credit", reason="r", maker=user_actor(maker),
        now=now,
    )  # fmt: skip


def propose(maker: User, **changes: Any) -> ApprovalRequest:
    given: dict[str, Any] = {"kind": CREDIT, "brand": "", "currency": "EUR", "one_above_minor": None, "two_above_minor": 100_000}
    return propose_threshold(**(given | changes), reason="the board said so", maker=user_actor(maker), now=NOON)


@pytest.mark.spec("S1", "P4")
def test_two_people_decide_above_the_second_amount(entity: LegalEntity, ada: User, ben: User) -> None:
    set_threshold(two=1_000)
    assert (credit(entity, ada, 1_000).required, credit(entity, ada, 1_001, player="pl_2").required) == (1, 2)

    large = credit(entity, ada, 5_000, player="pl_3")
    assert large.rule.startswith("2 people above 10.00 EUR (threshold ledger.adjustment every brand EUR, version 1)")
    assert decide(request_id=large.pk, approve=True, checker=ben, reason="", now=NOON).state == "PENDING"
    dora = make_person("dora", *APPROVES)
    assert decide(request_id=large.pk, approve=True, checker=dora, reason="", now=NOON).state == "APPROVED"


@pytest.mark.spec("S1")
def test_amounts_are_summed_per_maker_player_and_day(entity: LegalEntity, ada: User, ben: User) -> None:
    set_threshold(two=1_000)
    withdraw_approval(request_id=credit(entity, ada, 900).pk, maker=user_actor(ada), now=NOON)
    assert credit(entity, ada, 600).required == 1
    split = credit(entity, ada, 600)
    assert (split.required, "12.00 EUR in 24 hours" in split.rule) == (2, True)
    assert credit(entity, ada, 600, player="pl_2").required == 1
    assert credit(entity, ben, 600).required == 1
    assert credit(entity, ada, 600, now=NOON + timedelta(hours=24)).required == 1


@pytest.mark.spec("S1")
def test_a_brand_has_its_own_amounts_and_others_share_one(ada: User) -> None:
    set_threshold("refund.manual", one=100, two=1_000)
    set_threshold("refund.manual", brand="lucky", one=5, two=10)

    def people(brand: str, amount: int, currency: str = "EUR", done: int = 0) -> int:
        return people_needed(
            kind="refund.manual", brand=brand, currency=currency, amount_minor=amount, maker=user_actor(ada), done_minor=done, now=NOON
        ).people

    assert [people("lucky", amount) for amount in (5, 6, 11)] == [0, 1, 2]
    assert [people("other", amount) for amount in (100, 101, 1_001)] == [0, 1, 2]
    assert people("other", 60, done=60) == 1
    assert people("other", 1, "SEK") == 1


@pytest.mark.spec("S1", "S3")
def test_a_threshold_changes_by_an_approved_request_as_a_version(ada: User, kim: User) -> None:
    for number, amount in enumerate((100_000, 50_000), start=1):
        request = propose(ada, two_above_minor=amount)
        assert not ApprovalThreshold.objects.filter(two_above_minor=amount).exists()
        decide(request_id=request.pk, approve=True, checker=kim, reason="", now=NOON)
        assert ApprovalThreshold.objects.values_list("two_above_minor", "version").get() == (amount, number)

    row = ApprovalThreshold.objects.get()
    past = list(row.history.order_by("history_id"))
    assert [(each.version, each.two_above_minor, each.history_user_id) for each in past] == [(1, 100_000, ada.pk), (2, 50_000, ada.pk)]
    record = AuditRecord.objects.filter(act="threshold.changed").latest("id")
    assert (record.detail["before"]["two_above_minor"], record.detail["after"]["two_above_minor"]) == (100_000, 50_000)


@pytest.mark.spec("S1")
def test_the_maker_of_a_threshold_does_not_approve_it(kim: User) -> None:
    request = propose(kim)
    with pytest.raises(ApprovalRefused):
        decide(request_id=request.pk, approve=True, checker=kim, reason="", now=NOON)
    assert ApprovalThreshold.objects.count() == 0


@pytest.mark.spec("S1")
def test_of_two_changes_of_one_version_the_second_is_refused(ada: User, kim: User) -> None:
    first, second = propose(ada), propose(ada, two_above_minor=7)
    decide(request_id=first.pk, approve=True, checker=kim, reason="", now=NOON)
    with pytest.raises(ApprovalRefused) as error:
        decide(request_id=second.pk, approve=True, checker=kim, reason="", now=NOON)
    assert "ask again" in str(error.value)
    assert ApprovalThreshold.objects.get().two_above_minor == 100_000


@pytest.mark.spec("S1")
@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"kind": "test.unknown"}, "test.unknown"),
        ({"one_above_minor": 5}, "always needs another person"),
        ({"two_above_minor": -1}, "zero or more"),
        ({"kind": "refund.manual", "one_above_minor": 5, "two_above_minor": 4}, "not below it"),
        ({"currency": "XXX"}, "XXX"),
    ],
)
def test_a_threshold_that_can_not_be_is_refused_with_the_reason(ada: User, change: dict[str, Any], words: str) -> None:
    with pytest.raises(Refused) as error:
        propose(ada, **change)
    assert words in str(error.value)


@pytest.mark.spec("S1")
def test_no_change_is_no_request(ada: User) -> None:
    set_threshold(two=100_000)
    with pytest.raises(ApprovalRefused):
        propose(ada)
