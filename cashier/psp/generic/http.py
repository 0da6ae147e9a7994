"""One signed POST per act: what is asked for, by whom and under which key all stand in the body, so all are signed (docs/psps.md)."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cashier.psp.base import Credentials, PspKeyReused, PspUnreachable
from cashier.psp.generic.signing import BadKey, signed_headers
from cashier.psp.transport import Call, Transport, read_object


@dataclass(frozen=True, slots=True)
class Answer:
    """Status and body of an answer below 500."""

    status: int
    body: dict[str, Any]

    @property
    def is_success(self) -> bool:
        """True for 2xx."""
        return 200 <= self.status < 300


class SignedHttp:
    """POST {base_url}/{act}."""

    def __init__(self) -> None:
        self._transport = Transport()

    def send(self, credentials: Credentials, act: str, fields: Mapping[str, Any], *, key: str = "", trace_id: str = "") -> Answer:
        """One request. Raises PspUnreachable, PspTimeout, PspError, PspKeyReused."""
        about = {"act": act, "merchant_account": credentials.merchant_account, "idempotency_key": key, "trace_id": trace_id}
        body = json.dumps({**about, **fields}, separators=(",", ":")).encode()
        try:
            headers = signed_headers(credentials.secret, credentials.merchant_account, body)
        except BadKey as error:
            raise PspUnreachable(f"can't be signed: {error}") from error
        headers |= {"Content-Type": "application/json"} | ({"Idempotency-Key": key} if key else {})
        url = f"{credentials.base_url.rstrip('/')}/{act}"
        reply = self._transport.take(Call.begin(credentials), "POST", url, content=body, headers=headers)
        if reply.status == 409:
            raise PspKeyReused(f"{act}: the provider holds another request under this key")
        return Answer(reply.status, read_object(reply))
