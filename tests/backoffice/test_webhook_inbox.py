"""The webhook inbox and its dead letters (UX 4.6, W3, W5, W7)."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from cashier.models import PspEvent, PspEventWork, WebhookRefusal
from cashier.operations.apply import bury, mark
from cashier.queries.inbox import count_open, get_lags
from ledger import clock
from ledger.models import ApprovalRequest, AuditRecord
from tests.backoffice.pressing import list_url, press

WHY = "The PSP says that its side is mended."


def dead_letters(error: str = "amount differs from the intent") -> list[PspEvent]:
    return list(PspEvent.objects.filter(work__state="DEAD", work__error=error).order_by("pk"))


def replaying(chosen: list[PspEvent]) -> str:
    return reverse("admin:cashier_pspevent_replaying") + "?" + "&".join(f"chosen={event.pk}" for event in chosen)


@pytest.mark.spec("W5", "W7")
def test_the_figures_above_the_list(browser_of: Callable[[str], Client], scene: Any) -> None:
    now = clock.now()
    hour = now.replace(minute=0, second=0, microsecond=0)
    code = scene.accounts[0].code
    WebhookRefusal.objects.create(hour=hour, account_code=code, reason="signature", count=4)
    WebhookRefusal.objects.create(hour=hour, account_code="", reason="unknown_account", count=2)
    WebhookRefusal.objects.create(hour=hour, account_code=code, reason="duplicate", count=118)

    page = browser_of("ada").get(list_url(PspEvent) + "?view=refused").content.decode()

    assert "duplicates today <b>118</b>" in page and "refused today <b>6</b>" in page
    assert "Wrong signature" in page and "none of ours" in page
    assert f"dead <b>{count_open()['dead']}</b>" in page


@pytest.mark.spec("W7")
def test_lag_is_that_of_19_of_20_events_and_leaves_out_what_we_asked_for(scene: Any) -> None:
    account, now = scene.accounts[0], clock.now()
    PspEventWork.objects.update(applied_at=None)
    for number in range(20):
        lag = timedelta(seconds=100 if number == 19 else number)
        at = now - timedelta(minutes=5)
        for via, seconds in (("canonical", lag), ("pull", timedelta(hours=9))):
            event = PspEvent.objects.create(
                merchant_account=account, identity_key=f"{via}{number}", event="payment.failed", via=via, occurred_at=at - seconds,
                received_at=at, body_sha256="", raw_body="{}",
            )  # fmt: skip
            PspEventWork.objects.create(event=event, state="APPLIED", applied_at=at + timedelta(seconds=1))

    (found,) = get_lags(since=now - timedelta(days=1), until=now)

    assert (found.account, found.events, found.whole_seconds, found.heard_seconds) == (account.code, 20, 19.0, 18.0)


@pytest.mark.spec("W5", "S1")
def test_several_are_replayed_by_two_people_after_a_page_that_groups_them_by_error(browser_of: Callable[[str], Client], scene: Any) -> None:
    for work in PspEventWork.objects.filter(state="WAITING"):
        mark(work, "DEAD", error="amount differs from the intent", now=clock.now())
    ada, chosen = browser_of("ada"), dead_letters()
    assert len(chosen) > 1
    first = ada.post(reverse("admin:cashier_pspevent_list_act", args=["replay"]), {"once": "r0", "chosen": [str(e.pk) for e in chosen]})
    assert first.status_code == 302 and set(PspEventWork.objects.filter(event__in=chosen).values_list("state", flat=True)) == {"DEAD"}

    page = ada.get(first["Location"]).content.decode()
    assert f"{len(chosen)} × amount differs from the intent" in page and "same error as last time" not in page
    body = {"once": "r1", "chosen": [str(event.pk) for event in chosen], "reason": WHY}
    assert ada.post(replaying([]), body).status_code == 302

    asked = ApprovalRequest.objects.get(kind="events.replay")
    works = PspEventWork.objects.filter(event__in=chosen)
    assert {(work.state, work.replays) for work in works} == {("DEAD", 0)}
    again = ada.post(replaying([]), {**body, "once": "r1b"})
    assert again.status_code == 409 and "waits for a second person already" in again.content.decode()
    assert press(ada, asked, "approve").status_code != 302 and {work.state for work in works.all()} == {"DEAD"}
    eli = browser_of("eli")
    shown = eli.get(reverse("admin:ledger_approvalrequest_change", args=[asked.public_id])).content.decode()
    assert f"Replay {len(chosen)} dead letters" in shown and "dead: amount differs from the intent" in shown
    assert "What was asked: events" in shown and "&quot;replays&quot;" not in shown
    assert press(eli, asked, "approve").status_code == 302

    assert {(work.state, work.replays, work.log[-1]["result"]) for work in works.all()} == {("RECEIVED", 1, "replayed")}
    audited = AuditRecord.objects.filter(act="event.replayed", reason=WHY, actor_id=str(scene.staff["ada"].pk))
    assert {record.target_id for record in audited} == {event.public_id for event in chosen}


@pytest.mark.spec("W5")
def test_what_failed_again_as_before_is_said(browser_of: Callable[[str], Client], scene: Any) -> None:
    chosen = dead_letters()
    work = chosen[0].work
    mark(work, "DEAD", error="no deposit pi_x", now=clock.now())
    browser_of("ada").post(replaying([]), {"once": "r2", "chosen": [str(chosen[0].pk)], "reason": WHY})
    bury(chosen[0], "no deposit pi_x", now=clock.now())

    page = browser_of("ada").get(replaying([chosen[0]])).content.decode()

    assert "1 has the same error as last time" in page


@pytest.mark.spec("W5", "S5")
def test_replaying_needs_its_permission_a_reason_and_a_dead_letter(browser_of: Callable[[str], Client], scene: Any) -> None:
    chosen = dead_letters()[:1]
    body = {"once": "r3", "chosen": [str(chosen[0].pk)], "reason": WHY}
    assert browser_of("ola").post(replaying([]), body).status_code == 403
    assert browser_of("ola").get(replaying(chosen)).status_code == 403
    assert browser_of("ada").post(replaying([]), {**body, "reason": "short"}).status_code == 422
    applied = PspEvent.objects.filter(work__state="APPLIED")[:1]
    assert "None of these can be tried again" in browser_of("ada").get(replaying(list(applied))).content.decode()
    assert browser_of("ada").post(replaying([]), {**body, "chosen": [str(applied[0].pk)]}).status_code == 422
    assert not AuditRecord.objects.filter(act="event.replayed").exists()


@pytest.mark.spec("W5")
def test_the_page_of_an_event_shows_every_try_and_what_came_of_it(browser_of: Callable[[str], Client], scene: Any) -> None:
    event = dead_letters()[0]
    mark(event.work, "DEAD", error="PspTimeout: no answer in 2 s", now=clock.now())

    url = reverse("admin:cashier_pspevent_change", args=[event.public_id])
    page = browser_of("ada").get(url).content.decode()

    assert "The PSP did not answer our own look in time: no answer in 2 s" in page
    assert "Tries" in page and " ms</td>" in page and "Nothing yet" in page


@pytest.mark.spec("W5")
def test_why_an_event_was_ignored_is_said(browser_of: Callable[[str], Client], scene: Any) -> None:
    event = PspEvent.objects.filter(work__state="IGNORED").first()
    assert event is not None
    PspEventWork.objects.filter(event=event).update(outcome="ignored: not ahead of what we hold")

    page = browser_of("ada").get(reverse("admin:cashier_pspevent_change", args=[event.public_id])).content.decode()

    assert "Nothing: not ahead of what we hold" in page
