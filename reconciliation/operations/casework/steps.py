"""Steps of a plan: plain values, each with the posting rule and source that it comes to, so that it can be shown before it is done.

A step either posts by itself ("post"), or calls the cashier, which posts under keys of its own and moves its own records.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from cashier.models import Capture, PayoutIntent, Player, Refund
from cashier.operations import (
    RefundEnd,
    accept_payer,
    adopt_refund,
    credit_late_money,
    fail_capture_late,
    fail_refund,
    keep_refused,
    place_hold,
    refund_late_money,
    release_hold,
    unsee_payer,
)
from cashier.operations.payouts import fail_payout, settle_payout
from ledger.actors import Actor
from ledger.ids import from_public
from ledger.models import ApprovalRequest, JournalTransaction
from ledger.operations import Posting, lines_of, post
from ledger.operations.reversals import reverse_posting
from ledger.values import Line
from reconciliation.models import ExceptionCase
from reconciliation.operations.cases import resolve_by_key
from reconciliation.operations.casework.pairing import pair_line, take_from_suspense

Step = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Doing:
    """Under which approval a step is done: the maker posts, the checker consented (L12). `key` begins the keys of what is posted."""

    case: ExceptionCase
    request: ApprovalRequest
    maker: Actor
    now: datetime
    key: str


def post_step(
    rule: str, source: dict[str, Any], *, player: str = "", line: tuple[str, int] | None = None, pair: dict[str, Any] | None = None
) -> Step:
    """Post by a rule. `line`: the line in suspense that it takes out; `pair`: the item that the line is matched with."""
    return {"do": "post", "rule": rule, "source": source, "player": player, "line": list(line) if line else None, "pair": pair}


def call_step(name: str, *, rule: str, source: dict[str, Any], **facts: Any) -> Step:
    """Call the cashier; `rule` and `source` are what it will post (rule "": nothing)."""
    return {"do": name, "rule": rule, "source": source, **facts}


def step_lines(step: Step) -> list[Line]:
    """The journal lines that the step comes to."""
    return lines_of(step["rule"], step["source"]) if step["rule"] else []


def run_step(step: Step, number: int, doing: Doing) -> None:
    """Do it. Needs a transaction. Raises whatever the cashier or the ledger refuses with: nothing is decided then."""
    if step["do"] == "post":
        _post(step, number, doing)
    else:
        CALLS[step["do"]](step, doing)


def _post(step: Step, number: int, doing: Doing) -> None:
    posting = Posting(
        rule=step["rule"], key=f"{doing.key}:{number}", entity_id=doing.case.entity_id, source=step["source"],
        occurred_at=doing.now, intent_id=doing.case.public_id, player_id=step["player"],
    )  # fmt: skip
    posted = post(posting, actor=doing.maker, now=doing.now)
    if step["line"]:
        kind, line_id = step["line"]
        take_from_suspense(kind, line_id, txn=posted.public_id, now=doing.now)
        if step["pair"]:
            pair_line(doing.case, kind, line_id, step["pair"], maker=doing.maker, now=doing.now)


def _credit_late_money(step: Step, doing: Doing) -> None:
    credit_late_money(capture_id=from_public(step["capture"], Capture.PREFIX), actor=doing.maker, now=doing.now)


def _refund_late_money(step: Step, doing: Doing) -> None:
    refund_late_money(
        capture_id=from_public(step["capture"], Capture.PREFIX), actor=doing.maker, now=doing.now, reason=doing.request.reason[:300]
    )


def _accept_payer(step: Step, doing: Doing) -> None:
    capture_id = from_public(step["capture"], Capture.PREFIX)
    accept_payer(capture_id=capture_id, note=doing.request.reason, actor=doing.maker, now=doing.now)


def _unsee_payer(step: Step, doing: Doing) -> None:
    capture_id = from_public(step["capture"], Capture.PREFIX)
    unsee_payer(capture_id=capture_id, note=doing.request.reason, actor=doing.maker, now=doing.now)


def _keep_refused(step: Step, doing: Doing) -> None:
    keep_refused(capture_id=from_public(step["capture"], Capture.PREFIX), actor=doing.maker, now=doing.now)


def _place_hold(step: Step, doing: Doing) -> None:
    source = step["source"]
    place_hold(
        kind=step["kind"], ref=step["ref"], player=Player.by_public(source["player"]), currency=source["asset"],
        amount_minor=source["amount_minor"], occurred_at=doing.now, actor=doing.maker, now=doing.now,
    )  # fmt: skip


def _release_hold(step: Step, doing: Doing) -> None:
    release_hold(kind=step["kind"], ref=step["ref"], actor=doing.maker, now=doing.now)


def _adopt_refund(step: Step, doing: Doing) -> None:
    source = step["source"]
    capture = Capture.objects.get(pk=from_public(step["capture"], Capture.PREFIX))
    adopt_refund(
        capture=capture, psp_refund_ref=source["ref"], amount_minor=source["locked_minor"] + source["receivable_minor"],
        occurred_at=doing.now, actor=doing.maker, now=doing.now,
    )  # fmt: skip


def _fail_refund(step: Step, doing: Doing) -> None:
    end = RefundEnd(psp_ref="", occurred_at=doing.now, decline_code="never_executed")
    fail_refund(refund_id=from_public(step["refund"], Refund.PREFIX), end=end, actor=doing.maker, now=doing.now)


def _fail_payout(step: Step, doing: Doing) -> None:
    payout_id = from_public(step["payout"], PayoutIntent.PREFIX)
    fail_payout(payout_id=payout_id, occurred_at=doing.now, actor=doing.maker, now=doing.now, decline_code="never_paid")


def _settle_payout(step: Step, doing: Doing) -> None:
    settle_payout(payout_id=from_public(step["payout"], PayoutIntent.PREFIX), occurred_at=doing.now, actor=doing.maker, now=doing.now)
    _end_own_case(f"PAYOUT_PAID_AFTER_RELEASE:{step['payout']}", doing)


def _fail_capture(step: Step, doing: Doing) -> None:
    fail_capture_late(capture_id=from_public(step["capture"], Capture.PREFIX), occurred_at=doing.now, actor=doing.maker, now=doing.now)
    _end_own_case(f"CAPTURE_FAILED_AFTER_CREDIT:{step['capture']}", doing)


def _reverse_posting(step: Step, doing: Doing) -> None:
    original = JournalTransaction.by_public(step["transaction"])
    reverse_posting(original=original, key=doing.key, actor=doing.maker, now=doing.now)


def _end_own_case(dedupe_key: str, doing: Doing) -> None:
    """The cashier raises a case of its own about what it did: this one is the decision on it."""
    if dedupe_key != doing.case.dedupe_key:
        resolve_by_key(dedupe_key, rule="decided_in_case@1", text=f"Decided in {doing.case.label}.", now=doing.now)


CALLS: dict[str, Callable[[Step, Doing], None]] = {
    "credit_late_money": _credit_late_money,
    "refund_late_money": _refund_late_money,
    "accept_payer": _accept_payer,
    "unsee_payer": _unsee_payer,
    "keep_refused": _keep_refused,
    "place_hold": _place_hold,
    "release_hold": _release_hold,
    "adopt_refund": _adopt_refund,
    "fail_refund": _fail_refund,
    "fail_payout": _fail_payout,
    "settle_payout": _settle_payout,
    "fail_capture": _fail_capture,
    "reverse_posting": _reverse_posting,
}
