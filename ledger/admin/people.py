"""Names of who acted, in words: "Ada (finance)", "client cashier-web", "sweeper"."""

from ledger.admin.frames import Page
from ledger.models import User


def actor_words(kind: str, actor_id: str, page: Page) -> str:
    """Who an actor is. Staff are few: their names are read once per page."""
    if not actor_id:
        return "—"
    if kind == "user":
        return people(page).get(actor_id, "somebody of the staff")
    return f"client {actor_id}" if kind == "client" else actor_id


def people(page: Page) -> dict[str, str]:
    """Id of each of the staff -> name and roles."""
    if "people" not in page.memo:
        users = User.objects.prefetch_related("groups")
        page.memo["people"] = {str(user.pk): person_words(user) for user in users}
    found: dict[str, str] = page.memo["people"]
    return found


def person_words(user: User) -> str:
    roles = ", ".join(sorted(group.name for group in user.groups.all()))
    name = user.get_full_name() or user.username
    return f"{name} ({roles})" if roles else name
