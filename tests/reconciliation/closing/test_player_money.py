"""Players' money per licence and currency: a shortfall is a case and blocks the signature (D6)."""

from datetime import timedelta

import pytest

from cashier.models import BankAccount, Capture
from reconciliation.models import CaseState, CloseState, ExceptionCase
from reconciliation.operations.cases import raise_case
from reconciliation.operations.closing import CloseNotReady, refresh_checklist, watch_player_money
from reconciliation.queries.checklist import checklist
from reconciliation.queries.player_money import Cover, player_money
from tests.reconciliation.cases.records import make_records
from tests.reconciliation.closing.day import DAY, NOON, NOW, TESTER, ReadyDay
from tests.reconciliation.house import AT, House

pytestmark = pytest.mark.spec("D6", "D2")


def licensed(ready: ReadyDay) -> None:
    ready.house.entity.licence = "MGA/B2C/1"
    ready.house.entity.save()


def fund(ready: ReadyDay, amount_minor: int) -> None:
    """The owner's money into the bank account that is kept for players, and the statement that shows it."""
    from django.db import transaction

    from ledger.operations import Posting, post
    from reconciliation.models import BankStatement

    bank = ready.house.bank
    sides = (("bank", bank.public_id, amount_minor), ("outside", ready.house.entity.public_id, -amount_minor))
    common = {"asset": "EUR", "ref": "", "label": ""}
    lines = [{"kind": kind, "holder": holder, "amount_minor": minor, **common} for kind, holder, minor in sides]
    with transaction.atomic():
        posting = Posting("OPENING_BALANCE@1", f"funding:{amount_minor}", ready.house.entity.pk, {"lines": lines}, NOON)
        post(posting, actor=TESTER, now=NOON)
    BankStatement.objects.filter(bank_account=bank).update(closing_minor=amount_minor)


def item(ready: ReadyDay) -> tuple[bool, str, tuple[str, ...]]:
    found = next(row for row in checklist(ready.house.entity, DAY, now=NOW) if row.name == "player_money")
    return found.ok, found.figure, found.missing


def test_what_is_owed_and_kept_by_hand(ready: ReadyDay) -> None:
    assert player_money(ready.house.entity, DAY) == [Cover("EUR", owed_minor=2500, stakes_minor=0, terms={})]
    fund(ready, 2000)
    (cover,) = player_money(ready.house.entity, DAY)
    assert (cover.terms, cover.shortfall_minor) == ({"bank": 2000}, 500)


def test_without_a_licence_it_is_told_only(ready: ReadyDay) -> None:
    ok, figure, missing = item(ready)
    assert ok and missing == ()
    assert figure == "25.00 EUR owed, 0.00 EUR kept; no licence is set that asks for it"
    assert watch_player_money(entity=ready.house.entity, day=DAY, now=NOW) == []


def test_a_shortfall_is_a_case_that_blocks_until_it_is_funded(ready: ReadyDay) -> None:
    licensed(ready)
    with pytest.raises(CloseNotReady) as refused:
        ready.prepare()
    assert "Players' money is covered: 25.00 EUR of players' money is not covered" in refused.value.details["missing"]  # type: ignore[operator]
    case = ExceptionCase.objects.get(reason="PLAYER_FUNDS_SHORTFALL")
    assert (case.amount_minor, case.currency, case.business_date, case.state) == (2500, "EUR", DAY, CaseState.OPEN)
    refresh_checklist(close_id=ready.close.pk, now=NOW)
    assert ExceptionCase.objects.filter(reason="PLAYER_FUNDS_SHORTFALL").count() == 1

    fund(ready, 2500)
    ready.prepare()
    case.refresh_from_db()
    assert (case.state, ready.state()) == (CaseState.AUTO_RESOLVED, CloseState.PREPARED)


def test_what_the_bank_holds_is_unknown_not_lacking_before_its_first_balance_is_posted(ready: ReadyDay) -> None:
    from reconciliation.models import BankStatement

    licensed(ready)
    statement = BankStatement.objects.get(bank_account=ready.house.bank)
    for change in ({"opening_minor": 900_000}, {"bank_account": other_bank(ready)}):  # not run yet; none came yet
        BankStatement.objects.filter(pk=statement.pk).update(**change)
        assert watch_player_money(entity=ready.house.entity, day=DAY, now=NOW) == []
        assert not item(ready)[0]  # the day can't be signed meanwhile
    BankAccount.objects.filter(pk=ready.house.bank.pk).update(is_active=False)  # no statement will come
    assert [case.amount_minor for case in watch_player_money(entity=ready.house.entity, day=DAY, now=NOW)] == [2500]


def test_a_shortfall_is_told_as_soon_as_the_first_balance_is_posted(ready: ReadyDay) -> None:
    from reconciliation.models import BankStatement

    licensed(ready)
    statement = BankStatement.objects.get(bank_account=ready.house.bank)
    BankStatement.objects.filter(pk=statement.pk).update(opening_minor=900_000)
    assert watch_player_money(entity=ready.house.entity, day=DAY, now=NOW) == []
    BankStatement.objects.filter(pk=statement.pk).update(opening_minor=0)  # nothing has to be posted
    (case,) = watch_player_money(entity=ready.house.entity, day=DAY, now=NOW)
    assert case.amount_minor == 2500


def other_bank(ready: ReadyDay) -> BankAccount:
    """The owner's own account, of no concern to players."""
    return BankAccount.objects.create(
        code="OWNER_EUR", entity=ready.house.entity, iban="MT31MALT01100000000000000000123", currency="EUR", statement_format="camt053",
        contract={"players_money": False},
    )  # fmt: skip


def test_an_account_that_is_not_kept_for_players_covers_nothing(ready: ReadyDay) -> None:
    licensed(ready)
    fund(ready, 2500)
    assert item(ready)[0]
    bank = BankAccount.objects.get(pk=ready.house.bank.pk)
    bank.contract = {"players_money": False}
    bank.save()
    assert item(ready)[2] == ("25.00 EUR of players' money is not covered",)


def owed_by_a_psp(house: House, *, days_ago: int) -> tuple[Capture, ExceptionCase]:
    """A deposit that the player has and its PSP never settled, with its case."""
    capture = make_records(house).capture(5_000)
    Capture.objects.filter(pk=capture.pk).update(captured_at=AT - timedelta(days=days_ago))
    case = raise_case(
        code="CAPTURE_NOT_SETTLED", entity_id=house.entity.pk, business_date=DAY - timedelta(days=days_ago), amount_minor=5_000,
        currency="EUR", merchant_account=house.merchant, dedupe_key=f"MISSING:capture:{capture.public_id}:0",
        links=[("capture", capture.public_id)], now=NOW - timedelta(days=1),
    )  # fmt: skip
    return capture, case


@pytest.mark.parametrize("days", [0, 30, 70])
def test_what_a_psp_never_pays_covers_nothing_however_old_it_is(house: House, days: int) -> None:
    owed_by_a_psp(house, days_ago=days)
    (cover,) = player_money(house.entity, DAY)
    assert (cover.owed_minor, cover.terms["clearing"], cover.shortfall_minor) == (5_000, 5_000, 5_000 if days else 0)


def test_what_was_written_off_is_not_lacking_twice(house: House) -> None:
    from ledger.actors import user_actor
    from ledger.models import ApprovalRequest
    from ledger.operations import decide
    from reconciliation.operations.casework import propose_disposition

    _, case = owed_by_a_psp(house, days_ago=30)
    proposed = propose_disposition(
        case_id=case.pk, disposition="write_off", reason="the PSP will never pay it", actor=user_actor(house.ada), now=AT
    )
    decide(request_id=ApprovalRequest.objects.get(pk=proposed.approval_id).pk, approve=True, checker=house.ben, reason="", now=AT)

    (cover,) = player_money(house.entity, DAY)
    assert (cover.owed_minor, cover.cover_minor, cover.shortfall_minor) == (5_000, 0, 5_000)
