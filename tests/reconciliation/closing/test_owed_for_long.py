"""What is owed to players, or by a PSP, for longer than anybody looks back, and payouts that the bank showed a part of (D6)."""

from datetime import datetime, timedelta

import pytest
from django.db import connection, transaction

from cashier.models import Capture, GameRound, RoundMove
from reconciliation.models import Match, SettlementBatch
from reconciliation.models.files import BatchState
from reconciliation.operations.cases import raise_case
from reconciliation.queries.player_money import player_money
from tests.ledger.books import book, cr, dr
from tests.reconciliation.cases.records import Records
from tests.reconciliation.house import AT, DAY, NOW

pytestmark = pytest.mark.spec("D6")
LONG_AGO = AT - timedelta(days=200)


def play(records: Records, round_id: str, moves: dict[str, int], *, at: datetime, ended_at: datetime | None = None) -> GameRound:
    """A round with these moves of cash."""
    state = GameRound.State.OPEN if ended_at is None else GameRound.State.ENDED
    game_round = GameRound.objects.create(
        client_id="games", round_id=round_id, player=records.player, entity=records.house.entity, currency="EUR", state=state,
        ended_at=ended_at, created_at=at, updated_at=at,
    )  # fmt: skip
    for kind, minor in moves.items():
        RoundMove.objects.create(
            round=game_round, client_id="games", kind=kind, txn_ref=f"{round_id}:{kind}", amount_minor=minor, playable_minor=minor,
            created_at=at,
        )  # fmt: skip
    return game_round


def stakes(records: Records) -> int:
    return sum(cover.stakes_minor for cover in player_money(records.house.entity, DAY))


def test_the_stake_of_an_open_round_is_owed_however_old_it_is(records: Records) -> None:
    play(records, "never ended", {"DEBIT": 700}, at=LONG_AGO)
    assert stakes(records) == 700
    play(records, "ended after the day", {"DEBIT": 40}, at=LONG_AGO, ended_at=NOW)
    assert stakes(records) == 740
    play(records, "ended before its end", {"DEBIT": 5_000}, at=LONG_AGO, ended_at=AT)
    play(records, "given back", {"DEBIT": 300, "ROLLBACK": 300}, at=LONG_AGO)
    play(records, "after the day", {"DEBIT": 9_000}, at=NOW)
    assert stakes(records) == 740


def test_open_rounds_are_found_without_a_look_at_all_rounds(records: Records) -> None:
    game_round = play(records, "open", {"DEBIT": 700}, at=LONG_AGO)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO cashier_game_round (id, client_id, round_id, player_id, entity_id, currency, state, meta, inputs_sha256, ended_at,"
            " created_at, updated_at) SELECT gen_random_uuid(), 'games', 'r' || n, player_id, entity_id, currency, 'ENDED', '{}', '',"
            " created_at + n * interval '1 minute', created_at, updated_at"
            " FROM cashier_game_round, generate_series(1, 20000) n WHERE id = %s",
            [game_round.pk],
        )
        cursor.execute("ANALYZE cashier_game_round")
        for condition in ("ended_at IS NULL", "ended_at >= '2026-11-19 23:00+00'"):
            cursor.execute(f"EXPLAIN SELECT id FROM cashier_game_round WHERE entity_id = '{records.house.entity.pk}' AND {condition}")
            plan = "\n".join(row[0] for row in cursor.fetchall())
            assert "Seq Scan" not in plan, plan
    assert stakes(records) == 700


@pytest.mark.parametrize("code", ["WRONG_MERCHANT_ACCOUNT", "CURRENCY_DIFFERS", "STATUS_DIFFERS"])
def test_a_deposit_whose_line_nobody_may_pair_covers_nothing_however_old_it_is(records: Records, code: str) -> None:
    capture = records.capture(5_000)
    Capture.objects.filter(pk=capture.pk).update(captured_at=LONG_AGO)
    case = raise_case(
        code=code, entity_id=records.house.entity.pk, business_date=DAY - timedelta(days=3), amount_minor=5_000, currency="EUR",
        merchant_account=records.house.merchant, merchant_reference=capture.intent.public_id, dedupe_key=f"{code}:line:7", now=NOW,
    )  # fmt: skip
    (cover,) = player_money(records.house.entity, DAY)
    assert (cover.terms, cover.shortfall_minor) == ({"clearing": 5_000, "overdue_clearing": -5_000}, 5_000)

    type(case).objects.filter(pk=case.pk).update(merchant_reference="pi_as the line writes it")
    (cover,) = player_money(records.house.entity, DAY)
    assert cover.terms == {"clearing": 5_000}


# --- on its way ---


def sent(records: Records, *, shown_minor: int = 0, charge_minor: int = 0) -> SettlementBatch:
    """A payout of 50.00 that was due the day before, of which the bank showed so much, and says that it kept so much."""
    batch, _ = records.batch(("sale", 5_000, records.capture(5_000)))
    state = BatchState.PAID if shown_minor else BatchState.SETTLED  # as a run leaves it
    SettlementBatch.objects.filter(pk=batch.pk).update(due_date=DAY - timedelta(days=1), state=state, paid_minor=shown_minor)
    if shown_minor:
        show(records, batch, shown_minor, difference_minor=shown_minor + charge_minor - 5_000, charge_minor=charge_minor)
    return batch


def show(records: Records, batch: SettlementBatch, minor: int, *, difference_minor: int, charge_minor: int = 0, part: int = 0) -> None:
    house = records.house
    charge = [dr("bank_fees", house.bank.public_id, charge_minor)] if charge_minor else []
    on_its_way = cr("in_transit", house.merchant.public_id, minor + charge_minor, ref=batch.ref)
    book(house.entity, f"shown:{part}", dr("bank", house.bank.public_id, minor), *charge, on_its_way)
    Match.objects.create(
        rule="bank.transfer_reference@1", line_kind="bank", line_id=900 + part, item_kind="batch", item_id=batch.pk, item_part=part,
        batch=batch, run=records.run(), currency="EUR", line_minor=minor, difference_minor=difference_minor, matched_at=AT,
    )  # fmt: skip


def terms(records: Records) -> dict[str, int]:
    (cover,) = player_money(records.house.entity, DAY)
    return cover.terms


def test_a_payout_that_the_bank_never_showed_covers_nothing(records: Records) -> None:
    sent(records)
    assert terms(records) == {"in_transit": 5_000, "overdue_in_transit": -5_000}


def test_of_a_payout_in_parts_the_rest_covers_nothing_until_it_comes(records: Records) -> None:
    batch = sent(records, shown_minor=3_000)
    assert terms(records) == {"bank": 3_000, "in_transit": 2_000, "overdue_in_transit": -2_000}
    show(records, batch, 2_000, difference_minor=2_000, part=1)
    SettlementBatch.objects.filter(pk=batch.pk).update(paid_minor=5_000)
    assert terms(records) == {"bank": 5_000}


def test_what_the_bank_says_that_it_kept_is_not_lacking_on_the_way(records: Records) -> None:
    sent(records, shown_minor=4_950, charge_minor=50)
    assert terms(records) == {"bank": 4_950}


def test_what_was_accepted_as_a_loss_is_not_lacking_twice(records: Records) -> None:
    batch = sent(records, shown_minor=3_000)
    m = records.house.merchant.public_id
    book(records.house.entity, "lost", dr("write_off", records.house.entity.public_id, 2_000), cr("in_transit", m, 2_000, ref=batch.ref))
    assert terms(records) == {"bank": 3_000}


def test_a_transfer_that_bounced_is_on_the_way_with_the_batch_that_brings_it(records: Records) -> None:
    """POSTINGS.md story 28: the first batch is never shown, and nothing of it is on its way."""
    batch = sent(records)
    m = records.house.merchant.public_id
    book(records.house.entity, "bounced", dr("in_transit", m, 5_000, ref="batch:39"), cr("in_transit", m, 5_000, ref=batch.ref))
    assert terms(records) == {"in_transit": 5_000}


@pytest.mark.parametrize("ref", ["topup:1", "transfer:1"])
def test_our_own_money_that_never_arrived_covers_nothing(records: Records, ref: str) -> None:
    records.capture(5_000)
    m, b = records.house.merchant.public_id, records.house.bank.public_id
    holder = m if ref.startswith("topup") else b

    def move(key: str, minor: int, at: datetime) -> None:
        book(records.house.entity, key, dr("in_transit", holder, minor, ref=ref), cr("bank", b, minor), at=at)

    move("lately", 700, AT - timedelta(days=1))
    assert terms(records)["in_transit"] == 700 and "overdue_in_transit" not in terms(records)
    move("long ago", 2_000, LONG_AGO)
    assert terms(records)["overdue_in_transit"] == -2_700  # under one name
    move("came the next day", -2_700, NOW)
    assert "overdue_in_transit" not in terms(records)
