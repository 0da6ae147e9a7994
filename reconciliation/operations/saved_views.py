"""Views of the queue that people keep (E5). Money is not touched: who may work cases may keep views."""

from datetime import datetime
from urllib.parse import parse_qsl, urlencode

from django.db import transaction

from ledger.models import User
from ledger.refusals import Invalid, NotFound
from reconciliation.models import SavedView

MOST = 12
_OF_THE_PAGE = frozenset({"after", "before", "from", "kept"})


def keep_view(*, name: str, query: str, is_shared: bool, owner: User, now: datetime) -> SavedView:
    """Keep an address of the queue under a name; the owner's view of that name is replaced. Raises Invalid (no name, too many)."""
    label = " ".join(name.split())
    kept = urlencode([(key, value) for key, value in parse_qsl(query) if key not in _OF_THE_PAGE])
    if not label or len(label) > 40:
        raise Invalid("A view needs a name of at most 40 characters.", field="name", rule="length")
    if len(kept) > 1000:
        raise Invalid("This address is too long to keep.", field="query", rule="length")
    with transaction.atomic():
        User.objects.select_for_update(no_key=True).get(pk=owner.pk)
        view = SavedView.objects.filter(owner=owner, name=label).first()
        if view is None and SavedView.objects.filter(owner=owner).count() >= MOST:
            raise Invalid(f"You keep {MOST} views already: drop one first.", field="name", rule="most")
        view = view or SavedView(owner=owner, name=label, created_at=now)
        view.query, view.is_shared, view.updated_at = kept, is_shared, now
        view._history_user = owner  # type: ignore[attr-defined]
        view.save()
    return view


def drop_view(*, view_id: int, owner: User) -> None:
    """Forget one's own view; its history stays. Raises NotFound for what is not one's own."""
    with transaction.atomic():
        view = SavedView.objects.select_for_update().filter(pk=view_id, owner=owner).first()
        if view is None:
            raise NotFound("You keep no such view.")
        view._history_user = owner  # type: ignore[attr-defined]
        view.delete()
