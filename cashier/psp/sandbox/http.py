"""HTTP to the sandbox: a bearer key, JSON both ways."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from cashier.psp.base import Credentials
from cashier.psp.transport import Call, Transport, read_object


@dataclass(frozen=True, slots=True)
class HttpAnswer:
    """Status and body of an answer below 500."""

    status: int
    body: dict[str, Any]

    @property
    def is_success(self) -> bool:
        """True for 2xx."""
        return 200 <= self.status < 300


class PspHttp:
    """Calls with a JSON object in the answer."""

    def __init__(self) -> None:
        self._transport = Transport()

    def send(
        self,
        credentials: Credentials,
        method: str,
        path: str,
        *,
        body: Mapping[str, Any] | None = None,
        params: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> HttpAnswer:
        """One request. Raises PspUnreachable (not sent, or turned away), PspTimeout (no answer), PspError (one that can't be used)."""
        sent = {"Authorization": f"Bearer {credentials.secret}", **(headers or {})}
        if body is not None:
            sent["Content-Type"] = "application/json"
        url = credentials.base_url.rstrip("/") + path + (f"?{urlencode(params)}" if params else "")
        content = b"" if body is None else json.dumps(body).encode()
        reply = self._transport.take(Call.begin(credentials), method, url, content=content, headers=sent)
        return HttpAnswer(status=reply.status, body=read_object(reply))
