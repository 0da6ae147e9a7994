"""The audit log in the back office (S5, UX 4.13): verified on demand, its signed days listed, a day taken away by who may."""

import io
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from ledger import tasks
from ledger.models import AuditHead, AuditRecord
from ledger.operations.verification import VerifiedNow, ask_to_verify, get_verification
from ledger.proofs.audit_segments import verify_segments
from ledger.signing import get_signer
from tests.ledger.audit.test_tampering import record_at
from tests.ledger.audit.writing import NEXT_DAYS
from tests.ledger.cast import make_person

pytestmark = pytest.mark.spec("S5")
LOG, VERIFY = "admin:ledger_auditrecord_changelist", "admin:ledger_auditrecord_list_act"
READS = ("view_auditrecord", "view_audithead")


@pytest.fixture
def reader(log: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Client]:
    """`reader("verify_audit")`: a browser of somebody who reads the log, and may do that. Their worker does what it is sent at once."""
    from ledger import clock

    monkeypatch.setattr(clock, "now", lambda: NEXT_DAYS)
    monkeypatch.setattr(tasks.verify_audit, "delay", lambda **what: tasks.verify_audit(**what))

    def sign_in(*more: str) -> Client:
        client = Client()
        client.force_login(make_person("ola", *READS, *more), backend="django.contrib.auth.backends.ModelBackend")
        return client

    return sign_in


def press(client: Client) -> str:
    """Press "Verify chain", and read the page that it leads to."""
    client.post(reverse(VERIFY, args=["verify"]), {"once": "v1"})
    return str(client.get(reverse(LOG)).content.decode())


def test_a_whole_chain_is_said_to_be_whole_and_up_to_where(reader: Callable[..., Client]) -> None:
    client = reader("verify_audit")
    before = client.get(reverse(LOG)).content.decode()
    assert "not verified from here yet" in before
    assert "Head signed for 11 Mar 2026" in before
    assert "Chain whole to entry 7" in press(client)
    verdict = AuditRecord.objects.get(act="audit.verified")
    assert (verdict.detail["ok"], verdict.detail["position"], verdict.detail["first"]) == (True, 7, {})


def test_a_changed_record_is_named(reader: Callable[..., Client], tamper: Callable[..., None]) -> None:
    victim = record_at(4)
    tamper("ledger_audit_record", "UPDATE ledger_audit_record SET reason = 'x' WHERE id = %s", victim)
    text = press(reader("verify_audit"))
    assert "The record was changed." in text
    assert f"entry 4, record {victim}: the record was changed" in text


def test_while_it_walks_it_says_how_far_and_nobody_asks_again(reader: Callable[..., Client]) -> None:
    from django.core.cache import cache

    from ledger.actors import system_actor

    client, asker = reader("verify_audit"), system_actor("tests")
    asked = ask_to_verify(actor=asker, now=NEXT_DAYS)
    cache.set(f"audit-walk:{asked}", 3)
    strip = client.get(reverse("admin:ledger_auditrecord_strip")).content.decode()
    assert "Verifying: 3 of 7 entries." in strip
    assert "every 2s" in strip
    with pytest.raises(VerifiedNow):
        ask_to_verify(actor=asker, now=NEXT_DAYS)
    tasks.verify_audit(asked=asked, actor_kind=asker.kind, actor_id=asker.id)
    assert not get_verification().is_running(NEXT_DAYS)
    assert "every 2s" not in client.get(reverse("admin:ledger_auditrecord_strip")).content.decode()


def test_who_may_not_sees_no_button_and_is_refused(reader: Callable[..., Client]) -> None:
    client = reader()
    assert "Verify chain" not in client.get(reverse(LOG)).content.decode()
    assert client.post(reverse(VERIFY, args=["verify"]), {"once": "v1"}).status_code == 403
    assert not AuditRecord.objects.filter(act="audit.verification_asked").exists()


def test_signed_days_are_listed_with_their_signatures(reader: Callable[..., Client], tamper: Callable[..., None]) -> None:
    client = reader()
    head = AuditHead.objects.order_by("-day").first()
    assert head is not None
    text = client.get(reverse("admin:ledger_audithead_changelist")).content.decode()
    assert "11 Mar 2026" in text
    assert "Signature does not hold" not in text
    page = reverse("admin:ledger_audithead_change", args=[head.pk])
    assert head.signature in client.get(page).content.decode()
    tamper("ledger_audit_head", "UPDATE ledger_audit_head SET signed_at = signed_at + interval '1 s' WHERE id = %s", head.pk)
    assert "Signature does not hold" in client.get(page).content.decode()


def test_a_day_is_taken_away_by_who_may_and_that_is_recorded(reader: Callable[..., Client], tmp_path: Path) -> None:
    head = AuditHead.objects.get(day="2026-03-11")
    url = reverse("admin:ledger_audithead_segment", args=[head.pk])
    client = reader()
    assert client.post(url).status_code == 403
    assert "Download segment" not in client.get(reverse("admin:ledger_audithead_change", args=[head.pk])).content.decode()

    fay: Any = make_person("fay", *READS, "export_audit")
    client.force_login(fay, backend="django.contrib.auth.backends.ModelBackend")
    assert client.get(url).status_code == 405
    answer: Any = client.post(url)

    zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content))).extractall(tmp_path / "taken")
    assert sorted(file.name for file in (tmp_path / "taken").iterdir()) == ["audit-2026-03-11.jsonl", "audit-2026-03-11.manifest.json"]
    assert verify_segments(tmp_path / "taken", signer=get_signer()).ok
    record = AuditRecord.objects.get(act="audit.exported")
    assert (record.target_id, record.actor_id) == ("2026-03-11", str(fay.pk))
