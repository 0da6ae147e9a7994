"""A small casino for tests: one entity, one brand, two merchant accounts at the sandbox, one player. And short ways to act in it."""

import itertools
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, time
from typing import Any

from cashier import operations
from cashier.models import Attempt, Brand, Capture, DepositIntent, MerchantAccount, Player, PspEvent
from cashier.operations import AuthorizeOrder, IntentRequest
from cashier.webhooks.signatures import read_headers, sign
from ledger.actors import client_actor
from ledger.clock import real_now
from ledger.models import Entry, JournalTransaction, LegalEntity, Wallet

CALLER = client_actor("shop")
SECRETS = {"SANDBOX_EU": "first-secret", "SANDBOX_EU2": "second-secret"}
PATIENCE_SECONDS = 10  # a machine that stands still for a moment is no silent PSP
_numbers = itertools.count(1)


@dataclass
class World:
    """The casino at one instant; `now` is what operations are told."""

    entity: LegalEntity
    brand: Brand
    account: MerchantAccount
    other_account: MerchantAccount
    player: Player
    now: datetime
    told: list[dict[str, Any]] = field(default_factory=list)

    def intent(self, amount_minor: int = 5000, *, method: str = "card", player: Player | None = None) -> DepositIntent:
        """A deposit that was asked for."""
        request = IntentRequest(player or self.player, amount_minor, "EUR", method, "MT", {"brand_id": "lucky"}, "shop")
        return operations.create_intent(request=request, actor=CALLER, now=self.now)

    def begin(self, intent: DepositIntent, token: str = "tok_approve", *, capture: str = "auto", **order: Any) -> Attempt:
        """Its attempt, recorded and not sent."""
        wanted = AuthorizeOrder(payment_token=f"{token}~{next(_numbers)}", capture=capture, **order)
        return operations.begin_authorization(intent_id=intent.pk, order=wanted, actor=CALLER, now=self.now)

    def send(self, attempt: Attempt) -> str:
        """Its call to the PSP, as the worker makes it."""
        return operations.run_call(operations.AUTHORIZE, call_id=attempt.pk, now=self.now)

    @contextmanager
    def impatient(self) -> Iterator[None]:
        """Meanwhile a PSP that keeps silent is not waited for longer than two seconds."""
        MerchantAccount.objects.update(timeout_seconds=2)
        try:
            yield
        finally:
            MerchantAccount.objects.update(timeout_seconds=PATIENCE_SECONDS)

    def pay(self, token: str = "tok_approve", amount_minor: int = 5000, *, capture: str = "auto", method: str = "card") -> DepositIntent:
        """A deposit from asking to the PSP's answer, as it is then; where it declines, to the answer of the next (C11)."""
        intent = self.intent(amount_minor, method=method)
        self.send(self.begin(intent, token, capture=capture))
        while following := intent.attempts.filter(call_state="READY", operation_key="", number__gt=1).first():
            self.send(following)
        return self.fresh(intent)

    def fresh(self, row: Any) -> Any:
        """The row as the database has it now."""
        return type(row).objects.get(pk=row.pk)

    def capture_of(self, intent: DepositIntent) -> Capture:
        return Capture.objects.get(intent=intent)

    def wallet(self, player: Player | None = None) -> dict[str, int]:
        """Balances of the player that are not zero."""
        row = Wallet.objects.filter(owner_ref=(player or self.player).public_id, asset="EUR").first()
        kinds = ("playable", "pending", "locked", "bonus", "receivable")
        return {kind: getattr(row, f"{kind}_minor") for kind in kinds if row and getattr(row, f"{kind}_minor")}

    def kinds(self, intent: DepositIntent) -> list[str]:
        """What was posted for the deposit, in order."""
        return list(JournalTransaction.objects.filter(intent_ref=intent.public_id).order_by("id").values_list("kind", flat=True))

    def balances(self) -> dict[str, int]:
        """Every account's sum, debit positive, in EUR, by kind."""
        sums: dict[str, int] = {}
        for kind, amount in Entry.objects.values_list("account__kind", "amount_minor"):
            sums[kind] = sums.get(kind, 0) + amount
        return {kind: amount for kind, amount in sums.items() if amount}

    def receive(self, body: bytes, *, account: str = "SANDBOX_EU", nonce: str = "", timestamp: int | None = None) -> operations.Received:
        """A webhook, signed as this account and let in."""
        at = int(real_now().timestamp()) if timestamp is None else timestamp
        nonce = nonce or f"nonce-{os.getpid()}-{next(_numbers):08d}"
        signature = sign(SECRETS[account], timestamp=at, nonce=nonce, body=body)
        headers = read_headers(account=account, timestamp=str(at), nonce=nonce, signature=signature)
        return operations.receive_event(headers=headers, body=body, now=self.now)

    def apply_all(self) -> list[str]:
        """Apply every event that is due, in the order in which they came."""
        due = PspEvent.objects.filter(work__state__in=("RECEIVED", "WAITING")).order_by("pk")
        return [operations.apply_event(event_id=event.pk, now=self.now) for event in due]

    def cases(self) -> list[str]:
        """The codes of the cases that were told of, in order."""
        return [fact["code"] for fact in self.told]


def make_world(now: datetime, *, base_url: str) -> World:
    entity = LegalEntity.objects.create(code="MT1", name="Countroom Malta", zone="Europe/Malta", cutoff=time(0, 0))
    brand = Brand.objects.create(code="lucky", name="Lucky", entity=entity)
    accounts = [make_account(code, entity, brand, base_url=base_url, rank=rank) for rank, code in enumerate(SECRETS)]
    player = make_player(brand, now)
    return World(entity, brand, accounts[0], accounts[1], player, now)


def make_account(code: str, entity: LegalEntity, brand: Brand, *, base_url: str, rank: int = 0) -> MerchantAccount:
    account = MerchantAccount.objects.create(
        code=code,
        entity=entity,
        provider="sandbox",
        secret_ref=code,
        base_url=base_url,
        timeout_seconds=PATIENCE_SECONDS,
        report_zone="Europe/Malta",
        rank=rank,
    )
    account.brands.add(brand)
    return account


def make_player(brand: Brand, now: datetime, **fields: Any) -> Player:
    return Player.objects.create(
        brand=brand,
        external_id=f"player-{next(_numbers)}",
        country="MT",
        currency="EUR",
        kyc_status="approved",
        created_at=now,
        updated_at=now,
        **fields,
    )
