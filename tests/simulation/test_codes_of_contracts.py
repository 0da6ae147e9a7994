"""Breaks of what was agreed, of who paid, and of papers that are late or wrong: each has its case, and nothing else has one (Z3)."""

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from cashier.models import DepositIntent
    from tests.reconciliation.runs.day import Casino

pytestmark = pytest.mark.whole

CODES = ("FX_RATE_DIFFERS", "ROUNDING_DIFFERENCE", "PSP_BALANCE_DIFFERS", "SOURCE_FILE_LATE")


def agree(casino: "Casino") -> None:
    """The demonstration's contract, and its fees."""
    from config.simulation.seed import agreed_contract, agreed_fees

    for account, is_split in ((casino.world.account, False), (casino.world.other_account, True)):
        account.currencies, account.contract, account.fee_schedule = ["EUR", "SEK"], agreed_contract(), agreed_fees(is_split=is_split)
        account.save()


def deposit_in_kronor(casino: "Casino", amount_minor: int) -> "DepositIntent":
    from cashier import operations as cashier
    from tests.cashier.world import CALLER

    world = casino.world
    request = cashier.IntentRequest(world.player, amount_minor, "SEK", "card", "MT", {"brand_id": "lucky"}, "shop")
    intent = cashier.create_intent(request=request, actor=CALLER, now=world.now)
    world.send(world.begin(intent))
    return intent


def close(casino: "Casino", number: int, *, codes: tuple[str, ...] = ()) -> None:
    """The morning after the day of this number: what is late is looked for before its papers come."""
    from reconciliation.operations.late_files import watch_files
    from tests.reconciliation.runs.day import DAY

    profile = {"v": 1, "codes": {code: {"count": 1} for code in codes}} if codes else "none"
    day = DAY + timedelta(days=number)
    casino.set_now(casino.world.now.replace(hour=5) + timedelta(days=1))
    watch_files(now=casino.world.now)
    casino.close(day, profile=profile)


@pytest.mark.spec("Z1", "Z3", "R1", "R7", "R12", "K10")
def test_each_break_of_a_contract_has_its_case_and_a_day_as_agreed_has_none(casino: "Casino") -> None:
    from reconciliation.models import CaseState, ExceptionCase
    from reconciliation.operations import reconcile
    from reconciliation.queries.watches.intraday import pending_past_usual
    from tests.reconciliation.runs.day import DAY, unexplained

    # given a day in two currencies as it was agreed
    agree(casino)
    for number in range(4):
        casino.deposit(amount_minor=5001 + number)
    deposit_in_kronor(casino, 50_000)
    casino.hear()
    close(casino, 0)
    assert not ExceptionCase.objects.exists()

    # when the next is not, and somebody else pays for a player
    for number in range(4):
        casino.deposit(amount_minor=6001 + number)
    deposit_in_kronor(casino, 60_000)
    casino.deposit("tok_approve.payer_other", 7000)
    casino.hear()
    close(casino, 1, codes=CODES)
    casino.deposit(amount_minor=8000)
    casino.hear()
    for later in (2, 3):
        close(casino, later)
    casino.set_now(casino.world.now + timedelta(days=9))
    reconcile(date=DAY + timedelta(days=12), now=casino.world.now)
    assert pending_past_usual({"minutes": 60, "days": 30, "at_least": 100}, now=casino.world.now) == []  # who paid is a case already

    # then
    assert {row["code"] for row in casino.truth} == {*CODES, "PAYER_NAME_MISMATCH"}
    missed, spurious = unexplained(casino, amounts=False)
    assert (missed, [(case.reason_id, case.facts) for case in spurious]) == ([], [])
    ended = ExceptionCase.objects.filter(state=CaseState.AUTO_RESOLVED).values_list("reason_id", flat=True)
    assert set(ended) == {"ROUNDING_DIFFERENCE", "SOURCE_FILE_LATE"}
