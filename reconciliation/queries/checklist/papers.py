"""Checks of what came from outside: reports, statements, runs over them, bank against statement."""

from collections import Counter
from datetime import date

from django.db.models import Min, QuerySet

from cashier.models import BankAccount, MerchantAccount
from ledger.money import money_text
from reconciliation.calendars import is_bank_day
from reconciliation.models import BankLine, BankStatement, ExceptionCase, PspLine, ReconciliationRun, RunState, SettlementBatch
from reconciliation.models.cases import LIVE_STATES, CaseState
from reconciliation.models.files import BatchState
from reconciliation.queries.bank_openings import opening_day
from reconciliation.queries.batch_gaps import list_batch_gaps
from reconciliation.queries.checklist.items import CheckItem, Day, check_item, of_words
from reconciliation.queries.residuals import merchant_residuals
from reconciliation.queries.statements import first_statement, latest_statement, statement_gaps
from reconciliation.queries.unread_lines import count_unread

ITEM_KINDS = ("sale", "refund", "payout", "chargeback", "reversal")


def day_is_over(day: Day) -> CheckItem:
    """The entity's day has ended."""
    text = f"{day.end:%d %b %Y %H:%M} UTC"
    return check_item(
        "day_over",
        "Day is over",
        f"ended {text}" if day.now >= day.end else f"ends {text}",
        [] if day.now >= day.end else [f"The day ends {text}"],
    )


def reports_are_in(day: Day) -> CheckItem:
    """Settlement reports that reach the day, for every merchant account that moved money on it; posted; no batch number skipped."""
    accounts = day.busy_accounts
    silent = [account for account in accounts if not is_reported(account, day)]
    missing = [f"{account.code}: no settlement report reaches {day.date}" for account in silent]
    missing += [f"{batch}: loaded, not posted" for batch in _unposted(day)]
    missing += _gaps(day, "SETTLEMENT_REPORT_GAP")
    return check_item("reports", "PSP reports in", of_words(len(accounts) - len(silent), len(accounts), "account"), missing)


def statements_are_in(day: Day) -> CheckItem:
    """A statement that reaches the day, for every active bank account; posted; none missing between two, nor before the first."""
    accounts = day.banks
    reaching = BankStatement.objects.filter(bank_account__in=accounts, closing_date__gte=day.date).order_by()
    begins = {row["bank_account_id"]: row["begins"] for row in reaching.values("bank_account_id").annotate(begins=Min("opening_date"))}
    silent = [account for account in accounts if account.pk not in begins]
    later = [account for account in accounts if account.pk in begins and not _is_by(begins[account.pk], day)]
    early = [words for account in later if (words := _not_stated_yet(account, day))]
    missing = [f"{account.code}: no statement reaches {day.date}" for account in silent] + early
    missing += [words for account in accounts if (words := _not_posted(account, day))] + _gaps(day, "STATEMENT_GAP")
    figure = of_words(len(accounts) - len(silent) - len(early), len(accounts), "account")
    return check_item("statements", "Bank statements in", figure, missing)


def _is_by(begins: date | None, day: Day) -> bool:
    return begins is not None and begins <= day.date


def _not_stated_yet(account: BankAccount, day: Day) -> str:
    """Whether the day is before the account's first statement, which opens with money: what moved it there nobody has stated. Empty
    where it opens with none, and for days on which banks book nothing."""
    first = first_statement(account)
    if first is None or not first.opening_minor or not is_bank_day(account.currency, day.date):
        return ""
    begins = _beginning(first)
    if begins is None or begins <= day.date:
        return ""
    return (
        f"{account.code}: no statement of {day.date}; the first begins on {begins}, with {money_text(first.opening_minor, first.currency)}"
    )


def _not_posted(account: BankAccount, day: Day) -> str:
    """Lines that came after the account's run: where they even out, nothing else would tell that they are in no books."""
    count = count_unread(account, until=day.date)
    words = "1 line" if count == 1 else f"{count:,} lines"
    return f"{account.code}: {words} booked by {day.date} {'is' if count == 1 else 'are'} loaded, not posted" if count else ""


def _beginning(statement: BankStatement) -> date | None:
    """The first day that it tells of: its own, or where it names none that of its first line."""
    line = BankLine.objects.filter(bucket=statement.bucket, statement=statement).aggregate(first=Min("booked_date"))["first"]
    return min((day for day in (opening_day(statement), line) if day is not None), default=None)


def runs_are_done(day: Day) -> CheckItem:
    """Reconciliation of the day is done for every account that has something to reconcile, and saw the day to its end."""
    runs = {run.account_code: run for run in ReconciliationRun.objects.filter(entity=day.entity, date=day.date)}
    expected = sorted({*runs, *(account.code for account in day.busy_accounts), *(account.code for account in day.banks)})
    missing = [f"{code}: {lacking}" for code in expected if (lacking := _lacking(runs.get(code), day))]
    return check_item("runs", "Runs done", of_words(len(expected) - len(missing), len(expected), "account"), missing)


def _lacking(run: ReconciliationRun | None, day: Day) -> str:
    if run is None:
        return "no run"
    if run.state != RunState.DONE:
        return f"run {str(run.state).lower()}"
    is_early = run.started_at is not None and run.started_at < day.end <= day.now
    return "run before the day ended" if is_early else ""


def lines_are_complete(day: Day) -> CheckItem:
    """How many lines of the day's runs are matched, and what is carried forward. Tells; never missing."""
    runs = list(ReconciliationRun.objects.filter(entity=day.entity, date=day.date).select_related("merchant_account"))
    figures = [sum(getattr(run, name) for run in runs) for name in ("matched", "lines", "suggested", "carried_forward")]
    text = "{:,} of {:,} lines matched, {:,} suggested, {:,} items carried forward".format(*figures)
    return check_item("completeness", "Completeness", f"{text}{_residual_words(runs)}")


def bank_equals_statement(day: Day) -> CheckItem:
    """`bank` in the books is the closing balance of the newest statement up to the day, account by account; nothing before the first."""
    books = {(row.holder, row.asset): row.total_minor for row in day.balances if row.kind == "bank"}
    accounts = day.banks
    found = [(account, _closing_minor(account, day)) for account in accounts]
    differing = [
        f"{account.code}: the books differ from the statement by {money_text(difference, account.currency)}"
        for account, closing in found
        if closing is not None and (difference := books.get((account.public_id, account.currency), 0) - closing)
    ]
    return check_item("bank", "Bank equals statement", of_words(len(accounts) - len(differing), len(accounts), "account"), differing)


def is_reported(account: MerchantAccount, day: Day) -> bool:
    """Whether a report holds an item of the day or of a later one: then all that the PSP had up to it is in."""
    batches = SettlementBatch.objects.filter(merchant_account=account, business_date__gte=day.date).order_by("business_date")
    lines = PspLine.objects.filter(kind__in=ITEM_KINDS, business_date__gte=day.date)
    return any(lines.filter(batch=batch, bucket=batch.bucket).exists() for batch in batches[:60])


def _unposted(day: Day) -> list[SettlementBatch]:
    waiting = SettlementBatch.objects.filter(merchant_account__entity=day.entity, business_date__lte=day.date, version=1)
    return list(
        waiting.filter(state__in=(BatchState.LOADED, BatchState.HELD))
        .select_related("merchant_account")
        .order_by("business_date", "number")[:100]
    )


def _gaps(day: Day, code: str) -> list[str]:
    """Papers skipped between two that came, as the engine found them.

    Ending the case is one person's word; that a day may be signed without the paper is said by two, once: until a day was signed since,
    it is named all the same.
    """
    cases = ExceptionCase.objects.filter(entity=day.entity, reason=code, business_date__lte=day.date)
    cases = cases.select_related("merchant_account", "bank_account").order_by("number")
    live = [f"{case.label}: {_account_code(case)} {_gap_words(case)}" for case in cases.filter(state__in=LIVE_STATES)[:100]]
    ended = _still_lacking(list(_let_go(cases, day)))
    return live + [f"{case.label}: {_account_code(case)} {_gap_words(case)}, and its case was ended" for case in ended]


def _let_go(cases: QuerySet[ExceptionCase], day: Day) -> QuerySet[ExceptionCase]:
    """Those that a person ended and that no signed day has passed by."""
    ended, last = cases.filter(state=CaseState.RESOLVED), day.last_signed
    return ended if last is None else ended.exclude(business_date__lte=last.business_date, resolved_at__lte=last.signed_at)


def _still_lacking(cases: list[ExceptionCase]) -> list[ExceptionCase]:
    """Those of which what was missing has not come since. Each account's papers are looked at once."""
    merchants = {case.merchant_account for case in cases if case.merchant_account is not None}
    banks = {case.bank_account for case in cases if case.bank_account is not None}
    lacking = {gap.key(account) for account in merchants for gap in list_batch_gaps(account)}
    lacking.update(key for account in banks for key in statement_gaps(account))
    return [case for case in cases if case.dedupe_key in lacking]


def _account_code(case: ExceptionCase) -> str:
    account = case.merchant_account or case.bank_account
    return account.code if account else ""


def _gap_words(case: ExceptionCase) -> str:
    if "to" in case.facts:
        return f"batches {case.facts['batch']} to {case.facts['to']} are missing"
    return f"batch {case.facts['batch']} is missing" if "batch" in case.facts else "a statement is missing"


def _closing_minor(account: BankAccount, day: Day) -> int | None:
    """Nothing, where nothing was stated by then: nobody has said that it held any. None where the first statement is of days on both
    sides."""
    newest = latest_statement(account, until=day.date)
    if newest is not None:
        return int(newest.closing_minor)
    first = first_statement(account)
    begins = None if first is None else _beginning(first)
    return None if begins is not None and begins <= day.date else 0


def _residual_words(runs: list[ReconciliationRun]) -> str:
    """What is left of the proofs of the accounts that were run, as it is now, not as it was when they ran."""
    sums: Counter[str] = Counter()
    for run in runs:
        for row in merchant_residuals(run.merchant_account, run.date) if run.merchant_account else run.residuals:
            sums[row["currency"]] += int(row["amount_minor"])
    words = [money_text(amount, currency) for currency, amount in sorted(sums.items()) if amount]
    return f", residual {' and '.join(words)}" if words else ""
