"""How a lower floor tells an upper one without knowing it: a table in settings (DESIGN.md section 1)."""

from typing import Any

from django.conf import settings
from django.utils.module_loading import import_string


def tell(kind: str, **facts: Any) -> Any:
    """Call the operation registered for `kind` in NOTICE_HANDLERS, at once, in the caller's transaction.

    Returns what it returns, None where nobody listens. What it raises reaches the caller.
    """
    handler = settings.NOTICE_HANDLERS.get(kind)
    return import_string(handler)(**facts) if handler else None
