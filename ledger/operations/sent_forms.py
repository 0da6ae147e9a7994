"""Forms of the back office that were sent: each names itself by a token, and a second POST of it does nothing (A3).

The tokens lie with the clients' idempotency keys, in PostgreSQL: a double click is one act without Redis too (C22).
"""

import re
from datetime import datetime

from ledger.errors import StillRunning
from ledger.models import IdempotencyKey
from ledger.operations.idempotency import keep_idempotent

_TOKEN = re.compile(r"[A-Za-z0-9._-]{1,100}")
_ACCEPTED = 202


def take_form(*, person_id: object, token: str, now: datetime) -> bool:
    """Whether this is the first time that a person sends the form with this token; False for a form without one.

    Committed at once, outside any transaction, before the act: a process that dies in the middle of it leaves no form to be sent again.
    """
    if not _TOKEN.fullmatch(token):
        return False
    try:
        keep_idempotent(client_id=_client(person_id), key=token, fingerprint="", status=_ACCEPTED, body=None, now=now)
    except StillRunning:
        return False
    return True


def give_form_back(*, person_id: object, token: str) -> None:
    """Nothing was done: the same form may be sent again."""
    IdempotencyKey.objects.filter(client_id=_client(person_id), key=token).delete()


def _client(person_id: object) -> str:
    return f"backoffice:{person_id}"
