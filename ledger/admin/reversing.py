"""A posting's reversal proposed from its page (L2, L12): the mirror is shown first, somebody else decides."""

from collections.abc import Mapping
from typing import Any

from ledger.admin.frames import SHOWN, Act, Done, Page, Standing, disabled, hidden, reason_field, receipt_of
from ledger.admin.frames.receipts import Receipt
from ledger.models import ApprovalRequest, JournalTransaction
from ledger.operations import propose_reversal
from ledger.operations.reversals import preview_reversal


def _standing(posted: JournalTransaction, page: Page) -> Standing:
    if posted.reverses_id is not None:
        return hidden("It is a reversal itself.")
    if posted.reversed_by.exists():
        return hidden("It is reversed already.")
    waiting = ApprovalRequest.objects.filter(kind="ledger.reversal", target_id=posted.public_id, state=ApprovalRequest.State.PENDING)
    return disabled("Its reversal is proposed already, and waits for a second person.") if waiting.exists() else SHOWN


def _receipt(posted: JournalTransaction, page: Page) -> Receipt:
    words = "Nothing is posted before a second person says yes. What a player no longer has by then becomes a debt."
    return receipt_of(preview_reversal({"transaction_id": posted.public_id}), not_done=words)


def _reverse(posted: JournalTransaction, data: Mapping[str, Any], page: Page) -> Done:
    request = propose_reversal(transaction_id=posted.pk, reason=data["reason"], maker=page.actor, now=page.now)
    return Done(f"Asked for: {request.summary}. Somebody else decides.")


REVERSE = Act(
    "reverse", "Propose reversal…", "ledger.propose_reversal", _reverse, kind="danger", standing=_standing, title="Propose a reversal",
    fields=lambda posted, page: {"reason": reason_field()}, receipt=_receipt, guards_staleness=False,
    approver="Another person, with the permission to approve reversals",
)  # fmt: skip
