"""One chargeback told by several messengers at once, while the player asks for a payout and plays."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import Any

import pytest
from django.db import transaction

from cashier.models import PayoutIntent
from cashier.operations.payouts.locked import lock_payout
from disputes.models import Dispute
from disputes.operations import debit_dispute, open_dispute
from ledger.locks import lock_wallet
from tests.cashier.games.test_rounds import debit
from tests.cashier.payouts.test_request_payout import ask
from tests.concurrency.test_payouts_at_once import at_once
from tests.concurrency.threads import in_a_thread, until_one_waits
from tests.disputes.telling import by, notice
from tests.house import House, kinds, make_capture, make_house, set_policy, wallet


@pytest.fixture
def house(committed_db: Any, now: datetime) -> House:
    house = make_house(now, playable_minor=10_000)
    set_policy(house)
    return house


@pytest.mark.spec("X1", "L3")
def test_ten_messengers_of_one_chargeback(house: House) -> None:
    told = notice(house, make_capture(house, amount_minor=10_000))

    results = at_once(
        *[lambda: open_dispute(told, **by(house)) for _ in range(5)],
        *[lambda: debit_dispute(told, **by(house)) for _ in range(5)],
    )

    assert all(isinstance(result, Dispute) for result in results), results
    assert Dispute.objects.count() == 1
    assert sorted(kinds()) == ["CHARGEBACK_DEBITED", "CHARGEBACK_OPENED"]
    assert wallet(house.player) == (0, 0, 0)


@pytest.mark.spec("X5", "L6")
def test_a_chargeback_a_payout_and_a_stake_at_once_never_lose_a_unit(house: House) -> None:
    told = notice(house, make_capture(house, amount_minor=10_000))

    at_once(lambda: open_dispute(told, **by(house)), lambda: ask(house, 6_000), lambda: debit(house, 5_000))

    playable, locked, receivable = wallet(house.player)
    staked = 5_000 if "ROUND_DEBITED" in kinds() else 0
    paying = sum(payout.amount_minor for payout in PayoutIntent.objects.exclude(state__in=["CANCELED", "REJECTED"]))
    assert playable + locked - receivable == 10_000 - 10_000 - staked
    assert locked == paying


@pytest.mark.spec("X5", "L6")
def test_a_chargeback_that_cancels_two_payouts_waits_for_one_that_is_sent_before_it_holds_the_wallet(house: House) -> None:
    """It takes the newest back first, and the older one is being sent meanwhile: who sends it needs the wallet too."""
    older, _ = ask(house, 4_000), ask(house, 4_000)
    told = notice(house, make_capture(house, amount_minor=10_000))
    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            lock_payout(older.pk)
            opened = in_a_thread(pool, lambda: open_dispute(told, **by(house)))
            until_one_waits()
            lock_wallet(entity_id=house.entity.pk, player_id=house.player.public_id, asset="EUR")
        dispute = opened.result(60)

    assert dispute.disputed_minor == 10_000
    assert set(PayoutIntent.objects.values_list("state", flat=True)) == {"CANCELED"}
    assert wallet(house.player) == (0, 0, 0)
