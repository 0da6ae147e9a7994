"""What is watched while the day runs (R10, R13): noticed once, told once, over when it has passed."""

import smtplib
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.core import mail
from django.core.mail.backends.base import BaseEmailBackend

from cashier.models import Attempt, Capture, DepositIntent, PspEvent, PspEventWork, WebhookRefusal
from ledger.actors import user_actor
from ledger.errors import ApprovalRefused
from ledger.models import DomainEvent
from ledger.operations import decide
from ledger.operations.settings_changes import propose_change
from reconciliation.data.watches import watch_rows
from reconciliation.models import Alert, CaseState, ExceptionCase, ReconciliationRun, Watch
from reconciliation.operations.alert_mail import MOST_TRIES, send_due_mails
from reconciliation.operations.settings import WATCH
from reconciliation.operations.watching import look_around, see_alert
from reconciliation.queries import watches
from reconciliation.queries.watches import WATCHES, Noticed, Watched, books, intraday
from tests.house import make_player
from tests.reconciliation.house import NOW, House, make_case

pytestmark = pytest.mark.spec("R13")
LIMITS = {row["code"]: {name: float(value) for name, value in row["thresholds"].items()} for row in watch_rows()}


@pytest.fixture
def only(db: None) -> Any:
    """Leaves one watch on."""

    def leave(code: str, **changes: Any) -> Watch:
        Watch.objects.exclude(pk=code).update(is_on=False)
        Watch.objects.filter(pk=code).update(**changes)
        return Watch.objects.get(pk=code)

    return leave


def captured_event(house: House, received_at: datetime, *, state: str = "WAITING") -> PspEvent:
    event = PspEvent.objects.create(
        merchant_account=house.merchant, provider_event_id="evt_1", identity_key="evt_1", event="payment.captured", psp_ref="psp_1",
        intent_ref=make_intent(house).public_id, capture_ref="cap_77", amount_minor=5000, currency="EUR", occurred_at=received_at,
        received_at=received_at, body_sha256="0" * 64, raw_body="{}",
    )  # fmt: skip
    PspEventWork.objects.create(event=event, state=state, error="PSP does not answer")
    return event


def make_intent(house: House, *, method: str = "card", state: str = "INITIATED", country: str = "MT", at: datetime = NOW) -> DepositIntent:
    player = house.brand.players.filter(country=country).first() or make_player(house.brand, f"p-{country}", at, country=country)
    return DepositIntent.objects.create(
        player=player, brand=house.brand, entity=house.entity, client_id="c", method=method, currency="EUR", amount_minor=5000,
        gross_minor=5000, merchant_account=house.merchant, state=state, created_at=at, updated_at=at, expires_at=at + timedelta(days=3),
    )  # fmt: skip


def make_answers(house: House, outcomes: str, *, at: datetime, **facts: Any) -> None:
    """One attempt per letter: a approved, d declined."""
    for letter in outcomes:
        intent = make_intent(house, at=at, **facts)
        Attempt.objects.create(
            intent=intent, merchant_account=house.merchant, number=1, payment_token="t", amount_minor=5000, currency="EUR",
            outcome="APPROVED" if letter == "a" else "DECLINED", sent_at=at, answered_at=at, created_at=at, updated_at=at,
            idempotency_key=f"k-{intent.pk}",
        )  # fmt: skip


def test_every_watch_has_its_row_and_every_row_its_watch(db: None) -> None:
    assert set(Watch.objects.values_list("code", flat=True)) == set(WATCHES) == set(LIMITS)


@pytest.mark.spec("R10")
def test_success_without_credit_is_a_case_within_ten_minutes_and_ends_with_the_credit(house: House, only: Any) -> None:
    only("success_without_credit")
    event = captured_event(house, NOW - timedelta(minutes=9))
    look_around(now=NOW)
    assert not Alert.objects.exists()

    look_around(now=NOW + timedelta(minutes=2))
    look_around(now=NOW + timedelta(minutes=7))

    alert, case = Alert.objects.get(), ExceptionCase.objects.get()
    assert (alert.about, alert.case_ref, alert.state) == (event.public_id, case.public_id, "OPEN")
    assert "not credited after 16 minutes" in alert.sentence
    assert (case.reason_code, case.amount_minor, case.merchant_reference) == ("LEDGER_CREDIT_MISSING_PSP_SUCCESS", 5000, event.intent_ref)
    key = f"LEDGER_CREDIT_MISSING_PSP_SUCCESS:{house.merchant.pk.hex}:cap_77"
    assert case.dedupe_key == key  # the key of the night's run for the same capture

    PspEventWork.objects.update(state="APPLIED")
    look_around(now=NOW + timedelta(minutes=12))
    assert (Alert.objects.get().state, ExceptionCase.objects.get().state) == ("PASSED", CaseState.AUTO_RESOLVED)
    assert list(DomainEvent.objects.filter(subject=alert.public_id).order_by("sequence").values_list("name", flat=True)) == [
        "alert.raised", "alert.passed",
    ]  # fmt: skip


def capture_of(event: PspEvent, state: str) -> None:
    """The capture that the event names, as the answer to our own call left it."""
    intent = DepositIntent.by_public(event.intent_ref)
    facts = {"amount_minor": 5000, "currency": "EUR", "created_at": NOW, "updated_at": NOW}
    attempt = Attempt.objects.create(
        intent=intent, merchant_account=event.merchant_account, number=1, payment_token="t", psp_ref=event.psp_ref,
        outcome="CAPTURED", sent_at=NOW, answered_at=NOW, idempotency_key=f"k-{intent.pk}", **facts,
    )  # fmt: skip
    Capture.objects.create(
        attempt=attempt, intent=intent, merchant_account=event.merchant_account, state=state, psp_ref=event.capture_ref,
        idempotency_key=f"c-{intent.pk}", **facts,
    )  # fmt: skip


@pytest.mark.spec("R10", "C3")
@pytest.mark.parametrize(("state", "cases"), [("SUCCEEDED", 0), ("SUBMITTED", 1), ("REFUSED", 1)])
def test_an_event_that_waits_is_no_case_where_our_own_call_has_credited_it(house: House, only: Any, state: str, cases: int) -> None:
    """Workers of events fell behind, or are down: each payment of that time would be a critical case."""
    only("success_without_credit")
    capture_of(captured_event(house, NOW - timedelta(minutes=11), state="RECEIVED"), state)
    look_around(now=NOW)
    assert (Alert.objects.count(), ExceptionCase.objects.count()) == (cases, cases)


@pytest.mark.spec("R10", "C3")
@pytest.mark.parametrize("state", ["RECEIVED", "IGNORED"])
def test_a_case_ends_when_its_money_comes_by_another_way_than_its_event(house: House, only: Any, state: str) -> None:
    """The event ends as one that told nothing new."""
    only("success_without_credit")
    event = captured_event(house, NOW - timedelta(minutes=11), state="RECEIVED")
    look_around(now=NOW)
    capture_of(event, "SUCCEEDED")
    PspEventWork.objects.update(state=state)
    look_around(now=NOW + timedelta(minutes=1))
    assert (Alert.objects.get().state, ExceptionCase.objects.get().state) == ("PASSED", CaseState.AUTO_RESOLVED)


@pytest.mark.spec("R10")
@pytest.mark.parametrize("what", ["a longer patience", "an event that is set aside"])
def test_a_case_stays_while_its_money_has_not_come(house: House, only: Any, what: str) -> None:
    """The alert passes: nothing is past a threshold. Nothing was credited either, and a person still looks."""
    watch = only("success_without_credit")
    captured_event(house, NOW - timedelta(hours=1))
    look_around(now=NOW)

    if what == "a longer patience":
        Watch.objects.filter(pk=watch.pk).update(thresholds={"minutes": "600"})
    else:
        PspEventWork.objects.update(state="IGNORED")
    look_around(now=NOW + timedelta(minutes=5))

    assert (Alert.objects.get().state, ExceptionCase.objects.get().state) == ("PASSED", CaseState.OPEN)


@pytest.mark.spec("R10")
def test_a_deposit_that_waits_longer_than_99_of_100_is_a_case(house: House) -> None:
    limits = {"minutes": 60.0, "days": 30.0, "at_least": 5.0}
    for _ in range(6):
        done = make_intent(house, state="CAPTURED", at=NOW - timedelta(days=2))
        DepositIntent.objects.filter(pk=done.pk).update(updated_at=NOW - timedelta(days=2) + timedelta(minutes=90))
    waiting = make_intent(house, state="PENDING", at=NOW - timedelta(minutes=95))
    assert intraday.pending_past_usual(limits, now=NOW - timedelta(minutes=6)) == []

    [noticed] = intraday.pending_past_usual(limits, now=NOW)
    assert (noticed.about, noticed.facts) == (waiting.public_id, {"minutes": 95, "usual": 90})
    assert noticed.case is not None and noticed.case.code == "ABNORMAL_PENDING"


@pytest.mark.spec("R10")
def test_a_rail_that_approves_less_than_its_band(house: House) -> None:
    limits = {**LIMITS["approval_rate"], "at_least": 4.0}
    make_answers(house, "aaaaaaaaad", at=NOW - timedelta(days=1))
    make_answers(house, "aadd", at=NOW - timedelta(minutes=5))
    [noticed] = intraday.approval_rate(limits, now=NOW)
    assert noticed.sentence == "SANDBOX_EU card approves 50.0 % of 4 in the last 1 h; usual is 90.0 % of 10."
    assert intraday.approval_rate({**limits, "points": 41.0}, now=NOW) == []
    assert intraday.approval_rate({**limits, "at_least": 5.0}, now=NOW) == []


def test_success_off_its_usual_value_by_channel_and_country_both_ways(house: House) -> None:
    limits = {**LIMITS["success_rate"], "at_least": 4.0}
    for country, before, after in (("MT", "aadd", "aaaa"), ("SE", "aaaa", "aadd"), ("GB", "aadd", "adad")):
        make_answers(house, before, at=NOW - timedelta(days=3), country=country)
        make_answers(house, after, at=NOW - timedelta(hours=3), country=country)
    assert [noticed.about for noticed in intraday.success_rate(limits, now=NOW)] == ["card MT", "card SE"]


@pytest.mark.spec("R10")
def test_spikes_of_repeated_events_and_of_tries(house: House) -> None:
    limits = {"times": 3.0, "at_least": 5.0, "days": 1.0}
    this = NOW.replace(minute=0)
    for back, count in ((0, 9), *[(hour, 2) for hour in range(1, 24)]):
        WebhookRefusal.objects.create(hour=this - timedelta(hours=back), account_code="SANDBOX_EU", reason="duplicate", count=count)
    [noticed] = intraday.duplicate_events(limits, now=NOW)
    assert noticed.facts == {"count": 9, "usual": 2}
    assert intraday.duplicate_events({**limits, "times": 5.0}, now=NOW) == []

    make_answers(house, "aaa", at=NOW)
    Attempt.objects.update(tries=3)
    [storm] = intraday.retry_storm(limits, now=NOW)
    assert (storm.about, storm.facts) == ("SANDBOX_EU", {"count": 6, "usual": 0})


def test_the_share_of_lines_without_a_match_against_its_mean(house: House) -> None:
    def run(day: int, matched: int) -> None:
        ReconciliationRun.objects.create(
            account_code="SANDBOX_EU", entity=house.entity, merchant_account=house.merchant, date=date(2026, 11, day), state="DONE",
            lines=1000, matched=matched, updated_at=NOW,
        )  # fmt: skip

    for day in (15, 16, 17, 18):
        run(day, 998)
    run(19, 994)
    assert books.mismatch_rate(LIMITS["mismatch_rate"], now=NOW) == []  # 0.6 % against 0.2 %
    ReconciliationRun.objects.filter(date=date(2026, 11, 19)).update(matched=993)
    [noticed] = books.mismatch_rate(LIMITS["mismatch_rate"], now=NOW)
    assert noticed.sentence == "SANDBOX_EU: 0.7 % of 1000 lines of 2026-11-19 have no match; usual is 0.2 %."


def test_cases_that_pile_up(house: House) -> None:
    missing = "PSP_LINE_UNKNOWN_REFERENCE"
    for number in range(5):
        make_case(house, missing, about=f"m{number}", now=NOW)
        make_case(house, "GROSS_AMOUNT_DIFFERS", about=f"a{number}", now=NOW - timedelta(hours=20))
    make_case(house, missing, about="old", now=NOW - timedelta(days=1))

    [spike] = books.missing_platform_spike(LIMITS["missing_platform_spike"], now=NOW)
    assert spike.facts == {"count": 5, "usual": 0}
    [growth] = books.amount_mismatch_growth(LIMITS["amount_mismatch_growth"], now=NOW)
    assert (growth.about, growth.facts) == ("SANDBOX_EU", {"count": 5, "usual": 0.0})
    assert books.backlog(LIMITS["backlog"], now=NOW) == []
    assert [each.about for each in books.backlog({"open": 6.0, "inflow": 100.0}, now=NOW)] == [missing]
    assert [each.about for each in books.backlog({"open": 100.0, "inflow": 5.0}, now=NOW)] == ["GROSS_AMOUNT_DIFFERS", missing]


def test_cases_past_their_business_days(house: House) -> None:
    make_case(house, now=NOW)  # of Thursday the 19th
    assert books.outstanding({"business_days": 5.0}, now=datetime(2026, 11, 26, 12, 0, tzinfo=NOW.tzinfo)) == []
    [late] = books.outstanding({"business_days": 5.0}, now=datetime(2026, 11, 27, 12, 0, tzinfo=NOW.tzinfo))
    assert late.facts == {"count": 1, "amount_minor EUR": 500}


def test_an_alert_is_mailed_once_and_tried_again_while_the_server_refuses(house: House, only: Any, settings: Any) -> None:
    only("success_without_credit", mail_to=["ops@casino.test"])
    settings.BACK_OFFICE_URL = "https://office.test"
    captured_event(house, NOW - timedelta(hours=1))
    look_around(now=NOW)
    alert = Alert.objects.get()
    assert alert.mail_due_at is not None
    due = alert.mail_due_at

    settings.EMAIL_BACKEND = "tests.reconciliation.watches.test_watching.Refusing"
    assert send_due_mails(moment=due) == 0
    alert.refresh_from_db()
    assert (alert.mail_tries, alert.mailed_at) == (1, None)
    assert "SMTPServerDisconnected" in alert.mail_error
    assert send_due_mails(moment=due + timedelta(seconds=29)) == 0

    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    assert send_due_mails(moment=due + timedelta(seconds=31)) == 1
    assert send_due_mails(moment=due + timedelta(days=1)) == 0
    [sent] = mail.outbox
    assert (sent.to, sent.subject) == (["ops@casino.test"], "Countroom: Captured at the PSP, not credited")
    assert f"https://office.test/admin/reconciliation/exceptioncase/{alert.case_ref}/" in sent.body


def test_a_worker_that_dies_while_it_mails_leaves_the_mail_to_the_next(house: House, only: Any, settings: Any) -> None:
    only("success_without_credit", mail_to=["ops@casino.test"])
    settings.EMAIL_BACKEND = "tests.reconciliation.watches.test_watching.Dying"
    captured_event(house, NOW - timedelta(hours=1))
    look_around(now=NOW)
    due = Alert.objects.get().mail_due_at
    assert due is not None
    with pytest.raises(SystemExit):
        send_due_mails(moment=due)

    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    assert send_due_mails(moment=due + timedelta(minutes=1)) == 0  # it may still be at it
    assert send_due_mails(moment=due + timedelta(minutes=3)) == 1
    assert len(mail.outbox) == 1


class Dying(BaseEmailBackend):
    def send_messages(self, email_messages: Any) -> int:
        raise SystemExit(9)


class Refusing(BaseEmailBackend):
    def send_messages(self, email_messages: Any) -> int:
        raise smtplib.SMTPServerDisconnected("Connection unexpectedly closed")


def test_a_mail_that_nobody_takes_is_given_up_after_a_day(house: House, only: Any, settings: Any) -> None:
    only("success_without_credit", mail_to=["ops@casino.test"])
    settings.EMAIL_BACKEND = "tests.reconciliation.watches.test_watching.Refusing"
    captured_event(house, NOW - timedelta(hours=1))
    look_around(now=NOW)
    began = last = Alert.objects.get().mail_due_at
    assert began is not None
    previous = began
    for _ in range(MOST_TRIES):
        assert last is not None
        assert send_due_mails(moment=last) == 0
        previous = last
        last = Alert.objects.get().mail_due_at
    assert last is None
    assert timedelta(hours=6) < previous - began < timedelta(days=1)


def test_a_watch_that_fails_keeps_none_of_the_others_back(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(limits: Any, *, now: datetime) -> list[Noticed]:
        raise ZeroDivisionError

    monkeypatch.setitem(watches.WATCHES, "backlog", Watched(fail))
    standing = look_around(now=NOW)
    assert set(standing) == set(WATCHES) - {"backlog"}


def test_seen_by_a_person(house: House, only: Any) -> None:
    only("success_without_credit")
    captured_event(house, NOW - timedelta(hours=1))
    look_around(now=NOW)
    see_alert(Alert.objects.get(), actor=user_actor(house.ada), now=NOW)
    look_around(now=NOW + timedelta(minutes=5))
    assert Alert.objects.get().state == "SEEN"


def change(house: House, **after: Any) -> Any:
    return propose_change(WATCH, key={"code": "backlog"}, after=after, reason="Less noise", maker=user_actor(house.ada), now=NOW)


@pytest.mark.spec("S1")
def test_thresholds_change_with_the_second_yes(house: House, make_approver: Any) -> None:
    request = change(house, thresholds={"open": "50", "inflow": "20.5"})
    decide(request_id=request.pk, approve=True, checker=make_approver, reason="", now=NOW)
    assert Watch.objects.get(pk="backlog").thresholds == {"open": "50", "inflow": "20.5"}


@pytest.fixture
def make_approver(db: None) -> Any:
    from tests.ledger.cast import make_person

    return make_person("paula", "approve_policy")


@pytest.mark.parametrize(
    "wrong",
    [
        {"thresholds": {"open": "50"}},
        {"thresholds": {"open": "50", "inflow": "nan"}},
        {"thresholds": {"open": "0", "inflow": "1"}},
        {"thresholds": {"open": 50, "inflow": "1"}},
        {"mail_to": ["nobody"]},
        {"mail_to": ["a@b.test\nBcc: x@y.test"]},
    ],
)
def test_what_no_watch_can_be_is_refused(house: House, wrong: dict[str, Any]) -> None:
    with pytest.raises(ApprovalRefused):
        change(house, **wrong)
