"""Scopes (A2): a view names, per method, the scope that its caller's token must carry."""

from typing import Any, cast

from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from ledger.api.callers import Caller

SCOPES = {
    f"{area}:{act}": f"{verb} {what}"
    for area, what in {
        "cashier": "deposits, captures, refunds and instruments",
        "payouts": "payouts",
        "wallet": "wallets, statements and transactions",
        "games": "game rounds",
        "bonuses": "bonuses",
        "kyc": "KYC cases",
        "players": "players",
        "reconciliation": "settlement files, runs, cases and closes",
        "disputes": "disputes and their evidence",
    }.items()
    for act, verb in {"read": "Read", "write": "Create and change"}.items()
}


class HasScope(BasePermission):
    """Passes a caller whose token has `view.required_scopes[method]`. A view that names no scope for a method lets nobody in.

    `required_scopes` is {"GET": "payouts:read", "POST": "payouts:write"}; HEAD and OPTIONS ask what GET asks.
    """

    message = "This token does not carry the scope that is needed."

    def has_permission(self, request: Request, view: Any) -> bool:
        caller: Caller | None = cast(Any, request).user
        if caller is None:
            return False
        method = "GET" if request.method in ("HEAD", "OPTIONS") else request.method
        needed = getattr(view, "required_scopes", {}).get(method)
        return needed is not None and needed in caller.scopes
