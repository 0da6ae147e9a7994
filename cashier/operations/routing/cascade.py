"""What follows a decline inside the same intent (C11): another PSP, or once more with a challenge; or nothing."""

from datetime import datetime

from cashier.locks import know_attempts
from cashier.models import Attempt, DepositIntent, DepositState
from cashier.operations.authorizations import AuthorizeOrder, check_gates, new_attempt
from cashier.operations.freezing import freeze_deposit
from cashier.operations.routing.choosing import Moment, choose_route, keep_decision
from cashier.psp.base import Outcome, PspResult, Retry
from cashier.queries.routing import Means

MOST_TRIES = 5  # of one intent: a player waits
FOLLOWS = {Retry.OTHER_PSP: Moment.CASCADE, Retry.STEP_UP: Moment.STEP_UP}


def follow_up(intent: DepositIntent, attempt: Attempt, result: PspResult, *, now: datetime) -> Attempt | None:
    """The next attempt after a definite decline, recorded and nudged; None where there is none, and the intent ends.

    A hard decline has none. other_psp: the next candidate at another account. step_up: the same account with a challenge, once.
    Once the player was asked to act, none follows: the intent is no longer INITIATED. Gates are asked again (K9). The unique index on
    the intent's one open attempt stands behind it all. Needs the intent locked, and the attempt's answer recorded.
    """
    moment = FOLLOWS.get(Retry(result.retry)) if result.retry else None
    if moment is None or not may_follow(intent, attempt, result, moment, now=now):
        return None
    means = means_again(attempt)
    if check_gates(intent, moment=str(moment), instrument=attempt.instrument, now=now) is not None:
        intent.save(update_fields=["gates", "updated_at"])
        return None
    know_attempts(intent)
    route = choose_route(intent, means, moment=moment, now=now, again=attempt if moment is Moment.STEP_UP else None)
    following = None
    if route.account is not None:
        order = order_again(intent, attempt, has_challenge=route.decision.step_up)
        following = new_attempt(intent, order, means, route.account, now=now)
    decision = keep_decision(intent, route, moment=moment, attempt=following, now=now)
    if following is not None:
        freeze_deposit(intent, following, moment=moment, routing=decision, now=now)
    return following


def may_follow(intent: DepositIntent, attempt: Attempt, result: PspResult, moment: Moment, *, now: datetime) -> bool:
    """Whether the decline may be followed at all."""
    if result.outcome not in (Outcome.DECLINED, Outcome.REFUSED) or intent.state != DepositState.INITIATED or now >= intent.expires_at:
        return False
    if attempt.number >= MOST_TRIES:
        return False
    return moment is Moment.CASCADE or not intent.attempts.filter(has_challenge=True).exists()


def means_again(attempt: Attempt) -> Means:
    return Means(attempt.payment_token, attempt.instrument, attempt.capture_mode, attempt.card, attempt.risk_band)


def order_again(intent: DepositIntent, attempt: Attempt, *, has_challenge: bool) -> AuthorizeOrder:
    """As the player asked the first time; no write of the caller's names this attempt."""
    return AuthorizeOrder(
        capture=attempt.capture_mode,
        return_url=intent.return_url,
        device=dict(attempt.device),
        card=dict(attempt.card),
        risk_band=attempt.risk_band,
        has_challenge=has_challenge,
    )
