"""The official SDK over our transport: our deadline, no retries, and the kinds of silence told apart before the SDK sees them.

A client of the SDK lives for one act, because it carries that act's deadline.
https://docs.adyen.com/development-resources/api-idempotency · https://docs.adyen.com/development-resources/response-handling
"""

import hashlib
import json
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, urlsplit

from Adyen import Adyen, AdyenDisputesApi, AdyenError

from cashier.psp.adyen.codes import IN_PROGRESS
from cashier.psp.base import Credentials, PspError
from cashier.psp.transport import Call, Transport, read_object

TEST_HOST = "https://checkout-test.adyen.com"
LIVE_HOST = re.compile(r"https://(?P<prefix>[a-z0-9-]+)-checkout-live\.adyenpayments\.com")
LONGEST_KEY = 64


class Refusal(Exception):
    """Adyen refused the request: `body` is {"status", "errorCode", "message", "errorType", "pspReference"}."""

    def __init__(self, status: int, body: dict[str, Any]) -> None:
        super().__init__(str(body.get("message", "")))
        self.status = status
        self.body = body


class _Carrier:
    """What the SDK calls to send."""

    def __init__(self, transport: Transport, call: Call, base: str) -> None:
        self._transport = transport
        self._call = call
        self._base = base
        self.user_agent = "countroom"

    def request(
        self, method: str, url: str, json: Any = None, xapikey: str = "", headers: Mapping[str, str] | None = None, **_: Any
    ) -> tuple[str, Any, int, Mapping[str, str]]:
        """Send once; what brings no usable answer raises here, past the SDK."""
        sent = {**(headers or {}), "x-api-key": xapikey, "Content-Type": "application/json"}
        reply = self._transport.take(self._call, method, self._address(url), content=_encoded(json), headers=sent)
        body = read_object(reply)
        if reply.headers.get("transient-error") == "true" or str(body.get("errorCode")) == IN_PROGRESS:
            raise PspError("not processed for now, or still on its way under this key", status=reply.status)
        return reply.content.decode("utf-8", "replace"), json, reply.status, reply.headers

    def _address(self, url: str) -> str:
        """Adyen's own address, or the same path on the account's host."""
        return url if not self._base else self._base + urlsplit(url).path


class AdyenHttp:
    """Opens the SDK for one act."""

    def __init__(self) -> None:
        self._transport = Transport()

    def open(self, credentials: Credentials) -> "Session":
        """The SDK for one act of at most the deadline."""
        base = credentials.base_url.rstrip("/")
        live = LIVE_HOST.match(base)
        own = live is not None or base in ("", TEST_HOST)
        sdk = Adyen(
            xapikey=credentials.secret,
            platform="live" if live else "test",
            live_endpoint_prefix=live["prefix"] if live else None,
            merchant_account=credentials.merchant_account,
        )
        sdk.client.http_client = _Carrier(self._transport, Call.begin(credentials), "" if own else base)
        sdk.client.http_init = True
        return Session(sdk)


class Session:
    """One act's calls. `send` runs one method of the SDK."""

    def __init__(self, sdk: Any) -> None:
        self.checkout = sdk.checkout
        self.payout = sdk.payout.instant_payouts_api
        self.disputes = AdyenDisputesApi(client=sdk.client).disputes_api

    def send(self, method: Any, body: Mapping[str, Any], *path: str, key: str) -> dict[str, Any]:
        """The answer's body. Raises Refusal, and the failures of the transport."""
        try:
            named = [quote(part, safe="") for part in path]
            answer = method(dict(body), *named, idempotency_key=short_key(key)).message
        except AdyenError as error:
            if isinstance(error.status_code, int) and 400 <= error.status_code < 500 and isinstance(error.message, dict):
                raise Refusal(error.status_code, error.message) from error
            raise PspError(f"an answer that can't be used: {type(error).__name__}") from error
        if not isinstance(answer, dict):
            raise PspError("an answer that is no object")
        return answer


def short_key(key: str) -> str:
    """Adyen takes 64 characters; a longer key becomes its SHA-256."""
    return key if len(key) <= LONGEST_KEY else hashlib.sha256(key.encode()).hexdigest()


def _encoded(body: Any) -> bytes:
    return json.dumps(body).encode()
