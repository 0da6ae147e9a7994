"""Working the queue: its order, views that people keep, bulk acts, files with history, its health, its rules (E3, E5, E6)."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from ledger.models import ApprovalRequest, AuditRecord
from reconciliation.models import AutoRule, CaseEntry, ExceptionCase, RuleAct, SavedView, Watch
from reconciliation.operations import auto_resolve_case
from reconciliation.operations.casework import escalate_due_cases, reopen_case
from reconciliation.queries.queue_health import queue_health
from reconciliation.queries.watches import WATCHES
from tests.backoffice.pressing import list_url, press

QUEUE = "/admin/reconciliation/exceptioncase/"
WHY = "the same cause for all of them"


def bulk(client: Client, act: str, cases: list[ExceptionCase], **data: Any) -> Any:
    form = {"once": f"{act}-{len(data)}", "chosen": [str(case.pk) for case in cases], **data}
    return client.post(f"{list_url(ExceptionCase)}acts/{act}/", form, follow=True)


def labels(text: str) -> list[str]:
    return [part.split("<")[0] for part in text.split('class="ops-name"')[1:] for part in [part.split(">", 1)[1]]]


@pytest.mark.spec("E5")
@pytest.mark.parametrize("slug", ["due", "severity", "case", "amount", "opened"])
def test_each_order_is_kept_and_can_be_turned(browser_of: Callable[[str], Client], scene: Any, slug: str) -> None:
    orders = {"due": ["due_at", "id"], "severity": ["severity_rank", "due_at", "id"], "case": ["number"]}
    fields = orders.get(slug, ["amount_minor" if slug == "amount" else "opened_at", "id"])
    for sign in ("", "-"):
        text = browser_of("ada").get(f"{QUEUE}?view=open&sort={sign}{slug}").content.decode()
        wanted = ExceptionCase.objects.order_by(*[f"{sign}{field}" for field in fields])
        assert labels(text) == [case.label for case in wanted]
        assert f'aria-sort="{"descending" if sign else "ascending"}"' in text
    assert labels(browser_of("ada").get(f"{QUEUE}?view=open&sort=nonsense").content.decode())


@pytest.mark.spec("E5")
def test_a_view_is_kept_shared_and_dropped(browser_of: Callable[[str], Client], scene: Any) -> None:
    ada, ben = browser_of("ada"), browser_of("ben")
    form = {"name": "Big ones", "query": "view=open&sort=-amount&severity=low&after=abc", "is_shared": "on"}
    answer = ada.post(f"{QUEUE}acts/keep_view/", {"once": "k1", **form})
    view = SavedView.objects.get()
    assert (view.query, answer["Location"]) == ("view=open&sort=-amount&severity=low", f"{QUEUE}?{view.query}&kept={view.pk}")
    assert "Shared by" in ben.get(QUEUE).content.decode()
    assert 'data-ops-view="8"' in ada.get(answer["Location"]).content.decode()
    assert ben.post(f"{QUEUE}acts/drop_view/", {"once": "d0", "view": str(view.pk)}).status_code in (403, 422)
    ada.post(f"{QUEUE}acts/drop_view/", {"once": "d1", "view": str(view.pk)})
    assert (SavedView.objects.count(), SavedView.history.filter(history_type="-").count()) == (0, 1)


@pytest.mark.spec("E5")
def test_a_view_of_ones_own_is_nobody_elses(browser_of: Callable[[str], Client], scene: Any) -> None:
    browser_of("ada").post(f"{QUEUE}acts/keep_view/", {"once": "k2", "name": "Only mine", "query": "view=mine"})
    assert "Only mine" in browser_of("ada").get(QUEUE).content.decode()
    assert "Only mine" not in browser_of("ben").get(QUEUE).content.decode()


@pytest.mark.spec("E5")
def test_many_are_commented_at_once(browser_of: Callable[[str], Client], scene: Any) -> None:
    assert "3 commented" in bulk(browser_of("ada"), "comment", scene.cases[:3], text="Asked the PSP about all").content.decode()
    assert CaseEntry.objects.filter(kind="comment", text="Asked the PSP about all").count() == 3


@pytest.mark.spec("E5")
def test_an_ending_that_moves_nothing_is_refused_in_the_words_of_the_first(browser_of: Callable[[str], Client], scene: Any) -> None:
    same = [case for case in scene.cases if case.reason_id == "BANK_CREDIT_UNIDENTIFIED"][:2]
    answer = bulk(browser_of("ada"), "end", same, disposition="outside", reason=WHY)
    assert answer.status_code == 409
    assert not ApprovalRequest.objects.filter(kind="case.dispositions").exists()


@pytest.mark.spec("E5")
def test_the_file_has_each_case_with_its_history_and_is_audited(browser_of: Callable[[str], Client], scene: Any) -> None:
    press(browser_of("ada"), scene.cases[0], "comment", text="=1+1 said the PSP")
    answer: Any = browser_of("ada").post(f"{QUEUE}export/", {"query": "view=open&sort=case"})
    lines = b"".join(answer.streaming_content).decode().splitlines()
    assert lines[0].startswith("case,case_id,row,reason_code")
    assert len([line for line in lines if ",case," in line]) == ExceptionCase.objects.count()
    assert "'=1+1 said the PSP" in next(line for line in lines if ",comment," in line)
    audit = AuditRecord.objects.get(act="cases.exported")
    assert (audit.detail["view"], audit.actor_id) == ("view=open&sort=case", str(scene.staff["ada"].pk))
    chosen: Any = browser_of("ada").post(f"{QUEUE}export/", {"chosen": [str(scene.cases[0].pk), "nonsense"]})
    assert len([line for line in b"".join(chosen.streaming_content).decode().splitlines() if ",case," in line]) == 1


@pytest.mark.spec("E5", "S2")
def test_who_may_not_take_cases_along_gets_none(browser_of: Callable[[str], Client], scene: Any) -> None:
    assert browser_of("rafe").post(f"{QUEUE}export/", {}).status_code == 403
    assert browser_of("ada").get(f"{QUEUE}export/").status_code == 405
    assert f'action="{QUEUE}export/"' not in browser_of("rafe").get(QUEUE).content.decode()
    assert not AuditRecord.objects.filter(act="cases.exported").exists()


@pytest.mark.spec("E5")
def test_what_is_past_its_due_time_is_escalated_once_and_told(scene: Any) -> None:
    late = ExceptionCase.objects.filter(due_at__lte=scene.now).count()
    assert escalate_due_cases(now=scene.now) == late > 0
    assert escalate_due_cases(now=scene.now) == 0
    case = ExceptionCase.objects.filter(due_at__lte=scene.now).first()
    assert case is not None
    assert (case.escalated_at, case.entries.filter(text__startswith="Past its due time").count()) == (scene.now, 1)
    limits = {name: float(value) for name, value in Watch.objects.get(pk="late_cases").thresholds.items()}
    assert sum(each.facts["late"] for each in WATCHES["late_cases"].look(limits, now=scene.now)) == late


@pytest.mark.spec("E6")
def test_health_counts_what_came_ended_and_ran_late(scene: Any) -> None:
    case, now = scene.cases[0], scene.now
    before = queue_health(now=now, days=30)
    auto_resolve_case(case, rule="line_came@1", text="It came.", now=now)
    after = queue_health(now=now, days=30)
    assert (after.days[-1].ended, after.days[-1].open) == (before.days[-1].ended + 1, before.days[-1].open - 1)
    assert sum(after.ages.values()) == after.days[-1].open == ExceptionCase.objects.exclude(state="AUTO_RESOLVED").count()
    assert sum(part.came for part in after.codes) == sum(day.came for day in after.days) == sum(part.came for part in after.teams)
    assert [day.day for day in after.days] == [now.date() - timedelta(days=29 - number) for number in range(30)]


@pytest.mark.spec("E6")
def test_the_health_page_draws_and_tells(browser_of: Callable[[str], Client], scene: Any) -> None:
    text = browser_of("ada").get(reverse("admin:reconciliation_exceptioncase_health") + "?days=7").content.decode()
    for words in ("Do we keep up with what comes in?", "<svg", "Show as table", "By reason code", "By team", "Late now"):
        assert words in text
    drawn = text.split('<div class="ops-main">')[1].split("</aside>")[0]
    assert "<script" not in drawn
    assert "style=" not in drawn


@pytest.mark.spec("E3", "S1")
def test_a_rule_is_turned_on_by_a_second_person_and_its_page_counts(browser_of: Callable[[str], Client], scene: Any) -> None:
    rule = AutoRule.objects.get(pk="small_bank_charge")
    data = {"is_on": "on", "each": "EUR 7.50", "month": "EUR 90.00", "reason_codes": rule.reason_codes, "reason": WHY}
    assert press(browser_of("ben"), rule, "change", **data).status_code == 302
    request = ApprovalRequest.objects.get(kind="auto_rule.change")
    assert request.payload["after"] == {"is_on": True, "each_minor": {"EUR": 750}, "month_minor": {"EUR": 9000}}
    assert not AutoRule.objects.get(pk=rule.pk).is_on
    auto_resolve_case(scene.cases[0], rule="line_came@1", text="It came.", now=scene.now)
    reopen_case(case_id=scene.cases[0].pk, reason=WHY, actor=ada_of(scene), now=scene.now)
    assert RuleAct.objects.filter(rule="line_came").count() == 2
    page = browser_of("ada").get(f"{list_url(AutoRule)}line_came/").content.decode()
    assert "Reopened by people" in page
    assert "Opened again by a person" in page
    assert browser_of("ada").get(list_url(AutoRule)).status_code == 200


def ada_of(scene: Any) -> Any:
    from ledger.actors import user_actor

    return user_actor(scene.staff["ada"])
