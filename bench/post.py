"""Posting through the one door, against TPC-B on the same server (L1 to L3, L6, L14): all invariants on."""

import random
import time
from collections.abc import Callable
from datetime import datetime
from statistics import median
from uuid import UUID

from django.db import transaction

from bench.database import analyze
from bench.registry import Result, Setting, benchmark
from bench.workers import Load, Step, run_processes
from bench.yardsticks import Tpcb
from ledger import clock
from ledger.actors import system_actor
from ledger.ids import new_id, to_public
from ledger.models import LegalEntity, Wallet
from ledger.operations import Posting, post, post_many

PROCESSES = 8
PLAYERS = 20_000
BATCH = 1_000
ACTOR = system_actor("bench")


@benchmark("post")
def bench_post(setting: Setting) -> Result:
    """8 processes call `post`: a captured deposit with the player's fee, one transaction each, one hot clearing account."""
    return _compare(setting, _single, processes=PROCESSES, per_step=1)


@benchmark("post_many")
def bench_post_many(setting: Setting) -> Result:
    """One connection calls `post_many` with 1,000 captured deposits of 1,000 players."""
    return _compare(setting, _batch, processes=1, per_step=BATCH)


def _compare(setting: Setting, make: "Callable[[UUID, list[str]], Callable[[int], Step]]", *, processes: int, per_step: int) -> Result:
    """Yardstick and ours in turns; the medians' ratio."""
    entity_id, players = _fixture()
    yardstick = Tpcb(setting.owner_url)
    tps: list[float] = []
    loads: list[Load] = []
    for _ in range(setting.turns):
        tps.append(yardstick.measure(setting.seconds))
        analyze(setting.owner_url)
        loads.append(run_processes(make(entity_id, players), processes=processes, seconds=setting.seconds))
    ours = median(load.per_second * per_step for load in loads)
    base = median(tps)
    return Result(
        ratio=round(ours / base, 3), better="higher", yardstick=Tpcb.name, yardstick_value=round(base, 1), value=round(ours, 1),
        unit="postings/s", p50_ms=round(median(load.p50_ms for load in loads), 3), p95_ms=round(median(load.p95_ms for load in loads), 3),
        peak_rss_mib=max(load.peak_rss_mib for load in loads), n=sum(load.n for load in loads) * per_step,
    )  # fmt: skip


def _fixture() -> tuple[UUID, list[str]]:
    """An entity and players with money: accounts and wallets exist, as on a working day."""
    code = "BENCH"
    entity = LegalEntity.objects.filter(code=code).first() or LegalEntity.objects.create(code=code, name="Bench", zone="Europe/Malta")
    known = list(Wallet.objects.filter(entity=entity).values_list("owner_ref", flat=True))
    players = known or [to_public("pl_", new_id()) for _ in range(PLAYERS)]
    if not known:
        now = clock.now()
        for first in range(0, PLAYERS, BATCH):
            with transaction.atomic():
                post_many([_captured(entity.pk, player, now) for player in players[first : first + BATCH]], actor=ACTOR, now=now)
    return entity.pk, players


def _single(entity_id: UUID, players: list[str]) -> Callable[[int], Step]:
    def make(number: int) -> Step:
        choose = random.Random(number)

        def step() -> None:
            now = clock.now()
            with transaction.atomic():
                post(_captured(entity_id, choose.choice(players), now), actor=ACTOR, now=now)

        return step

    return make


def _batch(entity_id: UUID, players: list[str]) -> Callable[[int], Step]:
    """Making the postings is the caller's work and is not counted; rules, checks and the round trip are."""

    def make(number: int) -> Step:
        choose = random.Random(number)

        def step() -> float:
            now = clock.now()
            postings = [_captured(entity_id, player, now) for player in choose.sample(players, BATCH)]
            began = time.monotonic()
            with transaction.atomic():
                post_many(postings, actor=ACTOR, now=now)
            return time.monotonic() - began

        return step

    return make


def _captured(entity_id: UUID, player: str, now: datetime) -> Posting:
    """A deposit of 51.00 of which the player pays 1.00: clearing, playable, fee_income."""
    capture = to_public("cap_", new_id())
    source = {
        "entity": to_public("le_", entity_id), "player": player, "merchant_account": "ma_00000000000000000000000000", "asset": "EUR",
        "ref": capture, "gross_minor": 5100, "player_fee_minor": 100, "seen_minor": 0,
    }  # fmt: skip
    return Posting(
        rule="DEPOSIT_CAPTURED@1", key=f"deposit.captured:{capture}", entity_id=entity_id, source=source, occurred_at=now,
        intent_id=to_public("pi_", new_id()), player_id=player,
    )  # fmt: skip
