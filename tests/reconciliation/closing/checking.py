"""One item of a day's checklist as tests ask for it, and lines that it looks at."""

from datetime import date, datetime

from reconciliation.models import BankLine, BankStatement, SuspenseItem
from reconciliation.operations.load.partitions import open_partition
from reconciliation.queries.checklist import CheckItem, checklist
from tests.reconciliation.house import DAY, NOW, House


def check(house: House, name: str, *, day: date = DAY, now: datetime = NOW) -> CheckItem:
    return next(item for item in checklist(house.entity, day, now=now) if item.name == name)


def is_held(house: House, name: str) -> bool:
    return check(house, name).ok


def make_bank_line(house: House, statement: BankStatement, amount_minor: int) -> BankLine:
    """A line booked on the day, loaded and not posted."""
    open_partition("reconciliation_bank_line", statement.bucket)
    return BankLine.objects.create(
        bucket=statement.bucket, statement=statement, bank_account=house.bank, line_number=1, index=0, currency="EUR",
        amount_minor=amount_minor, booked_date=DAY, bank_reference="", end_to_end="", transaction_code="", counterparty="", narrative="",
        is_reversal=False,
    )  # fmt: skip


def make_suspense(house: House, line: BankLine) -> None:
    SuspenseItem.objects.create(
        line_kind="bank", line_id=line.pk, holder=house.bank.public_id, bank_account=house.bank, currency="EUR",
        amount_minor=-line.amount_minor, reason_code="BANK_CREDIT_UNIDENTIFIED", placed_txn="txn", placed_at=NOW, cleared_at=NOW,
    )  # fmt: skip
