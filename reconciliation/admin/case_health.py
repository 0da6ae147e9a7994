"""The page of the queue's health (E6): is it growing, is it getting older, where does it run late?"""

from typing import Any
from urllib.parse import urlencode

from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.html import format_html, format_html_join

from ledger.admin.frames import Fact, OpsAdmin, Page, Panel, Record, page_of
from ledger.admin.frames.records import table
from reconciliation.admin.case_charts import age_rows, flow_chart, open_chart
from reconciliation.models import ReasonCode, Team
from reconciliation.queries.queue_health import Health, Part, queue_health

DAYS = (30, 7, 90)
KEPT_SECONDS = 60
SHOWN = 25


def health_page(place: OpsAdmin, request: HttpRequest) -> HttpResponse:
    """The last 30 days, or ?days=7 or 90; reckoned anew once a minute."""
    place.require_view(request)
    page = page_of(request)
    asked = request.GET.get("days", "")
    days = int(asked) if asked in {str(each) for each in DAYS} else DAYS[0]
    record = _record(_kept(page, days), days, place.list_url())
    context: dict[str, Any] = {"title": "Health of the queue", "record": record, "buttons": [], "page_now": page.now, "noun": "queuehealth"}
    context |= {"list_url": place.list_url(), "list_words": place.list_words()}
    return TemplateResponse(request, "ops/record.html", {**place.admin_site.each_context(request), **context})


def _kept(page: Page, days: int) -> Health:
    name = f"queue_health:{days}:{page.now:%Y%m%d%H%M}"
    found: Health | None = cache.get(name)
    if found is None:
        found = queue_health(now=page.now, days=days)
        cache.set(name, found, KEPT_SECONDS)
    return found


def _record(health: Health, days: int, queue: str) -> Record:
    came, ended, late = (sum(getattr(day, name) for day in health.days) for name in ("came", "ended", "breached"))
    now_late = sum(team.late for team in health.teams)
    return Record(
        question="Do we keep up with what comes in?",
        headline=f"The queue over {days} days",
        sub=_links(days),
        facts=[
            Fact("Open now", f"{health.days[-1].open:,}"),
            Fact("Late now", f"{now_late:,}", "bad" if now_late else ""),
            Fact("Came", f"{came:,}"),
            Fact("Ended", f"{ended:,}"),
            Fact("Ran past their due time", f"{late:,}", "bad" if late else ""),
        ],
        main=[
            Panel("Came, ended, ran late, by day", "ops/queue_flow.html", flow_chart(health.days), note="days in UTC"),
            Panel("Open at the end of each day", "ops/queue_open.html", open_chart(health.days)),
            _parts("By team", health.teams, dict(Team.choices), "owner_team", queue),
            _parts("By reason code", health.codes, dict(ReasonCode.objects.values_list("code", "title")), "reason", queue),
        ],
        side=[
            Panel("How old the open ones are", "ops/queue_ages.html", {"ages": age_rows(health.ages)}),
        ],
    )


def _links(days: int) -> str:
    """The other lengths, as links."""
    others = ((each, each) for each in sorted(DAYS) if each != days)
    return format_html(
        "Days end at midnight UTC. Show {}.", format_html_join(" or ", '<a class="ops-link" href="?days={}">{} days</a>', others)
    )


def _parts(title: str, parts: list[Part], words: dict[str, str], param: str, queue: str) -> Panel:
    columns = [("What", "text"), *((words, "num") for words in ("Came", "Ended", "Ran late", "Open", "Late", "Over 7 days"))]
    rows = [[_name(part, words, param, queue), *(f"{count:,}" for count in _counts(part))] for part in parts[:SHOWN]]
    return table(title, columns, rows, empty="No case came in this time.")


def _name(part: Part, words: dict[str, str], param: str, queue: str) -> str:
    address = f"{queue}?{urlencode({'view': 'open', param: part.name})}"
    return format_html('<a class="ops-link" href="{}">{}</a>', address, words.get(part.name, part.name))


def _counts(part: Part) -> tuple[int, ...]:
    old = part.ages["7 to 30 days"] + part.ages["over 30 days"]
    return part.came, part.ended, part.breached, part.open, part.late, old
