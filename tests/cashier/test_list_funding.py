"""The lots of a real balance, with the method, token and PSP that brought each (L18, P7)."""

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.reconciliation.cases.records import Records


@pytest.fixture
def records(db: None) -> "Records":
    from tests.reconciliation.cases.records import make_records
    from tests.reconciliation.house import make_house

    return make_records(make_house())


@pytest.mark.spec("L18", "P7")
def test_each_deposit_in_the_balance_names_its_method_token_and_psp(records: "Records") -> None:
    from cashier.queries.lineage import list_funding

    first, second = records.capture(5000), records.capture(3000, fee_minor=100, psp_ref="psp-cap-2")
    records.play(5500)

    [left] = list_funding(records.player)
    assert (left.ref, left.origin, left.asset, left.brought_minor, left.open_minor) == (second.public_id, "deposit", "EUR", 2900, 2400)
    assert (left.intent, left.method) == (second.intent.public_id, second.intent.method)
    assert left.token == second.attempt.payment_token != ""
    assert (left.merchant_account, left.provider) == ("SANDBOX_EU", "sandbox")
    assert left.returnable_minor == 2400
    assert left.open_minor == records.playable()
    assert first.public_id != left.ref


@pytest.mark.spec("L18", "P7")
def test_no_more_can_go_back_than_is_left_of_the_capture(records: "Records") -> None:
    from cashier.queries.lineage import list_funding

    capture = records.capture(5000)
    capture.disputed_minor = 4500
    capture.save(update_fields=["disputed_minor"])

    [left] = list_funding(records.player)
    assert (left.open_minor, left.returnable_minor) == (5000, 500)


@pytest.mark.spec("L18")
def test_a_player_without_money_has_no_lots(records: "Records") -> None:
    from cashier.queries.lineage import list_funding

    assert list_funding(records.player) == []
