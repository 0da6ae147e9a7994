"""A small house for tests: one entity, brand, merchant account, player with money, instrument, captured deposit, API client, staff.

Cast: Ada makes, Ben checks, Cleo may not, Ola audits.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.auth.models import Permission
from django.db import transaction

from cashier.models import (
    ApiClient,
    Attempt,
    Brand,
    Capture,
    DepositIntent,
    Instrument,
    MerchantAccount,
    PayoutPolicy,
    Player,
    PspCall,
)
from config.api.tokens import issue_token
from ledger.actors import Actor, system_actor
from ledger.models import Entry, JournalTransaction, LegalEntity, User
from ledger.operations import Posting, post
from ledger.queries import wallet_view

TESTER = system_actor("tests")
CLIENT = Actor("client", "lucky-backend")
SECRET = "a secret of sixty-four letters for the tests of the token endpoint"


@dataclass
class House:
    """Who and what there is. Amounts are EUR minor units."""

    entity: LegalEntity
    brand: Brand
    account: MerchantAccount
    player: Player
    instrument: Instrument
    now: datetime


def make_house(now: datetime, *, playable_minor: int = 0, code: str = "lucky", entity: LegalEntity | None = None) -> House:
    """A house whose player is identified and holds playable_minor. `code` names the brand and its account."""
    entity = entity or LegalEntity.objects.create(code="MT1", name="Countroom Malta", zone="Europe/Malta")
    brand = Brand.objects.create(code=code, name=code.title(), entity=entity)
    account = MerchantAccount.objects.create(
        code="SANDBOX_EU" if code == "lucky" else f"SANDBOX_{code.upper()}",
        entity=entity,
        provider="sandbox",
        currencies=["EUR"],
        methods=["card"],
        secret_ref=f"PSP_{code.upper()}",
        base_url="http://127.0.0.1:9",
    )
    account.brands.add(brand)
    player = make_player(brand, f"{code}-1", now)
    house = House(entity, brand, account, player, make_instrument(player, now), now)
    if playable_minor:
        give(house, playable_minor)
    return house


def make_player(brand: Brand, external_id: str, now: datetime, **facts: Any) -> Player:
    facts = {"kyc_status": Player.Kyc.APPROVED, "kyc_level": 1, "country": "MT", "currency": "EUR", **facts}
    return Player.objects.create(brand=brand, external_id=external_id, created_at=now, updated_at=now, **facts)


def make_instrument(player: Player, now: datetime, *, token: str = "tok_approve", state: str = "VERIFIED") -> Instrument:
    return Instrument.objects.create(
        player=player, method="card", token=token, masked="•••• 4242", state=state, created_at=now, updated_at=now,
        call_kind="verify", call_state=PspCall.CallState.DONE, idempotency_key=f"verify:{player.public_id}:{token}",
    )  # fmt: skip


def set_policy(house: House, *, review: int = 100_000, week: int = 500_000, second: int = 1_000_000, fee: int = 0) -> PayoutPolicy:
    """Thresholds of payouts in EUR minor units."""
    policy, _ = PayoutPolicy.objects.update_or_create(
        brand=house.brand,
        currency="EUR",
        defaults={
            "review_above_minor": review,
            "review_week_above_minor": week,
            "second_review_above_minor": second,
            "player_fee_minor": fee,
        },
    )
    return policy


def give(house: House, amount_minor: int, *, player: Player | None = None, kind: str = "playable") -> None:
    """Put money into a player's wallet, as an opening balance."""
    holder = (player or house.player).public_id
    book(house, [("outside", house.entity.public_id, amount_minor), (kind, holder, -amount_minor)])


def book(house: House, lines: list[tuple[str, str, int]], *, ref: str = "") -> None:
    """Post lines of (kind, holder, signed amount) as they are."""
    number = JournalTransaction.objects.count()
    source = {"lines": [{"kind": k, "holder": h, "asset": "EUR", "amount_minor": a, "ref": ref, "label": ""} for k, h, a in lines]}
    with transaction.atomic():
        post(Posting("OPENING_BALANCE@1", f"opening:{number}", house.entity.id, source, house.now), actor=TESTER, now=house.now)


def make_capture(
    house: House, *, amount_minor: int = 10_000, fee_minor: int = 0, refunded_minor: int = 0, psp_ref: str = "cap_1"
) -> Capture:
    """A succeeded capture with its intent and attempt: rows only, the caller books the money."""
    stamps = {"created_at": house.now, "updated_at": house.now}
    intent = DepositIntent.objects.create(
        player=house.player,
        brand=house.brand,
        entity=house.entity,
        merchant_account=house.account,
        client_id=CLIENT.id,
        method="card",
        currency="EUR",
        amount_minor=amount_minor - fee_minor,
        gross_minor=amount_minor,
        player_fee_minor=fee_minor,
        captured_minor=amount_minor,
        refunded_minor=refunded_minor,
        state="CAPTURED",
        expires_at=house.now,
        **stamps,
    )
    call = {"call_state": PspCall.CallState.DONE, "merchant_account": house.account, **stamps}
    attempt = Attempt.objects.create(
        intent=intent, number=1, payment_token="tok_approve", amount_minor=amount_minor, currency="EUR", capture_mode="auto",
        psp_ref=f"psp_{psp_ref}", outcome="CAPTURED", call_kind="authorize", idempotency_key=f"a:{intent.public_id}", **call,
    )  # fmt: skip
    return Capture.objects.create(
        intent=intent, attempt=attempt, amount_minor=amount_minor, player_fee_minor=fee_minor, refunded_minor=refunded_minor,
        currency="EUR", state="SUCCEEDED", psp_ref=psp_ref, captured_at=house.now, call_kind="capture",
        idempotency_key=f"c:{intent.public_id}", **call,
    )  # fmt: skip


def make_client(*brands: Brand, client_id: str = CLIENT.id, scopes: str = "payouts:read payouts:write", rate: int = 6000) -> ApiClient:
    """An API client of these brands whose secret is SECRET."""
    client = ApiClient.objects.create(
        client_id=client_id,
        client_secret=SECRET,
        name=client_id,
        client_type="confidential",
        authorization_grant_type="client-credentials",
        scopes=scopes,
        rate_per_minute=rate,
    )
    client.brands.set(brands)
    return client


def bearer(client_id: str = CLIENT.id, scopes: str = "payouts:read payouts:write") -> dict[str, str]:
    """Headers of a call with a fresh token."""
    return {"HTTP_AUTHORIZATION": f"Bearer {issue_token(client_id=client_id, scopes=scopes.split())}"}


def make_person(name: str, *permissions: str, **facts: Any) -> User:
    """A person of the staff who holds these permissions (codenames)."""
    user = User.objects.create_user(name, password=None, is_staff=True, **facts)
    user.user_permissions.set(Permission.objects.filter(codename__in=permissions))
    return user


def wallet(player: Player) -> tuple[int, int, int]:
    """(playable, locked, receivable) in EUR minor units."""
    balance = wallet_view(player.public_id).get("EUR")
    return (balance.playable, balance.locked, balance.receivable) if balance else (0, 0, 0)


def lines(key_part: str) -> list[tuple[str, int]]:
    """(account kind, signed amount) of the transactions whose posting key begins so, in their order."""
    entries = Entry.objects.filter(transaction__posting_key__startswith=key_part).select_related("account").order_by("id")
    return [(entry.account.kind, int(entry.amount_minor)) for entry in entries]


def kinds() -> list[str]:
    """Kinds of the transactions in the journal, oldest first, but for opening balances."""
    return list(JournalTransaction.objects.exclude(kind="OPENING_BALANCE").order_by("id").values_list("kind", flat=True))
