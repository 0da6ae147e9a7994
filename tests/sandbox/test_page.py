"""The sandbox's page: every token that the parser knows, the profile that runs, and the form that changes it."""

import re
from collections.abc import Iterator

import pytest

from config.sandbox.tokens import BEHAVIOURS, CALL_FAULTS, EVENT_MODIFIERS, MODIFIERS, parse_token
from tests.sandbox.running import CHECKOUT, RunningSandbox

pytestmark = pytest.mark.spec("Z1")


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningSandbox]:
    sandbox = RunningSandbox(tmp_path_factory.mktemp("page"))
    yield sandbox
    assert sandbox.stop() == 0


def test_it_lists_every_token_and_the_manual_does_too(sandbox: RunningSandbox) -> None:
    page = sandbox.http.get("/")
    manual = (CHECKOUT / "docs" / "sandbox.md").read_text()
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    for name in (*BEHAVIOURS, *MODIFIERS):
        assert f"<code>{name}</code>" in page.text
        assert f"`{name}`" in manual


def test_what_it_lists_is_what_the_parser_takes(sandbox: RunningSandbox) -> None:
    tokens = sandbox.http.get("/").text.partition("<h2>Tokens</h2>")[2]
    listed = re.findall(r"<td><code>(\w+)</code>", tokens)
    assert {parse_token(f"tok_{name}").behaviour for name in listed} == set(BEHAVIOURS)


def test_its_form_changes_the_shares_and_shows_them(sandbox: RunningSandbox) -> None:
    fields = dict.fromkeys((*CALL_FAULTS, *EVENT_MODIFIERS), "0") | {"error_after": "2.5", "lost": "10"}
    answer = sandbox.http.post("/_sim/profile", data=fields)
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    assert sandbox.control("GET", "profile") == {"seed": 0, "calls": {"error_after": 0.025}, "events": {"lost": 0.1}}
    assert 'id="error_after" inputmode="decimal" value="2.5"' in sandbox.http.get("/").text

    sandbox.http.post("/_sim/profile", data={"name": "none"})
    assert sandbox.control("GET", "profile") == {"seed": 0, "calls": {}, "events": {}}


def test_its_form_refuses_what_is_no_share(sandbox: RunningSandbox) -> None:
    for fields in ({"dup": "many"}, {"dup": "120"}, {"name": "friendly"}):
        assert sandbox.http.post("/_sim/profile", data=fields).status_code == 400
    assert sandbox.control("GET", "profile")["events"] == {}


def test_its_button_begins_and_ends_an_outage(sandbox: RunningSandbox) -> None:
    sandbox.http.post("/_sim/outage", data={"outage": "begin"})
    assert sandbox.http.get("/v1/lookup").status_code == 503
    assert "Out of order for another" in sandbox.http.get("/").text
    sandbox.http.post("/_sim/outage", data={"outage": "end"})
    assert sandbox.http.get("/v1/lookup").status_code == 400


def test_every_field_has_its_label(sandbox: RunningSandbox) -> None:
    page = sandbox.http.get("/").text
    assert page.count("<h1>") == 1
    assert re.findall(r'<label for="(\w+)">', page) == [*CALL_FAULTS, *EVENT_MODIFIERS]
