"""The content security policy and what it needs: no inline script, nothing from elsewhere (S7, UX 5.12)."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib import admin
from django.test import Client
from django.urls import reverse

from tests.backoffice.pressing import list_url, place_of

HANDLERS = re.compile(r"<[^>]+\son[a-z]+\s*=", re.IGNORECASE)
SCRIPTS = re.compile(r"<script([^>]*)>(.*?)</script>", re.DOTALL)
ELSEWHERE = re.compile(r'(?:src|action|srcset|poster)="(https?:)?//')


def pages(scene: Any) -> list[str]:
    records = [scene.cases[0], scene.deposits[0], scene.payouts[0], scene.disputes[0], scene.close, scene.players[0], scene.accounts[0]]
    return [reverse("admin:index"), *map(list_url, admin.site._registry), *(place_of(row).url_of(row) for row in records)]


@pytest.mark.whole
@pytest.mark.spec("S7")
def test_every_page_has_the_policy_and_keeps_to_it(browser_of: Callable[[str], Client], scene: Any) -> None:
    client = browser_of("ben")
    for url in [reverse("admin:login"), *pages(scene)]:
        answer = (Client() if "login" in url else client).get(url)
        policy = answer["Content-Security-Policy"]
        scripts = next(part for part in policy.split(";") if part.strip().startswith("script-src"))
        assert "'self'" in scripts
        assert "unsafe-inline" not in scripts
        assert "frame-ancestors 'none'" in policy
        text = answer.content.decode()
        assert not HANDLERS.search(text), url
        assert all("src=" in attributes and not body.strip() for attributes, body in SCRIPTS.findall(text)), url
        assert not ELSEWHERE.search(text), url


@pytest.mark.whole
def test_every_page_asks_one_question_at_its_top(browser_of: Callable[[str], Client], scene: Any) -> None:
    for url in pages(scene):
        text = browser_of("ben").get(url).content.decode()
        question = re.search(r'class="ops-question(?:-small)?">([^<]+)<', text)
        assert question is not None, url
        assert question[1].strip().endswith("?"), url


def test_no_form_has_a_field_for_state_or_money_but_amounts_of_acts(browser_of: Callable[[str], Client], scene: Any) -> None:
    forbidden = re.compile(r'name="(state|amount|balance|captured_minor|due_at|severity)"')
    for row in (scene.cases[0], scene.deposits[0], scene.payouts[0], scene.close):
        text = browser_of("ben").get(place_of(row).url_of(row)).content.decode()
        assert not forbidden.search(text)
