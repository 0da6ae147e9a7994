"""Play planned deposits, and what follows them, through the product's own HTTP API, many at a time.

A refusal that the product may rightly give (a decline, an empty wallet) is counted, not raised. Anything else stops the day.
"""

import time
from collections import Counter
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from threading import Lock

from config.simulation.client import Answer, PlatformClient, SimulationError
from config.simulation.plan import PlannedDeposit
from config.simulation.sandbox_control import SandboxControl
from ledger.money import format_major, get_asset, parse_minor

MOVING = frozenset({"INITIATED", "AUTHORIZED", "PENDING", "ACTION_REQUIRED"})
HELD = ("pending_hold", "pending_forever", "approve.payer_other")  # these wait for the day's end, for ever, or for a person
POLL_SECONDS, LONGEST_POLL_SECONDS = 0.25, 2.0  # ever more seldom: what takes long is waited for by many at once
PATIENCE_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Market:
    """Where the day is played: brand, one region per merchant account, players per currency and region."""

    brand: str
    regions: tuple[str, ...]
    players: int


class Driver:
    """Plays deposits of one run. `tally` counts how each thing ended, by name."""

    def __init__(self, *, platform: PlatformClient, sandbox: SandboxControl, market: Market, run_id: str) -> None:
        self.platform = platform
        self.sandbox = sandbox
        self.market = market
        self.run_id = run_id
        self.prefix = run_id  # of references and idempotency keys; one per day
        self.tally: Counter[str] = Counter()
        self._lock = Lock()
        self._players: dict[str, str] = {}

    def play_all(self, deposits: Iterable[PlannedDeposit], *, concurrency: int, tick: Callable[[], None]) -> None:
        """Play every deposit, at most `concurrency` at a time; `tick` after each. The first failure stops the rest."""
        with ThreadPoolExecutor(max_workers=concurrency) as pool:
            jobs = [pool.submit(self.play, deposit) for deposit in deposits]
            try:
                for job in as_completed(jobs):
                    job.result()
                    tick()
            except BaseException:
                pool.shutdown(wait=False, cancel_futures=True)
                raise

    def play(self, deposit: PlannedDeposit) -> None:
        """One deposit from the cashier page to its end, then its follow-up."""
        player_id = self._player(deposit)
        intent_id = self._create(deposit, player_id)
        state = self._authorize(deposit, intent_id)
        if state == "AUTHORIZED" and deposit.capture == "manual":
            state = self._capture(deposit, intent_id)
        self._count(f"deposit.{state}")
        if state == "CAPTURED" and deposit.follow_up:
            getattr(self, f"_follow_with_{deposit.follow_up}")(deposit, player_id, intent_id)

    def _player(self, deposit: PlannedDeposit) -> str:
        region = self.market.regions[deposit.account]
        external_id = f"sim-{deposit.currency}-{region}-{deposit.player % self.market.players}".lower()
        with self._lock:
            known = self._players.get(external_id)
        if known:
            return known
        body = {"external_id": external_id, "brand_id": self.market.brand, "country": "MT", "kyc_level": 2, "currency": deposit.currency}
        answer = self.platform.post("/v1/players", body, key=f"player-{external_id}")
        player_id = str(_expect(answer, "create player").body["player_id"])
        with self._lock:
            self._players[external_id] = player_id
        return player_id

    def _create(self, deposit: PlannedDeposit, player_id: str) -> str:
        body = {
            "player_id": player_id,
            "amount": self._money(deposit.amount_minor, deposit.currency),
            "method": deposit.method,
            "metadata": self._metadata(deposit),
        }
        answer = self.platform.post("/v1/cashier/intents", body, key=self._key(deposit, "intent"))
        return str(_expect(answer, "create intent").body["intent_id"])

    def _authorize(self, deposit: PlannedDeposit, intent_id: str) -> str:
        body = {
            "payment_token": f"tok_{deposit.token}~{self.prefix}-{deposit.number}",
            "capture": deposit.capture,
            "return_url": "https://casino.example/return",
            "device": {
                "fingerprint": f"fp-{deposit.player}",
                "ip": "192.0.2.10",
                "user_agent": "Simulation",
                "time_zone": "Europe/Malta",
                "language": "en",
            },
        }
        answer = self.platform.post(f"/v1/cashier/intents/{intent_id}/authorize", body, key=self._key(deposit, "authorize"))
        if answer.status == 422:
            return "DECLINED"
        status = str(_expect(answer, "authorize").body["status"])
        if status == "ACTION_REQUIRED":
            return self._challenge(deposit, intent_id, str(answer.body["action"]["url"]))
        if status == "PENDING" or answer.status == 202 or (status == "AUTHORIZED" and deposit.capture == "auto"):
            return self._wait(intent_id, held=deposit.token.startswith(HELD), manual=deposit.capture == "manual")
        return status

    def _challenge(self, deposit: PlannedDeposit, intent_id: str, url: str) -> str:
        if deposit.challenge == "abandon":
            return "ACTION_REQUIRED"
        self.sandbox.answer_challenge(url, deposit.challenge or "approve")
        return self._wait(intent_id, held=False, manual=deposit.capture == "manual")

    def _wait(self, intent_id: str, *, held: bool, manual: bool) -> str:
        """Look at the intent until it ends, as a player's page does. What is held by the bank is not waited for."""
        deadline, pause = time.monotonic() + PATIENCE_SECONDS, POLL_SECONDS
        while True:
            body = _expect(self.platform.get(f"/v1/cashier/intents/{intent_id}"), "read intent").body
            status = str(body["status"])
            if status not in MOVING or (manual and status == "AUTHORIZED") or (held and status == "PENDING"):
                return status
            if time.monotonic() > deadline:
                return status
            time.sleep(pause)
            pause = min(pause * 1.5, LONGEST_POLL_SECONDS)

    def _capture(self, deposit: PlannedDeposit, intent_id: str) -> str:
        whole = deposit.part == 100
        amount = deposit.amount_minor if whole else deposit.amount_minor * deposit.part // 100
        body = {} if whole else {"amount": self._money(amount, deposit.currency)}
        answer = self.platform.post(f"/v1/cashier/intents/{intent_id}/capture", body, key=self._key(deposit, "capture"))
        if answer.status == 202:
            return self._wait(intent_id, held=False, manual=False)
        return str(_expect(answer, "capture").body["status"])

    def _follow_with_rounds(self, deposit: PlannedDeposit, player_id: str, intent_id: str) -> None:
        stake = max(1, deposit.amount_minor * deposit.part // 400)
        for turn in range(3):
            round_id = f"{self.prefix}-{deposit.number}-{turn}"
            debit = {"player_id": player_id, "round_id": round_id, "currency": deposit.currency, "meta": {"game": "book-of-counts"}}
            answer = self.platform.post(
                "/v1/games/rounds/debit", {**debit, "amount": self._major(stake, deposit.currency)}, key=self._key(deposit, f"debit{turn}")
            )
            if not answer.ok:
                self._refused("round", answer)
                return
            self._count("round.debited")
            if turn == 1:
                credit = {
                    "player_id": player_id,
                    "round_id": round_id,
                    "win_amount": self._major(stake, deposit.currency),
                    "txn_ref": f"win-{round_id}",
                }
                _expect(self.platform.post("/v1/games/rounds/credit", credit, key=self._key(deposit, "credit")), "credit round")
                self._count("round.credited")
            _expect(
                self.platform.post(f"/v1/games/rounds/{round_id}/end", {"player_id": player_id}, key=self._key(deposit, f"end{turn}")),
                "end round",
            )

    def _follow_with_refund(self, deposit: PlannedDeposit, player_id: str, intent_id: str) -> None:
        intent = _expect(self.platform.get(f"/v1/cashier/intents/{intent_id}"), "read intent").body
        capture_id = intent["capture_ids"][0]
        capture = _expect(self.platform.get(f"/v1/cashier/captures/{capture_id}"), "read capture").body
        left = parse_minor(capture["refundable"], get_asset(deposit.currency))
        body = {
            "refund_id": f"{self.prefix}-{deposit.number}",
            "amount": self._money(max(1, left * deposit.part // 100), deposit.currency),
        }
        answer = self.platform.post(f"/v1/cashier/captures/{capture_id}/refunds", body, key=self._key(deposit, "refund"))
        self._count("refund.submitted") if answer.ok else self._refused("refund", answer)

    def _follow_with_payout(self, deposit: PlannedDeposit, player_id: str, intent_id: str) -> None:
        token = f"tok_{deposit.payout_token}~{self.prefix}-{deposit.number}-out"
        body = {"player_id": player_id, "token": token, "method": "card", "metadata": self._metadata(deposit)}
        instrument = _expect(self.platform.post("/v1/cashier/instruments", body, key=self._key(deposit, "instrument")), "store instrument")
        amount = max(1, deposit.amount_minor * deposit.part // 100)
        payout = {
            "player_id": player_id,
            "amount": self._money(amount, deposit.currency),
            "destination_id": instrument.body["instrument_id"],
            "fee_model": "operator",
        }
        answer = self.platform.post("/v1/cashier/payouts", payout, key=self._key(deposit, "payout"))
        self._count("payout.requested") if answer.ok else self._refused("payout", answer)

    def _follow_with_chargeback(self, deposit: PlannedDeposit, player_id: str, intent_id: str) -> None:
        self.sandbox.open_dispute(intent_id)
        self._count("chargeback.opened")

    def _refused(self, what: str, answer: Answer) -> None:
        if answer.status != 422:
            raise SimulationError(f"{what}: {answer.status} {answer.body}")
        self._count(f"{what}.refused.{answer.body.get('error')}")

    def _count(self, name: str) -> None:
        with self._lock:
            self.tally[name] += 1

    def _metadata(self, deposit: PlannedDeposit) -> dict[str, str]:
        return {"brand_id": self.market.brand, "region": self.market.regions[deposit.account]}

    def _key(self, deposit: PlannedDeposit, act: str) -> str:
        return f"{self.prefix}-{deposit.number}-{act}"

    def _money(self, amount_minor: int, currency: str) -> dict[str, str]:
        return {"amount": self._major(amount_minor, currency), "currency": currency}

    def _major(self, amount_minor: int, currency: str) -> str:
        return format_major(amount_minor, get_asset(currency))


def _expect(answer: Answer, what: str) -> Answer:
    if not answer.ok:
        raise SimulationError(f"{what}: {answer.status} {answer.body}")
    return answer
