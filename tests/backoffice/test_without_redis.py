"""The back office while Redis is gone, or hangs (C22): people see and work on; what was pressed twice is done once."""

from collections.abc import Callable
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from ledger.models import Account, AuditRecord
from reconciliation.models import CaseEntry, ExceptionCase, FileState
from tests.backoffice.pressing import list_url, place_of, press, upload_large
from tests.infra.stoppable import Stoppable
from tests.lived import lived

pytestmark = pytest.mark.spec("C22", "B3")
PATIENCE_SECONDS = 5.0  # of a person; a client without limits waits for a Redis that hangs for ever
PAGES = (
    "admin:index", "admin:home_cards", "admin:live", "admin:psp_health", "admin:trust", "admin:reconciliation_exceptioncase_health",
    "admin:ledger_account_trial", "admin:ledger_auditrecord_strip",
)  # fmt: skip


@pytest.fixture(params=["killed", "hangs"])
def without_redis(request: pytest.FixtureRequest, stoppable: Stoppable, scene: Any) -> None:
    cache.set("figure", 7)
    assert cache.get("figure") == 7
    stoppable.kill() if request.param == "killed" else stoppable.hang()


def test_every_page_that_keeps_figures_is_there(without_redis: None, browser_of: Callable[[str], Client]) -> None:
    people = [browser_of(name) for name in ("ada", "ben", "kim", "ola")]
    addresses = [*map(reverse, PAGES), list_url(Account), list_url(AuditRecord), list_url(ExceptionCase)]
    for address in addresses:
        with lived() as waited:
            answers = [person.get(address).status_code for person in people]
        assert 200 in answers and set(answers) <= {200, 403}, address
        assert waited.seconds < len(people) * PATIENCE_SECONDS, address


def test_a_button_works_and_a_double_click_is_one_act(without_redis: None, browser_of: Callable[[str], Client], scene: Any) -> None:
    case, ada = scene.cases[0], browser_of("ada")
    form = {"once": "twice-comment", "seen": place_of(case).version_of(ExceptionCase.objects.get(pk=case.pk)), "text": "Called the PSP"}
    url = place_of(case).act_url(case, "comment")
    assert ada.post(url, form).status_code == 302
    again = ada.post(url, form | {"seen": place_of(case).version_of(ExceptionCase.objects.get(pk=case.pk))}, follow=True)
    assert "That was already sent; it was done once." in again.content.decode()
    assert CaseEntry.objects.filter(case=case, kind="comment", text="Called the PSP").count() == 1


def test_what_was_refused_may_be_sent_again(without_redis: None, browser_of: Callable[[str], Client], scene: Any) -> None:
    case = scene.cases[0]
    url, form = place_of(case).act_url(case, "end"), {"once": "again-end", "disposition": "no_action", "reason": "short"}
    seen = place_of(case).version_of(ExceptionCase.objects.get(pk=case.pk))
    assert browser_of("ada").post(url, form | {"seen": seen}).status_code == 422
    assert press(browser_of("ada"), case, "comment", once="again-end", text="Called the PSP").status_code == 302


def test_a_large_load_that_nobody_could_be_told_of_is_asked_for_all_the_same(
    without_redis: None, browser_of: Callable[[str], Client], settings: Any, tmp_path: Any, django_capture_on_commit_callbacks: Any
) -> None:
    """The sweeper of received files finds it."""
    ben = browser_of("ben")
    file = upload_large(ben, tmp_path, settings)
    with lived() as waited, django_capture_on_commit_callbacks(execute=True) as told:
        assert press(ben, file, "load").status_code == 302
    assert len(told) == 1 and waited.seconds < PATIENCE_SECONDS
    file.refresh_from_db()
    assert file.state == FileState.RECEIVED and ben.get(place_of(file).url_of(file)).status_code == 200


@pytest.mark.parametrize("token", ["", "x" * 101, "a\0b", "a b", "'; --", "é"])
def test_a_form_whose_token_no_page_gave_does_nothing(browser_of: Callable[[str], Client], scene: Any, token: str) -> None:
    case = scene.cases[0]
    answer = press(browser_of("ada"), case, "comment", once=token, text="Unasked")
    assert answer.status_code == 302
    assert not CaseEntry.objects.filter(case=case, kind="comment").exists()


def test_a_token_is_one_persons(browser_of: Callable[[str], Client], scene: Any) -> None:
    for name in ("ada", "ben"):
        assert press(browser_of(name), scene.cases[0], "comment", once="same", text=f"By {name}").status_code == 302
    assert CaseEntry.objects.filter(case=scene.cases[0], kind="comment").count() == 2
