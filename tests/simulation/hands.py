"""Whole simulated days in one process: payments through the cashier's own operations, workers and sweepers by hand, a real sandbox.

Everything else is what `simulate_day` does: the plan of a day, its faults, its papers, the runs, the truth.
"""

import json
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from cashier import operations as cashier
from cashier.models import Capture, DepositIntent, Player, PspEvent
from cashier.operations import payouts
from cashier.webhooks.signatures import read_headers
from config.simulation import days as simulated
from config.simulation.days import Days
from config.simulation.options import Options
from config.simulation.plan import PlannedDeposit
from config.simulation.quiet import wake_overdue_events
from config.simulation.sandbox_control import SandboxControl
from config.simulation.seed import DemoHouse, sandbox_accounts, seed_house
from config.simulation.simulate import plan_faults, play_days
from config.simulation.truth import Truth
from ledger import clock
from ledger.errors import InsufficientFunds
from ledger.refusals import Refused
from tests.cashier.any_order.stillness import Queue
from tests.cashier.world import CALLER
from tests.house import make_instrument
from tests.sandbox.running import Receiver, RunningSandbox

PACE, PLAYERS = 0.002, 40
KNOWN = ("payment.authorized", "payment.captured")  # what the answer to the call has said already
SILENT = ("timeout", "error")  # calls that go unanswered are other tests'


class Post(Receiver):
    """Keeps what came with its headers: the product checks the signature."""

    def __init__(self) -> None:
        super().__init__()
        self.letters: list[tuple[dict[str, str], bytes]] = []

    def take(self, headers: dict[str, str], body: bytes) -> None:
        self.letters.append((headers, body))


class Hands:
    """Plays deposits as `config.simulation.drive.Driver` does, one after the other."""

    def __init__(self, house: DemoHouse, sandbox: SandboxControl, post: Post, queue: Queue, run_id: str) -> None:
        self.house, self.sandbox, self.post, self.queue = house, sandbox, post, queue
        self.run_id = self.prefix = run_id
        self.tally: Counter[str] = Counter()
        self.players: dict[str, Player] = {}
        self.settled: set[str] = set()
        self.read = 0

    def play_all(self, deposits: Iterable[PlannedDeposit], *, concurrency: int, tick: Callable[[], None]) -> None:
        played = [(planned, self.play(planned)) for planned in deposits]
        self.calm()
        for planned, intent in played:
            intent.refresh_from_db()
            if intent.state == "CAPTURED" and planned.follow_up in FOLLOWS:
                with suppress(Refused, InsufficientFunds):  # as the product may: an empty wallet, a debt
                    FOLLOWS[planned.follow_up](self, planned, intent)
            self.tally[str(intent.state)] += 1
            tick()
        self.calm()

    def play(self, planned: PlannedDeposit) -> DepositIntent:
        """One deposit, as far as the PSP's answer brings it."""
        by: dict[str, Any] = {"actor": CALLER, "now": clock.now()}
        region, where = self.house.regions[planned.account], {"brand_id": self.house.brand.code}
        player = self.player(planned)
        request = cashier.IntentRequest(player, planned.amount_minor, planned.currency, planned.method, region, where, "shop")
        intent = cashier.create_intent(request=request, **by)
        token = "approve" if planned.token.startswith(SILENT) else planned.token
        order = cashier.AuthorizeOrder(payment_token=f"tok_{token}~{self.prefix}-{planned.number}", capture=planned.capture)
        cashier.begin_authorization(intent_id=intent.pk, order=order, **by)
        self.queue.drain()
        intent.refresh_from_db()
        if intent.action and intent.state == "ACTION_REQUIRED" and planned.challenge != "abandon":
            self.sandbox.answer_challenge(intent.action["url"], planned.challenge or "approve")
        if intent.state == "AUTHORIZED" and planned.capture == "manual":
            wanted = None if planned.part == 100 else planned.amount_minor * planned.part // 100
            cashier.begin_capture(intent_id=intent.pk, amount_minor=wanted, operation_key=f"{self.prefix}-{planned.number}", **by)
            self.queue.drain()
            intent.refresh_from_db()
        if intent.state == "CAPTURED":
            self.settled.add(intent.public_id)
        return intent

    def player(self, planned: PlannedDeposit) -> Player:
        name = f"{planned.currency}-{planned.player % PLAYERS}"
        if name not in self.players:
            now = clock.now()
            self.players[name] = Player.objects.create(
                brand=self.house.brand, external_id=name, country="MT", currency=planned.currency, kyc_status=Player.Kyc.APPROVED,
                kyc_level=2, created_at=now, updated_at=now,
            )  # fmt: skip
        return self.players[name]

    # --- what follows ---

    def refund(self, planned: PlannedDeposit, intent: DepositIntent) -> None:
        capture = Capture.objects.get(intent=intent)
        amount_minor = max(1, int(capture.amount_minor) * planned.part // 100)
        order = cashier.RefundOrder(refund_id=f"{self.prefix}-{planned.number}", amount_minor=amount_minor, client_id="shop")
        cashier.submit_refund(capture_id=capture.pk, order=order, actor=CALLER, now=clock.now())

    def pay_out(self, planned: PlannedDeposit, intent: DepositIntent) -> None:
        token = f"tok_{planned.payout_token}~{self.prefix}-{planned.number}-out"
        instrument = make_instrument(intent.player, clock.now(), token=token)
        payouts.request_payout(
            player=intent.player, instrument_id=instrument.pk, amount_minor=max(1, planned.amount_minor * planned.part // 100),
            currency=planned.currency, client_id="shop", fee_model="operator",
            metadata={"brand_id": self.house.brand.code, "region": self.house.regions[planned.account]}, actor=CALLER, now=clock.now(),
        )  # fmt: skip

    def charge_back(self, planned: PlannedDeposit, intent: DepositIntent) -> None:
        self.sandbox.open_dispute(intent.public_id)

    # --- workers and sweepers ---

    def calm(self) -> float:
        """Until nothing moves on either side; gives the seconds that took, which are nobody's."""
        for _ in range(50):
            cashier.sweep_overdue(now=clock.now())
            payouts.sweep_payouts()
            self.queue.drain()
            while self.sandbox.undelivered():
                time.sleep(0.002)
            if not self.hear() and not self.queue.messages:
                return 0.0
        raise AssertionError("never calm")

    def hear(self) -> int:
        """Take in what was sent, but for what is known; try again what waited its day. Gives how much there was."""
        letters, self.read = self.post.letters[self.read :], len(self.post.letters)
        for headers, body in letters:
            told = json.loads(body)
            if told["event"] in KNOWN and told["intent_id"] in self.settled:
                continue
            given = {name: headers[f"x-{name}"] for name in ("timestamp", "nonce", "signature")}
            cashier.receive_event(headers=read_headers(account=headers["x-merchant-account"], **given), body=body, now=clock.now())
        wake_overdue_events(clock.now())
        due = PspEvent.objects.filter(work__state="WAITING", work__next_try_at__lte=clock.real_now())
        for event in due:
            cashier.apply_event(event_id=event.pk, now=clock.now())
        self.queue.drain()
        return len(letters)


FOLLOWS: dict[str, Callable[[Hands, PlannedDeposit, DepositIntent], None]] = {
    "refund": Hands.refund,
    "payout": Hands.pay_out,
    "chargeback": Hands.charge_back,
}


@dataclass(frozen=True)
class Stage:
    """A house with its own sandbox, and who plays on them. `books`: the file with all that the sandbox knows."""

    options: Options
    house: DemoHouse
    sandbox: SandboxControl
    hands: Hands
    books: Path

    @property
    def first(self) -> date:
        assert self.options.first is not None
        return self.options.first

    def days(self) -> Days:
        """Days of which nothing was told yet."""
        return Days(
            entity=self.house.entity, currencies=self.options.currencies, driver=self.hands, sandbox=self.sandbox,  # type: ignore[arg-type]
            say=lambda line: None, tick=lambda: None, segments=self.options.segments,
        )  # fmt: skip


@contextmanager
def staged(options: Options, *, folder: Path, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Stage]:
    """A stage in the present database, before anything is played."""
    settings.SIMULATION, settings.SECRETS_DIR, settings.MEDIA_ROOT = True, str(folder / "secrets"), str(folder / "files")
    post = Post()
    running = RunningSandbox(folder / "sandbox", webhook_url=post.url, pace=PACE, accounts={})
    sandbox = SandboxControl(running.url)
    try:
        with Queue().filling() as queue:
            house = seed_house(
                sandbox_url=running.url, secrets_dir=folder / "secrets", accounts=options.accounts, currencies=options.currencies
            )
            accounts = sandbox_accounts(house, secrets_dir=folder / "secrets", webhook_url=post.url, deposits=options.deposits)
            sandbox.put_accounts(accounts)
            plan_faults(sandbox, options, options.only)
            hands = Hands(house, sandbox, post, queue, f"{options.seed}")
            monkeypatch.setattr(simulated, "wait_until_quiet", lambda *_, **__: hands.calm())
            yield Stage(options, house, sandbox, hands, folder / "sandbox" / "sandbox.sqlite3")
    finally:
        sandbox.close()
        running.kill()
        post.close()


def play(stage: Stage) -> Truth:
    """The days that were asked for, one after the other; gives the truth."""
    return play_days(stage.days(), stage.options, stage.house, stage.first)
