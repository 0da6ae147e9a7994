"""Statements (L13): running balances are sums, pages are whole, filters leave rows out and nothing else."""

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import psycopg
import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ledger.models import Account, Entry, LegalEntity
from ledger.operations import post, write_checkpoints
from ledger.queries import AsOf, BadCursor, Line, Statement, Wanted, get_account_balance, get_statement, stream_statement, trial_accounts
from tests.infra.processes import eventually
from tests.ledger.books import NOON, TESTER, book, deposit, posting
from tests.ledger.cast import make_entity

if TYPE_CHECKING:
    from tests.databases import TestDatabase

DAY = NOON.date()
# (amount of a deposit, days after NOON on which it happened, days after NOON on which it was posted)
moves = st.lists(st.tuples(st.integers(1, 10**12), st.integers(0, 4), st.integers(0, 4)), max_size=25)


def book_all(entity: LegalEntity, sequence: list[tuple[int, int, int]]) -> Account:
    for number, (amount, happened, posted) in enumerate(sequence):
        entry = posting(entity, f"{entity.pk}:{number}", *deposit("pl_1", amount), on=DAY + timedelta(days=happened))
        post(entry, actor=TESTER, now=NOON + timedelta(days=posted))
    post(posting(entity, f"{entity.pk}:last", *deposit("pl_1", 1), on=DAY), actor=TESTER, now=NOON)
    return Account.objects.get(entity=entity, kind="clearing")


def brute(account: Account, asof: AsOf, since: date | None = None) -> list[tuple[int, int]]:
    """(entry, balance after it) from all rows, added up one by one."""
    entries = list(Entry.objects.filter(account=account).select_related("transaction").order_by("id"))
    counted = [
        entry for entry in entries
        if (asof.business_date is None or entry.business_date <= asof.business_date)
        and (asof.posted_at is None or entry.transaction.posted_at <= asof.posted_at)
    ]  # fmt: skip
    balance = sum(int(entry.amount_minor) for entry in counted if since and entry.business_date < since)
    found = []
    for entry in counted:
        if since is None or entry.business_date >= since:
            balance += int(entry.amount_minor)
            found.append((entry.pk, balance))
    return found


def walk(wanted: Wanted, size: int) -> list[Statement]:
    pages = [get_statement(wanted, size=size)]
    while pages[-1].older:
        pages.append(get_statement(wanted, cursor=pages[-1].older, size=size))
    return pages


def pairs(rows: list[Line]) -> list[tuple[int, int]]:
    return [(row.entry_id, row.balance_minor) for row in rows]


@pytest.mark.django_db
@pytest.mark.spec("L13", "L7")
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    sequence=moves,
    size=st.integers(1, 7),
    until=st.none() | st.integers(-1, 5),
    known=st.none() | st.integers(-1, 5),
    since=st.none() | st.integers(-1, 5),
)
def test_running_balances_are_the_sums_of_all_entries_before(
    sequence: list[tuple[int, int, int]], size: int, until: int | None, known: int | None, since: int | None
) -> None:
    with transaction.atomic():
        account = book_all(make_entity(uuid4().hex), sequence)
        asof = AsOf(DAY + timedelta(days=until) if until is not None else None, NOON + timedelta(days=known) if known is not None else None)
        begin = DAY + timedelta(days=since) if since is not None else None
        wanted = Wanted(account.pk, since=begin, asof=asof)
        expected = brute(account, asof, begin)

        pages = walk(wanted, size)
        assert [pair for page in reversed(pages) for pair in pairs(page.rows)] == expected
        assert pairs(list(stream_statement(wanted, chunk=size))) == expected
        closing = expected[-1][1] if expected else pages[0].opening_minor
        assert {page.closing_minor for page in pages} == {closing}
        assert pages[0].carried_minor == closing and pages[-1].brought_minor == pages[-1].opening_minor
        if begin is None:
            assert get_account_balance(account.pk, asof=asof) == closing
        back = pages[-1]
        for page in reversed(pages[:-1]):
            back = get_statement(wanted, cursor=back.newer, size=size)
            assert back.rows[0] == page.rows[0] if len(page.rows) == size else back.rows
        transaction.set_rollback(True)


@pytest.mark.django_db
@pytest.mark.spec("L13")
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(sequence=moves, until=st.none() | st.integers(-1, 5), known=st.none() | st.integers(-1, 5))
def test_the_trial_balance_as_of_a_moment_is_that_of_the_statements(
    sequence: list[tuple[int, int, int]], until: int | None, known: int | None
) -> None:
    with transaction.atomic():
        entity = make_entity(uuid4().hex)
        account = book_all(entity, sequence)
        asof = AsOf(DAY + timedelta(days=until) if until is not None else None, NOON + timedelta(days=known) if known is not None else None)
        balances = {(row.kind, row.account_id): row.balance_minor for row in trial_accounts(entity.pk, asof)}
        expected = brute(account, asof)
        total = expected[-1][1] if expected else 0
        assert balances == ({("clearing", account.pk): total, ("playable", None): -total} if total else {})
        transaction.set_rollback(True)


@pytest.mark.spec("L13")
def test_filters_leave_rows_out_and_balances_stay_those_of_the_account(entity: LegalEntity) -> None:
    for number, amount in enumerate((500, 20, 500, 3, 500)):
        book(entity, f"k{number}", *deposit("pl_1", amount), intent_id=f"pi_{number}")
    account = Account.objects.get(kind="clearing")

    found = walk(Wanted(account.pk, amount_minor=500), 2)
    assert [[row.balance_minor for row in page.rows] for page in found] == [[1020, 1523], [500]]
    assert [row.balance_minor for row in stream_statement(Wanted(account.pk, amount_minor=500), chunk=2)] == [500, 1020, 1523]
    assert [row.amount_minor for row in get_statement(Wanted(account.pk, reference="pi_3")).rows] == [3]
    assert len(get_statement(Wanted(account.pk, kind="OPENING_BALANCE", actor_id="tests")).rows) == 5
    assert get_statement(Wanted(account.pk, kind="DEPOSIT_CAPTURED")).rows == []


@pytest.mark.parametrize("cursor", ["x", "1-o", "1-q2", "-1-o2", "1-o2; DROP TABLE", "1-o" + "9" * 19, "١-o٢"])
def test_a_cursor_that_no_page_gave_is_refused(entity: LegalEntity, cursor: str) -> None:
    book(entity, "a", *deposit("pl_1", 1))
    with pytest.raises(BadCursor, match="Open the statement without it"):
        get_statement(Wanted(Account.objects.get(kind="clearing").pk), cursor=cursor)


SLOW = (
    "SELECT * FROM ledger_post(gen_random_uuid(), %s, %s, 'OPENING_BALANCE@1', 'OPENING_BALANCE', 'EUR', '{}', 'f', '', '', '',"
    " '2026-03-10', NULL, 'system', 't', '', now(), now(), ARRAY['clearing', 'outside'], ARRAY['ma_1', 'le_1'],"
    " ARRAY['EUR', 'EUR'], ARRAY[1000, -1000]::numeric[], ARRAY['', ''], ARRAY['', ''])"
)


@pytest.mark.spec("L13", "L7")
def test_pages_neither_lose_nor_repeat_while_others_post(committed_db: "TestDatabase") -> None:
    """A slow posting drew its ids before the walk began and commits in the middle of it: the walk ends at the last checkpoint."""
    entity = make_entity()
    for number in range(5):
        book(entity, f"k{number}", *deposit("pl_1", 10))
    write_checkpoints()
    wanted = Wanted(Account.objects.get(kind="clearing").pk)
    with psycopg.connect(committed_db.app_url) as slow:
        slow.execute(SLOW, ["slow", entity.pk])
        book(entity, "quick", *deposit("pl_1", 10))
        first = get_statement(wanted, size=2)
        assert first.mark.is_late
        slow.commit()
    book(entity, "later", *deposit("pl_1", 10))

    second = get_statement(wanted, cursor=first.older, size=2)
    third = get_statement(wanted, cursor=second.older, size=2)
    assert [row.balance_minor for page in (third, second, first) for row in page.rows] == [10, 20, 30, 40, 50]
    assert (third.older, {page.closing_minor for page in (first, second, third)}) == ("", {50})
    assert eventually(lambda: not get_statement(wanted).mark.is_late)
    fresh = get_statement(wanted)
    assert [row.balance_minor for row in fresh.rows][-3:] == [1050, 1060, 1070]


def plan_of(sql: str, params: dict[str, Any]) -> str:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("SET LOCAL enable_bitmapscan = off")
        cursor.execute(f"EXPLAIN (COSTS OFF) {sql}", params)
        return "\n".join(row[0] for row in cursor.fetchall())


@pytest.mark.spec("L6", "L13")
def test_a_balance_is_an_index_range_from_the_checkpoint(committed_db: "TestDatabase") -> None:
    from ledger.queries.balances import ONE_BALANCE

    entity = make_entity()
    for number in range(60):  # with a handful of rows any index is as cheap as another
        book(entity, f"a{number}", *deposit(f"pl_{number}", 1, merchant=f"ma_{number}"))
    write_checkpoints()
    with psycopg.connect(committed_db.owner_url, autocommit=True) as owner:
        owner.execute("ANALYZE ledger_account, ledger_entry, ledger_checkpoint")  # not whatever autovacuum has seen of other tests
    plan = plan_of(ONE_BALANCE, {"holder": "ma_1", "asset": "EUR", "kind": "clearing", "entity": entity.pk})
    assert "using ledger_entry_account on ledger_entry e" in plan
    assert "(account_id = a.id) AND (id > COALESCE" in plan
    assert "ledger_checkpoint_once" in plan
