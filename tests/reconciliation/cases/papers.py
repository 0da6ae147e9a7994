"""Reports and statements in the house, posted as runs post them."""

from dataclasses import dataclass
from typing import Any

from reconciliation.models import (
    BankLine,
    BankStatement,
    Match,
    PspLine,
    ReconciliationRun,
    RunState,
    SettlementBatch,
    SourceFile,
    SuspenseItem,
)
from reconciliation.operations.load.partitions import open_partition
from tests.ledger.books import book, cr, dr
from tests.reconciliation.house import AT, DAY, House


@dataclass
class Papers:
    """What came from PSP and bank."""

    house: House

    def batch(self, *lines: tuple[str, int, Any], number: str = "38") -> tuple[SettlementBatch, list[PspLine]]:
        """A posted batch of (kind, gross, item or None): a line with an item is matched, one without stands in suspense."""
        batch = SettlementBatch.objects.create(
            merchant_account=self.house.merchant,
            number=number,
            currency="EUR",
            source_file=self._file(f"batch_{number}.csv"),
            bucket=202611,
            business_date=DAY,
            payout_date=DAY,
            payout_minor=sum(gross for _, gross, _ in lines),
            state="SETTLED",
            updated_at=AT,
        )
        run = self.run()
        made = [self._psp_line(batch, number, kind, gross) for number, (kind, gross, _) in enumerate(lines, 2)]
        waiting = [(line, gross) for line, (_, gross, item) in zip(made, lines, strict=True) if item is None]
        matched = [(line, gross, item) for line, (_, gross, item) in zip(made, lines, strict=True) if item is not None]
        m = self.house.merchant.public_id
        relief = [cr("clearing", m, gross, ref=batch.ref) for _, gross, _ in matched]
        posted = book(
            self.house.entity,
            f"batch.settled:{batch.ref}",
            *([dr("in_transit", m, batch.payout_minor, ref=batch.ref)] if batch.payout_minor else []),
            *relief,
            *(cr("suspense", m, gross, ref=f"line:psp:{line.pk}") for line, gross in waiting),
        )
        batch.posted_txn = posted.public_id
        batch.save(update_fields=["posted_txn"])
        for line, gross in waiting:
            self._suspense("psp", line.pk, -gross, posted.public_id)
        for line, gross, item in matched:
            kind = {"Capture": "capture", "Refund": "refund", "PayoutIntent": "payout"}[type(item).__name__]
            expected = int(item.amount_minor) * (1 if kind == "capture" else -1)
            Match.objects.create(
                rule="sale.object@1",
                line_kind="psp",
                line_id=line.pk,
                item_kind=kind,
                item_id=item.pk,
                batch=batch,
                run=run,
                currency="EUR",
                line_minor=gross,
                difference_minor=gross - expected,
                matched_at=AT,
            )
        return batch, made

    def bank_line(self, amount_minor: int) -> BankLine:
        """A booked line that nobody knew: in suspense of the bank."""
        statement = BankStatement.objects.create(
            source_file=self._file("bank.xml"),
            bank_account=self.house.bank,
            index=0,
            currency="EUR",
            opening_minor=0,
            closing_minor=amount_minor,
            opening_date=DAY,
            closing_date=DAY,
            lines=1,
            bucket=202611,
            loaded_at=AT,
        )
        _partition("reconciliation_bank_line")
        line = BankLine.objects.create(
            bucket=202611,
            statement=statement,
            bank_account=self.house.bank,
            line_number=1,
            index=0,
            currency="EUR",
            amount_minor=amount_minor,
            booked_date=DAY,
            bank_reference="TX1",
            end_to_end="",
            transaction_code="",
            counterparty="",
            narrative="TX1",
            is_reversal=False,
        )
        posted = book(
            self.house.entity,
            line.ref,
            dr("bank", self.house.bank.public_id, amount_minor, ref=line.ref),
            cr("suspense", self.house.bank.public_id, amount_minor, ref=line.ref),
        )
        self._suspense("bank", line.pk, -amount_minor, posted.public_id)
        return line

    def run(self) -> ReconciliationRun:
        run, _ = ReconciliationRun.objects.get_or_create(
            account_code=self.house.merchant.code,
            date=DAY,
            defaults={"entity": self.house.entity, "merchant_account": self.house.merchant, "state": RunState.DONE, "updated_at": AT},
        )
        ReconciliationRun.objects.get_or_create(
            account_code=self.house.bank.code,
            date=DAY,
            defaults={"entity": self.house.entity, "bank_account": self.house.bank, "state": RunState.DONE, "updated_at": AT},
        )
        return run

    def _psp_line(self, batch: SettlementBatch, number: int, kind: str, gross: int) -> PspLine:
        _partition("reconciliation_psp_line")
        return PspLine.objects.create(
            bucket=202611,
            batch=batch,
            line_number=number,
            kind=kind,
            type=kind,
            reverses="",
            merchant_reference="",
            object_merchant_reference="",
            psp_reference=f"psp-{number}",
            object_reference=f"obj-{number}",
            reference_kind="",
            object_kind="",
            method="card",
            gross_currency="EUR",
            gross_minor=gross,
            net_currency="EUR",
            net_minor=gross,
            commission_minor=0,
            markup_minor=0,
            scheme_minor=0,
            interchange_minor=0,
            created_at=AT,
            business_date=DAY,
        )

    def _suspense(self, kind: str, line_id: int, amount_minor: int, txn: str) -> SuspenseItem:
        is_psp = kind == "psp"
        holder = self.house.merchant if is_psp else self.house.bank
        return SuspenseItem.objects.create(
            line_kind=kind,
            line_id=line_id,
            holder=holder.public_id,
            merchant_account=self.house.merchant if is_psp else None,
            bank_account=None if is_psp else self.house.bank,
            currency="EUR",
            amount_minor=amount_minor,
            reason_code="UNKNOWN_LINE_TYPE",
            placed_txn=txn,
            placed_at=AT,
        )

    def _file(self, name: str) -> SourceFile:
        return SourceFile.objects.create(
            source="adyen_sdr",
            name=name,
            sha256=f"{SourceFile.objects.count():064x}",
            byte_size=1,
            storage_path=name,
            state="LOADED",
            received_at=AT,
            received_by_kind="system",
            received_by_id="tests",
            updated_at=AT,
        )


def _partition(table: str) -> None:
    open_partition(table, 202611)
