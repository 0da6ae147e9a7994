"""A row of the rail catalogue from its draft into force: finished, signed off, by two people (C23, S1)."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pytest
from django.db import connection, transaction
from django.db.utils import ProgrammingError

from cashier.data.rails import LIVE, SIGNED
from cashier.models import DepositIntent, RailVersion
from cashier.operations import rails as operations
from cashier.queries.rails import UnknownMethod, forget_rails, get_rail, name_of, rails_in_force
from cashier.refusals import Invalid
from ledger.actors import Actor, user_actor
from ledger.errors import ApprovalRefused
from ledger.models import ApprovalRequest, AuditRecord, Transition
from ledger.operations.approvals import decide
from ledger.refusals import Conflict
from tests.cashier.world import World
from tests.ledger.cast import make_person

pytestmark = [pytest.mark.spec("C23", "S1"), pytest.mark.usefixtures("asked_anew")]
WHY = "Signed off by everyone, minutes of 3 March"


@pytest.fixture
def asked_anew() -> Iterator[None]:
    """What a process keeps is forgotten at a commit, which a test that is rolled back has none of."""
    forget_rails()
    yield
    forget_rails()


@dataclass(frozen=True)
class Desk:
    """Who drafts, and who decides."""

    ada: Any
    kim: Any
    now: datetime

    @property
    def maker(self) -> Actor:
        return user_actor(self.ada)

    def draft(self, method: str, **said: Any) -> RailVersion:
        row = operations.draft_rail(method=method, maker=self.maker, now=self.now)
        return self.save(row, **said) if said else row

    def save(self, row: RailVersion, **said: Any) -> RailVersion:
        return operations.save_rail(rail_id=row.pk, said=said, actor=self.maker, now=self.now)

    def send(self, row: RailVersion) -> ApprovalRequest:
        return operations.propose_rail(rail_id=row.pk, reason=WHY, maker=self.maker, now=self.now)

    def approve(self, request: ApprovalRequest) -> None:
        decide(request_id=request.pk, approve=True, checker=self.kim, reason="", now=self.now)
        forget_rails()


@pytest.fixture
def desk(db: None, now: datetime) -> Desk:
    return Desk(make_person("ada", "propose_rail"), make_person("kim", "approve_rail"), now)


def test_an_unfinished_row_cant_go_live(desk: Desk) -> None:
    ach = RailVersion.objects.get(method="ach")
    with pytest.raises(UnknownMethod):
        get_rail("ach")
    with pytest.raises(ApprovalRefused, match="unfinished and can't go live. Not signed off, with what proves it: Ledger model, States"):
        desk.send(ach)
    desk.save(ach, sign_off={**SIGNED, "support": "soon"})
    with pytest.raises(ApprovalRefused, match=r"Not signed off, with what proves it: Support\."):
        desk.send(ach)

    assert RailVersion.objects.get(pk=ach.pk).state == "DRAFT"
    assert not ApprovalRequest.objects.exists()


def test_a_new_method_is_offered_once_a_second_person_said_so(desk: Desk, world: World) -> None:
    ach = RailVersion.objects.get(method="ach")
    desk.save(ach, sign_off=SIGNED)
    request = desk.send(ach)
    with pytest.raises(Invalid):
        world.intent(method="ach")
    with pytest.raises(ApprovalRefused):
        decide(request_id=request.pk, approve=True, checker=desk.ada, reason="", now=desk.now)

    desk.approve(request)

    ach.refresh_from_db()
    assert (ach.state, ach.activated_at, get_rail("ach").window_days, name_of("ach")) == ("ACTIVE", desk.now, 5, "ACH debit")
    intent = world.intent(method="ach")
    assert DepositIntent.objects.get(pk=intent.pk).method == "ach"
    events = Transition.objects.filter(target_kind="cashier.RailVersion", target_id=ach.pk).order_by("id").values_list("event", flat=True)
    assert list(events) == ["rail.drafted", "rail.submitted", "rail.activated"]
    assert AuditRecord.objects.filter(act="rail.activated", target_id=ach.public_id).count() == 1


def test_a_row_in_force_changes_by_a_next_version(desk: Desk) -> None:
    first = RailVersion.objects.get(method="card")
    row = desk.draft("card", window_days=4)
    assert (row.version, {**row.body, "window_days": 2}) == (2, first.body)
    assert operations.look_at_rail({"rail": row.public_id}) == {
        "In force": "version 1", "Would change": "On a settlement report within, bank days: 2 becomes 4."
    }  # fmt: skip
    desk.approve(desk.send(row))

    first.refresh_from_db()
    assert (first.state, get_rail("card").window_days) == ("RETIRED", 4)
    assert [rail.method for rail in rails_in_force().values()].count("card") == 1


def test_nothing_new_is_not_sent_and_a_rejected_row_is_a_draft_again(desk: Desk) -> None:
    row = desk.draft("paybybank")
    with pytest.raises(ApprovalRefused, match="Nothing differs"):
        desk.send(row)
    desk.save(row, pending_days=2)
    request = desk.send(row)
    with pytest.raises(Conflict):
        desk.save(row, pending_days=4)
    decide(request_id=request.pk, approve=False, checker=desk.kim, reason="Not before the summer", now=desk.now)
    row.refresh_from_db()
    assert (row.state, get_rail("paybybank").pending_days) == ("DRAFT", 3)


def test_two_drafts_of_one_method_the_second_is_refused_when_the_first_is_in_force(desk: Desk) -> None:
    one, other = desk.draft("card", expiry_minutes=20), desk.draft("card", expiry_minutes=25)
    asked_one, asked_other = desk.send(one), desk.send(other)
    desk.approve(asked_one)
    with pytest.raises(ApprovalRefused, match="Another version came into force"):
        desk.approve(asked_other)
    assert get_rail("card").expiry_minutes == 20


@pytest.mark.parametrize("method", ["", "Card", "c", "pay-by-bank", "9pay", "x" * 33, "карта"])
def test_a_method_is_a_word_of_the_api(desk: Desk, method: str) -> None:
    with pytest.raises(Invalid, match="small letters"):
        desk.draft(method)


def test_what_is_no_value_or_no_reason_code_is_refused_with_its_name(desk: Desk) -> None:
    row = desk.draft("voucher")
    with pytest.raises(Invalid, match="No reason code is called LUNAR_ECLIPSE"):
        desk.save(row, usual_exceptions=["FEE_DIFFERS", "LUNAR_ECLIPSE"])
    with pytest.raises(Invalid, match="a whole number from 1 to 30"):
        desk.save(row, pending_days=0)
    row.refresh_from_db()
    assert (row.body, row.state) == ({}, "DRAFT")


def test_what_was_sent_once_never_changes_whoever_writes(desk: Desk) -> None:
    with pytest.raises(ProgrammingError, match="is no draft"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE cashier_rail SET body = body || '{\"window_days\": 9}' WHERE method = 'card'")
    assert RailVersion.objects.get(method="card").body == LIVE["card"]


def test_a_method_is_told_by_its_name(desk: Desk) -> None:
    assert [name_of(method) for method in ("paybybank", "card", "usdt_tron")] == ["Pay by bank", "Card", "Usdt tron"]
