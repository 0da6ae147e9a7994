"""A proof proves what it saw: what was posted into the day since is named, and proved by who prepares the day (D2, L10)."""

from typing import TYPE_CHECKING

import pytest
from django.contrib.auth.models import Permission
from django.db import transaction
from django.test import Client

from ledger.actors import system_actor
from ledger.models import AuditRecord
from ledger.operations import record_audit
from reconciliation.models import CloseState
from reconciliation.operations.cases import auto_resolve_case
from reconciliation.operations.closing import CloseNotReady, prove_books
from reconciliation.queries.checklist.books import PROVED
from tests.backoffice.pressing import press
from tests.reconciliation.closing.checking import check
from tests.reconciliation.closing.day import NEXT_DAY, NOON, NOW, ReadyDay, prove
from tests.reconciliation.closing.test_races import InFlight
from tests.reconciliation.house import make_case

if TYPE_CHECKING:
    from collections.abc import Sequence

pytestmark = pytest.mark.spec("D2", "L10")
UNSEEN = "not been seen by the proof of 20 Nov 2026 09:00 UTC; prove the books now, or prepare the day, which proves them"


def missing(ready: ReadyDay) -> "Sequence[str]":
    return check(ready.house, "proofs").missing


def proofs() -> int:
    return AuditRecord.objects.filter(act=PROVED).count()


def test_postings_after_the_proof_are_missing_until_the_next_one(ready: ReadyDay) -> None:
    assert missing(ready) == ()
    assert ready.pay("of the next day", at=NOW).business_date == NEXT_DAY
    assert missing(ready) == ()  # not of this day

    ready.pay("late")
    assert missing(ready) == (f"1 posting of the day has {UNSEEN}",)
    ready.pay("later still")
    assert missing(ready) == (f"2 postings of the day have {UNSEEN}",)
    assert check(ready.house, "proofs", now=NOON).ok  # of a day that runs the last proof is the newest there can be

    assert prove_books(actor=system_actor("tests"), now=NOW).ok
    assert missing(ready) == ()


def test_a_posting_in_flight_while_the_books_were_proved_was_not_seen(ready: ReadyDay) -> None:
    flight = InFlight(ready, posts_first=True)
    try:
        prove(NOW)
    finally:
        flight.commit()
    assert missing(ready) == (f"1 posting of the day has {UNSEEN}",)


def test_a_proof_that_does_not_say_what_it_saw_saw_nothing(ready: ReadyDay) -> None:
    detail = {"ok": True, "checks": 40, "failing": []}
    with transaction.atomic():
        record_audit(act=PROVED, actor=system_actor("tests"), target_kind="Ledger", target_id="books", detail=detail, now=NOW)
    assert missing(ready) == (f"2 postings of the day have {UNSEEN}",)


def test_who_prepares_proves_what_came_since(ready: ReadyDay) -> None:
    ready.pay("late")
    ready.prepare()
    assert (ready.state(), proofs()) == (CloseState.PREPARED, 2)
    assert AuditRecord.objects.filter(act=PROVED).latest("pk").actor_id == str(ready.house.ada.pk)
    assert ready.request().payload["totals"]["journal"]["transactions"] == 3


def test_the_button_is_there_where_only_that_is_missing(ready: ReadyDay) -> None:
    ada = ready.house.ada
    ada.is_staff = True
    ada.save()
    ada.user_permissions.add(Permission.objects.get(codename="view_dailyclose"))
    client = Client()
    client.force_login(ada, backend="django.contrib.auth.backends.ModelBackend")
    ready.pay("late")
    case = make_case(ready.house, "LEDGER_CREDIT_MISSING_PSP_SUCCESS")

    assert press(client, ready.close, "prepare").status_code == 409  # that is missing too
    assert (ready.state(), proofs()) == (CloseState.OPEN, 1)

    auto_resolve_case(case, rule="line_came@1", text="The line came.", now=NOW)
    assert press(client, ready.close, "prepare").status_code == 302
    assert (ready.state(), proofs()) == (CloseState.PREPARED, 2)


def test_books_that_do_not_hold_then_stop_the_day(ready: ReadyDay, monkeypatch: pytest.MonkeyPatch) -> None:
    from ledger.proofs import Check, Report
    from reconciliation.operations.closing import proving

    monkeypatch.setattr(proving, "prove_ledger", lambda: Report([Check("wallets_equal_entries", False, 3)], 0.1))
    ready.pay("late")
    with pytest.raises(CloseNotReady) as refused:
        ready.prepare()
    assert refused.value.details["missing"] == ["Books proved: wallets_equal_entries does not hold"]
    assert ready.state() == CloseState.OPEN


def test_nothing_is_proved_where_other_things_are_missing(ready: ReadyDay) -> None:
    make_case(ready.house, "LEDGER_CREDIT_MISSING_PSP_SUCCESS")
    ready.pay("late")
    with pytest.raises(CloseNotReady):
        ready.prepare()
    assert proofs() == 1
