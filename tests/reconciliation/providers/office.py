"""A merchant account at a PSP whose report has a format of its own, its captures, and the bank that it pays."""

import io
from datetime import UTC, date, datetime
from typing import Any

from cashier.models import Capture, SettlementRoute
from ledger.actors import system_actor
from ledger.proofs import prove_ledger
from reconciliation.models import Match, SettlementBatch
from reconciliation.operations import ingest_file, reconcile
from reconciliation.queries import three_way_proof
from tests.reconciliation.cases.records import Records, make_records
from tests.reconciliation.house import House

LATER = datetime(2026, 11, 27, 9, 0, tzinfo=UTC)
BOOKED = date(2026, 11, 23)  # a Monday
ACTOR = system_actor("tests")


def open_office(house: House, provider: str, code: str, *, payer: str, name: str = "") -> Records:
    """The house's merchant account is one of this provider."""
    house.merchant.provider, house.merchant.code, house.merchant.name = provider, code, name
    house.merchant.save()
    route = SettlementRoute.objects.get(merchant_account=house.merchant)
    route.payer_name = payer
    route.save()
    return make_records(house)


def take_in(text: str, source: str, *, account: str = "", name: str = "report.csv") -> dict[str, Any]:
    """Ingest a report; it must be accepted."""
    file = io.BytesIO(text.encode())
    result = ingest_file(file=file, name=name, source=source, account=account, actor=ACTOR, now=LATER)
    assert result["accepted"], result
    return result


def bank_shows(*entries: tuple[str, str], opening: str = "1000,00") -> None:
    """A statement of BOOKED with entries ("C85,50", what the bank says)."""
    lines = "".join(f":61:2611231123{amount}NTRFNONREF//B{place}\n:86:{text}\n" for place, (amount, text) in enumerate(entries))
    value = _cents(opening) + sum(_cents(amount[1:]) * (1 if amount[0] == "C" else -1) for amount, _ in entries)
    closing = f"{value // 100},{value % 100:02d}"
    text = f":20:S\n:25:MT84MALT011000012345MTLCAST001S\n:28C:1\n:60F:C261122EUR{opening}\n{lines}:62F:C261123EUR{closing}\n-\n"
    take_in(text, "mt940", account="BANK_EUR", name="statement.sta")


def _cents(amount: str) -> int:
    whole, _, part = amount.partition(",")
    return int(whole) * 100 + int(part.ljust(2, "0"))


def run(day: date = BOOKED) -> None:
    reconcile(date=day, now=LATER)


def batch_of(number: str) -> SettlementBatch:
    return SettlementBatch.objects.get(number=number)


def assert_proved(batch: SettlementBatch, payout_minor: int, rule: str) -> None:
    """Paid, tied by this rule, and lines, payout and bank agree."""
    proof = three_way_proof(batch)
    assert (batch.state, batch.payout_minor, proof.payout_minor) == ("PAID", payout_minor, payout_minor)
    assert (proof.computed_minor, proof.bank_minor, proof.residual_minor) == (payout_minor, payout_minor, 0)
    assert Match.objects.get(line_kind="bank", item_id=batch.pk, undone_at=None).rule == rule


def items_of(batch: SettlementBatch) -> list[tuple[str, Any, int]]:
    """What the lines of a batch were matched with: (rule, item, difference)."""
    found = Match.objects.filter(batch=batch, line_kind="psp").order_by("line_id")
    return [(match.rule, match.item_id, match.difference_minor) for match in found]


def reference(capture: Capture) -> str:
    """What we sent as merchant reference."""
    return capture.intent.public_id


def unproved() -> list[tuple[str, Any]]:
    """Checks of the whole ledger that do not hold; the states of these tests' captures are set by hand."""
    return [(check.name, check.differences) for check in prove_ledger().checks if not check.ok and not check.name.startswith("states ")]
