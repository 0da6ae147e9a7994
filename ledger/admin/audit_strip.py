"""What stands above the audit log (UX 4.13): is the chain whole, up to where, since when, and is its head signed?"""

from collections.abc import Mapping
from functools import partial
from typing import Any

from django.db import transaction
from django.urls import reverse

from ledger.admin.frames import SHOWN, Act, Done, Page, Standing, disabled
from ledger.models import AuditHead, AuditSeal
from ledger.operations.verification import Verification, ask_to_verify, get_verification

MAY = "ledger.verify_audit"


def audit_strip(page: Page) -> dict[str, Any]:
    """{strip, chain}: `chain` holds state (never, running, lost, whole, broken), words, and what to say beside them."""
    found, head = get_verification(), AuditHead.objects.order_by("-day").first()
    chain = {"state": _state(found, page), "verification": found, "head": head, "url": reverse("admin:ledger_auditrecord_strip")}
    if chain["state"] == "running":
        chain |= _progress(found)
    if found.verdict is not None:
        chain |= {"position": int(found.verdict.detail["position"]), "first": _first_words(found.verdict.detail["first"])}
    return {"strip": "ops/audit_strip.html", "chain": chain}


def _state(found: Verification, page: Page) -> str:
    if found.is_running(page.now):
        return "running"
    if found.asked is not None and (found.verdict is None or found.verdict.pk < found.asked.pk):
        return "lost"
    return "never" if found.verdict is None else "whole" if found.verdict.detail["ok"] else "broken"


def _progress(found: Verification) -> dict[str, int]:
    assert found.asked is not None
    last = AuditSeal.objects.order_by("-position").values_list("position", flat=True).first() or 0
    whole = max(int(found.asked.detail["position"]), last)
    return {"walked": found.walked, "of": whole, "percent": found.walked * 100 // whole if whole else 0}


def _first_words(first: Mapping[str, Any]) -> str:
    """`entry 4,711 (record 4,720): the record was changed`."""
    if not first:
        return ""
    place = [f"entry {int(first['position']):,}"] if first.get("position") is not None else []
    place += [f"record {int(first['record']):,}"] if first.get("record") is not None else []
    place += [str(first[name]) for name in ("day", "file", "close") if name in first]
    return f"{', '.join(place)}: {first.get('fault', first['check'])}"


def _standing(obj: Any, page: Page) -> Standing:
    return disabled("It is being verified now.") if get_verification().is_running(page.now) else SHOWN


def _verify(obj: Any, data: Mapping[str, Any], page: Page) -> Done:
    from ledger.tasks import verify_audit

    asked = ask_to_verify(actor=page.actor, now=page.now)
    transaction.on_commit(partial(verify_audit.delay, asked=asked, actor_kind=page.actor.kind, actor_id=page.actor.id))
    return Done("The chain is being verified. The verdict stands above the log, and in it.")


VERIFY = Act("verify", "Verify chain", MAY, _verify, kind="primary", dialog=False, standing=_standing, icon="verified_user")
