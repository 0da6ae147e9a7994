"""What a back-test says: what is matched, lost or has another partner, cases by code, amounts, and lines to open (R15)."""

from typing import Any

from django.utils.html import format_html, format_html_join

from ledger.admin.frames import Panel, money_cell, ref_cell
from ledger.admin.frames.cells import NOT_THERE
from ledger.admin.frames.records import table, values
from reconciliation.models import BackTest, MatchingRules, ReasonCode

State = BackTest.State
CAVEAT = (
    "Both versions are run over the stored lines of these days, on what our side holds today; what people matched or took apart is left"
    " as it is. A case told here is the one that a line, or a payment without its line, would be: PSPs are not asked."
)
WORDS = {"gained": "Matched only by the new rules", "lost": "Matched only by the rules in force", "moved": "Another partner",
         "renamed": "Same partner, found by another rule"}  # fmt: skip


def back_test_panel(row: MatchingRules, test: BackTest | None, url: str) -> Panel:
    """The newest back-test of a version: running, failed, or what it found."""
    context: dict[str, Any] = {"test": test, "url": url, "caveat": CAVEAT}
    if test is not None:
        context |= {
            "is_running": test.state in (State.WAITING, State.RUNNING),
            "failed": test.state == State.FAILED,
            "done": f"{test.done:,}",
            "total": f"{test.total:,}",
            "is_stale": test.digest != row.digest,
        }
        if test.state == State.DONE:
            context |= {"sentence": sentence_of(test.result), "panels": panels_of(test)}
    return Panel("Back-test", "ops/back_test.html", context, note=period_words(test) if test else "", anchor="back-test")


def period_words(test: BackTest) -> str:
    """`13 Nov 2026 to 19 Nov 2026, against v1, all accounts`."""
    days = f"{test.since.day} {test.since:%b %Y} to {test.until.day} {test.until:%b %Y}"
    return f"{days}, against v{test.against.version}, {test.account or 'all accounts'}"


def sentence_of(result: dict[str, Any]) -> str:
    """`Of 48,210 lines 12 would lose their match, 3 would gain one, 0 would have another partner.`"""
    lost, gained, moved = (result[change]["lines"] for change in ("lost", "gained", "moved"))
    words = f"{lost:,} would lose their match, {gained:,} would gain one, {moved:,} would have another partner."
    return f"Of {result['lines']:,} lines {words}"


def panels_of(test: BackTest) -> list[Panel]:
    result = test.result
    return [_changes(result), _codes(result), _rules(result), *(_examples(result, change) for change in ("lost", "gained", "moved")),
            _ran(test)]  # fmt: skip


def _changes(result: dict[str, Any]) -> Panel:
    was, becomes = result["matched"]
    rows = [["Matched lines", f"{was:,} → {becomes:,}", NOT_THERE]]
    rows += [[WORDS[change], f"{result[change]['lines']:,}", _amounts(result[change]["amounts"])] for change in WORDS]
    return table("Matches", [("What", "text"), ("Lines", "num"), ("Amount", "num")], rows)


def _amounts(amounts: dict[str, int]) -> str:
    return format_html_join(" ", "{}", ((money_cell(minor, currency),) for currency, minor in amounts.items())) or NOT_THERE


def _codes(result: dict[str, Any]) -> Panel:
    titles = dict(ReasonCode.objects.filter(pk__in=result["codes"]).values_list("code", "title"))
    rows = [
        [titles.get(code, code), format_html("<code>{}</code>", code), f"{was:,}", f"{becomes:,}", _signed(becomes - was)]
        for code, (was, becomes) in result["codes"].items()
    ]
    headers = [("Case", "text"), ("Code", "text"), ("In force", "num"), ("New", "num"), ("Difference", "num")]
    note = f"Lines without a match that were not judged: {result['not_judged']:,}" if result["not_judged"] else ""
    return table("Cases by code", headers, rows, empty="No case on either side.", note=note)


def _signed(number: int) -> str:
    return f"\N{MINUS SIGN}{-number:,}" if number < 0 else f"+{number:,}" if number else "0"


def _rules(result: dict[str, Any]) -> Panel:
    rows = [[rule, f"{was:,}", f"{becomes:,}"] for rule, (was, becomes) in result["rules"].items()]
    return table("Matches by rule", [("Rule", "text"), ("In force", "num"), ("New", "num")], rows, empty="No line was matched.")


def _examples(result: dict[str, Any], change: str) -> Panel:
    rows = [
        [_line(row), row["reference"] or NOT_THERE, money_cell(row["amount_minor"], row["currency"]), _side(row["old"]), _side(row["new"])]
        for row in result["examples"][change]
    ]
    headers = [("Line", "text"), ("Reference", "text"), ("Amount", "num"), ("In force", "text"), ("New", "text")]
    note = f"the first {len(rows)} of {result[change]['lines']:,}" if rows else ""
    return table(WORDS[change], headers, rows, empty="None.", note=note)


def _line(row: dict[str, Any]) -> str:
    kind, number = row["line"].split(":")
    words = f"{'Bank' if kind == 'bank' else 'PSP'} line {number}"
    return format_html("{} of {}", words, ref_cell(row["batch"])) if row["batch"] else words


def _side(said: dict[str, str]) -> str:
    """The partner with the rule, or the case that the line would be."""
    if not said["partner"]:
        return format_html("no match: <code>{}</code>", said["code"]) if said["code"] else "no match"
    partners = format_html_join(" ", "{}", ((ref_cell(each),) for each in said["partner"].split()))
    return format_html('{} <span class="ops-soft">{} {}</span>', partners, said["rule"], said["code"])


def _ran(test: BackTest) -> Panel:
    files, stored = test.result["files"], test.result["as_stored"]
    return values(
        "What was run",
        [
            ("Version", f"v{test.rules.version}, {test.digest[:12]}…"),
            ("Against", f"v{test.against.version}, {test.against.digest[:12]}…"),
            ("Files", f"{files['count']:,}, of which {files['intact']:,} are still what was received, {files['absent']:,} lie elsewhere"),
            ("As it is matched", f"{stored[0]:,} matches of the version in force stand so, {stored[1]:,} do not (yet)"),
            ("Digest", f"{test.result_digest[:24]}…"),
        ],
    )
