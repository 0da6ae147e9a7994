"""Refunds by the staff (C6, L12): audited with a reason, four-eyed above a threshold; one that the house pays, always."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Sum

from cashier.models import Capture, Refund
from cashier.operations.refunds import RefundOrder, submit_refund
from cashier.refusals import Invalid
from ledger.actors import Actor
from ledger.duties import require_not_own_player
from ledger.ids import from_public
from ledger.models import ApprovalRequest, User
from ledger.money import get_asset, money_text
from ledger.operations import get_threshold, people_needed, request_approval
from ledger.values import Line

KIND = "refund.manual"
# Above this many major units of the currency a second person decides, where no threshold of four eyes is set.
FREE_MAJOR = 100


def refund_by_hand(
    *, capture_id: UUID, amount_minor: int, source: str, reason: str, maker: Actor, now: datetime
) -> Refund | ApprovalRequest:
    """Refund by a person: at once up to the threshold, else an approval request that executes it.

    source: Refund.Source playable, late or house. Raises Invalid without a reason, ApprovalRefused for the maker's own player
    account, and as submit_refund.
    """
    if not reason.strip():
        raise Invalid("A refund by hand needs a reason.", field="reason", rule="required")
    capture = Capture.objects.select_related("intent__brand", "intent__player").get(pk=capture_id)
    require_not_own_player(maker, {capture.intent.player.public_id})
    with transaction.atomic():
        if source != Refund.Source.HOUSE and is_free(capture, amount_minor, maker=maker, now=now):
            return submit_refund(capture_id=capture_id, order=order_of(capture, amount_minor, source, reason, now), actor=maker, now=now)
        return ask_second_person(capture, amount_minor, source=source, reason=reason, maker=maker, now=now)


def is_free(capture: Capture, amount_minor: int, *, maker: Actor, now: datetime) -> bool:
    """Whether one person may do this alone: by the threshold of brand and currency, else up to FREE_MAJOR, on the sum of what they
    refunded this player in 24 hours. Two refunds of one person are counted one after the other.
    """
    if maker.kind == "user":
        User.objects.select_for_update(no_key=True).get(pk=maker.id)
    done = by_hand_minor(capture, maker, since=now - timedelta(hours=24))
    brand, currency, player = capture.intent.brand.code, capture.currency, capture.intent.player.public_id
    if get_threshold(KIND, brand, currency) is None:
        return amount_minor + done <= FREE_MAJOR * int(10 ** get_asset(currency).exponent)
    needed = people_needed(
        kind=KIND, brand=brand, currency=currency, amount_minor=amount_minor, player_ref=player, maker=maker, done_minor=done, now=now
    )
    return needed.people == 0


def by_hand_minor(capture: Capture, maker: Actor, *, since: datetime) -> int:
    """What this person refunded this player without asking, minor units of the capture's currency; failed ones don't count."""
    done = Refund.objects.filter(
        capture__intent__player_id=capture.intent.player_id, currency=capture.currency, client_id="countroom",
        refund_id__startswith="hand:", requested_by_kind=maker.kind, requested_by_id=maker.id, created_at__gt=since,
    )  # fmt: skip
    return int(done.exclude(state=Refund.State.REFUND_FAILED).aggregate(total=Sum("amount_minor"))["total"] or 0)


def ask_second_person(capture: Capture, amount_minor: int, *, source: str, reason: str, maker: Actor, now: datetime) -> ApprovalRequest:
    """The request that executes the refund."""
    return request_approval(
        kind=KIND,
        payload={"capture": capture.public_id, "amount_minor": amount_minor, "source": source, "reason": reason},
        summary=f"Refund {money_text(amount_minor, capture.currency)} of {capture.public_id}",
        reason=reason,
        maker=maker,
        entity_id=capture.intent.entity_id,
        amount_minor=amount_minor,
        currency=capture.currency,
        target_kind="capture",
        target_id=capture.public_id,
        brand=capture.intent.brand.code,
        player_ref=capture.intent.player.public_id,
        now=now,
    )


def execute_refund(*, payload: dict[str, Any], request: ApprovalRequest, actor: Actor, now: datetime) -> Refund:
    """The approved refund, checked again under lock; the maker refunds, the checker only consents (L12). Raises as submit_refund."""
    capture = Capture.objects.get(pk=from_public(payload["capture"], Capture.PREFIX))
    order = RefundOrder(
        refund_id=f"approval:{request.public_id}",
        amount_minor=payload["amount_minor"],
        client_id="countroom",
        source=payload["source"],
        reason=payload["reason"],
    )
    maker = Actor(request.maker_kind, request.maker_id)
    return submit_refund(capture_id=capture.pk, order=order, actor=maker, now=now)


def preview_refund(payload: dict[str, Any]) -> list[Line]:
    """The lines that the books will get when the PSP confirms it: for the receipt of who decides."""
    from cashier.postings.deposits import deposit_late_refunded
    from cashier.postings.refunds import house_refund, refund_processed

    capture = Capture.objects.select_related("intent__player", "intent__entity", "merchant_account").get(
        pk=from_public(payload["capture"], Capture.PREFIX)
    )
    amount = payload["amount_minor"]
    source = {
        "entity": capture.intent.entity.public_id,
        "player": capture.intent.player.public_id,
        "merchant_account": capture.merchant_account.public_id,
        "asset": capture.currency,
        "ref": capture.public_id,
        "amount_minor": amount,
        "gross_minor": amount,
    }
    rules = {Refund.Source.HOUSE: house_refund, Refund.Source.LATE: deposit_late_refunded}
    return rules.get(payload["source"], refund_processed)(source)


def order_of(capture: Capture, amount_minor: int, source: str, reason: str, now: datetime) -> RefundOrder:
    """A reference of our own: one per capture, amount and moment."""
    stamp = f"{now:%Y%m%d%H%M%S%f}"
    return RefundOrder(
        refund_id=f"hand:{capture.public_id}:{stamp}", amount_minor=amount_minor, client_id="countroom", source=source, reason=reason
    )
