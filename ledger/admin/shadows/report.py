"""The page of one shadow (L11): the comparison, what it differs in, and what was signed and by whom."""

from collections.abc import Sequence

from django.urls import reverse
from django.utils.html import format_html

from ledger.admin.frames import Chip, Event, Fact, Page, Panel, Record, Step, Tone, chip_map, get_chip, moment_cell, ref_cell
from ledger.admin.frames.cells import draw_chip
from ledger.admin.frames.records import checklist, table, timeline, values
from ledger.admin.frames.text import sentence
from ledger.admin.people import actor_words
from ledger.admin.shadows.period import Period, read_period, sided
from ledger.admin.story import holder_cell, transition_events
from ledger.models import ApprovalRequest, Shadow
from ledger.queries import ShadowReport, compare_shadow
from ledger.queries.shadows import LineDifference, Sum
from ledger.shadowing import SIGN_OFF

chip_map(
    "shadow",
    SHADOW=(Tone.MOVING, "In shadow|visibility"),
    COHORT=(Tone.ATTENTION, "Posts for a cohort|group"),
    ON=(Tone.GOOD, "Posts for all"),
    WITHDRAWN=(Tone.IDLE, "Withdrawn"),
)
MOST_ON_A_PAGE = 200_000
TOO_MANY = f"More than {MOST_ON_A_PAGE:,} postings are too many to sum on a page: choose fewer days, or ask manage.py ledger_shadow."
BOTH = [("Current rule", "num"), ("Candidate", "num"), ("Candidate less current", "num")]


def shadow_record(shadow: Shadow, waiting: ApprovalRequest | None, page: Page) -> Record:
    """`waiting`: the request about it that waits for a decision."""
    period = read_period(shadow, page.request.GET)
    report = compare_shadow(shadow, period.since, period.until, most_summed=MOST_ON_A_PAGE)
    return Record(
        question="Does the candidate post what the current rule posts?",
        headline=_headline(report),
        code=shadow.public_id,
        chip=get_chip("shadow", shadow.state),
        sub=_sub(shadow),
        notice=" ".join([*period.complaints, *([] if report.is_summed else [TOO_MANY])]),
        facts=_facts(report),
        main=[_period(shadow, period), *_sums(report, page), _lines(report, page), _refusals(report)],
        side=[_standing(shadow, waiting, page), _list(shadow, waiting), timeline(_events(shadow, page), "Stages")],
    )  # fmt: skip


def cohort_words(shadow: Shadow) -> str:
    """`20 % of the players of lucky`; a dash where the candidate posts for nobody or for all."""
    if shadow.state != Shadow.State.COHORT:
        return "—"
    return f"{shadow.percent} % of the {shadow.cohort_by}s of {', '.join(shadow.brands) or 'all brands'}"


def _headline(report: ShadowReport) -> str:
    counts = report.counts
    if not counts.compared + counts.refused + counts.failed:
        return "Nothing was compared in these days"
    if counts.agrees:
        return f"All {counts.compared:,} postings are equal"
    return f"{counts.different:,} of {counts.compared:,} postings differ" + (
        f", {counts.refused + counts.failed:,} could not be compared" if counts.refused + counts.failed else ""
    )


def _sub(shadow: Shadow) -> str:
    posts = {
        Shadow.State.SHADOW: "The current rule posts.",
        Shadow.State.COHORT: f"The candidate posts for {cohort_words(shadow)}; the current rule for all others.",
        Shadow.State.ON: "The candidate posts for all; the current rule is computed beside.",
        Shadow.State.WITHDRAWN: "The current rule posts, and nothing is computed beside.",
    }[Shadow.State(shadow.state)]
    rail = f", for postings of the rail {shadow.rail}" if shadow.rail else ""
    return f"{shadow.candidate} beside {shadow.rule}{rail}. {posts}"


def _facts(report: ShadowReport) -> list[Fact]:
    counts = report.counts
    return [
        Fact("Compared", f"{counts.compared:,}"),
        Fact("Equal", f"{counts.equal:,}"),
        Fact("Different", f"{counts.different:,}", "bad" if counts.different else ""),
        Fact("Refused", f"{counts.refused:,}", "attention" if counts.refused else ""),
        Fact("Failed", f"{counts.failed:,}", "bad" if counts.failed else ""),
        Fact("Posted by the candidate", f"{counts.by_candidate:,}"),
    ]


def _period(shadow: Shadow, period: Period) -> Panel:
    query = f"?since={period.since}&until={period.until}"
    csv_url = reverse("admin:ledger_shadow_csv", args=[shadow.public_id]) + query
    return Panel("Compared", "ops/shadow_period.html", {"period": period, "csv_url": csv_url}, note=period.words)


def _sums(report: ShadowReport, page: Page) -> list[Panel]:
    return [_kinds(report), _balances(report, page), _settlements(report, page)] if report.is_summed else []


def _amounts(row: Sum | LineDifference) -> list[str]:
    amounts = (row.current_minor, row.candidate_minor, row.candidate_minor - row.current_minor)
    return [sided(amount, row.asset) for amount in amounts]


def _kinds(report: ShadowReport) -> Panel:
    rows = [[sentence(row.kind), *_amounts(row)] for row in report.kinds]
    return table("All that was compared, by kind of account", [("Account", "text"), *BOTH], rows, empty="Nothing was compared.")


def _balances(report: ShadowReport, page: Page) -> Panel:
    rows = [[sentence(row.kind), holder_cell(row.holder, page), *_amounts(row)] for row in report.accounts]
    headers = [("Account", "text"), ("Of", "text"), *BOTH]
    return table("Balances that would differ", headers, rows, empty="None.", note=_of_all(report.accounts_in_all, rows))


def _settlements(report: ShadowReport, page: Page) -> Panel:
    rows = [[sentence(row.kind), holder_cell(row.holder, page), ref_cell(row.ref), *_amounts(row)] for row in report.settlements]
    headers = [("Account", "text"), ("Of", "text"), ("Clears against", "text"), *BOTH]
    return table("Settlement totals that would differ", headers, rows, empty="None.", note=_of_all(report.settlements_in_all, rows))


def _lines(report: ShadowReport, page: Page) -> Panel:
    rows = [
        [ref_cell(row.public_id), _day(row), f"@{row.posted_rule.partition('@')[2]}", _line_words(row, page), *_amounts(row)]
        for row in report.lines
    ]
    headers = [("Transaction", "text"), ("Day", "text"), ("By", "text"), ("Line", "text"), *BOTH]
    return table("Lines that differ", headers, rows, empty="None.", note="of the first 20 postings that differ; all of them are in the CSV")


def _day(row: LineDifference) -> str:
    """`21 Nov`, in one piece."""
    return f"{row.business_date.day}\N{NO-BREAK SPACE}{row.business_date:%b}"


def _line_words(row: LineDifference, page: Page) -> str:
    return format_html("{} {} {}", sentence(row.kind), holder_cell(row.holder, page), row.label)


def _refusals(report: ShadowReport) -> Panel:
    chips = {"REFUSED": Chip(Tone.ATTENTION, "block", "Refused"), "FAILED": Chip(Tone.BAD, "error", "Failed")}
    rows = [[draw_chip(chips[row.outcome]), row.rule, row.error, f"{row.postings:,}", ref_cell(row.public_id)] for row in report.refusals]
    headers = [("What", "text"), ("Rule", "text"), ("Its words", "text"), ("Postings", "num"), ("One of them", "text")]
    return table(
        "Where the rule beside made no lines", headers, rows, empty="Nowhere.", note="the other rule posted, and no posting was harmed"
    )


def _of_all(in_all: int, rows: Sequence[object]) -> str:
    return f"the widest {len(rows)} of {in_all:,}" if in_all > len(rows) else ""


def _standing(shadow: Shadow, waiting: ApprovalRequest | None, page: Page) -> Panel:
    pairs = [
        ("Current rule", shadow.rule),
        ("Candidate", shadow.candidate),
        ("Rail", shadow.rail or "Every rail"),
        ("Cohort", cohort_words(shadow)),
        ("Opened", moment_cell(shadow.opened_at, page.now)),
    ]
    if waiting is not None:
        asked = actor_words(waiting.maker_kind, waiting.maker_id, page)
        pairs += [("Waits", ref_cell(waiting.public_id)), ("Asked for", waiting.summary), ("By", asked), ("Reason", waiting.reason)]
    return values("What posts", pairs)


def _list(shadow: Shadow, waiting: ApprovalRequest | None) -> Panel:
    """The list as it stands; or, where a stage waits, as it was signed for that stage: what the checker answers for too."""
    asked = waiting.payload.get("sign_off", {}) if waiting else {}
    signed, state = (asked, "review") if asked else (shadow.sign_off, "done")
    steps = [Step(words, state if signed.get(item) else "open", note=signed.get(item, "")) for item, words in SIGN_OFF.items()]
    return checklist("Sign-off list", steps, note="as signed for what waits" if asked else "needed whole to leave shadow")


def _events(shadow: Shadow, page: Page) -> list[Event]:
    opened = shadow.history.order_by("history_id").first()
    who = actor_words("user", str(opened.history_user_id or ""), page) if opened else ""
    return [Event(shadow.opened_at, "Shadow opened", "person", who), *transition_events(shadow, "shadow", page)]
