"""Corrections and bonuses asked for from the pages they belong to (L12, G4, UX 4.12): prefilled, shown first, decided by others."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from cashier.models import Bonus, Player
from ledger.actors import user_actor
from ledger.models import Account, ApprovalRequest, ApprovalThreshold, JournalTransaction
from ledger.operations import decide, propose_adjustment, propose_reversal
from ledger.queries import wallet_view
from tests.backoffice.pressing import list_url, place_of, press

WHY = "The deposit of Tuesday was booked short"


@pytest.fixture
def credited(scene: Any) -> JournalTransaction:
    """A player who was credited 50.00 EUR by hand."""
    ApprovalThreshold.objects.filter(kind__startswith="ledger.").delete()
    request = propose_adjustment(
        entity_id=scene.entity.pk, player_id=scene.players[0].public_id, asset="EUR", amount_minor=5_000, direction="credit",
        reason="goodwill of the house", maker=user_actor(scene.staff["ada"]), now=scene.now,
    )  # fmt: skip
    decide(request_id=request.pk, approve=True, checker=scene.staff["kim"], reason="", now=scene.now)
    return JournalTransaction.objects.get(posting_key=f"approval:{request.public_id}")


def owe(scene: Any, credited: JournalTransaction) -> None:
    """The player spends all, then the credit is reversed: what is missing is owed."""
    asked_by, now = user_actor(scene.staff["ada"]), scene.now
    spent = propose_adjustment(
        entity_id=scene.entity.pk, player_id=scene.players[0].public_id, asset="EUR", direction="debit", reason="spent", maker=asked_by,
        amount_minor=wallet_view(scene.players[0].public_id)["EUR"].playable, now=now,
    )  # fmt: skip
    decide(request_id=spent.pk, approve=True, checker=scene.staff["kim"], reason="", now=now)
    back = propose_reversal(transaction_id=credited.pk, reason="never due", maker=asked_by, now=now)
    decide(request_id=back.pk, approve=True, checker=scene.staff["kim"], reason="", now=now)


def account(scene: Any, kind: str = "playable") -> Account:
    return Account.objects.get(kind=kind, owner_ref=scene.players[0].public_id, asset="EUR")


def receipt(browser: Client, obj: Any, act: str, **data: str) -> str:
    answer = browser.get(f"{place_of(obj).act_url(obj, act)}receipt/", data)
    assert answer.status_code == 200
    return str(answer.content.decode())


def newest(kind: str) -> ApprovalRequest:
    return ApprovalRequest.objects.filter(kind=kind).latest("id")


@pytest.mark.spec("L12", "S1")
def test_an_adjustment_is_shown_then_asked_for_then_posted_by_the_second_yes(
    credited: JournalTransaction, scene: Any, browser_of: Callable[[str], Client]
) -> None:
    wallet, ada = account(scene), browser_of("ada")
    shown = receipt(ada, wallet, "adjust", direction="debit", amount="1,2.50")
    assert all(words in shown for words in ("Lines to be posted", "Playable", "Adjustments", "12.50"))
    assert "decimals" in receipt(ada, wallet, "adjust", direction="debit", amount="12.505")
    assert receipt(ada, wallet, "adjust", direction="debit", amount="").strip() == ""
    count = JournalTransaction.objects.count()

    assert press(ada, wallet, "adjust", direction="debit", amount="12.50", ref="CASE-17", reason=WHY).status_code == 302

    request = newest("ledger.adjustment")
    assert (request.amount_minor, request.reason, request.brand) == (1_250, WHY, "lucky")
    assert request.payload["source"]["ref"] == "CASE-17"
    assert JournalTransaction.objects.count() == count
    assert press(browser_of("kim"), request, "approve").status_code == 302
    assert JournalTransaction.objects.count() == count + 1


@pytest.mark.spec("L12")
def test_each_account_offers_what_may_be_corrected_there(
    credited: JournalTransaction, scene: Any, browser_of: Callable[[str], Client]
) -> None:
    house = Account.objects.get(kind="adjustments", asset="EUR")
    pages = {each.kind: browser_of("ada").get(place_of(each).url_of(each)).content.decode() for each in (account(scene), house)}
    assert "dialog-adjust" in pages["playable"]
    assert "dialog-write_off" not in pages["playable"]
    assert "dialog-adjust" not in pages["adjustments"]
    assert press(browser_of("ada"), house, "adjust", direction="debit", amount="1", ref="", reason=WHY).status_code == 403
    assert "dialog-adjust" not in browser_of("ola").get(place_of(house).url_of(account(scene))).content.decode()


@pytest.mark.spec("L12", "S1")
def test_a_write_off_of_a_debt_is_prefilled_with_the_whole_of_it(
    credited: JournalTransaction, scene: Any, browser_of: Callable[[str], Client]
) -> None:
    owe(scene, credited)
    debt = account(scene, "receivable")
    page = browser_of("ada").get(place_of(debt).url_of(debt)).content.decode()
    assert "A debt that nobody will pay" in page
    assert 'value="50.00"' in page
    shown = receipt(browser_of("ada"), debt, "write_off", what="receivable", amount="50", loss="chargeback_loss")
    assert "Chargeback loss" in shown
    form = {"what": "receivable", "loss": "write_off", "ref": "", "reason": WHY}
    assert press(browser_of("ada"), debt, "write_off", **form, amount="60").status_code == 302
    request = newest("ledger.write_off")
    assert (request.amount_minor, request.player_ref) == (6_000, scene.players[0].public_id)
    # So much is not owed: the decision is refused, and nothing is decided.
    assert press(browser_of("kim"), request, "approve").status_code == 409
    assert ApprovalRequest.objects.get(pk=request.pk).state == "PENDING"
    press(browser_of("ada"), debt, "write_off", **form, amount="50")
    assert press(browser_of("kim"), newest("ledger.write_off"), "approve").status_code == 302
    assert wallet_view(scene.players[0].public_id)["EUR"].receivable == 0


@pytest.mark.spec("L2", "L12")
def test_a_reversal_is_proposed_once_from_the_postings_page(
    credited: JournalTransaction, scene: Any, browser_of: Callable[[str], Client]
) -> None:
    url = place_of(credited).url_of(credited)
    page = browser_of("ada").get(url).content.decode()
    assert "Propose reversal" in page
    assert "Lines to be posted" in page
    assert press(browser_of("ada"), credited, "reverse", reason=WHY).status_code == 302
    assert press(browser_of("ada"), credited, "reverse", reason=WHY).status_code == 409
    assert "waits for a second person" in browser_of("ada").get(url).content.decode()
    assert press(browser_of("kim"), newest("ledger.reversal"), "approve").status_code == 302
    assert credited.reversed_by.count() == 1
    assert press(browser_of("ada"), credited, "reverse", reason=WHY).status_code == 403


@pytest.mark.spec("L12")
def test_a_players_page_offers_both_and_only_to_who_may(scene: Any, browser_of: Callable[[str], Client]) -> None:
    player = scene.players[0]
    page = browser_of("ada").get(place_of(player).url_of(player)).content.decode()
    assert "dialog-adjust" in page
    assert "dialog-grant" in page
    assert "dialog-grant" not in browser_of("ben").get(place_of(player).url_of(player)).content.decode()
    assert "decimals" in receipt(browser_of("ada"), player, "adjust", direction="credit", amount="1.234", currency="EUR")
    form = {"direction": "credit", "currency": "EUR", "amount": "3", "ref": "", "reason": WHY}
    assert press(browser_of("ada"), player, "adjust", **form).status_code == 302
    assert newest("ledger.adjustment").amount_minor == 300


TERMS = {"kind": "amount", "currency": "EUR", "amount": "20", "wager_times": "30", "term_days": "7", "max_bet": "5", "cap": "",
         "spins": "", "spin_value": "", "game": ""}  # fmt: skip


@pytest.mark.spec("G4", "S1")
def test_a_bonus_is_asked_for_on_the_players_page_and_granted_by_the_second_yes(scene: Any, browser_of: Callable[[str], Client]) -> None:
    player: Player = scene.players[0]
    shown = receipt(browser_of("ada"), player, "grant", **TERMS)
    assert all(words in shown for words in ("Bonus cost", "20.00"))
    before = Bonus.objects.count()

    assert press(browser_of("ada"), player, "grant", **TERMS, reason=WHY).status_code == 302

    request = newest("bonus.grant")
    assert (request.amount_minor, request.brand, Bonus.objects.count()) == (2_000, "lucky", before)
    assert press(browser_of("ada"), request, "approve").status_code == 403
    assert press(browser_of("ben"), request, "approve").status_code == 302
    made = Bonus.objects.latest("id")
    assert (made.face_minor, made.wager_times, made.max_bet_minor, made.cap_minor) == (2_000, 30, 500, None)


@pytest.mark.spec("G4", "S1")
def test_free_spins_are_asked_for_from_the_list(scene: Any, browser_of: Callable[[str], Client]) -> None:
    assert "Grant bonus" in browser_of("ada").get(list_url(Bonus)).content.decode()
    url = reverse("admin:cashier_bonus_list_act", args=["grant"])
    spins = {**TERMS, "kind": "freespins", "amount": "", "spins": "10", "spin_value": "0.20", "game": "starburst"}
    who = {"player": scene.players[1].public_id}
    assert "Free spins post nothing" in browser_of("ada").get(f"{url}receipt/", {**spins, **who}).content.decode()
    wrong = browser_of("ada").post(url, {**spins, "player": "pl_nobody", "reason": WHY, "once": "g0"})
    assert (wrong.status_code, "No player is called" in wrong.content.decode()) == (409, True)
    assert browser_of("ada").post(url, {**spins, **who, "reason": WHY, "once": "g1"}).status_code == 302
    grant = newest("bonus.grant").payload["grant"]
    assert (grant["spins"], grant["spin_minor"], grant["game"]) == (10, 20, "starburst")
    assert browser_of("ben").post(url, {**spins, **who, "reason": WHY, "once": "g2"}).status_code == 403
    assert browser_of("ben").get(f"{url}receipt/", {**spins, **who}).status_code == 403


@pytest.mark.spec("G4")
def test_terms_that_are_none_are_refused_in_words(scene: Any, browser_of: Callable[[str], Client]) -> None:
    player = scene.players[0]
    assert "above zero" in receipt(browser_of("ada"), player, "grant", **{**TERMS, "amount": "0"})
    answer = press(browser_of("ada"), player, "grant", **{**TERMS, "amount": "", "reason": WHY})
    assert answer.status_code == 409
    assert ApprovalRequest.objects.filter(kind="bonus.grant").count() == 0
