"""Where the operator's platform hears of events (A8): a wrong address would tell a stranger who was paid what (S1)."""

import re

from cashier.models import Brand, OutgoingEndpoint
from cashier.outgoing.addresses import AddressRefused, check_url
from cashier.secrets import Purpose
from ledger.errors import ApprovalRefused
from ledger.operations.settings_changes import Changeable, Key, fields_of
from ledger.outbox import public_events

FIELDS = ("url", "brands", "events", "secret_ref", "is_enabled")
_CODE = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")
_SECRET_REF = re.compile(r"[A-Z][A-Z0-9_]{0,47}")


def _endpoint(key: Key, is_locked: bool) -> OutgoingEndpoint:
    """The endpoint of a code, or a new one."""
    rows = OutgoingEndpoint.objects.select_for_update() if is_locked else OutgoingEndpoint.objects
    return rows.filter(code=key["endpoint"]).first() or OutgoingEndpoint(code=key["endpoint"])


def _check(endpoint: OutgoingEndpoint) -> None:
    try:
        check_url(endpoint.url)
    except AddressRefused as error:
        raise ApprovalRefused(str(error)) from error
    if len(endpoint.url) > 500 or not _CODE.fullmatch(endpoint.code):
        raise ApprovalRefused("A name is of a-z, 0-9, _ and -, an address of at most 500 characters.")
    if not _SECRET_REF.fullmatch(endpoint.secret_ref):
        raise ApprovalRefused("A secret's name is of A-Z, 0-9 and _: the secret itself is never entered here.")
    _check_brands(endpoint)
    _check_events(endpoint)


def _check_brands(endpoint: OutgoingEndpoint) -> None:
    known = set(Brand.objects.filter(code__in=endpoint.brands).values_list("code", flat=True))
    if unknown := sorted(set(endpoint.brands) - known):
        raise ApprovalRefused(f"No brand is called {unknown[0]}.")


def _check_events(endpoint: OutgoingEndpoint) -> None:
    names = public_events()
    areas = {f"{name.partition('.')[0]}.*" for name in names}
    if not endpoint.events:
        raise ApprovalRefused("An endpoint hears one event at least; * for all.")
    if unknown := sorted(set(endpoint.events) - set(names) - areas - {"*"}):
        raise ApprovalRefused(f"No event is called {unknown[0][:64]}.")


def secret_name(secret_ref: str) -> str:
    """The name under which the secret is read from the environment or from SECRETS_DIR."""
    return f"{secret_ref}_{Purpose.OUTGOING_SECRET}"


OUTGOING_ENDPOINT = Changeable(
    "outgoing_endpoint.change", _endpoint, *fields_of(*FIELDS), check=_check, name=lambda row: f"webhook endpoint {row.code}"
)
