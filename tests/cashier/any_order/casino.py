"""A casino and its PSP, driven one act at a time: calls through the real operations and tasks, events through the real door."""

import contextlib
import hashlib
import json
import time
from datetime import timedelta
from typing import Any

from django.test import Client

from cashier import operations
from cashier.models import Attempt, Capture, DepositIntent, PayoutIntent, Player, Refund
from cashier.operations import AuthorizeOrder, RefundOrder
from cashier.operations.answers import trust_instrument
from cashier.operations.payer_holds import accept_payer, is_payer_held, keep_refused, unsee_payer
from cashier.operations.payouts import request_payout, sweep_payouts
from cashier.operations.players import PlayerFacts, change_player
from cashier.webhooks.signatures import sign
from ledger.errors import InsufficientFunds
from ledger.models import Wallet
from ledger.refusals import Refused
from tests.cashier.any_order.stillness import Clock, Queue
from tests.cashier.world import CALLER, SECRETS, World, make_player
from tests.house import make_instrument
from tests.sandbox.running import Receiver, RunningSandbox

Event = dict[str, Any]


class Casino:
    """`told` are events that the PSP sent and that have not come in, `heard` those that have, `silent` references of lost ones."""

    def __init__(self, world: World, sandbox: RunningSandbox, receiver: Receiver, clock: Clock, queue: Queue) -> None:
        self.world, self.sandbox, self.receiver, self.clock, self.queue = world, sandbox, receiver, clock, queue
        self.player: Player = make_player(world.brand, clock.at)
        self.order: dict[str, int] = {}
        self.urls: dict[str, str] = {}
        self.told: list[Event] = []
        self.heard: list[Event] = []
        self.silent: set[str] = set()
        self.number = 0
        self.taken = len(receiver.events)
        self.break_psp(is_down=False)
        self.sandbox.control("PUT", "hold", {"hold": True})
        self.tell_time()

    # --- what callers do: a refusal is an answer too ---

    def deposit(self, token: str, amount_minor: int, capture: str) -> None:
        method, capture = ("paybybank", "auto") if token.startswith("tok_pending") else ("card", capture)
        request = operations.IntentRequest(self.player, amount_minor, "EUR", method, "MT", {"brand_id": "lucky"}, "shop")
        intent = operations.create_intent(request=request, actor=CALLER, now=self.clock.at)
        self.name(intent.public_id, is_silent="lost" in token)
        self.authorize(intent, token, capture)

    def authorize(self, intent: DepositIntent, token: str, capture: str) -> None:
        order = AuthorizeOrder(payment_token=f"{token}~{intent.public_id}", capture=capture)
        self.ask(operations.begin_authorization, intent_id=intent.pk, order=order)

    def capture(self, intent: DepositIntent, amount_minor: int | None) -> None:
        self.number += 1
        self.ask(operations.begin_capture, intent_id=intent.pk, amount_minor=amount_minor, operation_key=f"c{self.number}")

    def void(self, intent: DepositIntent) -> None:
        self.ask(operations.begin_void, intent_id=intent.pk)

    def cancel(self, intent: DepositIntent) -> None:
        self.ask(operations.cancel_intent, intent_id=intent.pk)

    def refund(self, capture: Capture, amount_minor: int) -> None:
        self.number += 1
        order = RefundOrder(refund_id=f"r{self.number}", amount_minor=amount_minor, client_id="shop", reason="asked")
        self.ask(operations.submit_refund, capture_id=capture.pk, order=order)

    def pay_out(self, token: str, amount_minor: int) -> None:
        self.number += 1
        instrument = make_instrument(self.player, self.clock.at, token=f"{self.number}", state="UNVERIFIED")
        instrument.token = f"{token}~{self.number}"
        instrument.save(update_fields=["token"])
        trust_instrument(instrument, actor=CALLER, now=self.clock.at)
        self.ask(
            request_payout,
            player=self.player,
            instrument_id=instrument.pk,
            amount_minor=amount_minor,
            currency="EUR",
            fee_model="operator",
            client_id="shop",
        )

    def held_for_payer(self) -> list[Capture]:
        """What waits for a word on who paid (K10)."""
        rows = Capture.objects.filter(intent__player=self.player, state=Capture.State.SUBMITTED).select_related("attempt", "intent")
        return [row for row in rows.order_by("created_at", "pk") if is_payer_held(row)]

    def decide_payer(self, capture: Capture, *, is_player: bool) -> None:
        """A person's word: it is the player and is credited, or somebody else, whose money waits to be given back."""
        if is_player and capture.intent.player.is_creditable:
            accept_payer(capture_id=capture.pk, note="", actor=CALLER, now=self.clock.at)
        else:
            unsee_payer(capture_id=capture.pk, note="", actor=CALLER, now=self.clock.at)
            keep_refused(capture_id=capture.pk, actor=CALLER, now=self.clock.at)
        self.queue.commit()

    def close_player(self) -> None:
        """No longer somebody who may be credited."""
        facts = PlayerFacts(status="SELF_EXCLUDED")
        self.player = change_player(player_id=self.player.pk, facts=facts, actor=CALLER, now=self.clock.at)
        self.queue.commit()

    def ask(self, operation: Any, **wanted: Any) -> None:
        with contextlib.suppress(Refused, InsufficientFunds):
            operation(**wanted, actor=CALLER, now=self.clock.at)
        self.payouts()
        self.queue.commit()

    def name(self, public_id: str, *, is_silent: bool = False) -> None:
        self.order.setdefault(public_id, len(self.order))
        if is_silent:
            self.silent.add(public_id)

    # --- what the PSP does ---

    def answer_challenge(self, url: str, outcome: str) -> None:
        self.sandbox.http.post(url, data={"outcome": outcome})
        self.listen()

    def challenges(self) -> list[str]:
        rows = Attempt.objects.filter(intent__player=self.player).select_related("intent")
        found = sorted(rows, key=lambda row: (self.order[row.intent.public_id], row.number))
        return [row.answer["action"]["url"] for row in found if row.answer and row.answer.get("action")]

    def let_psp_work(self) -> None:
        """All that follows from calls so far."""
        self.sandbox.control("PUT", "hold", {"hold": False})
        self.sandbox.settle_jobs()
        self.sandbox.control("PUT", "hold", {"hold": True})
        self.listen()

    def break_psp(self, *, is_down: bool) -> None:
        self.is_psp_down = is_down
        self.sandbox.control("PUT", "outage", {"seconds": 600 if is_down else 0})

    def listen(self) -> None:
        """What the PSP has sent since, in an order that is the same each time."""
        while self.sandbox.control("GET", "outbox")["pending"]:
            time.sleep(0.003)
        self.refunds()  # named, also those that a policy asked for
        fresh = [event for event in self.receiver.events[self.taken :] if self.about(event) in self.order]
        self.taken = len(self.receiver.events)
        self.told += sorted(fresh, key=lambda event: (self.order[self.about(event)], event["occurred_at"], event["event"]))

    def about(self, event: Event) -> str:
        """Our reference of what it tells of."""
        own = str(event["merchant_reference"])
        return own if own in self.order else str(event["intent_id"])

    # --- events on their way in ---

    def deliver(self, event: Event) -> None:
        """Through the door, signed with the account's secret; each delivery has a nonce of its own."""
        self.number += 1
        account = DepositIntent.objects.filter(player=self.player, merchant_account__code="SANDBOX_EU2").exists()
        code = "SANDBOX_EU2" if account and self.is_of_other(event) else "SANDBOX_EU"
        body, at = json.dumps(event).encode(), int(self.clock.at.timestamp())
        nonce = hashlib.sha256(f"{self.player.public_id}:{self.number}".encode()).hexdigest()[:32]
        headers = {"X-Merchant-Account": code, "X-Timestamp": str(at), "X-Nonce": nonce}
        signature = sign(SECRETS[code], timestamp=at, nonce=nonce, body=body)
        answer = Client().post("/webhooks/psp", data=body, content_type="application/json", headers={**headers, "X-Signature": signature})
        assert answer.status_code == 200, answer.content
        self.heard.append(event)
        self.queue.commit()

    def is_of_other(self, event: Event) -> bool:
        return Attempt.objects.filter(psp_ref=event["psp_ref"], merchant_account__code="SANDBOX_EU2").exists()

    def lose(self, event: Event) -> None:
        self.silent.add(self.about(event))
        self.silent.add(str(event["intent_id"]))

    # --- time ---

    def wait(self, by: timedelta) -> None:
        self.clock.move(by)
        self.tell_time()

    def tell_time(self) -> None:
        self.sandbox.control("PUT", "clock", {"now": self.clock.at.isoformat()})

    def sweep(self) -> None:
        """Every sweeper once; what they find is nudged."""
        operations.sweep_calls()
        operations.sweep_events()
        operations.sweep_overdue(now=self.clock.at)
        operations.sweep_late()
        sweep_payouts()
        self.queue.commit()

    # --- what there is, oldest first ---

    def intents(self) -> list[DepositIntent]:
        return sorted(DepositIntent.objects.filter(player=self.player), key=lambda row: self.order[row.public_id])

    def playable(self) -> int:
        row = Wallet.objects.filter(owner_ref=self.player.public_id, asset="EUR").first()
        return int(row.playable_minor) if row else 0

    def captures(self) -> list[Capture]:
        rows = Capture.objects.filter(intent__player=self.player, state=Capture.State.SUCCEEDED).select_related("intent")
        return sorted(rows, key=lambda row: (self.order[row.intent.public_id], row.amount_minor, row.created_at, row.pk))

    def refunds(self) -> list[Refund]:
        rows = Refund.objects.filter(capture__intent__player=self.player).select_related("capture__intent")
        for row in rows:
            self.name(row.public_id)
        return list(rows)

    def payouts(self) -> list[PayoutIntent]:
        rows = list(PayoutIntent.objects.filter(player=self.player))
        for row in rows:
            self.name(row.public_id)
        return rows
