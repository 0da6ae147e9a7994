"""Expected value = success rate x (amount - cost), from what was learned and how the account does right now (C10)."""

from cashier.routing.values import MILLION, Account, Payment

# What is believed of an account without a past, and how many tries that belief is worth.
BELIEVED_PPM, WORTH = 800_000, 20
ENOUGH_FOR_HEALTH = 10


def learned_ppm(account: Account) -> int:
    """The success rate in the segment, leaning on the account's own in all, and that on what is believed of a new one."""
    track = account.track
    prior = _lean(track.all_successes, track.all_tries, BELIEVED_PPM)
    return _lean(track.successes, track.tries, prior)


def success_ppm(account: Account) -> int:
    """As learned; where its last answers are worse than that, half way down to them."""
    if account.past is not None:
        return account.past.success_ppm
    learned, recent = learned_ppm(account), account.health.success_ppm
    if recent is None or account.health.tries < ENOUGH_FOR_HEALTH or recent >= learned:
        return learned
    return (learned + recent) // 2


def value_of(payment: Payment, account: Account, *, weight_percent: int, slow_above_ms: int, slow_percent: int) -> int:
    """Millionths of a minor unit. A slow account counts `slow_percent` of its value: players leave while they wait."""
    if account.past is not None:
        return account.past.value * weight_percent // 100
    net = max(payment.amount_minor - cost_of(payment, account), 0)
    value = success_ppm(account) * net * weight_percent // 100
    p95 = account.health.p95_ms
    return value * slow_percent // 100 if p95 is not None and p95 > slow_above_ms else value


def cost_of(payment: Payment, account: Account) -> int:
    """In minor units of the payment."""
    return account.past.cost_minor if account.past is not None else account.fees.cost_minor(payment.amount_minor)


def _lean(successes: int, tries: int, prior_ppm: int) -> int:
    return (successes * MILLION + WORTH * prior_ppm) // (tries + WORTH)
