"""The door for providers' own webhooks: verify, store each notification as it came, answer (W1, W3, W8)."""

import hashlib
import json
from datetime import datetime

from django.db import transaction

from cashier.card_data import mask_card_fields
from cashier.measures import observe_received
from cashier.models import MerchantAccount, PspEvent, PspEventWork
from cashier.nudges import nudge
from cashier.operations.contradictions import as_other_notification
from cashier.operations.receive import TASK, Letter, Received, WebhookRefused, keep_unreadable, save_once
from cashier.psp.soundness import storable
from cashier.secrets import Purpose, read_secrets
from cashier.webhooks.canonical import YEARS, UnreadableBody
from cashier.webhooks.registry import UnknownConnector, get_connector
from cashier.webhooks.values import Connector, Delivery, Item, Keys, NotAuthentic, NotRelevant
from ledger.clock import real_now
from ledger.tracing import current_trace_id

HOOKS = "hooks"
NOBODY = Keys(secrets=["00" * 32], public_keys=[])


def receive_delivery(*, connector: str, account_code: str, delivery: Delivery, now: datetime) -> Received:
    """Let a provider's delivery in: verified whole, each of its notifications stored once. What they mean is the task's.

    Duplicates are known by the provider's own identity of a notification, unique in the database; a delivery of which
    nothing is new is a duplicate. Raises MalformedHeaders, WebhookRefused.
    """
    letter = verify_delivery(connector, account_code, delivery)
    with transaction.atomic():
        try:
            # In the order of their identities, so that two deliveries of the same notifications can't wait for each other.
            items = sorted(get_connector(connector).split(delivery), key=lambda item: item.identity)
        except UnreadableBody as error:
            is_new = keep_unreadable(letter, str(error), via=connector, now=now) is not None
            return Received.ACCEPTED if is_new else Received.DUPLICATE
        stored = [event for item in items if (event := store_item(letter, connector, item, now=now))]
        for event in stored:
            nudge(TASK, event_id=event.pk)
    for event in stored:
        observe_received(account=account_code, occurred_at=event.occurred_at, received_at=event.received_at)
    return Received.ACCEPTED if stored else Received.DUPLICATE


def verify_delivery(connector: str, account_code: str, delivery: Delivery) -> Letter:
    """The letter, if it is signed as the account's. An unknown account takes as long as a wrong signature.

    Raises MalformedHeaders, WebhookRefused.
    """
    try:
        scheme = get_connector(connector)
    except UnknownConnector:
        raise WebhookRefused("unknown_account") from None
    account = find_account(connector, account_code)
    try:
        scheme.verify(delivery, keys_of(account) if account else NOBODY)
    except NotAuthentic as refusal:
        raise WebhookRefused(refusal.reason if account else "unknown_account") from None
    if account is None:
        raise WebhookRefused("unknown_account")
    return Letter(account, delivery.body, hashlib.sha256(delivery.body).hexdigest())


def find_account(connector: str, code: str) -> MerchantAccount | None:
    """The account, which must be one at this provider; simple hooks are open to all."""
    accounts = MerchantAccount.objects.filter(code=code, is_active=True)
    return (accounts if connector == HOOKS else accounts.filter(provider=connector)).first()


def keys_of(account: MerchantAccount) -> Keys:
    ref = account.secret_ref
    return Keys(read_secrets(ref, Purpose.WEBHOOK_SECRET), read_secrets(ref, Purpose.WEBHOOK_PUBLIC_KEY))


def store_item(letter: Letter, connector: str, item: Item, *, now: datetime) -> PspEvent | None:
    """One notification and its work row; None where it is known. Raises WebhookRefused for a sealed identity with another body."""
    event = item_row(letter, connector, item, now=now)
    if save_once(event, PspEventWork(event=event, next_try_at=real_now())):
        return event
    known = PspEvent.objects.get(merchant_account=letter.account, identity_key=event.identity_key)
    if item.is_sealed and known.body_sha256 != letter.sha256:
        raise WebhookRefused("nonce")
    keep_other_amounts(event, known)
    return None


def keep_other_amounts(event: PspEvent, known: PspEvent) -> None:
    """The same notification with other amounts is kept beside the first and read as any other: what it means contradicts the first."""
    amounts = amounts_in(event)
    if event.body_sha256 == known.body_sha256 or amounts == amounts_in(known):
        return
    other = as_other_notification(event, known, amounts)
    if save_once(other, PspEventWork(event=other, next_try_at=real_now())):
        nudge(TASK, event_id=other.pk)


def amounts_in(event: PspEvent) -> list[object]:
    """What amounts a notification states, as the provider writes them; none where it means nothing here."""
    try:
        return [body.get("amount") for body in scheme_of(event).normalise(json.loads(event.raw_body))]
    except (NotRelevant, UnreadableBody):
        return []


def item_row(letter: Letter, connector: str, item: Item, *, now: datetime) -> PspEvent:
    """As it came, but for card data. Its names of things are not ours yet, so none of its columns holds them."""
    identity, kind = storable(item.identity), storable(item.kind)
    is_of_now = item.occurred_at is not None and item.occurred_at.year in YEARS
    return PspEvent(
        via=connector,
        merchant_account=letter.account,
        provider_event_id=identity[:128],
        identity_key=f"{connector}:{identity}",
        event=f"{connector}:{kind}"[:48],
        occurred_at=item.occurred_at if item.occurred_at and is_of_now else now,
        received_at=now,
        body_sha256=letter.sha256,
        raw_body=json.dumps(mask_card_fields(item.data)),
        trace_id=current_trace_id(),
    )


def scheme_of(event: PspEvent) -> Connector:
    """The connector by which an event came in."""
    return get_connector(event.via)
