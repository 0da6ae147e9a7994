"""A PSP that says it paid another amount than we asked for: never silently ours (REASON_CODES.md, POSTINGS.md section 5)."""

import json
from typing import Any

import pytest

from cashier.models import PayoutIntent, PspEvent, PspEventWork
from cashier.operations import apply_event
from cashier.operations.movements import confirm_payout
from cashier.operations.payouts import begin_payout_submission, finish_payout_submission, resolve_payout
from cashier.operations.receive import insert
from cashier.psp.base import LookupMovement, LookupResult, Outcome, PspResult
from tests.cashier.payouts.test_request_payout import ask
from tests.cashier.payouts.test_settle_payout import send
from tests.house import TESTER, House, kinds, lines, set_policy, wallet

pytestmark = pytest.mark.spec("P2", "P5")


def answer(house: House, payout: PayoutIntent, minor: int, currency: str) -> PayoutIntent:
    assert begin_payout_submission(payout_id=payout.id, now=house.now)
    finish_payout_submission(payout.id, PspResult(Outcome.APPROVED, "", "pyt_1", minor, currency), house.now)
    payout.refresh_from_db()
    return payout


def held(house: House, payout: PayoutIntent, state: str, minor: int, currency: str = "EUR") -> Any:
    """A lookup of ours that finds the payout so."""
    mine = LookupMovement("pyt_1", payout.public_id, state, minor, currency, house.now)
    found = LookupResult("payout", "pyt_1", state, minor, currency, payout.public_id, "pyt_1", payout=mine)
    return lambda *args, **names: found


def hear(house: House, payout: PayoutIntent, event: str, minor: int, currency: str = "EUR") -> PspEventWork:
    """An event of the payout, let in by the door and applied."""
    row = PspEvent(
        merchant_account=house.account, identity_key=f"id:{event}:{minor}", object_key=f"{event}:pyt_1", event=event, payout_ref="pyt_1",
        own_ref=payout.public_id, amount_minor=minor, currency=currency, occurred_at=house.now, received_at=house.now,
        body_sha256="0" * 64, raw_body=json.dumps({}),
    )  # fmt: skip
    work = PspEventWork(event=row)
    insert(row, work)
    work = PspEventWork.objects.get(event__event=event, event__amount_minor=minor)
    apply_event(event_id=work.pk, now=house.now)
    work.refresh_from_db()
    return work


def raised(cases: list[dict[str, Any]]) -> list[tuple[str, int, str]]:
    return [(case["code"], case["amount_minor"], case["currency"]) for case in cases]


def test_an_answer_of_another_amount_is_booked_as_ours_and_is_a_case(house: House, cases: list[dict[str, Any]]) -> None:
    set_policy(house, fee=200)
    payout = answer(house, ask(house, 20_000, fee_model="player_taken_off"), 15_000, "EUR")

    assert payout.state == "SETTLED"
    assert lines("payout.settled:") == [("locked", 20_000), ("clearing", -19_800), ("fee_income", -200)]
    assert raised(cases) == [("PAYOUT_AMOUNT_DIFFERS", 4_800, "EUR")]
    assert {("payout", payout.public_id), ("player", house.player.public_id)} <= set(cases[0]["links"])


@pytest.mark.parametrize(("minor", "currency"), [(19_800, "EUR"), (19_800, ""), (0, "")], ids=["the same", "no currency", "states none"])
def test_an_answer_of_our_amount_or_of_none_is_no_case(house: House, cases: list[dict[str, Any]], minor: int, currency: str) -> None:
    set_policy(house, fee=200)

    assert answer(house, ask(house, 20_000, fee_model="player_taken_off"), minor, currency).state == "SETTLED"

    assert cases == []


def test_an_answer_in_another_currency_books_nothing_and_is_asked_about_again(house: House, cases: list[dict[str, Any]]) -> None:
    payout = answer(house, ask(house), 20_000, "SEK")

    assert (payout.state, payout.call_state, payout.psp_ref, kinds()) == ("SUBMITTED", "DONE", "pyt_1", ["PAYOUT_REQUESTED"])
    assert payout.next_try_at is not None
    assert raised(cases) == [("CURRENCY_DIFFERS", 20_000, "SEK")]
    assert cases[0]["dedupe_key"] == f"CURRENCY_DIFFERS:{payout.public_id}", "as its settlement line's"


@pytest.mark.spec("R8")
@pytest.mark.parametrize(
    ("state", "minor", "currency", "done", "codes", "playable"),
    [
        ("SUCCEEDED", 20_000, "EUR", "settled", [], 30_000),
        ("SUCCEEDED", 15_000, "EUR", "settled", ["PAYOUT_AMOUNT_DIFFERS"], 30_000),
        ("SUCCEEDED", 20_000, "SEK", "same", ["CURRENCY_DIFFERS"], 30_000),
        ("RETURNED", 19_300, "EUR", "returned", ["PAYOUT_RETURNED"], 50_000),
        ("RETURNED", 21_000, "EUR", "returned", ["PAYOUT_RETURNED", "PAYOUT_AMOUNT_DIFFERS"], 50_000),
        ("RETURNED", 20_000, "SEK", "same", ["CURRENCY_DIFFERS"], 30_000),
    ],
)
def test_what_a_lookup_for_a_report_says(
    house: House, cases: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch, state: str, minor: int, currency: str, done: str,
    codes: list[str], playable: int,
) -> None:  # fmt: skip
    payout = send(house, ask(house))
    monkeypatch.setattr("cashier.operations.movements.lookup", held(house, payout, state, minor, currency))

    assert confirm_payout(payout.public_id, now=house.now, actor=TESTER) == done

    assert ([case["code"] for case in cases], wallet(house.player)[0]) == (codes, playable)


@pytest.mark.parametrize(
    ("state", "minor", "codes"), [("SUCCEEDED", 15_000, ["PAYOUT_AMOUNT_DIFFERS"]), ("RETURNED", 15_000, [])], ids=["paid", "came back"]
)
def test_what_is_asked_of_a_quiet_one(
    house: House, cases: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch, state: str, minor: int, codes: list[str]
) -> None:
    """Of one that came back in part, that part says nothing of what was paid."""
    payout = send(house, ask(house))
    monkeypatch.setattr("cashier.operations.payouts.submit.lookup", held(house, payout, state, minor))

    resolve_payout(payout_id=payout.id, now=house.now)

    payout.refresh_from_db()
    assert (payout.state, [case["code"] for case in cases]) == ("SETTLED", codes)


@pytest.mark.spec("W5")
@pytest.mark.parametrize(
    ("event", "minor", "currency", "at_risk"),
    [
        ("payout.settled", 15_000, "EUR", ("PAYOUT_AMOUNT_DIFFERS", 5_000, "EUR")),
        ("payout.settled", 20_000, "SEK", ("CURRENCY_DIFFERS", 20_000, "SEK")),
        ("payout.returned", 21_000, "EUR", ("PAYOUT_AMOUNT_DIFFERS", 1_000, "EUR")),
    ],
)
def test_a_first_event_of_another_amount_is_a_dead_letter_with_a_case(
    house: House, cases: list[dict[str, Any]], event: str, minor: int, currency: str, at_risk: tuple[str, int, str]
) -> None:
    payout = send(house, ask(house))

    work = hear(house, payout, event, minor, currency)

    payout.refresh_from_db()
    assert (work.state, payout.state, kinds()) == ("DEAD", "SUBMITTED", ["PAYOUT_REQUESTED"])
    assert raised(cases) == [at_risk]
    assert ("event", work.event.public_id) in cases[0]["links"]


def test_what_a_bank_keeps_of_a_return_is_no_other_amount(house: House, cases: list[dict[str, Any]]) -> None:
    work = hear(house, send(house, ask(house)), "payout.returned", 19_300)

    assert (work.state, [case["code"] for case in cases]) == ("APPLIED", ["PAYOUT_RETURNED"])


@pytest.mark.spec("W3")
@pytest.mark.parametrize(
    ("event", "wrong", "right", "state"), [("payout.settled", 15_000, 20_000, "SETTLED"), ("payout.returned", 21_000, 19_300, "RETURNED")]
)
def test_the_right_event_after_a_wrong_one_that_moved_nothing(
    house: House, cases: list[dict[str, Any]], event: str, wrong: int, right: int, state: str
) -> None:
    payout = send(house, ask(house))
    hear(house, payout, event, wrong)

    assert hear(house, payout, event, right).state == "APPLIED"

    payout.refresh_from_db()
    assert (payout.state, cases[0]["code"]) == (state, "PAYOUT_AMOUNT_DIFFERS")


@pytest.mark.spec("W3")
def test_a_second_return_of_another_part_is_a_case(house: House, cases: list[dict[str, Any]]) -> None:
    """Both could be true: the first was applied, so the second moves nothing."""
    payout = send(house, ask(house))
    hear(house, payout, "payout.returned", 19_300)

    assert hear(house, payout, "payout.returned", 19_000).outcome == "differs from the event before: case raised"

    payout.refresh_from_db()
    assert (payout.returned_minor, [case["code"] for case in cases]) == (19_300, ["PAYOUT_RETURNED", "PAYOUT_AMOUNT_DIFFERS"])
