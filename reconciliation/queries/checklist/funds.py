"""Checks of whose money lies where: players' money and its cover, prefund and reserve against the PSPs' figures (D2, D6)."""

from collections.abc import Iterator

from cashier.models import MerchantAccount
from ledger.money import money_text
from reconciliation.proofs_of_accounts import in_transit_is_named, reserve_is_named
from reconciliation.queries.account_balance import balance_on
from reconciliation.queries.checklist.items import CheckItem, Day, check_item
from reconciliation.queries.player_money import Cover, player_money
from reconciliation.queries.psp_figures import newest_figures


def players_are_covered(day: Day) -> CheckItem:
    """What we owe players is kept for them, per licence and currency. An entity without a licence is told, never held to it."""
    covers = player_money(day.entity, day.date, day.balances)
    figure = "; ".join(map(_words, covers)) or "nothing owed"
    if not day.entity.licence:
        return check_item("player_money", "Players' money is covered", f"{figure}; no licence is set that asks for it")
    missing = [
        f"{money_text(each.shortfall_minor, each.currency)} of players' money is not covered" for each in covers if each.shortfall_minor
    ]
    return check_item("player_money", "Players' money is covered", figure, missing)


def reserve_and_prefund_are_the_psps(day: Day) -> CheckItem:
    """`reserve` is, batch by batch, what the PSPs' reports withheld less what they released; both are what the PSP says it holds.

    A prefund that is not zero needs a figure that reaches the day; a reserve's is compared where the PSP states one.
    """
    accounts = list(MerchantAccount.objects.filter(entity=day.entity).order_by("code"))
    codes = {row.public_id: row.code for row in accounts}
    missing = [_named(row, codes, "reserve") for row in reserve_is_named().differences if _holder(row) in codes]
    missing += [words for account in accounts for words in _against_the_psp(account, day)]
    held = {kind: [money_text(row.total_minor, row.asset) for row in day.balances if row.kind == kind] for kind in ("reserve", "prefund")}
    figure = f"{' and '.join(held['reserve']) or 'nothing'} in reserve, {' and '.join(held['prefund']) or 'nothing'} prefunded"
    return check_item("reserve", "Reserve and prefund are the PSPs'", figure, missing)


def _against_the_psp(account: MerchantAccount, day: Day) -> Iterator[str]:
    """Where the books at the end of its day are not the PSP's newest figure; a prefund without a figure of the day."""
    figures = newest_figures(account, day.date)
    for said in figures:
        books = balance_on(account.entity_id, said.kind, account.public_id, said.currency, said.day)
        if books != said.minor:
            ours, theirs = money_text(books, said.currency), money_text(said.minor, said.currency)
            yield f"{account.code}: {said.kind} is {ours} in the books, {theirs} by the PSP on {said.day}"
    told = {said.currency for said in figures if said.kind == "prefund" and said.day >= day.date}
    for row in day.balances:
        if row.kind == "prefund" and row.holder == account.public_id and row.asset not in told:
            yield f"{account.code}: no figure of the PSP reaches {day.date} for its prefund of {money_text(row.total_minor, row.asset)}"


def money_on_its_way_is_named(day: Day) -> CheckItem:
    """`in_transit` is, batch by batch, what was sent and not yet seen at the bank (POSTINGS.md section 4)."""
    codes = {row.public_id: row.code for row in MerchantAccount.objects.filter(entity=day.entity)}
    missing = [_named(row, codes, "in transit") for row in in_transit_is_named().differences if _holder(row) in codes]
    held = [money_text(row.total_minor, row.asset) for row in day.balances if row.kind == "in_transit"]
    return check_item("in_transit", "Money on its way is named", " and ".join(held[:5]) or "nothing", missing)


def _words(cover: Cover) -> str:
    return f"{money_text(cover.owed_minor, cover.currency)} owed, {money_text(cover.cover_minor, cover.currency)} kept"


def _holder(row: dict[str, object]) -> str:
    """The merchant account of a reference such as "batch:ma_…:38:EUR"."""
    return str(row["item"]).split(":")[1] if ":" in str(row["item"]) else ""


def _named(row: dict[str, object], codes: dict[str, str], what: str) -> str:
    _, holder, *rest = str(row["item"]).split(":")
    asset = rest[-1]
    said, books = (money_text(int(str(row.get(name, 0))), asset) for name in ("expected_minor", "booked_minor"))
    return f"{codes[holder]} {' '.join(rest[:-1])}: {what} is {books} in the books, {said} by its reports"
