"""Each table of a snapshot, read and written as raw CSV: the large ones by COPY, those that need our calendars or ids by Python."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from django.db import connection
from django.db.models import Q

from cashier.models import BankAccount, MerchantAccount
from ledger.calendar import day_bounds
from ledger.errors import BadPublicId
from ledger.ids import from_public
from ledger.models import JournalTransaction, LegalEntity
from reconciliation.matching.judge import SCHEDULED_TEXTS
from reconciliation.models import CaseLink, LookupAnswer, ReconciliationRun, RunState, SuspenseItem
from reconciliation.models.cases import LIVE_STATES
from reconciliation.queries.balances import balances_at
from reconciliation.queries.currencies import currencies_of
from reconciliation.queries.rail_windows import own_windows
from reconciliation.queries.snapshot.sql import STATEMENTS
from reconciliation.snapshots.tables import TABLES
from reconciliation.snapshots.writing import write_raw
from reconciliation.windows import WINDOWS, oldest_not_due

LOOK_BACK_DAYS = 60
WINDOW_KINDS = ("capture", "refund", "payout")
Rows = Iterable[Sequence[Any]]


def write_rows(entity: LegalEntity, day: date, name: str, path: Path) -> None:
    """One table of the day as raw CSV, in its order. Needs a transaction that sees one moment for all of them."""
    made = _BY_HAND.get(name)
    if made is None:
        _copy(STATEMENTS[name], entity, day, path)
    else:
        write_raw(path, TABLES[name], made(entity, day))


def _copy(statement: str, entity: LegalEntity, day: date, path: Path) -> None:
    start, end = day_bounds(entity, day)
    values = {
        "entity": entity.pk, "day": day, "start": start, "end": end, "zone": entity.zone, "cutoff": entity.cutoff,
        "live": [str(state) for state in LIVE_STATES], "look_back": LOOK_BACK_DAYS, "own_windows": list(own_windows()),
    }  # fmt: skip
    copy = f"COPY ({statement}) TO STDOUT WITH (FORMAT csv, HEADER)"
    with path.open("wb") as file, connection.cursor() as cursor, cursor.copy(copy, values) as rows:
        for block in rows:
            file.write(block)


def _fee_texts(entity: LegalEntity, day: date) -> Rows:
    accounts = MerchantAccount.objects.filter(entity=entity).order_by("code")
    return ((row.code, text) for row in accounts for text in sorted({*SCHEDULED_TEXTS, *row.fee_schedule.get("line_texts", [])}))


def _balances(entity: LegalEntity, day: date) -> Rows:
    return ((row.kind, row.holder, row.asset, row.total_minor) for row in balances_at(entity.pk, day))


def _accounts(entity: LegalEntity, day: date) -> Iterator[Sequence[Any]]:
    for bank in BankAccount.objects.filter(entity=entity).order_by("code"):
        yield bank.code, bank.public_id, "bank", "", bank.currency, bank.is_active
    for merchant in MerchantAccount.objects.filter(entity=entity).order_by("code"):
        yield merchant.code, merchant.public_id, "merchant", merchant.provider, "", merchant.is_active


def _windows(entity: LegalEntity, day: date) -> Iterator[Sequence[Any]]:
    """As of the last run over the day or a later one: cases know no other moment."""
    accounts = MerchantAccount.objects.filter(entity=entity)
    currencies = sorted({currency for account in accounts for currency in currencies_of(account)})
    merchants, banks = _last_run(entity, day, merchant_account=None), _last_run(entity, day, bank_account=None)
    yield from (("bank", "", currency, banks + timedelta(days=1)) for currency in currencies)
    windows = [(kind, "", WINDOWS[kind]) for kind in WINDOW_KINDS] + [("capture", method, days) for method, days in own_windows().items()]
    for kind, method, days in windows:
        yield from ((kind, method, currency, oldest_not_due(kind, currency, merchants, days=days)) for currency in currencies)


def _last_run(entity: LegalEntity, day: date, **other_kind: None) -> date:
    runs = ReconciliationRun.objects.filter(entity=entity, state=RunState.DONE, date__gt=day).exclude(**other_kind)
    return runs.order_by("-date").values_list("date", flat=True).first() or day


def _suspense(entity: LegalEntity, day: date) -> Rows:
    """Lines placed by a posting of the day or before and taken out, if at all, by one of a later day."""
    start = day_bounds(entity, day)[0]
    of_entity = Q(merchant_account__entity=entity) | Q(bank_account__entity=entity)
    chosen = SuspenseItem.objects.filter(of_entity, Q(cleared_at=None) | Q(cleared_at__gte=start))
    items = list(chosen.select_related("merchant_account", "bank_account").order_by("line_kind", "line_id"))
    days = _days_of([item.placed_txn for item in items] + [item.cleared_txn for item in items if item.cleared_txn])
    for item in items:
        if days[item.placed_txn] <= day and (not item.cleared_txn or days[item.cleared_txn] > day):
            account = item.merchant_account or item.bank_account
            code = account.code if account else ""
            yield item.line_kind, item.line_id, code, item.currency, item.amount_minor, item.reason_code, item.cleared_at is None


def _days_of(transactions: list[str]) -> dict[str, date]:
    """Business days of postings, by public id."""
    ids = {from_public(text, JournalTransaction.PREFIX): text for text in transactions}
    return {ids[pk]: on for pk, on in JournalTransaction.objects.filter(pk__in=ids).values_list("pk", "business_date")}


def _lookups(entity: LegalEntity, day: date) -> Rows:
    """The last answer of each payment: reports of the day are judged by it."""
    since = day - timedelta(days=LOOK_BACK_DAYS)
    asked = LookupAnswer.objects.filter(run__entity=entity, run__date__gte=since, reference__startswith="lookup:")
    last: dict[tuple[str, str], Sequence[Any]] = {}
    for row in asked.select_related("run").order_by("asked_at", "pk").iterator():
        answer, key = row.answer or {}, (row.run.account_code, _key_of(row.reference.removeprefix("lookup:")))
        last[key] = (*key, bool(answer), answer.get("state", ""), " ".join(sorted(answer.get("captures", []))))
    return [last[key] for key in sorted(last)]


def _case_links(entity: LegalEntity, day: date) -> Rows:
    live = Q(case__business_date__lt=day, case__state__in=LIVE_STATES)
    links = CaseLink.objects.filter(live | Q(case__business_date=day), case__entity=entity)
    found = {(number, kind, _key_of(target)) for number, kind, target in links.values_list("case__number", "kind", "target_id").iterator()}
    return sorted(found)


def _key_of(target: str) -> str:
    """The UUID of a public id, by which tables know the row; any other reference as it is."""
    prefix, mark, _ = target.partition("_")
    try:
        return str(from_public(target, prefix + mark))
    except BadPublicId:
        return target


_BY_HAND: dict[str, Callable[[LegalEntity, date], Rows]] = {
    "accounts": _accounts,
    "balances": _balances,
    "case_links": _case_links,
    "fee_texts": _fee_texts,
    "lookups": _lookups,
    "suspense": _suspense,
    "windows": _windows,
}
