"""Versions as people make them: drafted, changed, back-tested, sent and decided."""

from datetime import timedelta
from typing import Any

from django.db import transaction

from cashier.models import BankAccount
from ledger.actors import user_actor
from ledger.models import ApprovalRequest, User
from ledger.operations import decide
from reconciliation.models import BackTest, BankLine, BankStatement, MatchingRules, SourceFile
from reconciliation.operations.load.partitions import open_partition
from reconciliation.operations.matching_rules.back_tests import run_back_test, start_back_test
from reconciliation.operations.matching_rules.versions import draft_rules, propose_rules, save_rules
from tests.ledger.cast import make_person
from tests.reconciliation.house import DAY, NOW
from tests.reconciliation.rules.test_versions_are_safe import row_of

DAYS = (DAY - timedelta(days=1), DAY + timedelta(days=10))


def make_people() -> tuple[User, User]:
    """Who drafts, and who decides."""
    return make_person("mia", "propose_matching"), make_person("max", "approve_matching")


def drafted(mia: User, *, on: dict[str, bool] | None = None, **parameters: dict[str, Any]) -> MatchingRules:
    """A draft on the version in force; `sale_object={...}` changes parameters of sale.object, `on` turns rules on or off."""
    row = draft_rules(maker=user_actor(mia), now=NOW)
    body = row.body
    for name, changed in parameters.items():
        row_of(body, name.replace("_", ".", 1))["parameters"].update(changed)
    for name, is_on in (on or {}).items():
        row_of(body, name)["on"] = is_on
    return save_rules(rules_id=row.pk, body=body, actor=user_actor(mia), now=NOW)


def run_test(row: MatchingRules, mia: User, *, account: str = "", lines: int = 1) -> BackTest:
    """Its back-test, done; over at least so many lines of the bank."""
    for _ in range(lines - BankLine.objects.count()):
        store_line()
    test = start_back_test(rules_id=row.pk, since=DAYS[0], until=DAYS[1], account=account, actor=user_actor(mia), now=NOW)
    run_back_test(back_test_id=test.pk, now=NOW)
    test.refresh_from_db()
    return test


def store_line() -> None:
    """A line of a statement of the house's bank, loaded and not run yet."""
    bank = BankAccount.objects.get(code="BANK_EUR")
    file = SourceFile.objects.create(
        source="camt053", name="line.xml", sha256="1" * 64, byte_size=900, storage_path="line.xml", state="LOADED", bank_account=bank,
        received_at=NOW, received_by_kind="system", received_by_id="tests", loaded_at=NOW, updated_at=NOW,
    )  # fmt: skip
    statement = BankStatement.objects.create(
        source_file=file, bank_account=bank, index=0, number="1", currency="EUR", opening_minor=0, closing_minor=700, opening_date=DAY,
        closing_date=DAY, lines=1, bucket=202611, loaded_at=NOW,
    )  # fmt: skip
    with transaction.atomic():
        open_partition("reconciliation_bank_line", statement.bucket)
        BankLine.objects.create(
            bucket=statement.bucket, statement=statement, bank_account=bank, line_number=1, index=0, currency="EUR", amount_minor=700,
            booked_date=DAY, bank_reference="B1", end_to_end="", transaction_code="", counterparty="", narrative="PAYMENT",
            is_reversal=False,
        )  # fmt: skip


def proposed(row: MatchingRules, mia: User) -> ApprovalRequest:
    return propose_rules(rules_id=row.pk, reason="seen in the back-test", maker=user_actor(mia), now=NOW)


def decided(request: ApprovalRequest, checker: User, *, approve: bool = True) -> None:
    decide(request_id=request.pk, approve=approve, checker=checker, reason="seen", now=NOW)


def in_force(mia: User, max_: User, **changes: Any) -> MatchingRules:
    """A version with these changes, brought into force."""
    row = drafted(mia, **changes)
    run_test(row, mia)
    decided(proposed(row, mia), max_)
    row.refresh_from_db()
    return row
