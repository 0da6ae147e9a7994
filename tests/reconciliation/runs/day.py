"""A day of a small casino against a real sandbox: payments through the cashier's own operations, the sandbox's own papers, real runs.

Everything commits; no transaction is open while a run asks the PSP.
"""

import itertools
import json
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from cashier import operations as cashier
from cashier.models import BankAccount, Capture, DepositIntent, PayoutIntent, PayoutPolicy, Player, PspEvent, Refund, SettlementRoute
from cashier.operations import payouts
from ledger.actors import system_actor
from ledger.models import JournalTransaction
from reconciliation.models import ExceptionCase, ReconciliationRun
from reconciliation.operations import ingest_file, reconcile
from tests.cashier.world import CALLER, World, make_world
from tests.house import make_instrument
from tests.sandbox.running import BANKS, Receiver, RunningSandbox

DAY = date(2026, 3, 10)  # a Tuesday
TESTER = system_actor("tests")
_numbers = itertools.count(1)


@dataclass
class Casino:
    """The casino, its sandbox, and what the sandbox wrote and says is broken."""

    world: World
    sandbox: RunningSandbox
    receiver: Receiver
    heard: int = 0
    truth: list[dict[str, Any]] = field(default_factory=list)
    files: list[dict[str, Any]] = field(default_factory=list)
    runs: list[ReconciliationRun] = field(default_factory=list)

    def deposit(self, token: str = "tok_approve", amount_minor: int = 5000, *, method: str = "card") -> DepositIntent:
        """A deposit from asking to the PSP's answer, with its events heard."""
        intent = self.world.pay(token, amount_minor, method=method)
        return intent

    def refund(self, intent: DepositIntent, amount_minor: int) -> Refund:
        """A refund of the deposit's capture, sent."""
        capture = Capture.objects.get(intent=intent)
        order = cashier.RefundOrder(refund_id=f"r{next(_numbers)}", amount_minor=amount_minor, client_id="shop")
        refund = cashier.submit_refund(capture_id=capture.pk, order=order, actor=CALLER, now=self.world.now)
        cashier.run_call(cashier.REFUND, call_id=refund.pk, now=self.world.now)
        return refund

    def pay_out(self, amount_minor: int, token: str = "tok_approve") -> PayoutIntent:
        """A payout to a destination with this token, approved at once and sent."""
        instrument = make_instrument(self.world.player, self.world.now, token=f"{token}~{next(_numbers)}")
        payout = payouts.request_payout(
            player=self.world.player, instrument_id=instrument.pk, amount_minor=amount_minor, currency="EUR", client_id="shop",
            fee_model="operator", actor=CALLER, now=self.world.now,
        )  # fmt: skip
        payouts.submit_payout(payout_id=payout.pk, now=self.world.now)
        return payout

    def hear(self) -> None:
        """Take in every event that the sandbox has sent so far."""
        self.sandbox.settle_down()
        count = len(self.receiver.signers)
        for number in range(self.heard, count):
            body = json.dumps(self.receiver.events[number]).encode()
            self.world.receive(body, account=self.receiver.signers[number])
        self.heard = count
        for _ in range(3):
            due = PspEvent.objects.filter(work__state__in=("RECEIVED", "WAITING")).order_by("pk")
            for event in due:
                cashier.apply_event(event_id=event.pk, now=self.world.now)

    def close(self, day: date, *, profile: Any = "none", seed: int = 7) -> None:
        """The morning after `day`: its papers are written and taken in, and the day is run."""
        self.set_now(datetime.combine(day + timedelta(days=1), datetime.min.time(), tzinfo=UTC) + timedelta(hours=5))
        self.sandbox.control("POST", "faults", {"profile": profile, "seed": seed})
        body = {"date": day.isoformat(), **({"faults": "none"} if profile == "none" else {})}
        closed = self.sandbox.control("POST", "close_day", body)
        self.hear()
        self.truth += closed["truth"]
        self.files += closed["files"]
        for file in closed["files"]:
            self.ingest(file)
        self.runs += reconcile(date=day, now=self.world.now)

    def ingest(self, file: dict[str, Any]) -> dict[str, Any]:
        path = Path(file["path"])
        with path.open("rb") as opened:
            result = ingest_file(
                file=opened, name=path.name, source=file["source"], account=file["account"], actor=TESTER, now=self.world.now
            )
        assert result["accepted"] is not file.get("refused", False), result
        return result

    def set_now(self, instant: datetime) -> None:
        self.world.now = instant
        self.sandbox.control("PUT", "clock", {"now": instant.isoformat()})

    def journal_rows(self) -> int:
        return JournalTransaction.objects.count()


def make_casino(sandbox: RunningSandbox, receiver: Receiver, now: datetime) -> Casino:
    """The casino on the morning of DAY, with the sandbox's clock set."""
    world = make_world(now, base_url=sandbox.url)
    for account in (world.account, world.other_account):
        account.currencies, account.methods = ["EUR"], ["card", "paybybank"]
        account.save()
    for code, bank in BANKS.items():
        row = BankAccount.objects.create(
            code=code, entity=world.entity, iban=bank["iban"], currency=bank["currency"], statement_format=bank["format"]
        )
        for account in (world.account, world.other_account):
            SettlementRoute.objects.create(
                merchant_account=account, currency=bank["currency"], bank_account=row, payer_name="SANDBOX PAYMENTS B.V."
            )
    world.player.kyc_status, world.player.kyc_level = Player.Kyc.APPROVED, 1
    world.player.save()
    PayoutPolicy.objects.create(
        brand=world.brand, currency="EUR", review_above_minor=100_000, review_week_above_minor=500_000, second_review_above_minor=1_000_000,
        player_fee_minor=0,
    )  # fmt: skip
    casino = Casino(world, sandbox, receiver)
    casino.set_now(now)
    return casino


def keys_of(case: ExceptionCase) -> dict[str, str]:
    return {
        "merchant_reference": case.merchant_reference,
        "psp_reference": case.psp_reference,
        "bank_reference": case.bank_reference,
    }


def unexplained(casino: Casino, *, amounts: bool = True) -> tuple[list[dict[str, Any]], list[ExceptionCase]]:
    """Breaks without a case, and cases without a break: the same judgement as score_matching, for a set without equal rows.

    With `amounts` also amount and business day must agree.
    """
    cases = list(ExceptionCase.objects.select_related("merchant_account", "bank_account"))
    missed = []
    for row in casino.truth:
        fitting = next((case for case in cases if _fits(row, case, amounts)), None)
        if fitting is None:
            missed.append(row)
        else:
            cases.remove(fitting)
    return missed, cases


def _fits(row: dict[str, Any], case: ExceptionCase, amounts: bool) -> bool:
    account = case.merchant_account or case.bank_account
    has_keys = all(not value or keys_of(case)[name] == value for name, value in row["keys"].items())
    same = case.reason_id == row["code"] and account is not None and account.code == row["account"]
    told = (row["amount_minor"], row["business_date"])
    return same and has_keys and (not amounts or told == (case.amount_minor, case.business_date.isoformat()))
