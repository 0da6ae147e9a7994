"""Adyen's Checkout, Payout and Disputes API as documented, as far as we call them. Modifications are only ever "received".

https://docs.adyen.com/api-explorer · https://docs.adyen.com/development-resources/api-idempotency: a key that is known brings
its first answer, whatever the request.
"""

import itertools
import re
from typing import Any

from tests.cashier.psp.servers.base import Answer, LocalServer, Request, Silence

SECRET = "AQE-contract-key"
_numbers = itertools.count(1)
PROOF = {
    "eci": "05",
    "cavv": "AAABBBCCC=",
    "dsTransID": "ds-1",
    "threeDSVersion": "2.2.0",
    "avsResult": "7 Both postal code and address match",
    "cvcResult": "1 Matches",
    "cvcResultRaw": "M",
}
NO_PROOF = {"eci": "N/A", "cavv": "N/A", "avsResult": "5 No AVS data provided", "cvcResult": "3 Not checked"}
DEFENCE = {
    "defenseReasons": [
        {
            "defenseReasonCode": "SupplyDefenseMaterial",
            "defenseDocumentTypes": [{"available": False, "defenseDocumentTypeCode": "DefenseMaterial", "requirementLevel": "Required"}],
            "satisfied": False,
        }
    ],
    "disputeServiceResult": {"success": True},
}


class AdyenServer(LocalServer):
    """Stored cards are told how to behave by their names: card_approve, card_decline_<refusalReasonCode>_<raw code> …"""

    def __init__(self) -> None:
        super().__init__()
        self.payments: dict[str, dict[str, Any]] = {}
        self.challenges: dict[str, dict[str, Any]] = {}
        self.disputes: dict[str, str] = {}
        self.documents: dict[str, list[dict[str, str]]] = {}
        self.keys: dict[str, Answer] = {}
        self.silenced: set[str] = set()

    def answer(self, request: Request) -> Answer:
        if request.path.startswith("/challenge/"):
            ref = request.path.rpartition("/")[2]
            return 303, {"_location": f"{self.challenges[ref]['returnUrl'] or self.url + '/back'}?redirectResult={ref}"}
        if request.headers.get("x-api-key") != SECRET:
            return 401, {"status": 401, "errorCode": "000", "message": "HTTP Status Response - Unauthorized", "errorType": "security"}
        with self.lock:
            return self._once(request)

    def _once(self, request: Request) -> Answer:
        assert request.method == "POST" and 0 < len(request.key) <= 64
        if request.key in self.keys:
            return self.keys[request.key]
        body = request.json()
        method = _card(body.get("paymentMethod", {}).get("storedPaymentMethodId") or body.get("selectedRecurringDetailReference", ""))
        if method == "card_timeout_before" and request.key not in self.silenced:
            self.silenced.add(request.key)
            raise Silence
        answer = self.keys[request.key] = self._route(request.path, body)
        if method in ("card_timeout_after", "card_payout_timeout"):
            raise Silence
        return (500, {"status": 500, "errorCode": "000", "message": "oops"}) if method == "card_error_after" else answer

    def _route(self, path: str, body: dict[str, Any]) -> Answer:
        assert path.endswith("/details") or body.get("merchantAccount") or body["merchantAccountCode"]
        if path == "/v72/payments":
            return self.pay(body)
        if path == "/v72/payments/details":
            return 200, self._authorised(self.challenges[body["details"]["redirectResult"]], PROOF)
        if path == "/pal/servlet/Payout/v68/payout":
            return self.pay_out(body)
        if found := re.fullmatch(r"/v72/payments/(\w+)/(captures|cancels|refunds)", path):
            return self.modify(found[1], body)
        if found := re.fullmatch(r"/ca/services/DisputeService/v30/(\w+)", path):
            return 200, self.dispute(found[1], body)
        return 404, {"status": 404, "errorCode": "000", "message": "Not found"}

    def pay(self, body: dict[str, Any]) -> Answer:
        card = _card(body["paymentMethod"]["storedPaymentMethodId"]).removeprefix("card_")
        assert body["reference"]
        if card == "unknown":
            return 422, {"status": 422, "errorCode": "803", "message": "PaymentDetail not found", "errorType": "validation"}
        if card == "challenge":
            ref = f"redirect{next(_numbers)}"
            self.challenges[ref] = body
            action = {"type": "redirect", "method": "GET", "paymentMethodType": "scheme", "url": f"{self.url}/challenge/{ref}"}
            return 200, {"resultCode": "RedirectShopper", "action": action}
        if card == "pending":
            return 200, {"resultCode": "Received", "pspReference": _reference(), "merchantReference": body["reference"]}
        if card.startswith("decline_"):
            _, code, raw = card.split("_")
            return 200, {
                "additionalData": {**NO_PROOF, "refusalReasonRaw": f"{raw} : as the issuer says"},
                "pspReference": _reference(),
                "refusalReason": "Refused",
                "refusalReasonCode": code,
                "resultCode": "Refused",
                "merchantReference": body["reference"],
            }
        return 200, self._authorised(body, PROOF if card == "frictionless" else NO_PROOF)

    def _authorised(self, body: dict[str, Any], proof: dict[str, str]) -> dict[str, Any]:
        answer = {
            "additionalData": proof,
            "pspReference": _reference(),
            "resultCode": "Authorised",
            "amount": body["amount"],
            "merchantReference": body["reference"],
        }
        self.payments[answer["pspReference"]] = answer
        return answer

    def modify(self, psp_ref: str, body: dict[str, Any]) -> Answer:
        if psp_ref not in self.payments:
            message = "Original pspReference required for this operation"
            return 422, {"status": 422, "errorCode": "167", "message": message, "errorType": "validation"}
        return 201, {**body, "paymentPspReference": psp_ref, "pspReference": _reference(), "status": "received"}

    def pay_out(self, body: dict[str, Any]) -> Answer:
        assert body["recurring"] == {"contract": "PAYOUT"}
        if body["selectedRecurringDetailReference"] == "card_payout_refuse":
            return 200, {"pspReference": _reference(), "resultCode": "Refused", "refusalReason": "Not supported"}
        return 200, {"pspReference": _reference(), "resultCode": "Authorised", "additionalData": {}}

    def dispute(self, act: str, body: dict[str, Any]) -> dict[str, Any]:
        state = self.disputes.get(body["disputePspReference"])
        if state != "open":
            return {"disputeServiceResult": {"success": False, "errorMessage": "Dispute is not defendable"}}
        if act == "retrieveApplicableDefenseReasons":
            return DEFENCE
        if act == "supplyDefenseDocument":
            self.documents[body["disputePspReference"]] = body["defenseDocuments"]
        elif act == "defendDispute":
            assert body["defenseReasonCode"] == "SupplyDefenseMaterial" and self.documents[body["disputePspReference"]]
            self.disputes[body["disputePspReference"]] = "defended"
        else:
            self.disputes[body["disputePspReference"]] = "accepted"
        return {"disputeServiceResult": {"success": True}}

    def open_dispute(self, merchant_reference: str) -> str:
        """The issuer opens a dispute on the payment of this reference."""
        assert any(payment["merchantReference"] == merchant_reference for payment in self.payments.values())
        ref = _reference()
        self.disputes[ref] = "open"
        return ref


def _card(token: str) -> str:
    """What a token asks for; anything after ~ tells one card from another."""
    return token.partition("~")[0]


def _reference() -> str:
    return f"PSP{next(_numbers):013}"
