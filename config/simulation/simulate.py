"""One simulation from its options to its truth and figures, on a running stack."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from typing import Any
from uuid import uuid4

from config.simulation.client import PlatformClient, SimulationError
from config.simulation.corrupt import CODES as BOOK_CODES
from config.simulation.corrupt import Books, corrupt
from config.simulation.days import Days
from config.simulation.drive import Driver, Market
from config.simulation.headline import headline
from config.simulation.options import Options
from config.simulation.plan import PlannedDeposit, plan_day
from config.simulation.sandbox_control import SandboxControl
from config.simulation.seed import BANKS, DemoHouse, sandbox_accounts, seed_house
from config.simulation.truth import Mismatch, Truth, distinct
from ledger import clock
from ledger.calendar import business_date
from ledger.money import get_asset
from reconciliation.models import ExceptionCase, SettlementBatch

PLAYERS_PER_DEPOSIT = 3


@dataclass(frozen=True, slots=True)
class Place:
    """Where the stack is: urls of web and sandbox, folder of the secrets."""

    web: str
    sandbox: str
    secrets_dir: Path


@dataclass(frozen=True, slots=True)
class Result:
    """What a simulation gave."""

    truth: Truth
    figures: dict[str, Any]


def simulate(options: Options, place: Place, *, say: Callable[[str], None], tick: Callable[[], None]) -> Result:
    """Play the days, bring the papers in, match. Raises SimulationError; what was done until then stays done."""
    house = seed_house(sandbox_url=place.sandbox, secrets_dir=place.secrets_dir, accounts=options.accounts, currencies=options.currencies)
    sandbox = SandboxControl(place.sandbox)
    webhook_url = f"{place.web}/webhooks/psp"
    sandbox.put_accounts(sandbox_accounts(house, secrets_dir=place.secrets_dir, webhook_url=webhook_url, deposits=options.deposits))
    plan_faults(sandbox, options, options.only)
    if options.is_calm:
        sandbox.give_back_reserves()  # else the days before go on to break this one
    first = _first_day(options, house)
    run_id = f"{options.seed}-{uuid4().hex[:8]}"
    platform = PlatformClient(base_url=place.web, client_id=house.client.id, client_secret=house.client.secret, scopes=house.client.scopes)
    market = Market(house.brand.code, house.regions, max(3, options.deposits // PLAYERS_PER_DEPOSIT))
    driver = Driver(platform=platform, sandbox=sandbox, market=market, run_id=run_id)
    days = Days(
        entity=house.entity,
        currencies=options.currencies,
        driver=driver,
        sandbox=sandbox,
        say=say,
        tick=tick,
        segments=options.segments,
    )
    try:
        truth = play_days(days, options, house, first)
        return Result(truth, _figures(options, days, truth))
    finally:
        platform.close()
        sandbox.close()


def _first_day(options: Options, house: DemoHouse) -> date:
    """The asked day, else the entity's yesterday. A day whose papers are in can't be played again.

    A simulation that was broken off left the clock in its past; the present is what counts then.
    """
    first = options.first or business_date(house.entity, max(clock.now(), clock.real_now())) - timedelta(days=1)
    newest = SettlementBatch.objects.filter(merchant_account__in=house.merchant_accounts).order_by("-business_date").first()
    if newest is not None and newest.business_date >= first:
        raise SimulationError(
            f"The papers of {newest.business_date} are in already. Choose --date {newest.business_date + timedelta(days=1)} or later."
        )
    return first


def plan_faults(sandbox: SandboxControl, options: Options, only: str | None) -> None:
    """Tell the sandbox what to break; our own books are none of its business."""
    if only in BOOK_CODES:
        sandbox.plan_faults(profile="none", seed=options.seed, only=None)
    else:
        sandbox.plan_faults(profile="none" if options.each else options.profile, seed=options.seed, only=only)


def spoil_books(options: Options, house: DemoHouse, number: int, day: date) -> list[Mismatch]:
    """What was asked for of the day of this number, done to our own books; gives the truth."""
    books = Books(house.merchant_accounts, house.bank_accounts, day, options.seed, clock.now())
    asked = (options.each[number],) if options.each else (options.only or "",)
    return corrupt([code for code in asked if code in BOOK_CODES], books)


def play_days(days: Days, options: Options, house: DemoHouse, first: date) -> Truth:
    """Every day with its morning after, until everything missing is overdue; gives what was broken."""
    for number in range(options.days):
        play_day(days, options, first, number)
        match_day(days, options, house, first, number)
    return end_days(days, options, house, first)


def play_day(days: Days, options: Options, first: date, number: int) -> None:
    """The payments of the day of this number, from 0, until nothing moves."""
    day = first + timedelta(days=number)
    plan = _plan(options, options.deposits, options.seed + number, options.behaviour, options.codes_of(number))
    days.say(f"{day}: {len(plan)} deposits{f', {options.each[number]} alone' if options.each else ''}")
    days.driver.prefix = f"{days.driver.run_id}-{number}"
    days.play(day, plan, concurrency=options.concurrency)


def match_day(days: Days, options: Options, house: DemoHouse, first: date, number: int) -> None:
    """The morning after that day: broken as asked, papers in, matched."""
    if options.each:
        plan_faults(days.sandbox, options, options.each[number])
    days.morning_after(first + timedelta(days=number), calm=False, spoil=partial(spoil_books, options, house, number))


def end_days(days: Days, options: Options, house: DemoHouse, first: date) -> Truth:
    """What follows the last day: the mornings until all papers are in, all that is overdue, the present. Gives what was broken."""
    last = first + timedelta(days=options.days - 1)
    days.finish(last)
    if days.return_to_present() and options.then:
        days.driver.prefix = f"{days.driver.run_id}-now"
        days.play_now(_plan(options, options.then, options.seed, "none", ()), concurrency=options.concurrency)
    return _truth(options, house, days, first, last)


def _plan(options: Options, deposits: int, seed: int, behaviour: str, codes: Collection[str]) -> list[PlannedDeposit]:
    return plan_day(
        deposits=deposits,
        seed=seed,
        faults=behaviour,
        accounts=options.accounts,
        currencies=options.currencies,
        units={code: BANKS[code][3] * 10 ** get_asset(code).exponent for code in options.currencies},
        peak=options.peak,
        codes=codes,
        segments=options.segments,
    )


def _truth(options: Options, house: DemoHouse, days: Days, first: date, last: date) -> Truth:
    mismatches = tuple(distinct(days.report.truth))
    newest = max([days.report.last_papers or last, last, *(m.business_date for m in mismatches)])
    own = dict.fromkeys([*(each.code for each in (*house.merchant_accounts, *house.bank_accounts)), house.entity.code])
    accounts = tuple(own | dict.fromkeys(row.account for row in mismatches))  # the sandbox knows those of earlier runs too
    return Truth(days.driver.run_id, options.seed, first, newest, accounts, mismatches)


def _figures(options: Options, days: Days, truth: Truth) -> dict[str, Any]:
    runs = days.report.runs
    cases = ExceptionCase.objects.filter(business_date__range=(truth.first, truth.last))
    codes: dict[str, int] = {}
    for code in cases.values_list("reason_id", flat=True):
        codes[code] = codes.get(code, 0) + 1
    return {
        "run_id": truth.run_id,
        "date": truth.first.isoformat(),
        "days": options.days,
        "deposits": headline(truth.run_id, asked=options.deposits * options.days + options.then, tally=days.driver.tally),
        "files": len(days.report.files),
        "lines": sum(int(run["lines"]) for run in runs),
        "matched": sum(int(run["matched"]) for run in runs),
        "cases": dict(sorted(codes.items())),
        "mismatches": len(truth.mismatches),
        "not_made": sorted({*options.each} - {each.code for each in truth.mismatches}),
        "longest_settling_seconds": round(days.report.longest_settling, 1),
        "runs": runs,
    }
