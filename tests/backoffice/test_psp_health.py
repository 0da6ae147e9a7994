"""PSP health (UX 4.7): how each account stands and fared, in words; its switches are pressed where they are (C9, C17)."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from cashier.admin.health_strip import CELLS, cells_of, words_of
from cashier.models import Attempt, BreakerChange, Capture, MerchantAccount, Provider, RoutingFee
from cashier.queries.authentications import Authentications, list_authentications
from cashier.queries.health import SLOT, STRIP, Track, account_health
from cashier.queries.incidents import list_incidents
from ledger.clock import real_now
from tests.backoffice.pressing import press

WHY = "they told us on the phone"


def answer(scene: Any, account: MerchantAccount, outcomes: list[tuple[str, str, float | None]]) -> None:
    """Authorisations of five minutes ago at this account: outcome, decline code, seconds until it was answered."""
    attempts = Attempt.objects.order_by("pk")[: len(outcomes)]
    for attempt, (outcome, code, seconds) in zip(attempts, outcomes, strict=True):
        attempt.merchant_account, attempt.outcome, attempt.decline_code = account, outcome, code
        attempt.sent_at = real_now() - timedelta(minutes=5)
        attempt.answered_at = attempt.sent_at + timedelta(seconds=seconds) if seconds is not None else None
        attempt.save()


def page_of(client: Client) -> str:
    response = client.get(reverse("admin:psp_health"))
    assert response.status_code == 200
    return str(response.content.decode())


@pytest.mark.spec("C9", "C10")
def test_health_is_of_what_was_answered(scene: Any, redis: Any) -> None:
    first, second = scene.accounts
    approved, declined = ("CAPTURED", "", 0.4), ("DECLINED", "insufficient_funds", 0.8)
    answer(scene, first, [approved, approved, approved, declined, ("ACTION_REQUIRED", "", 0.2), ("", "", None)])

    found = account_health(scene.accounts)

    mine = found[first.pk]
    assert (mine.recent.answered, mine.recent.succeeded, mine.recent.unanswered) == (4, 3, 1)
    assert (mine.success_rate, mine.p95_ms, mine.is_open) == (0.75, 800, True)
    assert found[second.pk].success_rate is None


def authenticated(scene: Any, account: MerchantAccount, ways: list[tuple[str, bool, bool]]) -> None:
    """3-DS of five minutes ago at this account: the last answer, whether the player was sent to a challenge, whether it is over."""
    at = real_now() - timedelta(minutes=5)
    for attempt, (outcome, is_challenged, is_over) in zip(Attempt.objects.order_by("pk"), ways, strict=False):
        attempt.merchant_account, attempt.outcome, attempt.is_challenged = account, outcome, is_challenged
        attempt.three_ds_version = "" if is_challenged else "2.2.0"
        attempt.sent_at, attempt.ended_at = at, at if is_over else None
        attempt.save()


@pytest.mark.spec("O3", "C13")
def test_3ds_and_cost_are_told_on_the_page(scene: Any, browser_of: Callable[[str], Client], redis: Any) -> None:
    first = scene.accounts[0]
    Attempt.objects.update(sent_at=None)
    smooth, passed, failed = ("CAPTURED", False, True), ("CAPTURED", True, True), ("DECLINED", True, True)
    abandoned, waiting = ("ACTION_REQUIRED", True, True), ("ACTION_REQUIRED", True, False)
    ways = [smooth, passed, failed, abandoned, waiting]
    assert Attempt.objects.count() >= len(ways)
    Capture.objects.filter(attempt__in=Attempt.objects.order_by("pk")[3:5]).update(state="REFUSED")
    authenticated(scene, first, ways)
    for method, lines, fee in (("card", 3, 100), ("wallet_card", 1, 23)):
        fees = {"lines": lines, "gross_minor": 9_000, "fee_minor": fee, "learned_at": real_now()}
        RoutingFee.objects.create(merchant_account=first, method=method, currency="EUR", **fees)

    seen = list_authentications(scene.accounts, since=real_now() - STRIP, now=real_now())

    assert seen == {first.pk: Authentications(frictionless=1, challenged=4, passed=1, waiting=1)}
    assert (seen[first.pk].challenge_rate, seen[first.pk].success_after_challenge, seen[first.pk].failed) == (0.8, 1 / 3, 2)
    page = page_of(browser_of("ada"))
    assert "1 of 5 without a challenge; 4 challenged (80.0 %): 1 of 3 passed (33.3 %), 1 not over" in page
    assert "0.31 EUR (of 4 sales)" in page  # 30.75 minor units
    assert "not known: no settlement line yet" in page, "the other account"


@pytest.mark.spec("O3", "C13")
def test_a_challenge_whose_money_came_by_an_event_passed(scene: Any) -> None:
    Attempt.objects.update(sent_at=None)
    attempt = Capture.objects.filter(state="SUCCEEDED").first().attempt  # type: ignore[union-attr]
    attempt.outcome, attempt.is_challenged, attempt.sent_at = "ACTION_REQUIRED", True, real_now() - timedelta(minutes=1)
    attempt.save()

    (seen,) = list_authentications(scene.accounts, since=real_now() - STRIP, now=real_now()).values()

    assert (seen.challenged, seen.passed, seen.waiting, seen.success_after_challenge) == (1, 1, 0, 1.0)


@pytest.mark.spec("C9", "C17")
def test_the_page_says_how_each_account_stands(scene: Any, browser_of: Callable[[str], Client], redis: Any) -> None:
    first, second = scene.accounts
    answer(scene, first, [("CAPTURED", "", 4.5)] * 3 + [("DECLINED", "insufficient_funds", 0.8)])
    ada = browser_of("ada")

    page = page_of(ada)
    assert "75.0 % of 4" in page
    assert "4.5 s" in page and "Slow" in page
    assert "the account does not hold the amount (1)" in page
    assert "2 of 2 accounts take payments" in page

    assert press(ada, first, "hold-open", minutes="10", reason=WHY).status_code == 302
    assert press(ada, second, "pause", reason=WHY).status_code == 302
    page = page_of(ada)
    assert "Held open by hand" in page and WHY in page
    assert "Captures paused" in page
    assert "0 of 2 accounts take payments" in page


@pytest.mark.spec("C9", "S5")
def test_a_hold_is_let_go(scene: Any, browser_of: Callable[[str], Client], redis: Any) -> None:
    ada, account = browser_of("ada"), scene.accounts[0]
    assert press(ada, account, "let-go", reason=WHY).status_code == 403
    press(ada, account, "hold-closed", minutes="10", reason=WHY)
    assert "Held closed by hand" in page_of(ada)

    assert press(ada, account, "let-go", reason=WHY).status_code == 302

    assert MerchantAccount.objects.get(pk=account.pk).breaker_forced == ""
    causes = BreakerChange.objects.filter(actor_kind="user").order_by("pk").values_list("cause", flat=True)
    assert list(causes) == ["forced_closed", "let_go"]


@pytest.mark.spec("C17")
def test_a_psp_is_paused_on_its_page(scene: Any, browser_of: Callable[[str], Client]) -> None:
    provider = Provider.objects.get(code="sandbox")
    assert press(browser_of("cleo"), provider, "pause", reason=WHY).status_code == 403

    assert press(browser_of("ada"), provider, "pause", reason=WHY).status_code == 302

    assert all(MerchantAccount.objects.values_list("captures_paused", flat=True))
    assert press(browser_of("ada"), provider, "resume", reason=WHY).status_code == 302
    assert all(MerchantAccount.objects.values_list("captures_paused", flat=True))


@pytest.mark.spec("C9")
def test_nobody_sees_it_without_the_permission(scene: Any, client: Client) -> None:
    assert client.get(reverse("admin:psp_health")).status_code == 302
    stranger = scene.staff["ada"]
    stranger.groups.clear()
    client.force_login(stranger, backend="django.contrib.auth.backends.ModelBackend")
    assert client.get(reverse("admin:psp_health")).status_code == 403


@pytest.mark.spec("C9")
def test_the_strip_and_its_words(scene: Any) -> None:
    account, now = scene.accounts[0], real_now().replace(hour=12, minute=5)
    last = int(now.timestamp() // SLOT.total_seconds())
    slow = Track(answered=10, succeeded=9, p95=timedelta(seconds=5))
    slots = {last - 3: slow, last - 2: slow, last - 1: Track(answered=2, unanswered=8), last: Track(10, 9, 0, timedelta(seconds=1))}
    for state, cause, minutes in (("open", "failures", 51), ("open", "probe_failed", 48), ("closed", "probes_answered", 46)):
        at = now - timedelta(minutes=minutes)
        change = BreakerChange(merchant_account=account, from_state="closed", to_state=state, cause=cause, at=at, actor_kind="system")
        change.save()

    incidents = list_incidents([account], now=now)[account.pk]
    cells = cells_of(slots, incidents, now=now, slow=timedelta(seconds=3))

    assert (len(incidents), incidents[0].opening.cause) == (1, "failures")
    assert len(cells) == CELLS == 24
    assert [cell.state for cell in cells[-6:]] == ["open", "nothing", "slow", "slow", "failing", "good"]
    assert words_of(cells) == "circuit open 11:10 to 11:20, slow 11:30 to 11:50, no answers 11:50 to 12:00"
    assert words_of(cells_of({}, [], now=now, slow=timedelta(seconds=3))) == "no calls"
