"""Pages of the books: statement, T-account, chart, trial balance, receivables, one posting; and their CSV (L13, L19, UX 4.12)."""

import csv
import io
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from ledger.models import Account, Entry, JournalTransaction
from ledger.queries import get_account_balance
from tests.backoffice.scene import DAY, NOW
from tests.ledger.books import book, cr, deposit, dr

MONEY = re.compile(r'data-copy="([^"]+)"')


@pytest.fixture
def books(scene: Any) -> dict[str, Account]:
    """A clearing account of 60 postings over a week, a debt of 30.00, and a reversal."""
    holder, player, entity = scene.accounts[0].public_id, scene.players[0].public_id, scene.entity
    for number in range(60):
        lines = deposit(player, 1000 + number, merchant=holder)
        book(entity, f"books:{number}", *lines, at=NOW - timedelta(days=6 - number // 10), intent_id=f"pi_{number:026d}", player_id=player)
    debt = (dr("receivable", player, 3000, ref="dp_1:1"), cr("clearing", holder, 3000, ref="dp_1:1"))
    taken = book(entity, "books:debt", *debt, at=NOW - timedelta(days=1))
    back = (cr("receivable", player, 1000, ref="dp_1:1"), dr("clearing", holder, 1000, ref="dp_1:1"))
    book(entity, "books:back", *back, at=NOW, reverses_id=taken.id)
    found = Account.objects.filter(entity=entity, asset="EUR")
    return {
        "clearing": found.get(kind="clearing", owner_ref=holder),
        "receivable": found.get(kind="receivable", owner_ref=player),
        "playable": found.get(kind="playable", owner_ref=player),
    }


def page_of(client: Client, account: Account, query: str = "") -> str:
    answer = client.get(reverse("admin:ledger_account_change", args=[account.pk]) + query)
    assert answer.status_code == 200
    return answer.content.decode()


def statement_of(text: str) -> str:
    return text.partition("ops-statement-tools")[2].partition("</section>")[0]


@pytest.mark.spec("L13")
def test_the_statement_walks_back_to_the_opening_balance(books: dict[str, Account], browser_of: Callable[[str], Client]) -> None:
    client, account = browser_of("ola"), books["clearing"]
    newest = page_of(client, account)
    assert "Closing balance" in newest and "Brought forward" in newest
    older = re.search(r'href="(\?cursor=[^"]+)" rel="next" data-ops-key="o"', newest)
    assert older is not None
    oldest = page_of(client, account, older.group(1).replace("&amp;", "&"))
    assert "Opening balance" in oldest and "Carried forward" in oldest and 'data-ops-key="n"' in oldest
    keys = [key for text in (oldest, newest) for key in re.findall(r'data-key="(\d+)"', statement_of(text))]
    assert keys == [str(key) for key in Entry.objects.filter(account=account).order_by("id").values_list("pk", flat=True)]
    assert f'data-copy="{get_account_balance(account.pk) / 100:.2f}"' in statement_of(newest)


@pytest.mark.spec("L13")
def test_both_sides_of_the_t_account_are_equal(books: dict[str, Account], browser_of: Callable[[str], Client]) -> None:
    for account in books.values():
        text = page_of(browser_of("ben"), account).partition('class="ops-t"')[2].partition("Balance over time")[0]
        sides = [MONEY.findall(side.partition("<tfoot>")[0]) for side in text.split("<table")[1:]]
        totals = [MONEY.findall(side.partition("<tfoot>")[2]) for side in text.split("<table")[1:]]
        assert totals[0] == totals[1]
        assert [sum(int(each.replace(".", "")) for each in side) for side in sides] == [int(total[0].replace(".", "")) for total in totals]


@pytest.mark.spec("L13")
def test_the_chart_is_drawn_without_script_or_style(books: dict[str, Account], browser_of: Callable[[str], Client]) -> None:
    text = page_of(browser_of("ben"), books["clearing"])
    chart = text.partition('<svg class="ops-chart"')[2].partition("</svg>")[0]
    assert "polyline" in chart and "style=" not in chart and "<script" not in chart
    assert "Show as table" in text and "lowest" in chart


@pytest.mark.spec("L13")
def test_as_of_a_day_and_of_an_instant(books: dict[str, Account], browser_of: Callable[[str], Client]) -> None:
    client, account = browser_of("ben"), books["clearing"]
    day = DAY - timedelta(days=4)
    expected = sum(1000 + number for number in range(60) if (NOW - timedelta(days=6 - number // 10)).date() <= day)
    for query in (f"?until={day}", f"?at={day}", f"?at={day}T23:00:00%2B01:00"):
        assert f'data-copy="{expected / 100:.2f}"' in statement_of(page_of(client, account, query)), query
    assert "No postings in this period; opening balance" in page_of(client, account, f"?since={DAY + timedelta(days=9)}")
    assert "No posting matches." in page_of(client, account, "?reference=cap_none")


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("?until=tomorrow", "To: tomorrow is not a day like 2026-11-20."),
        ("?at=noon", "Posted by: noon is not an instant"),
        ("?amount=1.234", "Amount: 1.234 is not an amount in EUR"),
        ("?since=2026-11-20&until=2026-11-19", "no day lies between"),
        ("?cursor=nonsense", "the newest one is shown"),
    ],
)
def test_what_cannot_be_read_is_said(books: dict[str, Account], browser_of: Callable[[str], Client], query: str, words: str) -> None:
    assert words in page_of(browser_of("ben"), books["clearing"], query)
    if "cursor" not in query:
        refused = browser_of("ben").get(reverse("admin:ledger_account_statement_csv", args=[books["clearing"].pk]) + query)
        assert (refused.status_code, words in refused.content.decode()) == (400, True)


def csv_of(client: Client, url: str) -> list[dict[str, str]]:
    answer = client.get(url)
    assert answer.status_code == 200 and answer["Content-Type"].startswith("text/csv") and answer.streaming
    return list(csv.DictReader(io.StringIO(answer.getvalue().decode())))


@pytest.mark.spec("L13")
def test_the_statement_as_csv(books: dict[str, Account], browser_of: Callable[[str], Client]) -> None:
    account = books["receivable"]
    rows = csv_of(browser_of("ola"), reverse("admin:ledger_account_statement_csv", args=[account.pk]))
    transaction = JournalTransaction.objects.get(posting_key="books:debt")
    assert rows[0] == {
        "posted_at": "2026-11-19T09:30:00Z", "business_date": "2026-11-19", "corrects_date": "", "transaction_id": transaction.public_id,
        "kind": "OPENING_BALANCE", "intent_id": "", "reference": "dp_1:1", "label": "", "currency": "EUR", "debit": "30.00", "credit": "",
        "balance": "30.00", "amount_minor": "3000", "balance_minor": "3000",
    }  # fmt: skip
    assert (rows[1]["credit"], rows[1]["balance"], rows[1]["amount_minor"]) == ("10.00", "20.00", "-1000")
    assert len(rows) == 2


@pytest.mark.spec("L10", "L13")
def test_the_trial_balance_ends_with_zero(books: dict[str, Account], browser_of: Callable[[str], Client]) -> None:
    client = browser_of("ola")
    for query in ("", f"?until={DAY}", f"?at={DAY}T10:00", "?entity=MT1"):
        text = client.get(reverse("admin:ledger_account_trial") + query).content.decode()
        differences = re.findall(r"data-ops-difference>(.*?)</td>", text, re.DOTALL)
        assert differences and all('data-copy="0.00"' in each and "zero" in each for each in differences), query
    assert text.index('colspan="4">PSPs<') < text.index('colspan="4">Players<')
    rows = csv_of(client, reverse("admin:ledger_account_trial_csv") + f"?until={DAY}")
    assert sum(int(row["debit_minor"]) - int(row["credit_minor"]) for row in rows) == 0
    assert {row["as_of_business_date"] for row in rows} == {str(DAY)}
    before = client.get(reverse("admin:ledger_account_trial") + "?until=2020-01-01").content.decode()
    assert "every account of Countroom Malta is at zero" in before


@pytest.mark.spec("L19")
def test_what_players_owe_is_shown_by_age(books: dict[str, Account], browser_of: Callable[[str], Client]) -> None:
    client = browser_of("rafe")
    text = client.get(reverse("admin:ledger_account_receivables")).content.decode()
    assert 'data-copy="20.00"' in text and 'data-copy="30.00"' in text and "1 days" in text
    (row,) = csv_of(client, reverse("admin:ledger_account_receivables_csv"))
    assert (row["origin_id"], row["open"], row["owed_minor"], row["age"]) == ("dp_1", "20.00", "3000", "0 to 30 days")
    nothing = client.get(reverse("admin:ledger_account_receivables") + "?until=2020-01-01").content.decode()
    assert "No player owes anything" in nothing


@pytest.mark.spec("L9", "L13")
def test_a_posting_says_what_proof_replay_and_reversal_say(books: dict[str, Account], browser_of: Callable[[str], Client]) -> None:
    taken = JournalTransaction.objects.get(posting_key="books:debt")
    back = JournalTransaction.objects.get(posting_key="books:back")
    client = browser_of("ben")
    text = client.get(reverse("admin:ledger_journaltransaction_change", args=[taken.public_id])).content.decode()
    assert back.public_id in text and "A later posting reverses this one" in text
    assert text.count("ops-step-done") == 3 and "ops-step-failed" not in text
    assert "Sum in EUR" in text and "OPENING_BALANCE@1" in text
    other = client.get(reverse("admin:ledger_journaltransaction_change", args=[back.public_id])).content.decode()
    assert taken.public_id in other and "It reverses an earlier posting" in other


def test_a_posting_whose_rule_gives_other_lines_is_not_proved(
    books: dict[str, Account], browser_of: Callable[[str], Client], settings: Any
) -> None:
    settings.POSTING_RULES = settings.POSTING_RULES | {"OPENING_BALANCE@1": "ledger.postings.manual_credit"}
    transaction = JournalTransaction.objects.get(posting_key="books:debt")
    text = browser_of("ben").get(reverse("admin:ledger_journaltransaction_change", args=[transaction.public_id])).content.decode()
    assert "Not proved" in text and text.count("ops-step-failed") == 1


@pytest.mark.spec("B4", "L13")
def test_reports_are_for_the_staff_that_may_see_accounts(
    books: dict[str, Account], scene: Any, browser_of: Callable[[str], Client]
) -> None:
    names = ("trial", "trial_csv", "receivables", "receivables_csv")
    urls = [reverse(f"admin:ledger_account_{name}") for name in names]
    urls.append(reverse("admin:ledger_account_statement_csv", args=[books["clearing"].pk]))
    stranger = Client()
    person = scene.staff["rafe"]
    person.groups.clear()
    stranger.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    for url in urls:
        assert Client().get(url).status_code == 302
        refused = stranger.get(url)
        assert refused.status_code == 403 and "ledger.view_account" in refused.content.decode()
        assert browser_of("ola").get(url).status_code == 200
        assert browser_of("ola").post(url).status_code in (403, 405)


@pytest.mark.spec("B4", "L13")
def test_totals_by_rail_are_shown_and_exported(scene: Any, browser_of: Callable[[str], Client]) -> None:
    client, url = browser_of("ola"), reverse("admin:cashier_depositintent_totals")
    text = client.get(url).content.decode()
    rows = csv_of(client, reverse("admin:cashier_depositintent_totals_csv"))
    assert {(row["direction"], row["rail"]) for row in rows} == {("in", "card"), ("out", "card")}
    assert all(f'data-copy="{row["amount"]}"' in text and int(row["count"]) > 0 for row in rows)
    taken = sum(
        int(row["amount_minor"]) for row in rows if row["currency"] == "EUR" and (row["direction"], row["status"]) == ("in", "success")
    )
    assert taken == sum(int(deposit.captured_minor) for deposit in scene.deposits if deposit.currency == "EUR") > 0
    assert "No payment was begun" in client.get(url + "?until=2020-01-01").content.decode()
    assert "is not a day" in client.get(url + "?until=x").content.decode()
    assert client.get(url.rstrip("/") + ".csv?until=x").status_code == 400
    assert (Client().get(url).status_code, client.post(url).status_code) == (302, 405)
