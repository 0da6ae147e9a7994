"""A player's payment means, stored as a token and verified by a zero-amount authorisation (C14, C24)."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from cashier.locks import lock_player
from cashier.models import Instrument, Player
from cashier.nudges import nudge
from cashier.operations.calls import Act, answered, ready
from cashier.operations.payers import note_owner
from cashier.psp.base import Adapter, AuthorizeRequest, Credentials, LookupResult, Outcome, PspResult
from cashier.queries.accounts import list_eligible_accounts
from cashier.queries.rails import UnknownMethod, get_rail
from cashier.refusals import Invalid, NoRoute
from ledger.actors import Actor, system_actor
from ledger.tracing import current_trace_id
from ledger.transitions import move, record_birth

TASK = "cashier.tasks.psp.verify_instrument"
PSP = system_actor("psp")
VERIFYING = (Outcome.APPROVED, Outcome.CAPTURED)


def store_instrument(*, player: Player, method: str, token: str, masked: str, region: str, actor: Actor, now: datetime) -> Instrument:
    """Store a token for a player, UNVERIFIED, and have it verified by a zero-amount authorisation at an account that takes it.

    The same token of the same player gives the instrument that is there. Raises Invalid (method), NoRoute.
    """
    try:
        get_rail(method)
    except UnknownMethod as error:
        raise Invalid("This method is not offered.", field="method", rule="known_method") from error
    with transaction.atomic():
        lock_player(player.pk)
        known = Instrument.objects.filter(player=player, token=token).first()
        if known is not None:
            return known
        accounts = list_eligible_accounts(brand=player.brand, currency=player.currency, method=method, region=region)
        if not accounts:
            raise NoRoute(method=method, currency=player.currency)
        instrument = Instrument(
            player=player,
            method=method,
            token=token,
            masked=masked,
            merchant_account=accounts[0],
            call_kind="verify",
            trace_id=current_trace_id(),
            created_at=now,
            updated_at=now,
        )
        instrument.idempotency_key = f"{instrument.public_id}.verify.0.{player.currency}"
        ready(instrument)
        instrument.save(force_insert=True)
        record_birth(instrument, actor=actor, now=now, event="instrument.stored")
        nudge(TASK, call_id=instrument.pk)
    return instrument


def block_instrument(*, instrument_id: UUID, actor: Actor, now: datetime) -> Instrument:
    """Block it for deposits and payouts. Raises TransitionNotAllowed where it is blocked already."""
    with transaction.atomic():
        instrument = Instrument.objects.select_for_update().get(pk=instrument_id)
        move(instrument, "block", actor=actor, now=now, event="instrument.blocked")
    return instrument


def send_verification(adapter: Adapter, credentials: Credentials, instrument: Instrument) -> PspResult:
    request = AuthorizeRequest(
        idempotency_key=instrument.idempotency_key,
        merchant_reference=instrument.public_id,
        amount_minor=0,
        currency=instrument.player.currency,
        payment_token=instrument.token,
        capture="manual",
        method=instrument.method,
        trace_id=instrument.trace_id,
    )
    return adapter.authorize(credentials, request)


def finish_verification(instrument_id: UUID, result: PspResult, now: datetime) -> None:
    """VERIFIED where the issuer agreed and names no other owner (K10); else it stays UNVERIFIED, and a first authorised deposit with
    it verifies it."""
    with transaction.atomic():
        instrument = Instrument.objects.select_for_update().get(pk=instrument_id)
        fields = answered(instrument)
        is_owned = note_owner(instrument, result.raw, now=now)
        instrument.psp_ref, instrument.decline_code = result.psp_ref, result.decline_code if is_owned else "owner_differs"
        instrument.save(update_fields=[*fields, "psp_ref", "decline_code"])
        if is_owned and result.outcome in VERIFYING and instrument.state == Instrument.State.UNVERIFIED:
            instrument.verified_at = now
            move(instrument, "verify", actor=PSP, now=now, event="instrument.verified", extra_fields=["verified_at"])


def read_verification(found: LookupResult, instrument: Instrument) -> PspResult | None:
    states = {"AUTHORIZED": Outcome.APPROVED, "VOIDED": Outcome.APPROVED, "DECLINED": Outcome.DECLINED, "FAILED": Outcome.DECLINED}
    outcome = states.get(found.state)
    return (
        PspResult(outcome, psp_ref=found.psp_ref, decline_code=found.decline_code, raw=found.raw)
        if outcome and found.kind == "payment"
        else None
    )


VERIFY = Act(
    name="verify",
    task=TASK,
    model=Instrument,
    related=("player",),
    reference=lambda instrument: instrument.public_id,
    send=send_verification,
    read=read_verification,
    finish=finish_verification,
)
