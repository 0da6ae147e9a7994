"""Asking Stripe what it holds. Its search index lags behind by up to a minute and more, its lists do not: what the search does
not find is looked for among the newest objects too, before "nothing" is said (C8).

https://docs.stripe.com/api/payment_intents/search · https://docs.stripe.com/search#data-freshness
"""

import time
from collections.abc import Callable, Mapping
from typing import Any

import stripe
from stripe import StripeClient

from cashier.psp.base import LookupNotOffered, LookupResult, PspError
from cashier.psp.stripe.translate import find_payment, find_refund
from ledger.ids import BadPublicId, from_public

EXPAND = ["data.latest_charge.balance_transaction"]
LAG_SECONDS = 3600
MOST_PAGES = 30
PAGE = 100
Body = dict[str, Any]


def by_psp_ref(client: StripeClient, psp_ref: str) -> LookupResult | None:
    """https://docs.stripe.com/api/payment_intents/retrieve, /refunds/retrieve, /charges/retrieve"""
    if psp_ref.startswith(("re_", "pyr_")):
        return find_refund(client.v1.refunds.retrieve(psp_ref).to_dict())
    if psp_ref.startswith(("ch_", "py_")):
        owner = client.v1.charges.retrieve(psp_ref).to_dict().get("payment_intent")
        psp_ref = owner["id"] if isinstance(owner, dict) else str(owner or "")
    if not psp_ref:
        return None
    params: Any = {"expand": ["latest_charge.balance_transaction"]}
    return _whole(client, client.v1.payment_intents.retrieve(psp_ref, params).to_dict())


def by_key(client: StripeClient, key: str) -> LookupResult | None:
    """The payment made under this key, else a refund of the last hour; an older refund is found by its reference."""
    intent = _find_payment(client, "idempotency_key", key) or _find_payment(client, "capture_key", key)
    if intent is not None:
        return _whole(client, intent)
    refund = _scan(client.v1.refunds.list, {}, lambda each: _says(each, "idempotency_key", key), since=time.time() - LAG_SECONDS)
    return find_refund(refund) if refund else None


def by_reference(client: StripeClient, reference: str) -> LookupResult | None:
    """rf_: the refund; cap_: the payment of that capture; else the payment."""
    if reference.startswith("po_"):
        raise LookupNotOffered("no payouts to players at Stripe")
    if reference.startswith("rf_"):
        refund = _scan(client.v1.refunds.list, {}, lambda each: _says(each, "merchant_reference", reference), since=_made_at(reference))
        return find_refund(refund) if refund else None
    field = "capture_reference" if reference.startswith("cap_") else "merchant_reference"
    intent = _find_payment(client, field, reference)
    return _whole(client, intent) if intent else None


def _whole(client: StripeClient, intent: Body) -> LookupResult:
    """https://docs.stripe.com/api/refunds/list of the payment. Only money that moved can have been refunded."""
    refunds: list[Body] = []
    if intent.get("amount_received"):
        params: Any = {"payment_intent": intent["id"], "limit": PAGE}
        refunds = [each.to_dict() for each in client.v1.refunds.list(params).data]
    return find_payment(intent, refunds)


def _find_payment(client: StripeClient, field: str, value: str) -> Body | None:
    """The payment with this metadata: captured before the newest, where several attempts carry one reference."""
    found = _search(client, field, value)
    if not found:
        newest = _scan(
            client.v1.payment_intents.list, {"expand": EXPAND}, lambda each: _says(each, field, value), since=time.time() - LAG_SECONDS
        )
        found = [newest] if newest else []
    return max(found, key=lambda intent: (intent["status"] == "succeeded", intent["created"]), default=None)


def _search(client: StripeClient, field: str, value: str) -> list[Body]:
    """Empty also where a server that speaks Stripe's API has no search."""
    quoted = value.replace("\\", "\\\\").replace("'", "\\'")
    params: Any = {"query": f"metadata['{field}']:'{quoted}'", "limit": 10, "expand": EXPAND}
    try:
        hits = client.v1.payment_intents.search(params).data
    except stripe.InvalidRequestError:
        return []
    return [body for body in (hit.to_dict() for hit in hits) if _says(body, field, value)]


def _scan(read: Callable[[Any], Any], params: Mapping[str, Any], is_it: Callable[[Body], bool], *, since: float) -> Body | None:
    """The newest object that fits, page by page down to `since` (Unix seconds). Raises PspError where there are too many to tell."""
    query: dict[str, Any] = {**params, "limit": PAGE, "created": {"gte": int(since)}}
    for _ in range(MOST_PAGES):
        page = read(query)
        bodies: list[Body] = [each.to_dict() for each in page.data]
        for body in bodies:
            if is_it(body):
                return body
        if not page.has_more or not bodies:
            return None
        query["starting_after"] = bodies[-1]["id"]
    raise PspError(f"not among the newest {MOST_PAGES * PAGE}, and there are more")


def _says(body: Body, field: str, value: str) -> bool:
    return (body.get("metadata") or {}).get(field) == value


def _made_at(reference: str) -> float:
    """When our reference was made, less five minutes: nothing of its name is older. 0 for one that does not tell."""
    prefix = reference.partition("_")[0] + "_"
    try:
        return (from_public(reference, prefix).int >> 80) / 1000 - 300
    except BadPublicId:
        return 0.0
