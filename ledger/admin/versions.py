"""Pages of data in versions (S1, R1, R15, C12): columns, facts, panels and buttons that each has; what it says is its own page's."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse

from ledger.admin.frames import (
    SHOWN,
    Act,
    Column,
    Done,
    Fact,
    OpsAdmin,
    Page,
    Panel,
    Standing,
    Tone,
    chip_cell,
    chip_map,
    hidden,
    moment_cell,
    page_of,
    reason_field,
    ref_cell,
    when_cell,
)
from ledger.admin.frames.acts import draw_button
from ledger.admin.frames.records import table, timeline, values
from ledger.admin.people import actor_words
from ledger.admin.story import transition_events
from ledger.admin.thresholds import asked
from ledger.models import ApprovalRequest, Version, VersionState

NOUN = "version"  # of its chips
MOST_VERSIONS = 12
Data = Mapping[str, Any]
Fields = dict[str, forms.Field]

chip_map(
    NOUN,
    DRAFT=(Tone.IDLE, "Draft|edit_note"),
    WAITING=(Tone.ATTENTION, "Waiting for approval|group"),
    ACTIVE=(Tone.GOOD, "In force"),
    RETIRED=(Tone.IDLE, "Retired|history"),
    DROPPED=(Tone.IDLE, "Dropped|delete"),
)

NUMBER = Column("Version", lambda row, page: f"v{row.version}", kind="name", area="a")
STATE = Column("State", lambda row, page: chip_cell(NOUN, row.state), area="b")
DRAFTED_BY = Column("Drafted by", lambda row, page: actor_words(row.maker_kind, row.maker_id, page), area="late")
CHANGED = Column("Changed", lambda row, page: _told(row, row.updated_at, page), area="c")
IN_FORCE_FROM = Column("In force from", lambda row, page: _told(row, row.activated_at, page), area="late")


def _told(row: Version, moment: datetime | None, page: Page) -> Any:
    """The product's own first version was loaded at a moment of the machine's clock, which says nothing on a simulated one."""
    if row.maker_kind == "system" and moment == row.created_at:
        return "From the start"
    return when_cell(moment, page.now) if moment else "—"


class VersionAdmin(OpsAdmin):
    """Subclasses give frame, record and acts. An address may open the dialog of the act "rule" for one part of a draft: `?edit=3`."""

    def is_edit_asked(self, obj: Any, page: Page) -> bool:
        return False

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        self.require_view(request)
        page, obj = page_of(request), self.load(object_id)
        opened = None
        if self.is_edit_asked(obj, page):
            act = next(act for act in self.acts if act.slug == "rule")
            standing = act.stand(obj, page)
            if standing.state == "shown":
                opened = draw_button(act, standing, obj, page, self.act_url(obj, act.slug))
                opened.opened = True
        return self.show_record(request, obj, page, opened, 200)


def facts_of(row: Version, page: Page, *, without: str) -> list[Fact]:
    """Who drafted it, when it changed, and what is in force: `without` says what, where no version is."""
    active = row.in_force()
    return [
        Fact("Drafted by", actor_words(row.maker_kind, row.maker_id, page)),
        Fact("Changed", moment_cell(row.updated_at, page.now)),
        Fact("In force now", f"v{active.version}" if active else without),
    ]


def side_of(row: Version, page: Page, *own: Panel) -> list[Panel]:
    """Beside a version: the request that waits, panels of its `own`, its neighbours, and its stages."""
    return [*_waiting(row), *own, _versions(row), timeline(transition_events(row, NOUN, page), "Stages")]


def changes_panel(told: list[str], before: Version | None, *, without: str) -> Panel:
    """What differs from another version, in words."""
    title = f"What differs from {f'v{before.version}' if before else without}"
    return table(title, [("In words", "text")], [[words] for words in told], empty="Nothing.")


def _waiting(row: Version) -> list[Panel]:
    rows = ApprovalRequest.objects.filter(target_kind=row._meta.object_name, target_id=row.public_id, state=ApprovalRequest.State.PENDING)
    found = rows.first()
    return [values("Waits for approval", [("Request", ref_cell(found.public_id)), ("Reason", found.reason)])] if found else []


def _versions(row: Version) -> Panel:
    told = [[f"v{each.version}", chip_cell(NOUN, each.state), ref_cell(each.public_id)] for each in row.versions()[:MOST_VERSIONS]]
    return table("Versions", [("Version", "text"), ("State", "text"), ("Page", "text")], told)


# --- buttons ---


def if_draft(row: Version, page: Page) -> Standing:
    return SHOWN if row.state == VersionState.DRAFT else hidden("Only a draft is changed.")


def drop_act(may: str, drop: Callable[[Any, Page], object]) -> Act:
    def run(row: Any, data: Data, page: Page) -> Done:
        drop(row, page)
        return Done(f"Version {row.version} dropped.")

    return Act("drop", "Drop…", may, run, kind="danger", title="Drop this draft", standing=if_draft)


def send_act(
    may: str, propose: Callable[[Any, str, Page], ApprovalRequest], *, standing: Callable[[Any, Page], Standing], approver: str,
    words: Callable[[Any, Page], str] = lambda row, page: f"Send version {row.version} for approval",
) -> Act:  # fmt: skip
    """`propose` is given the version, the reason and the page; `standing` says whether it was tried."""

    def run(row: Any, data: Data, page: Page) -> Done:
        return asked(propose(row, data["reason"], page))

    def fields(row: Any, page: Page) -> Fields:
        return {"reason": reason_field()}

    return Act("send", words, may, run, kind="primary", title="Send for approval", fields=fields, standing=standing, approver=approver)
