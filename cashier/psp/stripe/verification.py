"""A card verified without charging it (an authorisation of nothing): a payment intent can't be of zero, a setup intent is."""

from typing import Any

from stripe import RequestOptions, StripeClient

from cashier.psp.base import AuthorizeRequest, Outcome, PspError, PspResult

OUTCOMES = {
    "succeeded": Outcome.APPROVED,
    "processing": Outcome.PENDING,
    "requires_action": Outcome.ACTION_REQUIRED,
    "requires_payment_method": Outcome.DECLINED,
    "canceled": Outcome.DECLINED,
}


def verify(client: StripeClient, request: AuthorizeRequest, *, types: list[str], metadata: dict[str, str]) -> PspResult:
    """https://docs.stripe.com/api/setup_intents/create, confirmed at once. Raises PspError."""
    params: Any = {"payment_method": request.payment_token, "payment_method_types": types, "confirm": True, "metadata": metadata}
    if request.return_url:
        params["return_url"] = request.return_url
    options: RequestOptions = {"idempotency_key": request.idempotency_key}
    setup: dict[str, Any] = client.v1.setup_intents.create(params, options).to_dict()
    outcome = OUTCOMES.get(str(setup.get("status")))
    if outcome is None or "id" not in setup:
        raise PspError(f"a setup intent of status {setup.get('status')!r}")
    return PspResult(outcome=outcome, psp_ref=str(setup["id"]), currency=request.currency, raw=setup)
