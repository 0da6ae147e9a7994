"""The papers of the scene: reports with their batches and runs, and a statement that was refused."""

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from cashier.models import MerchantAccount
from ledger.actors import user_actor
from reconciliation.models import (
    Alert,
    BankLine,
    BankStatement,
    FileSource,
    FileState,
    LyingFile,
    Match,
    ReconciliationRun,
    RunState,
    SettlementBatch,
    SourceFile,
    SourcePull,
    Watch,
)
from reconciliation.operations.closing.provisional import take_provisional_close
from reconciliation.operations.column_maps import draft_map
from reconciliation.operations.load.partitions import open_partition
from reconciliation.operations.matching_rules.back_tests import run_back_test, start_back_test
from reconciliation.operations.matching_rules.versions import draft_rules, save_rules

if TYPE_CHECKING:
    from tests.backoffice.scene import Scene

DAY = date(2026, 11, 19)


def make_papers(scene: "Scene") -> None:
    make_alert(scene)
    draft_map(account=scene.accounts[0].code, maker=user_actor(scene.staff["ada"]), now=scene.now)
    take_provisional_close(entity=scene.accounts[0].entity, actor=user_actor(scene.staff["ada"]), now=scene.now)
    make_source(scene)
    make_matching_draft(scene)
    at = scene.now - timedelta(hours=4)
    for number, account in enumerate(scene.accounts):
        batch = _batch_of(_file_of(account, number, at), account, number, at)
        run = _run_of(scene, batch, account, number, at)
        if not number:
            _paid(scene, batch, run, at)
    SourceFile.objects.create(
        source="camt053",
        name="MT84MALT_2026-11-19.camt053.xml",
        sha256="f" * 64,
        byte_size=900,
        storage_path="y",
        state=FileState.REFUSED,
        result={},
        error={"code": "CONTROL_TOTAL", "line": 3, "column": None, "message": "Opening plus lines is not closing."},
        received_at=at,
        received_by_kind="user",
        received_by_id=str(scene.staff["ben"].pk),
        updated_at=at,
    )


def _file_of(account: MerchantAccount, number: int, at: datetime) -> SourceFile:
    return SourceFile.objects.create(
        source="adyen_sdr",
        name=f"settlement_detail_report_batch_{38 + number}.csv",
        sha256=f"{number:064d}",
        byte_size=48_210,
        encoding="utf-8",
        storage_path="x",
        state=FileState.LOADED,
        merchant_account=account,
        bucket=202611,
        lines=966,
        result=_ingest_result(account.code),
        received_at=at,
        received_by_kind="system",
        received_by_id="scene",
        loaded_at=at,
        updated_at=at,
    )


def _batch_of(file: SourceFile, account: MerchantAccount, number: int, at: datetime) -> SettlementBatch:
    return SettlementBatch.objects.create(
        merchant_account=account,
        number=str(38 + number),
        currency="EUR",
        source_file=file,
        state="PAID",
        bucket=202611,
        lines=966,
        business_date=DAY,
        payout_date=DAY + timedelta(days=1),
        payout_minor=4_544_549,
        paid_minor=4_544_509 if number else 4_544_549,
        transfer_reference="TX635094301XT",
        totals={
            "sale": {"count": 964, "debit_minor": 0, "credit_minor": 4_821_000},
            "fee": {"count": 964, "debit_minor": 101_241, "credit_minor": 0},
            "refund": {"count": 31, "debit_minor": 112_000, "credit_minor": 0},
            "chargeback": {"count": 2, "debit_minor": 15_000, "credit_minor": 0},
            "reserve": {"count": 1, "debit_minor": 48_210, "credit_minor": 0},
        },
        updated_at=at,
    )


def _run_of(scene: "Scene", batch: SettlementBatch, account: MerchantAccount, number: int, at: datetime) -> ReconciliationRun:
    return ReconciliationRun.objects.create(
        account_code=account.code,
        entity=scene.entity,
        merchant_account=account,
        date=DAY,
        state=RunState.DONE,
        lines=batch.lines,
        matched=958,
        suggested=2,
        carried_forward=6,
        cases={"GROSS_AMOUNT_DIFFERS": 2},
        residuals=[{"currency": "EUR", "amount_minor": -40 if number else 0}],
        times_run=1,
        started_at=at,
        finished_at=at + timedelta(seconds=41),
        seconds=41,
        updated_at=at,
    )


def _paid(scene: "Scene", batch: SettlementBatch, run: ReconciliationRun, at: datetime) -> None:
    """The batch's transfer on the bank's statement, and the match that says so."""
    bank, day = scene.banks[0], DAY + timedelta(days=1)
    file = SourceFile.objects.create(
        source="mt940", name="statement.sta", sha256="e" * 64, byte_size=480, encoding="ascii", storage_path="z", state=FileState.LOADED,
        bank_account=bank, bucket=202611, lines=1, result=_ingest_result(bank.code), received_at=at, received_by_kind="system",
        received_by_id="scene", loaded_at=at, updated_at=at,
    )  # fmt: skip
    statement = BankStatement.objects.create(
        source_file=file, bank_account=bank, index=0, number="1/1", currency=batch.currency, opening_minor=0,
        closing_minor=batch.payout_minor, opening_date=day, closing_date=day, lines=1, bucket=202611, loaded_at=at,
    )  # fmt: skip
    open_partition("reconciliation_bank_line", 202611)
    line = BankLine.objects.create(
        bucket=202611, statement=statement, bank_account=bank, line_number=5, index=0, currency=batch.currency,
        amount_minor=batch.payout_minor, booked_date=day, value_date=day, bank_reference="", end_to_end="", transaction_code="NTRF",
        counterparty="ADYEN N.V.", narrative=f"{batch.transfer_reference} batch {batch.number}", is_reversal=False,
    )  # fmt: skip
    Match.objects.create(
        rule="bank.transfer_reference@1", line_kind="bank", line_id=line.pk, item_kind="batch", item_id=batch.pk, batch=batch, run=run,
        currency=batch.currency, line_minor=batch.payout_minor, matched_at=at,
    )  # fmt: skip


def _ingest_result(account: str) -> dict[str, Any]:
    return {
        "source": "adyen_sdr",
        "readable": True,
        "accepted": True,
        "lines": 966,
        "totals": [{"type": "sale", "currency": "EUR", "count": 964, "debit_minor": 0, "credit_minor": 4_821_000}],
        "checks": [{"name": "control_total", "ok": True, "expected": "48210.00", "actual": "48210.00", "where": account}],
        "statements": [],
        "error": None,
    }


def make_alert(scene: "Scene") -> None:
    """One alert that stands, of a watch as it is by default."""
    Alert.objects.create(
        watch=Watch.objects.get(pk="approval_rate"), about="SANDBOX_EU card", noticed_at=scene.now, last_at=scene.now, updated_at=scene.now,
        sentence="SANDBOX_EU card approves 71.4 % of 42 in the last 1 h; usual is 88.0 % of 1204.", facts={"rate": 71.4, "usual": 88.0},
    )  # fmt: skip


def make_matching_draft(scene: "Scene") -> None:
    """A version of the matching rules that somebody changes and has back-tested."""
    ada = user_actor(scene.staff["ada"])
    row = draft_rules(maker=ada, now=scene.now)
    row.body["rules"][0]["parameters"]["shortest_reference"] = 3
    save_rules(rules_id=row.pk, body=row.body, actor=ada, now=scene.now)
    test = start_back_test(rules_id=row.pk, since=DAY - timedelta(days=6), until=DAY, actor=ada, now=scene.now)
    run_back_test(back_test_id=test.pk, now=scene.now)


def make_source(scene: "Scene") -> None:
    """A server that files are pulled from, with a look that went well and one that failed."""
    source = FileSource.objects.create(
        code="bank-sftp", kind="sftp", format="camt053", account="BANK_EUR", host="sftp.bank.example", username="countroom",
        host_key="SHA256:" + "k" * 43, secret_ref="BANK", directory="out", pattern="*.xml",
    )  # fmt: skip
    by = {"asked_by_kind": "system", "asked_by_id": "sources", "updated_at": scene.now}
    SourcePull.objects.create(
        source=source, state="DONE", found=1, taken=1, byte_size=48_210, started_at=scene.now - timedelta(minutes=20), **by
    )
    SourcePull.objects.create(
        source=source, state="FAILED", failures=1, error="sftp.bank.example:22 did not answer within 20 s.",
        started_at=scene.now - timedelta(minutes=5), next_at=scene.now + timedelta(minutes=1), **by,
    )  # fmt: skip
    file = SourceFile.objects.order_by("received_at").first()
    LyingFile.objects.create(
        source=source, name="statement.xml", byte_size=48_210, modified_at=scene.now - timedelta(hours=1), source_file=file,
        still_since=scene.now - timedelta(minutes=40), updated_at=scene.now - timedelta(minutes=20),
    )  # fmt: skip
