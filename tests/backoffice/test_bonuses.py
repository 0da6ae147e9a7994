"""Bonuses in the back office: pages by permission, grants and forfeits by hand wait for a second person (G4, S1, L12)."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from cashier.bonuses.by_hand import preview_grant, propose_grant
from cashier.bonuses.grants import Grant, grant_bonus
from cashier.models import Bonus
from ledger.actors import user_actor
from ledger.models import ApprovalRequest
from ledger.operations import ApprovalRefused, decide
from ledger.queries import wallet_view
from tests.backoffice.pressing import list_url, place_of, press

GRANT = Grant(kind="amount", currency="EUR", term=timedelta(days=7), amount_minor=2_000, wager_times=30, contribution={"slots": 50})
WHY = "Goodwill after a long wait"


@pytest.fixture
def bonus(scene: Any) -> Bonus:
    return grant_bonus(player=scene.players[0], grant=GRANT, grant_ref="g1", actor=user_actor(scene.staff["ada"]), now=scene.now)


def of_first_player(scene: Any) -> Any:
    """Bonuses of the player of these tests; the scene has one of another player."""
    return Bonus.objects.filter(player=scene.players[0])


def ask(scene: Any) -> ApprovalRequest:
    return propose_grant(player=scene.players[0], grant=GRANT, reason=WHY, maker=user_actor(scene.staff["ada"]), now=scene.now)


@pytest.mark.spec("G4", "B4")
def test_the_page_shows_progress_terms_lines_and_no_button_to_who_may_not(
    bonus: Bonus, browser_of: Callable[[str], Client], scene: Any
) -> None:
    url = place_of(bonus).url_of(bonus)

    page = browser_of("ada").get(url).content.decode()
    assert all(words in page for words in ("Wager progress", "600.00 EUR", "Contribution to wagering", "50 %", "Bonus granted"))
    assert "dialog-forfeit" in page
    assert "dialog-forfeit" not in browser_of("ben").get(url).content.decode()
    assert bonus.public_id in browser_of("ola").get(list_url(Bonus) + f"?q={bonus.public_id}").content.decode()


@pytest.mark.spec("G4", "S1")
def test_a_forfeit_is_asked_by_one_and_done_by_another(bonus: Bonus, browser_of: Callable[[str], Client], scene: Any) -> None:
    assert press(browser_of("ada"), bonus, "forfeit", reason="Played with two accounts").status_code == 302
    request = ApprovalRequest.objects.get(kind="bonus.forfeit")
    assert (Bonus.objects.get(pk=bonus.pk).state, request.amount_minor) == ("ACTIVE", 2_000)
    with pytest.raises(ApprovalRefused):
        decide(request_id=request.pk, approve=True, checker=scene.staff["ada"], reason="", now=scene.now)

    assert press(browser_of("ben"), request, "approve").status_code == 302

    ended = Bonus.objects.get(pk=bonus.pk)
    assert (ended.state, ended.reason) == ("FORFEITED", "Played with two accounts")
    assert wallet_view(scene.players[0].public_id)["EUR"].bonus == 0


@pytest.mark.spec("G4", "S1")
def test_a_grant_by_hand_is_made_by_the_second_yes_once(scene: Any) -> None:
    request = ask(scene)
    assert [(line.kind, line.amount_minor) for line in preview_grant(request.payload)] == [("bonus_cost", 2_000), ("bonus", -2_000)]
    assert of_first_player(scene).count() == 0
    for name in ("ada", "rafe"):
        with pytest.raises(ApprovalRefused):
            decide(request_id=request.pk, approve=True, checker=scene.staff[name], reason="", now=scene.now)

    decide(request_id=request.pk, approve=True, checker=scene.staff["ben"], reason="", now=scene.now)
    with pytest.raises(ApprovalRefused):
        decide(request_id=request.pk, approve=True, checker=scene.staff["fay"], reason="", now=scene.now)

    made = of_first_player(scene).get()
    assert (made.grant_ref, made.reason, made.balance_minor, made.contribution) == (
        f"approval:{request.public_id}",
        WHY,
        2_000,
        {"slots": 50},
    )
    assert made.expires_at == scene.now + GRANT.term


@pytest.mark.spec("S1")
def test_a_grant_that_is_refused_leaves_nothing(scene: Any) -> None:
    request = ask(scene)

    decide(request_id=request.pk, approve=False, checker=scene.staff["ben"], reason="Not a case for goodwill", now=scene.now)

    assert of_first_player(scene).count() == 0


@pytest.mark.spec("S1", "G4")
def test_a_request_names_brand_and_player_so_that_thresholds_and_own_players_count(scene: Any) -> None:
    request = propose_grant(player=scene.players[0], grant=GRANT, reason=WHY, maker=user_actor(scene.staff["ada"]), now=scene.now)
    assert (request.brand, request.player_ref) == (scene.players[0].brand.code, scene.players[0].public_id)
