"""The admin site. Only pages built on our frames are registered: no third-party form can edit a row here (B3, S7).

This module is loaded while the apps register their pages, so it imports none of them at the top.
"""

from collections.abc import Iterable
from http import HTTPStatus
from typing import Any

from django.core.paginator import InvalidPage
from django.db.models import Model
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.utils.functional import SimpleLazyObject
from unfold.sites import UnfoldAdminSite


class BackOfficeSite(UnfoldAdminSite):  # type: ignore[misc]
    site_title = "Countroom"
    site_header = "Countroom"
    index_title = "Home"
    enable_nav_sidebar = True

    def register(self, model_or_iterable: Any, admin_class: Any = None, **options: Any) -> None:
        """Pages of other packages are left out: their stock forms change rows on a form, which nothing here may."""
        if not getattr(admin_class, "is_frame", False):
            return
        models: Iterable[type[Model]] = [model_or_iterable] if isinstance(model_or_iterable, type) else model_or_iterable
        super().register(models, admin_class, **options)

    def get_sidebar_list(self, request: HttpRequest) -> list[Any]:
        from config.backoffice.sidebar import sidebar_of

        return [*sidebar_of(request)]

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> Any:
        """Every model with what this person may do to it: put together only where a template draws it, which the sidebar does not."""
        return SimpleLazyObject(lambda: super(BackOfficeSite, self).get_app_list(request, app_label))

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """The theme's. Who signed in is written to the audit log (S5): where it can't be, nobody is signed in."""
        from ledger import clock
        from ledger.actors import user_actor
        from ledger.models import User
        from ledger.operations import record_audit

        answer: HttpResponse = super().login(request, extra_context)
        person = request.user
        if request.method == "POST" and answer.status_code == HTTPStatus.FOUND and isinstance(person, User):
            record_audit(
                act="staff.signed_in", actor=user_actor(person), target_kind="User", target_id=person.public_id, detail={}, now=clock.now()
            )
        return answer

    def search(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """The theme's, of which a page that is none is no error of ours."""
        try:
            found: HttpResponse = super().search(request, extra_context)
        except InvalidPage:
            raise Http404("There is no such page of hits.") from None
        return found

    def extra_urls(self) -> list[URLPattern]:
        from cashier.admin.health import health_page
        from config.backoffice.cards import cards
        from config.backoffice.live import live
        from reconciliation.admin.fee_claims import claim_view, fees_page
        from reconciliation.admin.reserves import reserves_page
        from reconciliation.admin.trust import trust_page

        return [
            path("psp-health/", self.admin_view(health_page), name="psp_health"),
            path("trust/", self.admin_view(trust_page), name="trust"),
            path("reserves/", self.admin_view(reserves_page), name="reserves"),
            path("fees-charged/", self.admin_view(fees_page), name="fees_charged"),
            path("fees-charged/<slug:account>.csv", self.admin_view(claim_view), name="fee_claim"),
            path("live/", self.admin_view(live), name="live"),
            path("home/cards/", self.admin_view(cards), name="home_cards"),
        ]
