"""Stripe's API as documented, as far as we call it: payment intents, charges, refunds, files, disputes, search with its lag.

https://docs.stripe.com/api · https://docs.stripe.com/api/idempotent_requests · https://docs.stripe.com/testing
"""

import itertools
import re
import time
from typing import Any
from urllib.parse import parse_qsl

from tests.cashier.psp.servers.base import Answer, LocalServer, Request, Silence

SECRET = "sk_test_51contract"
_numbers = itertools.count(1)


class Refused(Exception):
    def __init__(self, status: int, **error: Any) -> None:
        self.answer = (status, {"error": {"type": "invalid_request_error", "message": "refused", **error}})


class StripeServer(LocalServer):
    """Payment methods are told how to behave by their names: pm_approve, pm_decline_<code>, pm_challenge, pm_timeout_after …"""

    def __init__(self) -> None:
        super().__init__()
        self.intents: dict[str, dict[str, Any]] = {}
        self.charges: dict[str, dict[str, Any]] = {}
        self.refunds: dict[str, dict[str, Any]] = {}
        self.disputes: dict[str, dict[str, Any]] = {}
        self.keys: dict[str, tuple[tuple[str, bytes], Answer]] = {}
        self.silenced: set[str] = set()
        self.search_lag = 0.0

    def answer(self, request: Request) -> Answer:
        if request.path.startswith("/authenticate/"):
            return self.authenticate(request.path.rpartition("/")[2])
        if request.headers.get("authorization") != f"Bearer {SECRET}" or "stripe-version" not in request.headers:
            return 401, {"error": {"type": "invalid_request_error", "message": "Invalid API Key provided"}}
        with self.lock:
            if request.method != "POST":
                return self._route(request)
            return self._once(request)

    def _once(self, request: Request) -> Answer:
        """The first answer under a key is its only one, whatever it was, for the same request."""
        content = b"" if request.path == "/v1/files" else request.body  # the boundary of an upload is drawn anew
        if not request.key:
            return 400, {"error": {"type": "invalid_request_error", "message": "every write of ours has a key"}}
        if request.key in self.keys:
            made, answer = self.keys[request.key]
            if made != (request.path, content):
                message = "Keys for idempotent requests can only be used with the same parameters they were first used with."
                return 400, {"error": {"type": "idempotency_error", "message": message}}
            return answer
        method = dict(parse_qsl(request.body.decode("utf-8", "replace"))).get("payment_method", "")
        if method == "pm_timeout_before" and request.key not in self.silenced:
            self.silenced.add(request.key)
            raise Silence
        answer = self._route(request)
        self.keys[request.key] = ((request.path, content), answer)
        if method == "pm_timeout_after":
            raise Silence
        return (500, {"error": {"type": "api_error", "message": "Sorry about that!"}}) if method == "pm_error_after" else answer

    def _route(self, request: Request) -> Answer:
        if request.path == "/v1/files":
            assert b'name="purpose"' in request.body and b"dispute_evidence" in request.body
            return 200, {"id": f"file_{next(_numbers)}", "object": "file", "purpose": "dispute_evidence"}
        form = dict(parse_qsl(request.body.decode())) | request.query
        routes = (
            ("POST", r"/v1/payment_intents", self.create),
            ("POST", r"/v1/setup_intents", self.set_up),
            ("GET", r"/v1/payment_intents/search", self.search),
            ("GET", r"/v1/payment_intents", self.list_intents),
            ("GET", r"/v1/payment_intents/(\w+)", self.retrieve),
            ("POST", r"/v1/payment_intents/(\w+)/capture", self.capture),
            ("POST", r"/v1/payment_intents/(\w+)/cancel", self.cancel),
            ("GET", r"/v1/charges/(\w+)", lambda form, ref: _known(self.charges, ref)),
            ("POST", r"/v1/refunds", self.refund),
            ("GET", r"/v1/refunds", self.list_refunds),
            ("GET", r"/v1/refunds/(\w+)", lambda form, ref: _known(self.refunds, ref)),
            ("POST", r"/v1/disputes/(\w+)", self.submit),
            ("POST", r"/v1/disputes/(\w+)/close", self.close_dispute),
        )
        for method, pattern, act in routes:
            found = re.fullmatch(pattern, request.path)
            if found and method == request.method:
                try:
                    return 200, act(form, *found.groups())
                except Refused as refused:
                    return refused.answer
        return 404, {"error": {"type": "invalid_request_error", "message": f"Unrecognized request URL ({request.path})"}}

    def set_up(self, form: dict[str, str]) -> dict[str, Any]:
        assert form["confirm"] == "true" and "amount" not in form
        if form["payment_method"].startswith("pm_decline_"):
            code = form["payment_method"].removeprefix("pm_decline_")
            raise Refused(402, type="card_error", code="card_declined", decline_code=code, message="Your card was declined.")
        return {"id": f"seti_3{next(_numbers):06}", "object": "setup_intent", "status": "succeeded", "metadata": _metadata(form)}

    def create(self, form: dict[str, str]) -> dict[str, Any]:
        if int(form["amount"]) < 1:
            raise Refused(400, code="parameter_invalid_integer", param="amount", message="Invalid positive integer")
        method = form["payment_method"].removeprefix("pm_")
        assert form["confirm"] == "true" and form["payment_method_types[0]"] == "card"
        intent = {
            "id": f"pi_3{next(_numbers):06}",
            "object": "payment_intent",
            "amount": int(form["amount"]),
            "amount_capturable": 0,
            "amount_received": 0,
            "currency": form["currency"],
            "capture_method": form["capture_method"],
            "created": int(time.time()),
            "metadata": _metadata(form),
            "payment_method": form["payment_method"],
            "latest_charge": None,
            "last_payment_error": None,
            "next_action": None,
            "status": "processing",
        }
        self.intents[intent["id"]] = intent
        if method == "unknown":
            del self.intents[intent["id"]]
            raise Refused(400, code="resource_missing", param="payment_method", message="No such PaymentMethod")
        if method == "challenge":
            url = f"{self.url}/authenticate/{intent['id']}"
            intent |= {
                "status": "requires_action",
                "next_action": {"type": "redirect_to_url", "redirect_to_url": {"url": url, "return_url": form["return_url"]}},
            }
        elif method.startswith("decline_"):
            self._decline(intent, method.removeprefix("decline_"))
        elif method != "pending":
            self._charge(intent, secure=method == "frictionless")
        return self._shown(intent)

    def _decline(self, intent: dict[str, Any], code: str) -> None:
        charge = self._new_charge(intent, paid=False)
        error = {"type": "card_error", "code": "card_declined", "decline_code": code, "message": "Your card was declined."}
        if code == "insufficient_funds_never":
            error |= {"decline_code": "insufficient_funds", "advice_code": "do_not_try_again"}
        intent |= {"status": "requires_payment_method", "last_payment_error": dict(error), "latest_charge": charge["id"]}
        raise Refused(402, **error, charge=charge["id"], payment_intent=self._shown(intent))

    def _charge(self, intent: dict[str, Any], *, secure: bool = False) -> None:
        charge = self._new_charge(intent, secure=secure)
        intent |= {"latest_charge": charge["id"], "status": "requires_capture", "amount_capturable": intent["amount"], "next_action": None}
        if intent["capture_method"] != "manual":
            self._take(intent, intent["amount"])

    def _new_charge(self, intent: dict[str, Any], *, paid: bool = True, secure: bool = False) -> dict[str, Any]:
        proof = {"version": "2.2.0", "transaction_id": "ds-1", "electronic_commerce_indicator": "05", "result": "authenticated"}
        card = {
            "brand": "visa",
            "checks": {"address_line1_check": "pass", "address_postal_code_check": "pass", "cvc_check": "pass"},
            "three_d_secure": proof if secure else None,
        }
        charge = {
            "id": f"ch_3{next(_numbers):06}",
            "object": "charge",
            "amount": intent["amount"],
            "amount_refunded": 0,
            "captured": False,
            "created": int(time.time()),
            "currency": intent["currency"],
            "paid": paid,
            "payment_intent": intent["id"],
            "payment_method_details": {"type": "card", "card": card},
            "balance_transaction": None,
        }
        self.charges[charge["id"]] = charge
        return charge

    def _take(self, intent: dict[str, Any], amount: int) -> None:
        """A capture; the rest is released (docs.stripe.com/payments/place-a-hold-on-a-payment-method)."""
        intent |= {"status": "succeeded", "amount_received": amount, "amount_capturable": 0}
        made = {"id": f"txn_{next(_numbers)}", "object": "balance_transaction", "created": int(time.time()), "amount": amount}
        self.charges[intent["latest_charge"]] |= {"captured": True, "balance_transaction": made}

    def capture(self, form: dict[str, str], ref: str) -> dict[str, Any]:
        intent = _known(self.intents, ref)
        amount = int(form["amount_to_capture"])
        if intent["status"] != "requires_capture":
            raise Refused(400, code="payment_intent_unexpected_state", payment_intent=self._shown(intent))
        if amount > intent["amount_capturable"]:
            raise Refused(400, code="amount_too_large", param="amount_to_capture")
        intent["metadata"] |= _metadata(form)
        self._take(intent, amount)
        return self._shown(intent)

    def cancel(self, form: dict[str, str], ref: str) -> dict[str, Any]:
        intent = _known(self.intents, ref)
        if intent["status"] in ("succeeded", "canceled"):
            raise Refused(400, code="payment_intent_unexpected_state", payment_intent=self._shown(intent))
        intent |= {"status": "canceled", "cancellation_reason": None, "amount_capturable": 0}
        return self._shown(intent)

    def refund(self, form: dict[str, str]) -> dict[str, Any]:
        charge = _known(self.charges, form["charge"] if "charge" in form else _known(self.intents, form["payment_intent"])["latest_charge"])
        intent = self.intents[charge["payment_intent"]]
        if charge["amount_refunded"] + int(form["amount"]) > intent["amount_received"]:
            raise Refused(400, param="amount", message="Refund amount is greater than unrefunded amount on charge")
        charge["amount_refunded"] += int(form["amount"])
        refund = {
            "id": f"re_3{next(_numbers):06}",
            "object": "refund",
            "amount": int(form["amount"]),
            "charge": charge["id"],
            "created": int(time.time()),
            "currency": charge["currency"],
            "metadata": _metadata(form),
            "payment_intent": intent["id"],
            "status": "pending",
        }
        self.refunds[refund["id"]] = refund
        end = (
            {"status": "failed", "failure_reason": "expired_or_canceled_card"}
            if "refund_fail" in intent["payment_method"]
            else {"status": "succeeded"}
        )
        answer = dict(refund)
        refund |= end
        return answer

    def retrieve(self, form: dict[str, str], ref: str) -> dict[str, Any]:
        return self._shown(_known(self.intents, ref))

    def search(self, form: dict[str, str]) -> dict[str, Any]:
        field, value = re.fullmatch(r"metadata\['(\w+)'\]:'(.*)'", form["query"]).groups()  # type: ignore[union-attr]
        indexed = [each for each in self.intents.values() if each["created"] <= time.time() - self.search_lag]
        hits = [self._shown(each) for each in indexed if each["metadata"].get(field) == value]
        return {"object": "search_result", "url": "/v1/payment_intents/search", "has_more": False, "data": hits}

    def list_intents(self, form: dict[str, str]) -> dict[str, Any]:
        return _page([self._shown(each) for each in self.intents.values()], form, "/v1/payment_intents")

    def list_refunds(self, form: dict[str, str]) -> dict[str, Any]:
        of = form.get("payment_intent")
        return _page([each for each in self.refunds.values() if of in (None, each["payment_intent"])], form, "/v1/refunds")

    def submit(self, form: dict[str, str], ref: str) -> dict[str, Any]:
        dispute = _known(self.disputes, ref)
        if dispute["status"] != "needs_response":
            raise Refused(400, message="This dispute is already closed")
        evidence = {name[9:-1]: value for name, value in form.items() if name.startswith("evidence[")}
        dispute |= {"status": "under_review", "evidence": evidence} if form.get("submit") == "true" else {}
        return dispute

    def close_dispute(self, form: dict[str, str], ref: str) -> dict[str, Any]:
        dispute = _known(self.disputes, ref)
        if dispute["status"] != "needs_response":
            raise Refused(400, message="This dispute is already closed")
        dispute["status"] = "lost"
        return dispute

    def open_dispute(self, merchant_reference: str) -> str:
        """The issuer opens a dispute on the payment of this reference."""
        intent = next(each for each in self.intents.values() if each["metadata"].get("merchant_reference") == merchant_reference)
        ref = f"dp_3{next(_numbers):06}"
        self.disputes[ref] = {"id": ref, "object": "dispute", "status": "needs_response", "charge": intent["latest_charge"]}
        return ref

    def authenticate(self, ref: str) -> Answer:
        """The player passes the challenge on Stripe's page."""
        self._charge(self.intents[ref], secure=True)
        return 200, {}

    def _shown(self, intent: dict[str, Any]) -> dict[str, Any]:
        """With latest_charge expanded, as we ask for."""
        return {**intent, "latest_charge": self.charges.get(intent["latest_charge"])}


def _known(table: dict[str, dict[str, Any]], ref: str) -> dict[str, Any]:
    if ref not in table:
        raise Refused(404, code="resource_missing", param="id", message=f"No such object: {ref}")
    return table[ref]


def _metadata(form: dict[str, str]) -> dict[str, str]:
    return {name[9:-1]: value for name, value in form.items() if name.startswith("metadata[")}


def _page(rows: list[dict[str, Any]], form: dict[str, str], url: str) -> dict[str, Any]:
    """Newest first, `limit` rows after `starting_after`, none older than created[gte]."""
    fitting = [row for row in reversed(rows) if row["created"] >= int(form.get("created[gte]", 0))]
    ids = [row["id"] for row in fitting]
    start = ids.index(form["starting_after"]) + 1 if "starting_after" in form else 0
    limit = int(form["limit"])
    return {"object": "list", "url": url, "has_more": len(fitting) > start + limit, "data": fitting[start : start + limit]}
