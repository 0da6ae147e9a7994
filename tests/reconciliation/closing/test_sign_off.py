"""The signature: by another person, over what was prepared, frozen (D3, D4, S1)."""

from datetime import timedelta

import psycopg
import pytest
from django.db import transaction

from ledger.actors import user_actor
from ledger.canonical import canonical_json, sha256_hex
from ledger.errors import ApprovalRefused
from ledger.models import ApprovalRequest, AuditRecord, JournalTransaction
from ledger.operations import Posting, decide, expire_approvals, get_chain_head, post, seal_audit, withdraw_approval
from reconciliation.models import CloseSnapshot, CloseState
from reconciliation.operations.casework import escalate_case, investigate_case, propose_disposition
from reconciliation.operations.closing import CloseNotReady, CloseStateConflict, fall_back, open_close, return_changed_closes
from tests.databases import TestDatabase
from tests.reconciliation.closing.day import DAY, NOON, NOW, REASON, TESTER, ReadyDay, make_papers, prove
from tests.reconciliation.house import PLAYER, make_case

pytestmark = pytest.mark.spec("D3", "S1")


def not_signed(ready: ReadyDay) -> bool:
    close = ready.fresh()
    return (close.state, close.signer_id, close.signed_at) == (CloseState.PREPARED, None, None) and not CloseSnapshot.objects.exists()


@pytest.mark.spec("D4")
def test_the_signature_freezes_what_was_prepared(ready: ReadyDay) -> None:
    ready.prepare()
    totals, request = ready.request().payload["totals"], ready.request()
    seal_audit(now=NOW)
    head = get_chain_head()

    close = ready.sign()

    shot = CloseSnapshot.objects.get(close=close)
    assert (close.state, close.signer, close.signed_at, close.preparer) == (CloseState.SIGNED_OFF, ready.house.ben, NOW, ready.house.ada)
    assert (shot.totals, shot.sha256, shot.audit_head) == (totals, sha256_hex(canonical_json(totals)), head.chain_hash)
    ids = sorted(row.public_id for row in JournalTransaction.objects.filter(business_date=DAY))
    assert (shot.first_txn, shot.last_txn) == (ids[0], ids[-1])
    assert (shot.manifest["approval_id"], shot.manifest["signed_by"], shot.manifest["overrides"]) == (
        request.public_id, str(ready.house.ben.pk), [],
    )  # fmt: skip
    assert [file["name"] for file in shot.manifest["files"]] == ["2026-11-19.camt053.xml"]
    audit = AuditRecord.objects.get(act="close.signed_off", target_id=close.public_id)
    assert (audit.actor_id, audit.detail["totals_sha256"]) == (str(ready.house.ben.pk), shot.sha256)


@pytest.mark.spec("L16")
def test_a_signed_day_takes_no_posting(ready: ReadyDay) -> None:
    ready.prepare()
    ready.sign()
    late = ready.pay("late")
    assert (late.business_date, late.corrects_date) == (DAY + timedelta(days=1), DAY)
    assert JournalTransaction.objects.filter(business_date=DAY).count() == 2


def test_who_prepared_can_not_sign(ready: ReadyDay) -> None:
    ready.prepare(ready.house.fay)
    with pytest.raises(ApprovalRefused):
        ready.sign(ready.house.fay)
    assert not_signed(ready)
    assert AuditRecord.objects.filter(act="approval.refused", actor_id=str(ready.house.fay.pk)).count() == 1


def test_the_database_refuses_it_too(ready: ReadyDay, committed_db: TestDatabase) -> None:
    ready.prepare()
    with psycopg.connect(committed_db.owner_url) as owner, pytest.raises(psycopg.errors.CheckViolation, match="two_people"):
        owner.execute("UPDATE reconciliation_close SET signer_id = preparer_id")
    assert not_signed(ready)


def test_who_may_not_sign_is_refused_superusers_too(ready: ReadyDay) -> None:
    ready.prepare()
    ready.house.cleo.is_superuser = True
    ready.house.cleo.save()
    with pytest.raises(ApprovalRefused, match="sign_close"):
        ready.sign(ready.house.cleo)
    assert not_signed(ready)


def test_who_approved_an_adjustment_of_the_day_can_not_sign_it(ready: ReadyDay) -> None:
    ready.adjust(maker=ready.house.ada, checker=ready.house.fay)
    ready.prepare(now=NOW)
    with pytest.raises(ApprovalRefused, match="adjustment of this day"):
        ready.sign(ready.house.fay)
    assert not_signed(ready)
    assert ready.sign(ready.house.ben).state == CloseState.SIGNED_OFF


def test_who_made_an_adjustment_of_the_day_can_not_sign_it(ready: ReadyDay) -> None:
    ready.adjust(maker=ready.house.ben, checker=ready.house.fay)
    ready.prepare()
    with pytest.raises(ApprovalRefused, match="adjustment of this day"):
        ready.sign(ready.house.ben)
    assert not_signed(ready)


@pytest.mark.spec("L16")
def test_an_adjustment_counts_for_the_day_that_it_is_posted_into(ready: ReadyDay) -> None:
    ready.prepare()
    ready.adjust(maker=ready.house.ada, checker=ready.house.ben, now=NOON)  # the day is closed: it goes to the next
    assert ready.dates()[-1] == DAY + timedelta(days=1)
    with pytest.raises(ApprovalRefused):  # it was decided on the day all the same
        ready.sign(ready.house.ben)

    seal_audit(now=NOW)
    ready.sign(ready.house.fay)
    following = ReadyDay(ready.house, open_close(entity=ready.house.entity, day=DAY + timedelta(days=1), now=NOW))
    make_papers(ready.house, DAY + timedelta(days=1))
    prove(NOW + timedelta(days=1))
    following.prepare(now=NOW + timedelta(days=1))
    seal_audit(now=NOW)
    with pytest.raises(ApprovalRefused):
        following.sign(ready.house.ben, now=NOW + timedelta(days=1))
    assert following.sign(ready.house.fay, now=NOW + timedelta(days=1)).state == CloseState.SIGNED_OFF


@pytest.mark.parametrize("is_its_own", [True, False])
def test_an_act_of_the_next_day_counts_where_the_cashier_posts_of_this_one(ready: ReadyDay, is_its_own: bool) -> None:
    """An ending that accepts a payer books the deposit under its own key, into the day on which it was paid."""
    ready.adjust(maker=ready.house.fay, checker=ready.house.ben, now=NOW)
    source = {"entity": ready.house.entity.public_id, "player": PLAYER, "asset": "EUR", "amount_minor": 700, "ref": "cap_1"}
    maker = user_actor(ready.house.fay) if is_its_own else TESTER  # at the same moment, and somebody else
    with transaction.atomic():
        posting = Posting("MANUAL_CREDIT@1", "deposit.captured:cap_1", ready.house.entity.pk, source, NOON, player_id=PLAYER)
        assert post(posting, actor=maker, now=NOW).business_date == DAY
    ready.prepare()
    if is_its_own:
        with pytest.raises(ApprovalRefused, match="adjustment of this day"):
            ready.sign()
        assert not_signed(ready)
    else:
        assert ready.sign().state == CloseState.SIGNED_OFF


def test_an_adjustment_of_another_day_does_not_bar(ready: ReadyDay) -> None:
    ready.prepare()
    ready.adjust(maker=ready.house.ada, checker=ready.house.ben, now=NOW)
    assert ready.sign(ready.house.ben).state == CloseState.SIGNED_OFF


@pytest.mark.parametrize("code", ["LEDGER_CREDIT_MISSING_PSP_SUCCESS", "FEE_UNEXPECTED"])
def test_a_case_that_came_since_stops_the_signature_and_opens_the_day(ready: ReadyDay, code: str) -> None:
    ready.prepare()
    request = ready.request()
    make_case(ready.house, code)
    with pytest.raises(CloseNotReady, match="changed since"):
        ready.sign()
    request.refresh_from_db()
    assert (not_signed(ready), request.state, request.decisions.count()) == (True, "PENDING", 0)

    assert return_changed_closes(now=NOW) == 1
    request.refresh_from_db()
    assert (ready.state(), ready.is_open(), request.state) == (CloseState.OPEN, True, "WITHDRAWN")
    fell = AuditRecord.objects.get(act="close.fell_back", target_id=ready.close.public_id)
    assert (fell.actor_kind, fell.reason) == ("system", "changed since it was prepared: cases")


def test_a_case_resolved_since_opens_the_day(ready: ReadyDay) -> None:
    case = make_case(ready.house, "FEE_UNEXPECTED", amount_minor=40)
    ready.prepare()
    propose_disposition(case_id=case.pk, disposition="no_action", reason=REASON, actor=user_actor(ready.house.ada), now=NOW)
    assert (return_changed_closes(now=NOW), ready.state()) == (1, CloseState.OPEN)


def test_work_on_a_case_is_no_change_of_the_day(ready: ReadyDay) -> None:
    case = make_case(ready.house, "FEE_UNEXPECTED", amount_minor=40)
    ready.prepare()
    investigate_case(case_id=case.pk, actor=user_actor(ready.house.ada), now=NOW)
    escalate_case(case_id=case.pk, reason=REASON, actor=user_actor(ready.house.ada), now=NOW)
    assert return_changed_closes(now=NOW) == 0
    assert ready.sign().state == CloseState.SIGNED_OFF


def test_a_statement_that_came_since_opens_the_day(ready: ReadyDay) -> None:
    ready.prepare()
    file = make_papers_again(ready)
    with pytest.raises(CloseNotReady) as refused:
        ready.sign()
    assert refused.value.details["missing"] == ["files changed"]
    assert (return_changed_closes(now=NOW), ready.state()) == (1, CloseState.OPEN)
    ready.prepare()
    assert file in [each["name"] for each in ready.request().payload["totals"]["files"]]


def make_papers_again(ready: ReadyDay) -> str:
    """A second statement of the same day and balance; returns its file's name."""
    from reconciliation.models import BankStatement
    from tests.reconciliation.closing.day import make_file

    file = make_file(ready.house, "late.camt053.xml")
    BankStatement.objects.create(
        source_file=file, bank_account=ready.house.bank, index=0, number="324", currency="EUR", opening_minor=0, closing_minor=0,
        opening_date=DAY, closing_date=DAY, lines=0, bucket=202611, loaded_at=NOW,
    )  # fmt: skip
    return file.name


def test_sent_back_the_day_is_open_and_posted_into_again(ready: ReadyDay) -> None:
    ready.prepare()
    close = ready.sign(approve=False)
    assert (close.state, close.preparer_id, close.approval_id) == (CloseState.OPEN, None, None)
    assert ready.pay("late").business_date == DAY


def test_the_preparer_may_withdraw(ready: ReadyDay) -> None:
    ready.prepare()
    withdraw_approval(request_id=ready.request().pk, maker=user_actor(ready.house.ada), now=NOW)
    assert (ready.state(), ready.is_open()) == (CloseState.OPEN, True)


def test_a_request_that_nobody_decides_expires_and_opens_the_day(ready: ReadyDay) -> None:
    ready.prepare()
    request, later = ready.request(), NOW + timedelta(hours=72)
    with pytest.raises(ApprovalRefused, match="expired"):
        decide(request_id=request.pk, approve=True, checker=ready.house.ben, reason="", now=later)
    assert not_signed(ready)

    assert expire_approvals(now=later) == 1
    assert (ready.state(), ready.is_open()) == (CloseState.OPEN, True)


def test_prepared_again_the_first_request_signs_nothing(ready: ReadyDay) -> None:
    ready.prepare()
    first = ready.request()
    fall_back(close_id=ready.close.pk, actor=user_actor(ready.house.ada), now=NOW, why="a mistake")
    ready.prepare()
    with pytest.raises(ApprovalRefused, match="WITHDRAWN"):
        decide(request_id=first.pk, approve=True, checker=ready.house.ben, reason="", now=NOW)
    assert not_signed(ready)
    assert ApprovalRequest.objects.filter(kind="close.sign_off", state="PENDING").count() == 1
    assert ready.sign().state == CloseState.SIGNED_OFF


def test_a_signed_day_does_not_fall_back(ready: ReadyDay) -> None:
    ready.prepare()
    ready.sign()
    with pytest.raises(CloseStateConflict, match="reopened by two people"):
        fall_back(close_id=ready.close.pk, actor=user_actor(ready.house.ada), now=NOW, why="a mistake")
    assert (ready.state(), ready.is_open(), return_changed_closes(now=NOW)) == (CloseState.SIGNED_OFF, False, 0)
