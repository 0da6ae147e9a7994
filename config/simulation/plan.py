"""What will happen on a simulated day: drawn from a seed, before anything is sent. Pure: no network, no database, no clock.

Shares are stated here, in one place, so that a reader can say what a day of N deposits holds.
"""

import random
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

SEGMENTS = 8  # the clock moves on between them, nothing is in flight then
PEAK_WEIGHT = 10  # --peak: one segment gets ten times the load of another

DECLINES = ("insufficient_funds", "do_not_honour", "expired_card", "invalid_cvv", "stolen_card", "suspected_fraud", "issuer_unavailable")
# weight, token, method, capture, what the payer does on the challenge page
CALM = (
    (640, "approve", "card", "auto", ""),
    (160, "approve", "card", "manual", ""),
    (50, "frictionless", "card", "auto", ""),
    (35, "challenge", "card", "auto", "approve"),
    (5, "challenge", "card", "auto", "fail"),
    (15, "challenge_abandon", "card", "auto", "abandon"),
    (65, "decline", "card", "auto", ""),
    (30, "pending", "paybybank", "auto", ""),
)
FAULTY = (
    *CALM,
    (12, "pending_hold", "paybybank", "auto", ""),
    (10, "challenge_abandon", "card", "auto", "abandon"),
    (8, "approve.dup", "card", "auto", ""),
    (6, "approve.retimed", "card", "auto", ""),
    (5, "approve.reorder", "card", "auto", ""),
    (3, "error_after", "card", "auto", ""),
    (2, "timeout_after", "card", "auto", ""),
)
HOSTILE = (
    *FAULTY,
    (30, "timeout_after", "card", "auto", ""),
    (20, "timeout_before", "card", "auto", ""),
    (20, "error", "card", "auto", ""),
    (20, "error_after", "card", "auto", ""),
    (20, "approve.late", "card", "auto", ""),
    (20, "approve.lost", "card", "auto", ""),
    (20, "challenge.lost", "card", "auto", "approve"),
    (20, "slow", "card", "auto", ""),
)
BEHAVIOURS = {"none": CALM, "default": FAULTY, "hostile": HOSTILE}
# share of captured deposits that are followed by something
FOLLOW_UPS = (("rounds", 0.45), ("refund", 0.04), ("payout", 0.10), ("chargeback", 0.006))
# what every faulty day holds at least, by number, however small it is: each kind of fault needs something that it can befall
ALWAYS = {
    **dict.fromkeys((3, 13), ("pending_hold", "paybybank", "auto", "", "", "")),
    **dict.fromkeys((5, 15), ("challenge_abandon", "card", "auto", "abandon", "", "")),
    **dict.fromkeys((7, 17), ("approve", "card", "auto", "", "payout", "approve.payout_pending")),
    **dict.fromkeys((1, 11), ("approve", "card", "auto", "", "payout", "approve")),
    **dict.fromkeys((9, 19, 21, 23, 25, 27), ("approve", "card", "auto", "", "refund", "approve")),
    **dict.fromkeys((2, 22), ("approve.refund_fail", "card", "auto", "", "refund", "approve")),
    **dict.fromkeys((4, 24), ("approve", "card", "auto", "", "payout", "approve.payout_fail")),
    **dict.fromkeys((29, 31, 33, 35), ("approve", "card", "auto", "", "payout", "approve")),
}
# what a day holds only where that very code is wanted: the token alone leaves a case
ASKED = {
    6: ("ABNORMAL_PENDING", ("pending_forever", "paybybank", "auto", "", "", "")),
    8: ("PAYER_NAME_MISMATCH", ("approve.payer_other", "card", "auto", "", "", "")),
}
LARGE_PAYOUTS = 0.08  # of payouts: the whole of a large deposit, so that a second person is asked


@dataclass(frozen=True, slots=True)
class PlannedDeposit:
    """One deposit and what follows it. `amount_minor` in minor units of `currency`; `follow_up` is '' or one of FOLLOW_UPS."""

    number: int
    segment: int
    account: int
    player: int
    currency: str
    amount_minor: int
    method: str
    token: str
    capture: str
    challenge: str
    follow_up: str
    part: int  # in per cent: how much of the deposit the follow-up moves
    payout_token: str


def plan_day(
    *,
    deposits: int,
    seed: int,
    faults: str,
    accounts: int,
    currencies: Sequence[str],
    units: dict[str, int],
    peak: bool,
    codes: Collection[str] = (),
    segments: int = SEGMENTS,
) -> list[PlannedDeposit]:
    """The deposits of one day, ordered by segment. `units`: minor units of about one euro, per currency; `codes`: what is to be broken;
    `segments`: of a day.

    Same arguments, same plan.
    """
    rng = random.Random(f"{seed}/{deposits}/{faults}/{accounts}/{','.join(currencies)}")
    behaviours = BEHAVIOURS.get(faults, FAULTY)
    planned = [_deposit(rng, number, behaviours, accounts, currencies, units, peak, segments) for number in range(deposits)]
    if behaviours is not CALM:
        needs = ALWAYS | {number: need for number, (code, need) in ASKED.items() if code in codes}
        planned = [_with_what_faults_need(deposit, needs) for deposit in planned]
    return sorted(planned, key=lambda deposit: (deposit.segment, deposit.number))


def _deposit(
    rng: random.Random,
    number: int,
    behaviours: Sequence[tuple[int, str, str, str, str]],
    accounts: int,
    currencies: Sequence[str],
    units: dict[str, int],
    peak: bool,
    segments: int,
) -> PlannedDeposit:
    _, token, method, capture, challenge = rng.choices(behaviours, weights=[row[0] for row in behaviours])[0]
    currency = rng.choice(list(currencies))
    follow_up = rng.choices(
        [name for name, _ in FOLLOW_UPS] + [""], weights=[*(s for _, s in FOLLOW_UPS), 1 - sum(s for _, s in FOLLOW_UPS)]
    )[0]
    large = follow_up == "payout" and rng.random() < LARGE_PAYOUTS
    return PlannedDeposit(
        number=number,
        segment=_segment(rng, peak, segments),
        account=rng.randrange(accounts),
        player=rng.randrange(10**6),
        currency=currency,
        amount_minor=_amount(rng, units[currency], large),
        method=method,
        token=f"decline_{rng.choice(DECLINES)}" if token == "decline" else token,
        capture=capture,
        challenge=challenge,
        follow_up=follow_up,
        part=100 if large else rng.choice((25, 50, 75, 100)),
        payout_token="approve.payout_pending" if behaviours is not CALM and rng.random() < 0.25 else "approve",
    )


def _with_what_faults_need(deposit: PlannedDeposit, needs: Mapping[int, tuple[str, ...]]) -> PlannedDeposit:
    if deposit.number not in needs:
        return deposit
    token, method, capture, challenge, follow_up, payout_token = needs[deposit.number]
    return replace(
        deposit, token=token, method=method, capture=capture, challenge=challenge, follow_up=follow_up,
        payout_token=payout_token or deposit.payout_token, part=50,
    )  # fmt: skip


def _segment(rng: random.Random, peak: bool, segments: int) -> int:
    weights = [PEAK_WEIGHT if peak and index == segments // 2 else 1 for index in range(segments)]
    return rng.choices(range(segments), weights=weights)[0]


def _amount(rng: random.Random, unit: int, large: bool) -> int:
    """Most deposits are round and small; some are odd to the minor unit, so that sums are no accident."""
    if large:
        return rng.randrange(2500, 6000) * unit
    if rng.random() < 0.7:
        return rng.choice((10, 20, 25, 50, 50, 100, 100, 200, 250, 500)) * unit
    return rng.randrange(7 * unit, 400 * unit)
