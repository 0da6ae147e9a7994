"""Money of a player that is held for a case (POSTINGS.md 3.2): by the engine when it was raised, or by a disposition."""

from cashier.models import Capture, Hold
from cashier.operations.payer_holds import is_payer_held
from ledger.ids import from_public
from ledger.locks import lock_wallet
from reconciliation.models import ExceptionCase
from reconciliation.operations.casework.steps import Step, call_step


def holds_of(case: ExceptionCase) -> list[Hold]:
    """What is held for this very case: under its id, or under the PSP's reference of the refund that it found."""
    refs = [(Hold.Kind.CASE, case.public_id)]
    if found := str(case.facts.get("psp_object") or ""):
        refs.append((Hold.Kind.FOUND_REFUND, found))
    held = Hold.objects.filter(state=Hold.State.HELD, ref__in=[ref for _, ref in refs]).select_related("player").order_by("pk")
    return [hold for hold in held if (hold.kind, hold.ref) in refs]


def held_under(kind: str, ref: str) -> int:
    """How much is held under a reference."""
    hold = Hold.objects.filter(kind=kind, ref=ref, state=Hold.State.HELD).first()
    return int(hold.amount_minor) if hold else 0


def late_hold_of(case: ExceptionCase) -> Hold | None:
    """Late money of a linked capture that waits for a decision."""
    captures = [link.target_id for link in case.links.all() if link.kind == "capture"]
    return Hold.objects.filter(kind=Hold.Kind.LATE_MONEY, ref__in=captures, state=Hold.State.HELD).select_related("player").first()


def payer_held_of(case: ExceptionCase) -> Capture | None:
    """A linked capture that waits in pending for a word on who paid it (K10)."""
    linked = [from_public(link.target_id, Capture.PREFIX) for link in case.links.all() if link.kind == "capture"]
    rows = Capture.objects.select_related("attempt", "merchant_account", "intent__player", "intent__entity").filter(pk__in=linked)
    return next((capture for capture in rows.order_by("pk") if is_payer_held(capture)), None)


def kept_hold_of(case: ExceptionCase) -> Hold | None:
    """What stays locked because its player may not be credited: the hold that the case names, else one of a linked refund or payout."""
    named = str(case.facts.get("hold") or "")
    refs = [named] if named else [link.target_id for link in case.links.all() if link.kind in ("refund", "payout")]
    return Hold.objects.filter(kind=Hold.Kind.CASE, ref__in=refs, state=Hold.State.HELD).select_related("player__brand").first()


def release_steps(case: ExceptionCase) -> list[Step]:
    """Give back what is held for the case; what the same plan takes, it then takes from playable, in the same transaction."""
    return [release_step(hold) for hold in holds_of(case)]


def release_step(hold: Hold) -> Step:
    """Locked to playable, by the cashier."""
    source = {"player": hold.player.public_id, "asset": hold.currency, "ref": hold.ref, "amount_minor": int(hold.amount_minor)}
    return call_step("release_hold", rule="HOLD_RELEASED@1", source=source, kind=str(hold.kind), ref=hold.ref)


def playable_for(case: ExceptionCase, player: str, asset: str) -> int:
    """What the player can give once the case's holds are released; the wallet is locked. Needs a transaction."""
    held = sum(int(hold.amount_minor) for hold in holds_of(case) if hold.player.public_id == player and hold.currency == asset)
    return lock_wallet(entity_id=case.entity_id, player_id=player, asset=asset).playable + held
