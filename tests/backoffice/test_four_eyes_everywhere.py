"""Four eyes hold on every way in (S1): the back office, the API, a task, the shell. Each refusal is audited, and nothing is done."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from celery import shared_task
from django.core.management import call_command
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from cashier.models import ApiClient
from ledger.actors import client_actor, user_actor
from ledger.errors import ApprovalRefused
from ledger.models import ApprovalDecision, ApprovalRequest, AuditRecord, JournalTransaction, User
from ledger.operations import decide, propose_adjustment
from ledger.refusals import LedgerError
from tests.backoffice.pressing import list_url, place_of, press
from tests.backoffice.scene import NOW

CHECKER, SHOP = "kim", "shop"


def ask(scene: Any, *, maker: str = "ada", direction: str = "credit", ago: timedelta = timedelta(0)) -> ApprovalRequest:
    """A request over ten million, of a person of the staff or of an API client."""
    asker = client_actor(maker) if maker == SHOP else user_actor(scene.staff[maker])
    return propose_adjustment(
        entity_id=scene.entity.pk, player_id=scene.deposits[0].player.public_id, asset="EUR", amount_minor=10**9, direction=direction,
        reason="goodwill of the house", maker=asker, now=scene.now - ago,
    )  # fmt: skip


def made_by_the_checker(scene: Any, checker: str) -> ApprovalRequest:
    return ask(scene, maker=checker)


def made_by_a_superuser_who_decides(scene: Any, checker: str) -> ApprovalRequest:
    User.objects.filter(pk=scene.staff[CHECKER].pk).update(is_superuser=True)
    return ask(scene, maker=checker)


def about_the_checkers_own_player(scene: Any, checker: str) -> ApprovalRequest:
    person = scene.staff[CHECKER]
    person.player_refs = [scene.deposits[0].player.public_id]
    person.save(update_fields=["player_refs"])
    return ask(scene)


def with_another_payload(scene: Any, checker: str) -> ApprovalRequest:
    """As if somebody had got past the trigger that freezes it."""
    whole = ask(scene)
    changed = ApprovalRequest.objects.get(pk=whole.pk)
    changed.pk = ApprovalRequest().pk
    changed.payload = {**whole.payload, "source": {**whole.payload["source"], "amount_minor": 2 * 10**9}}
    changed.save(force_insert=True)
    return changed


def expired(scene: Any, checker: str) -> ApprovalRequest:
    return ask(scene, ago=timedelta(hours=72))


def without_the_balance(scene: Any, checker: str) -> ApprovalRequest:
    return ask(scene, direction="debit")


@shared_task(name="tests.decide")
def decide_in_a_task(request_id: str, checker_id: str) -> None:
    from ledger import clock

    decide(request_id=ApprovalRequest.id_of(request_id), approve=True, checker=User.objects.get(pk=checker_id), reason="", now=clock.now())


def by_admin(request: ApprovalRequest, checker: User, browser: Client) -> None:
    assert press(browser, request, "approve").status_code in (403, 409)


def by_task(request: ApprovalRequest, checker: User, browser: Client) -> None:
    assert decide_in_a_task.apply(args=[request.public_id, str(checker.pk)]).failed()


def decide_in_a_shell(request: ApprovalRequest, checker: User) -> None:
    code = f"""
from ledger import clock, operations
from ledger.models import ApprovalRequest, User
operations.decide(request_id=ApprovalRequest.id_of("{request.public_id}"), approve=True, reason="",
                  checker=User.objects.get(pk="{checker.pk}"), now=clock.now())
"""
    call_command("shell", command=code, verbosity=0)


def by_shell(request: ApprovalRequest, checker: User, browser: Client) -> None:
    with pytest.raises(LedgerError):
        decide_in_a_shell(request, checker)


def by_api(request: ApprovalRequest, checker: User, browser: Client) -> None:
    """The API has no address for it; who calls the operation with a client's name is refused all the same."""
    for path in (f"/v1/approvals/{request.public_id}/decide", f"/v1/approvals/{request.public_id}", "/v1/approvals"):
        assert Client().post(path, {"approve": True}, content_type="application/json").status_code == 404
    with pytest.raises(ApprovalRefused, match="never approve"):
        decide(request_id=request.pk, approve=True, checker=ApiClient(client_id=SHOP), reason="", now=NOW)  # type: ignore[arg-type]


WAYS = [by_admin, by_api, by_task, by_shell]
CASES = [
    made_by_the_checker, made_by_a_superuser_who_decides, about_the_checkers_own_player, with_another_payload, expired,
    without_the_balance,
]  # fmt: skip


@pytest.mark.spec("S1", "L12")
@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.__name__)
def test_it_is_refused_and_audited(scene: Any, browser_of: Callable[[str], Client], way: Any, case: Any) -> None:
    is_client = way is by_api
    checker, request = scene.staff[CHECKER], case(scene, SHOP if is_client else CHECKER)
    posted = JournalTransaction.objects.count()

    way(request, checker, browser_of(CHECKER))

    request.refresh_from_db()
    assert (request.state, ApprovalDecision.objects.filter(request=request).count()) == ("PENDING", 0)
    assert JournalTransaction.objects.count() == posted
    refusal = AuditRecord.objects.latest("id")
    assert refusal.act in ("approval.refused", "backoffice.refused")
    assert (refusal.actor_kind, refusal.actor_id) == (("client", SHOP) if is_client else ("user", str(checker.pk)))


@pytest.mark.spec("S1")
def test_the_same_ways_are_open_to_another_person(scene: Any, browser_of: Callable[[str], Client]) -> None:
    """So that the test above can fail."""
    first, second, third = ask(scene), ask(scene), ask(scene)
    assert press(browser_of(CHECKER), first, "approve").status_code == 302
    assert decide_in_a_task.apply(args=[second.public_id, str(scene.staff[CHECKER].pk)]).successful()
    decide_in_a_shell(third, scene.staff[CHECKER])
    assert set(ApprovalRequest.objects.filter(pk__in=[first.pk, second.pk, third.pk]).values_list("state", flat=True)) == {"APPROVED"}


@pytest.mark.spec("S1")
def test_the_api_has_no_way_to_decide_and_its_tokens_open_no_button(scene: Any) -> None:
    assert [path for path in _paths(get_resolver()) if path.startswith("v1/") and ("approv" in path or "decision" in path)] == []
    request = ask(scene)
    client = Client(headers={"Authorization": "Bearer any.token.at-all"})
    assert client.post(place_of(request).act_url(request, "approve"), {"once": "t"}).status_code == 302
    request.refresh_from_db()
    assert request.state == "PENDING"


def _paths(resolver: Any, before: str = "") -> list[str]:
    found = []
    for each in resolver.url_patterns:
        path = before + str(each.pattern).lstrip("^")
        found += _paths(each, path) if isinstance(each, URLResolver) else [path] if isinstance(each, URLPattern) else []
    return found


@pytest.mark.spec("S1", "P4")
def test_the_inbox_counts_two_people_and_shows_each_their_own(scene: Any, browser_of: Callable[[str], Client]) -> None:
    from ledger.models import ApprovalThreshold

    ApprovalThreshold.objects.create(kind="ledger.adjustment", currency="EUR", two_above_minor=100, updated_at=scene.now)
    request, inbox = ask(scene), list_url(ApprovalRequest)

    def shown(name: str, view: str) -> str:
        return str(browser_of(name).get(f"{inbox}?view={view}").content.decode())

    assert request.summary in shown("kim", "me")
    assert request.summary in shown("ada", "mine")
    assert request.summary not in shown("ada", "me")
    assert press(browser_of("kim"), request, "approve").status_code == 302
    assert request.summary not in shown("kim", "me")
    assert "1 of 2" in shown("max", "me")
    page = browser_of("max").get(place_of(request).url_of(request)).content.decode()
    assert "2 people above 1.00 EUR" in page
    assert press(browser_of("max"), request, "approve").status_code == 302
    assert ApprovalRequest.objects.get(pk=request.pk).state == "APPROVED"
