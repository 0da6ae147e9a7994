"""Report rows out of nowhere: a payment that is not ours, a type that nobody knows, a fee that nobody agreed to."""

from config.sandbox.clock import local
from config.sandbox.faults.breaker import Breaker
from config.sandbox.ids import derived_number, derived_ref
from config.sandbox.movements import record_movement

UNKNOWN_TYPE = "LoyaltyAdjustment"
UNEXPECTED_FEE = "Card Programme Surcharge"
CHARGEBACK_FEE = "Chargeback Fee"


def break_lines(breaker: Breaker, *, currencies: list[str], sales: int) -> None:
    """Add such rows, in currencies that the batch has; nothing on a day without any."""
    if not currencies:
        return
    for code, add in ADDED.items():
        source = breaker.random_for(code + ":lines")
        for number in range(breaker.count(code, of=sales)):
            add(breaker, code, number, source.choice(currencies), source.randint(500, 15000))


def fee_label(kind: str, occurred_at: str, zone: str) -> str:
    """As such rows are labelled, odd spaces included: "Transaction Fees January   05 2021"."""
    return f"{kind} {local(occurred_at, zone):%B   %d %Y}"


def _unknown_sale(breaker: Breaker, code: str, number: int, currency: str, amount_minor: int) -> None:
    seed = (code, breaker.account["code"], breaker.day, number)
    reference = f"WEB-{derived_number(*seed, digits=8)}"
    _add(breaker, code, kind="Settled", seed=seed, reference=reference, currency=currency, amount_minor=amount_minor)


def _unknown_type(breaker: Breaker, code: str, number: int, currency: str, amount_minor: int) -> None:
    seed = (code, breaker.account["code"], breaker.day, number)
    signed = amount_minor if breaker.random_for(f"{code}:{number}").random() < 0.5 else -amount_minor
    _add(breaker, code, kind=UNKNOWN_TYPE, seed=seed, reference="", currency=currency, amount_minor=signed)


def _add(breaker: Breaker, code: str, *, kind: str, seed: tuple[object, ...], reference: str, currency: str, amount_minor: int) -> None:
    moment, psp_ref = breaker.late_moment(), derived_ref("psp_", *seed)
    record_movement(
        breaker.connection,
        account=breaker.account["code"],
        kind=kind,
        psp_ref=psp_ref,
        object_id=derived_ref("cpt_", *seed),
        merchant_reference=reference,
        method="card" if reference else "",
        currency=currency,
        amount_minor=amount_minor,
        occurred_at=moment,
        fault=code,
    )
    breaker.tell(
        code,
        amount_minor=abs(amount_minor),
        currency=currency,
        occurred_at=moment,
        merchant_reference=reference or None,
        psp_reference=psp_ref,
    )


def _fee(breaker: Breaker, code: str, number: int, currency: str, amount_minor: int) -> None:
    moment = breaker.late_moment()
    kind = CHARGEBACK_FEE if code == "CHARGEBACK_FEE_NOT_BOOKED" else UNEXPECTED_FEE
    amount_minor //= 10
    record_movement(
        breaker.connection,
        account=breaker.account["code"],
        kind="Fee",
        psp_ref="",
        object_id="",
        merchant_reference="",
        currency=currency,
        amount_minor=amount_minor,
        occurred_at=moment,
        label=fee_label(kind, moment, breaker.account["zone"]) + (f" ({number + 1})" if number else ""),
        fault=code,
    )
    breaker.tell(code, amount_minor=amount_minor, currency=currency, occurred_at=moment, merchant_reference=None, psp_reference=None)


ADDED = {
    "PSP_LINE_UNKNOWN_REFERENCE": _unknown_sale,
    "UNKNOWN_LINE_TYPE": _unknown_type,
    "FEE_UNEXPECTED": _fee,
    "CHARGEBACK_FEE_NOT_BOOKED": _fee,
}
