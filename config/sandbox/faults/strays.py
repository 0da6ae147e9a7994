"""Events of payments that are none of ours; payments that never come to an end, or that somebody else than the player paid."""

from config.sandbox.events import emit
from config.sandbox.faults.breaker import Breaker
from config.sandbox.ids import derived_ref
from config.sandbox.tokens import parse_token


def send_strays(breaker: Breaker, *, currencies: list[str]) -> None:
    """EVENT_UNKNOWN_REFERENCE: a rightly signed capture of a deposit that we never made."""
    code = "EVENT_UNKNOWN_REFERENCE"
    source = breaker.random_for(code)
    for number in range(breaker.count(code, of=1) if currencies else 0):
        moment, currency = breaker.late_moment(), source.choice(currencies)
        seed = (code, breaker.account["code"], breaker.day, number)
        reference, psp_ref = stray_reference(*seed), derived_ref("psp_", *seed)
        amount_minor = source.randint(500, 15000)
        emit(
            breaker.connection,
            breaker.sandbox,
            account=breaker.account["code"],
            event="payment.captured",
            shard=psp_ref,
            token="tok_approve",
            amount_minor=amount_minor,
            currency=currency,
            occurred_at=moment,
            idempotency_key=f"{psp_ref}:captured",
            psp_ref=psp_ref,
            intent_id=reference,
            capture_id=derived_ref("cpt_", *seed),
            merchant_reference=reference,
        )
        breaker.tell(
            code,
            amount_minor=amount_minor,
            currency=currency,
            occurred_at=moment,
            merchant_reference=reference,
            psp_reference=psp_ref,
        )


def stray_reference(*seed: object) -> str:
    """What looks like a deposit of ours: pi_ and 26 characters."""
    whole = derived_ref("", *seed, "first") + derived_ref("", *seed, "second")
    return f"pi_0{whole[:25].lower()}"


def tell_waiting(breaker: Breaker, *, since: str, until: str) -> None:
    """ABNORMAL_PENDING: the day's payments with the token pending_forever; nothing happens to them, and that is it."""
    query = "SELECT * FROM payment WHERE account = ? AND state = 'PENDING' AND created_at >= ? AND created_at < ? ORDER BY rowid"
    for row in breaker.connection.execute(query, (breaker.account["code"], since, until)).fetchall():
        if parse_token(row["token"]).behaviour == "pending_forever":
            breaker.tell(
                "ABNORMAL_PENDING",
                amount_minor=row["amount_minor"],
                currency=row["currency"],
                occurred_at=row["created_at"],
                merchant_reference=row["merchant_reference"],
                psp_reference=None,
            )


def tell_payers(breaker: Breaker, *, since: str, until: str) -> None:
    """PAYER_NAME_MISMATCH: the day's paid payments with the token payer_other; the rail named another than the player."""
    query = "SELECT * FROM payment WHERE account = ? AND state = 'CAPTURED' AND created_at >= ? AND created_at < ? ORDER BY rowid"
    for row in breaker.connection.execute(query, (breaker.account["code"], since, until)).fetchall():
        if parse_token(row["token"]).has("payer_other"):
            breaker.tell(
                "PAYER_NAME_MISMATCH",
                amount_minor=row["amount_minor"],
                currency=row["currency"],
                occurred_at=row["occurred_at"],
                merchant_reference=row["merchant_reference"],
                psp_reference=row["psp_ref"],
            )
