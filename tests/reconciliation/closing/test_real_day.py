"""A day of the casino against a real sandbox, from its first deposit to its signature (D1 to D4)."""

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from tests.reconciliation.runs.conftest import casino, own_receiver, own_sandbox, secrets

if TYPE_CHECKING:
    from tests.reconciliation.runs.day import Casino

__all__ = ["casino", "own_receiver", "own_sandbox", "secrets"]


def close_of(casino: "Casino", day: date) -> Any:
    from reconciliation.operations.closing import open_close

    return open_close(entity=casino.world.entity, day=day, now=casino.world.now)


def prove_night(casino: "Casino") -> None:
    """The books hold; beside them only the player's instrument was made verified, by no act. The night's proof says so."""
    from ledger.proofs import prove_ledger
    from tests.reconciliation.closing.day import prove

    failing = {check.name: check.differences for check in prove_ledger().checks if not check.ok}
    assert set(failing) <= {"states cashier.Instrument.state"}, failing
    prove(casino.world.now)


@pytest.mark.whole
@pytest.mark.spec("D1", "D2", "D3", "D4")
def test_a_quiet_day_is_prepared_by_one_and_signed_by_another(casino: "Casino") -> None:
    from ledger.models import ApprovalRequest, JournalTransaction
    from ledger.operations import decide, seal_audit
    from reconciliation.models import CloseSnapshot, DailyClose
    from reconciliation.operations.closing import CloseNotReady, open_due_closes, prepare_close
    from tests.ledger.cast import make_person
    from tests.reconciliation.runs.day import DAY

    # given a day with deposits, a refund and a payout, and two people of finance
    ada, ben = make_person("ada", "prepare_close"), make_person("ben", "sign_close")
    deposits = [casino.deposit(amount_minor=amount) for amount in (5000, 12345, 10000)]
    casino.hear()
    casino.refund(deposits[0], 2000)
    casino.pay_out(3000)
    casino.hear()

    # when the day is over and its papers are not in, it is named and can't be closed
    casino.set_now(casino.world.now + timedelta(days=1))
    (close,) = open_due_closes(now=casino.world.now)
    assert close.business_date == DAY
    with pytest.raises(CloseNotReady) as refused:
        prepare_close(close_id=close.pk, preparer=ada, now=casino.world.now)
    missing = " ".join(refused.value.details["missing"])  # type: ignore[arg-type]
    assert "SANDBOX_EU: no settlement report reaches 2026-03-10" in missing
    assert "BANK_EUR: no statement reaches 2026-03-10" in missing and "SANDBOX_EU: no run" in missing

    # and when they are in, one prepares and another signs
    casino.close(DAY)
    prove_night(casino)
    seal_audit(now=casino.world.now)
    prepare_close(close_id=close.pk, preparer=ada, now=casino.world.now)
    request = ApprovalRequest.objects.get(kind="close.sign_off", state="PENDING")
    seal_audit(now=casino.world.now)
    decide(request_id=request.pk, approve=True, checker=ben, reason="", now=casino.world.now)

    # then what was frozen is the day
    totals = CloseSnapshot.objects.get(close=close).totals
    movements = {row["kind"]: (row["count"], row["debit_minor"]) for row in totals["movements"]}
    assert movements["DEPOSIT_CAPTURED"] == (3, 27345)
    assert (movements["REFUND_PROCESSED"], movements["PAYOUT_SETTLED"]) == ((1, 2000), (1, 3000))
    balances = {row["account"]: row["debit_minor"] - row["credit_minor"] for row in totals["balances"]}
    assert (balances["playable"], balances.get("locked", 0)) == (-22345, 0)
    assert sum(balances.values()) == 0
    assert totals["cases"] == []
    assert totals["journal"]["transactions"] == JournalTransaction.objects.filter(business_date=DAY).count()

    # and the next day, on which the money arrives, closes after it
    casino.close(DAY + timedelta(days=1))
    following = open_due_closes(now=casino.world.now)[0]
    assert following.business_date == DAY + timedelta(days=1)
    prove_night(casino)
    seal_audit(now=casino.world.now)
    prepare_close(close_id=following.pk, preparer=ada, now=casino.world.now)
    assert [str(row.state) for row in DailyClose.objects.order_by("business_date")] == ["SIGNED_OFF", "PREPARED"]
