"""The comparison report of a shadow (L11): postings, lines, balances and settlement totals of the current rule and the candidate."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any
from uuid import UUID

from ledger.ids import to_public
from ledger.models import Shadow
from ledger.queries import shadow_sql
from ledger.queries.rows import fetch
from ledger.shadowing import DIFFERENT, EQUAL, FAILED, REFUSED

# What clears against a payment, a batch or a transfer: the totals of settlement.
SETTLING = ("clearing", "prefund", "reserve", "in_transit", "unconfirmed", "chargeback_clearing")
MOST_ROWS = 50
MOST_SAMPLES = 20
_ALL = 10**15
_CHUNK = 500


@dataclass(frozen=True, slots=True)
class Counts:
    """Postings: compared = equal + different; refused and failed have no lines of the other rule. by_candidate: of all of them."""

    compared: int
    equal: int
    different: int
    refused: int
    failed: int
    by_candidate: int

    @property
    def agrees(self) -> bool:
        return not (self.different or self.refused or self.failed)


@dataclass(frozen=True, slots=True)
class Sum:
    """Both rules' sums, minor units, debit positive, of an account kind, of one holder's account, or of a reference in it."""

    kind: str
    holder: str
    asset: str
    ref: str
    current_minor: int
    candidate_minor: int

    @property
    def difference_minor(self) -> int:
        return self.candidate_minor - self.current_minor


@dataclass(frozen=True, slots=True)
class LineDifference:
    """A line that both rules don't make alike, in one posting. `posted_rule` made what is in the journal."""

    posting_id: int
    transaction_id: UUID
    business_date: date
    posted_rule: str
    kind: str
    holder: str
    asset: str
    ref: str
    label: str
    current_minor: int
    candidate_minor: int

    @property
    def public_id(self) -> str:
        return to_public("txn_", self.transaction_id)


@dataclass(frozen=True, slots=True)
class Refusal:
    """How often a rule said no in the same words, and one transaction where it did."""

    outcome: str
    rule: str
    error: str
    postings: int
    transaction_id: UUID

    @property
    def public_id(self) -> str:
        return to_public("txn_", self.transaction_id)


@dataclass(frozen=True, slots=True)
class ShadowReport:
    """What a shadow has shown from `since` to `until`, business days, both included.

    kinds: sums of everything compared. accounts and settlements: those that differ, the widest first, at most MOST_ROWS;
    `accounts_in_all` and `settlements_in_all` say how many differ. lines: of the first MOST_SAMPLES postings that differ.
    is_summed: False where there was more to sum than the caller wanted; then kinds, accounts and settlements are empty.
    """

    since: date
    until: date
    counts: Counts
    kinds: list[Sum]
    accounts: list[Sum]
    accounts_in_all: int
    settlements: list[Sum]
    settlements_in_all: int
    lines: list[LineDifference]
    refusals: list[Refusal]
    is_summed: bool = True

    def as_json(self) -> dict[str, Any]:
        """Plain values; money as integers `*_minor` beside `currency`."""
        return {
            "since": self.since.isoformat(),
            "until": self.until.isoformat(),
            **asdict(self.counts),
            "kinds": [_sum_json(each) for each in self.kinds],
            "accounts": {"differ": self.accounts_in_all, "rows": [_sum_json(each) for each in self.accounts]},
            "settlements": {"differ": self.settlements_in_all, "rows": [_sum_json(each) for each in self.settlements]},
            "lines": [_line_json(each) for each in self.lines],
            "refusals": [
                {"outcome": each.outcome, "rule": each.rule, "error": each.error, "postings": each.postings, "transaction": each.public_id}
                for each in self.refusals
            ],
        }  # fmt: skip


def compare_shadow(shadow: Shadow, since: date, until: date, *, most_summed: int | None = None) -> ShadowReport:
    """The report of business days `since` to `until`, both included. Sums read every line: `most_summed` postings, None for all."""
    scope = _scope(shadow, since, until)
    counts = count_shadow(shadow, since, until)
    is_summed = most_summed is None or counts.compared <= most_summed

    def sums(sql: str, *columns: str) -> tuple[list[Sum], int]:
        return _sums(sql, scope, columns) if is_summed else ([], 0)

    accounts, accounts_in_all = sums(shadow_sql.ACCOUNTS, "kind", "holder", "asset")
    settlements, settlements_in_all = sums(shadow_sql.SETTLEMENTS, "kind", "holder", "asset", "ref")
    sample = {**scope, "outcomes": [DIFFERENT], "postings": MOST_SAMPLES}
    return ShadowReport(
        since=since,
        until=until,
        counts=counts,
        kinds=sums(shadow_sql.KINDS, "kind", "asset")[0],
        accounts=accounts,
        accounts_in_all=accounts_in_all,
        settlements=settlements,
        settlements_in_all=settlements_in_all,
        lines=[LineDifference(*row) for row in fetch(shadow_sql.LINES, sample)],
        refusals=[Refusal(*row) for row in fetch(shadow_sql.ERRORS, scope)],
        is_summed=is_summed,
    )


def count_shadow(shadow: Shadow, since: date = date.min, until: date = date.max) -> Counts:
    """How many postings were compared, and how they came out; of all days where none are named."""
    found = {(outcome, turned): count for outcome, turned, count in fetch(shadow_sql.COUNTS, _scope(shadow, since, until))}

    def of(outcome: str) -> int:
        return int(found.get((outcome, False), 0) + found.get((outcome, True), 0))

    by_candidate = sum(count for (_, turned), count in found.items() if turned)
    return Counts(of(EQUAL) + of(DIFFERENT), of(EQUAL), of(DIFFERENT), of(REFUSED), of(FAILED), by_candidate)


def shadow_days(shadow: Shadow) -> tuple[date, date] | None:
    """First and last business day with a posting beside; None before the first."""
    first, last = next(fetch(shadow_sql.DAYS, {"shadow": shadow.pk}))
    return (first, last) if first else None


def stream_line_differences(shadow: Shadow, since: date, until: date) -> Iterator[LineDifference]:
    """Every line that differs, in the order of posting; read in chunks of postings, so memory doesn't grow."""
    after = 0
    while True:
        wanted = _scope(shadow, since, until) | {"outcomes": [DIFFERENT], "postings": _CHUNK, "after": after}
        found = [LineDifference(*row) for row in fetch(shadow_sql.LINES, wanted)]
        yield from found
        if not found:
            return
        after = found[-1].posting_id


def _scope(shadow: Shadow, since: date, until: date) -> dict[str, Any]:
    return {
        "shadow": shadow.pk, "candidate": shadow.candidate, "since": since, "until": until, "outcomes": [EQUAL, DIFFERENT],
        "after": 0, "postings": _ALL, "limit": MOST_ROWS, "settling": list(SETTLING),
    }  # fmt: skip


def _sums(sql: str, scope: dict[str, Any], columns: tuple[str, ...]) -> tuple[list[Sum], int]:
    rows = list(fetch(sql, scope))
    names = ("holder", "ref")
    found = [
        Sum(**{name: "" for name in names if name not in columns}, **dict(zip(columns, row, strict=False)),
            current_minor=int(row[-3]), candidate_minor=int(row[-2]))
        for row in rows
    ]  # fmt: skip
    return found, int(rows[0][-1]) if rows else 0


def _sum_json(each: Sum) -> dict[str, Any]:
    named = {name: value for name, value in (("holder", each.holder), ("ref", each.ref)) if value}
    amounts = {"current_minor": each.current_minor, "candidate_minor": each.candidate_minor, "difference_minor": each.difference_minor}
    return {"kind": each.kind, **named, "currency": each.asset, **amounts}


def _line_json(each: LineDifference) -> dict[str, Any]:
    return {
        "transaction": each.public_id, "business_date": each.business_date.isoformat(), "posted_rule": each.posted_rule,
        "kind": each.kind, "holder": each.holder, "ref": each.ref, "label": each.label, "currency": each.asset,
        "current_minor": int(each.current_minor), "candidate_minor": int(each.candidate_minor),
    }  # fmt: skip
