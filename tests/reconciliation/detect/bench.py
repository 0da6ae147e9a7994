"""Situations as reports and statements state them: files in, the engine run, cases out."""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from cashier.models import Capture, MerchantAccount
from reconciliation.models import ExceptionCase
from reconciliation.operations import ingest_file, reconcile
from tests.reconciliation.cases.records import Records
from tests.reconciliation.house import AT, DAY, NOW, House
from tests.reconciliation.ingest.papers import ACTOR, HEADER

OPENING = "1000,00"


@dataclass
class Bench:
    """The house, its player's records, and the way in for papers."""

    house: House
    records: Records

    def agree(self, *, fees: dict[str, Any] | None = None, contract: dict[str, Any] | None = None) -> None:
        """What the PSP has agreed with us."""
        self.house.merchant.fee_schedule, self.house.merchant.contract = fees or {}, contract or {}
        self.house.merchant.save()

    def sale(self, minor: int, name: str = "obj_1") -> Capture:
        """A deposit that we hold and credited."""
        return self.records.capture(minor, psp_ref=name)

    def second_account(self) -> MerchantAccount:
        """At another PSP, which may call things as the first one does."""
        return MerchantAccount.objects.create(
            code="SANDBOX_US", entity=self.house.entity, provider="sandbox", secret_ref="SANDBOX_US", base_url="http://127.0.0.1:9",
            currencies=["EUR"], regions=["EU"], methods=["card"], report_zone="Europe/Malta",
        )  # fmt: skip

    def report(self, *rows: str, batch: str = "38", day: date = DAY, payout: bool = True, account: str = "SANDBOX_EU") -> dict[str, Any]:
        """Take in a report of these rows (see `row`) and the transfer that they come to."""
        filled = [row.replace("<DAY>", day.isoformat()).replace("<BATCH>", batch) for row in rows]
        net = sum(_net(row) for row in filled)
        if payout and net:
            text = f"TX6350943{batch}XT batch {batch}, COUNTROOM_SANDBOX_EU"
            filled.append(row("MerchantPayout", object_=text, net=-net).replace("<DAY>", day.isoformat()).replace("<BATCH>", batch))
        content = "\n".join([HEADER, *filled, ""]).replace("SANDBOX_EU", account).encode()
        found = self.take_in(content, f"batch_{batch}.csv", "adyen_sdr", account)
        assert found["accepted"], found
        return found

    def statement(self, *lines: tuple[int, str], number: int = 1, opening: int = 100_000, day: date = DAY, **said: Any) -> dict[str, Any]:
        """Take in an MT940 statement of (minor units, text) lines; `closing` and `refs` may say other than what follows."""
        return self.take_in(mt940(*lines, number=number, opening=opening, day=day, **said), f"{number}.sta", "mt940", "BANK_EUR")

    def take_in(self, content: bytes, name: str, source: str, account: str) -> dict[str, Any]:
        return ingest_file(file=io.BytesIO(content), name=name, source=source, account=account, actor=ACTOR, now=NOW)

    def run(self, day: date = DAY, account: str = "SANDBOX_EU", *, now: datetime | None = None) -> None:
        reconcile(date=day, now=now or NOW + (day - DAY), account=account)

    def cases(self, *codes: str) -> list[ExceptionCase]:
        """All cases, or those of these codes, in the order in which they were raised."""
        rows = ExceptionCase.objects.order_by("number")
        return list(rows.filter(reason__in=codes) if codes else rows)

    def codes(self) -> list[str]:
        return [case.reason_id for case in self.cases()]


def sale_row(capture: Capture, *, commission: int = 0, gross: int | None = None, net: int | None = None, **more: Any) -> str:
    """The Settled row of a capture."""
    gross = int(capture.amount_minor) if gross is None else gross
    net = gross - commission if net is None else net
    ours, theirs = capture.intent.public_id, capture.psp_ref
    return row("Settled", ours=ours, psp=f"psp-{theirs}", object_=theirs, gross=gross, net=net, commission=commission, **more)


def row(
    kind: str, *, ours: str = "", psp: str = "", object_: str = "", gross: int = 0, net: int = 0, commission: int = 0,
    charged: str = "EUR", rate: str = "", markup: int = 0, interchange: int = 0,
) -> str:  # fmt: skip
    """One row of a settlement details report; amounts signed in our favour."""
    amounts = f"{_major(-gross)},{_major(gross)},{rate},EUR,{_major(-net)},{_major(net)}"
    fees = f"{_cost(commission)},{_cost(markup)},,{_cost(interchange)}"
    return f'COUNTROOM,SANDBOX_EU,{psp},{ours},mc,<DAY> 12:00:00,CET,{kind},"{object_}",{charged},{amounts},{fees},mc,,<BATCH>'


def mt940(*lines: tuple[int, str], number: int, opening: int, day: date, closing: int | None = None, refs: Sequence[str] = ()) -> bytes:
    stamp = f"{day:%y%m%d}"
    body = ""
    for index, (minor, text) in enumerate(lines):
        reference = refs[index] if refs else f"B{number}{index}"
        body += f":61:{stamp}{stamp[2:]}{'C' if minor > 0 else 'D'}{_comma(minor)}NMSC{reference}//{reference}\n:86:{text}\n"
    ends = opening + sum(minor for minor, _ in lines) if closing is None else closing
    head = f":20:STMT{number}\n:25:MT84MALT011000012345MTLCAST001S\n:28C:{number}\n:60F:{_sided(opening, stamp)}\n"
    return f"{head}{body}:62F:{_sided(ends, stamp)}\n-\n".encode()


def later(days: int) -> date:
    return DAY + timedelta(days=days)


def _sided(minor: int, stamp: str) -> str:
    return f"{'C' if minor >= 0 else 'D'}{stamp}EUR{_comma(minor)}"


def _comma(minor: int) -> str:
    return f"{abs(minor) // 100},{abs(minor) % 100:02d}"


def _major(minor: int) -> str:
    return f"{minor / 100:.2f}" if minor > 0 else ""


def _cost(minor: int) -> str:
    return f"{minor / 100:.2f}" if minor else ""


def _net(text: str) -> int:
    cells = text.split('"')[2].split(",")
    return round(float(cells[7] or 0) * 100) - round(float(cells[6] or 0) * 100)


__all__ = ["AT", "DAY", "NOW", "Bench", "later", "mt940", "row", "sale_row"]
