"""The gates of a payout (P3), asked before approval and again before it is sent; each answer is recorded with what it read.

A gate answers `pass`, `review` (a person of risk decides) or `stop` (refused). Self-exclusion never stops a payout.
"""

from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import QuerySet, Sum

from cashier.models import Instrument, PayoutIntent, PayoutPolicy, PayoutState, Player
from ledger.locks import WalletBalance
from ledger.notices import tell
from ledger.operations import get_threshold

PASS, REVIEW, STOP = "pass", "review", "stop"
WORDS = {
    "amount": "amount", "sum_24h": "sum over 24 hours", "sum_7d": "sum over 7 days", "vip": "VIP player", "player_status": "player's state",
    "kyc": "KYC", "receivable": "debt to us", "disputes": "open disputes", "destination": "destination",
}  # fmt: skip
ENDED_UNPAID = (PayoutState.REJECTED, PayoutState.CANCELED, PayoutState.FAILED)


@dataclass(frozen=True, slots=True)
class Gate:
    """One gate's answer: its name, result, and what it read."""

    name: str
    result: str
    inputs: dict[str, Any]


def check_gates(*, payout: PayoutIntent, wallet: WalletBalance, moment: str, now: datetime) -> list[Gate]:
    """Ask every gate and append the record to `payout.gates` (the caller saves it). `moment`: request, approval or submission."""
    gates = [
        player_gate(payout.player),
        kyc_gate(payout.player),
        receivable_gate(wallet),
        dispute_gate(payout.player),
        destination_gate(payout.instrument, payout.player),
        *amount_gates(payout, moment=moment, now=now),
    ]
    payout.gates = [*payout.gates, {"at": now.isoformat(), "moment": moment, "gates": [asdict(gate) for gate in gates]}]
    return gates


def player_gate(player: Player) -> Gate:
    results = {Player.State.BLOCKED: STOP, Player.State.CLOSED: REVIEW}
    return Gate("player_status", results.get(player.state, PASS), {"state": player.state})


def kyc_gate(player: Player) -> Gate:
    result = PASS if player.kyc_status == Player.Kyc.APPROVED else STOP
    return Gate("kyc", result, {"status": player.kyc_status, "level": player.kyc_level})


def receivable_gate(wallet: WalletBalance) -> Gate:
    """A player who owes us is not paid (L19)."""
    return Gate("receivable", STOP if wallet.receivable else PASS, {"receivable_minor": wallet.receivable})


def dispute_gate(player: Player) -> Gate:
    count = tell("player.open_disputes", player_id=player.id) or 0
    return Gate("disputes", REVIEW if count else PASS, {"open": count})


def destination_gate(instrument: Instrument, player: Player) -> Gate:
    owned = instrument.player_id == player.id
    usable = {Instrument.State.VERIFIED: PASS, Instrument.State.UNVERIFIED: REVIEW}.get(instrument.state, STOP)
    return Gate("destination", usable if owned else STOP, {"instrument": instrument.public_id, "state": instrument.state, "owned": owned})


def amount_gates(payout: PayoutIntent, *, moment: str, now: datetime) -> list[Gate]:
    """Four eyes above the brand's thresholds, on this payout and on the player's sums over 24 hours and 7 days; and for VIPs (P4).

    Before it is sent, of the sums only what was asked for before it counts: what came after was judged with this one in its sum.
    """
    policy = get_policy(payout)
    if policy is None:
        return [Gate("amount", REVIEW, {"amount_minor": payout.amount_minor, "policy": None})]
    review_above = review_above_minor(payout, policy)
    others = PayoutIntent.objects.filter(pk__lt=payout.pk) if moment == "submission" else PayoutIntent.objects.exclude(pk=payout.pk)
    day_minor = payout.amount_minor + paid_out_since(others, payout, now - timedelta(hours=24))
    week_minor = payout.amount_minor + paid_out_since(others, payout, now - timedelta(days=7))
    return [
        threshold_gate("amount", payout.amount_minor, review_above),
        threshold_gate("sum_24h", day_minor, review_above),
        threshold_gate("sum_7d", week_minor, policy.review_week_above_minor),
        Gate("vip", REVIEW if payout.player.is_vip else PASS, {"is_vip": payout.player.is_vip}),
    ]


def review_above_minor(payout: PayoutIntent, policy: PayoutPolicy) -> int:
    """The lower of the policy's amount and of the threshold of four eyes, which the back office changes under four eyes (S1)."""
    threshold = get_threshold("payout.approve", payout.brand.code, payout.currency)
    first = threshold.one_above_minor if threshold else None
    return int(policy.review_above_minor if first is None else min(first, policy.review_above_minor))


def threshold_gate(name: str, amount_minor: int, above_minor: int) -> Gate:
    return Gate(name, REVIEW if amount_minor > above_minor else PASS, {"amount_minor": amount_minor, "review_above_minor": above_minor})


def approvals_needed(payout: PayoutIntent) -> int:
    """Two people above the second amount of the brand and currency, else one; a threshold of four eyes may ask for more."""
    policy = get_policy(payout)
    return 2 if policy is not None and payout.amount_minor > policy.second_review_above_minor else 1


def get_policy(payout: PayoutIntent) -> PayoutPolicy | None:
    return PayoutPolicy.objects.filter(brand_id=payout.brand_id, currency=payout.currency).first()


def paid_out_since(others: QuerySet[PayoutIntent], payout: PayoutIntent, since: datetime) -> int:
    """What else this player asked to be paid since then and that did not end unpaid, in minor units of the payout's currency."""
    same = others.filter(player_id=payout.player_id, currency=payout.currency, created_at__gte=since)
    total = same.exclude(state__in=ENDED_UNPAID).aggregate(total=Sum("amount_minor"))["total"]
    return int(total or 0)


def unseen_reviews(payout: PayoutIntent, gates: list[Gate]) -> list[Gate]:
    """Those that ask for a person, of what no person had before them: the last approval of the record, and all that was known by then."""
    moments = [record["moment"] for record in payout.gates]
    seen = payout.gates[: len(moments) - moments[::-1].index("approval")] if "approval" in moments else []
    agreed = {gate["name"] for record in seen for gate in record["gates"] if gate["result"] == REVIEW}
    return [gate for gate in gates if gate.result == REVIEW and gate.name not in agreed]
