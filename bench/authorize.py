"""What calls to PSPs cost, and a sick PSP costs others (C8, C9): our own time, an open circuit, a PSP that hangs beside one that works."""

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing import get_context
from statistics import median

from django.db import connections

from bench.casino import Shop, furnish, open_shop
from bench.database import analyze
from bench.psp import DELAY_SECONDS, Psp, running_psp
from bench.registry import Result, Setting, benchmark
from bench.web import Web
from bench.workers import Load, Step, run_processes
from cashier import operations
from cashier.models import BreakerState, MerchantAccount
from ledger import clock
from ledger.actors import system_actor

CLIENTS = 16
FEW = 2
BESIDE = 4  # callers of the PSP that works, while as many call the one that hangs
BENCH = system_actor("bench")
Turn = Callable[[], Load]


@benchmark("authorize_overhead")
def bench_authorize_overhead(setting: Setting) -> Result:
    """16 callers authorise new deposits at a PSP that takes 50 ms: what passes beside these 50 ms, from request to answer."""
    with running_psp() as psp, shop_of(setting, psp) as web:
        loads = take_turns(
            setting, {"bare": lambda: _load(setting, _bare(web), CLIENTS), "ours": lambda: _load(setting, _ours(web), CLIENTS)}
        )
        peak = web.peak_rss_mib()
    return _result(loads, "bare", "bare DRF view, one INSERT, p95", peak)


@benchmark("breaker_open")
def bench_breaker_open(setting: Setting) -> Result:
    """The only account's circuit is open: how long until the caller knows. Fails where the PSP was called."""
    with running_psp() as psp, shop_of(setting, psp) as web:
        _force("BENCH_OK", BreakerState.OPEN)
        before = psp.calls("ok")
        turns = {"bare": lambda: _load(setting, _bare(web), FEW), "ours": lambda: _load(setting, _refused(web), FEW)}
        loads = take_turns(setting, turns)
        if psp.calls("ok") != before:
            raise RuntimeError("A call was made through an open circuit.")
        peak = web.peak_rss_mib()
    return _result(loads, "bare", "bare DRF view, one INSERT, p95", peak)


@benchmark("bulkhead")
def bench_bulkhead(setting: Setting) -> Result:
    """Deposits through one account, alone and while another account's PSP hangs and its circuit is held closed: 1.0 is untouched."""
    with running_psp() as psp, shop_of(setting, psp) as web:
        _force("BENCH_HANG", BreakerState.CLOSED)
        turns = {"alone": lambda: _load(setting, _ours(web), BESIDE), "ours": lambda: _beside(setting, web)}
        loads = take_turns(setting, turns)
        peak = web.peak_rss_mib()
    return _result(loads, "alone", "the same deposits while nothing hangs, p95", peak)


@contextmanager
def shop_of(setting: Setting, psp: Psp) -> Iterator[Web]:
    furnish(setting, psp)
    connections.close_all()
    with open_shop(setting) as web:
        analyze(setting.owner_url)
        yield web


def take_turns(setting: Setting, turns: dict[str, Turn]) -> dict[str, list[Load]]:
    """Yardstick and ours alternate."""
    loads: dict[str, list[Load]] = {name: [] for name in turns}
    for number in range(setting.turns):
        for name, turn in turns.items():
            load = turn()
            loads[name].append(load)
            busy = f"{os.getloadavg()[0]:.1f} processes wanted {os.cpu_count()} processors"
            print(f"  turn {number + 1}, {name}: p50 {load.p50_ms:.1f} ms, p95 {load.p95_ms:.1f} ms, {load.n} calls; {busy}", flush=True)
    return loads


def _result(loads: dict[str, list[Load]], yardstick: str, words: str, peak: int) -> Result:
    base, ours = (median(load.p95_ms for load in loads[name]) for name in (yardstick, "ours"))
    return Result(
        ratio=round(ours / base, 3), better="lower", yardstick=words, yardstick_value=round(base, 2), value=round(ours, 2), unit="ms p95",
        p50_ms=round(median(load.p50_ms for load in loads["ours"]), 3), p95_ms=round(ours, 3), peak_rss_mib=peak,
        n=sum(load.n for load in loads["ours"]),
    )  # fmt: skip


def _load(setting: Setting, make: Callable[[int], Step], clients: int) -> Load:
    return run_processes(make, processes=clients, seconds=setting.seconds)


def _bare(web: Web) -> Callable[[int], Step]:
    def make(number: int) -> Step:
        shop = Shop(web, "ok")

        def step() -> None:
            shop.bare()

        return step

    return make


def _ours(web: Web) -> Callable[[int], Step]:
    """Authorisations; what counts is their time less the PSP's own."""

    def make(number: int) -> Step:
        shop = Shop(web, "ok")

        def step() -> float:
            intent = shop.intent()
            began = time.monotonic()
            shop.authorize(intent)
            return time.monotonic() - began - DELAY_SECONDS

        return step

    return make


def _refused(web: Web) -> Callable[[int], Step]:
    def make(number: int) -> Step:
        shop = Shop(web, "ok")

        def step() -> float:
            intent = shop.intent()
            began = time.monotonic()
            answer = shop.authorize(intent, expected=(422,))
            took = time.monotonic() - began
            if answer["error"] != "PSP_UNAVAILABLE":
                raise RuntimeError(f"Not refused for its circuit: {answer}")
            return took

        return step

    return make


def _beside(setting: Setting, web: Web) -> Load:
    """The load of the PSP that works, while others wait for the one that hangs."""
    connections.close_all()
    context = get_context("fork")
    waiting = [context.Process(target=_wait_in_vain, args=(web,), daemon=True) for _ in range(BESIDE)]
    for process in waiting:
        process.start()
    try:
        return _load(setting, _ours(web), BESIDE)
    finally:
        for process in waiting:
            process.terminate()
            process.join(10)


def _wait_in_vain(web: Web) -> None:
    shop = Shop(web, "hang")
    while True:
        shop.authorize(shop.intent(), expected=(202,))


def _force(code: str, state: BreakerState) -> None:
    account = MerchantAccount.objects.get(code=code)
    operations.force_circuit(account_id=account.pk, state=state, minutes=600, reason="benchmark", actor=BENCH, now=clock.now())
