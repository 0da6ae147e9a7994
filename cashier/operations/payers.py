"""Who paid (K10): what a rail says of the payer is compared with the player; money of another waits in pending until a person decides.

    named ──compare──> SAME | LET ──> credited as usual
                └─> HELD ──the money comes──> pending, PAYER_NAME_MISMATCH ──a person──> ACCEPTED, credited | REFUSED, given back

A name is personal data: it is compared here, kept under the player's own key, and never logged, told or put in a case.
"""

import json
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from cashier.models import Attempt, Capture, DepositIntent, Instrument, PayerCheck, PayerPolicy, PayerState, Player, PlayerIdentity
from cashier.operations.cases import raise_deposit_case
from cashier.operations.players import keep_identity, read_identity
from cashier.refusals import Invalid
from cashier.risk import RULE, Payer, Person, Verdict, compare, payer_in
from cashier.sealing import CannotUnseal, lookup_hash, seal, unseal, unwrap_key
from ledger.actors import Actor, system_actor
from ledger.operations import record_audit

CHECKER = system_actor("payer check")
CODE = "PAYER_NAME_MISMATCH"
DECIDED = (PayerState.ACCEPTED, PayerState.REFUSED)
KEEPS_PENDING = (PayerState.HELD, PayerState.REFUSED)


def note_payer(attempt: Attempt, answer: Any, *, now: datetime) -> None:
    """Compare the payer that an answer names with the player, once per payer; sets `attempt.payer`, which the caller saves.

    A person's word on the attempt stands. Where the money was credited before its payer was named, the case is raised all the same.
    """
    payer = payer_in(answer)
    if not payer or attempt.payer in DECIDED:
        return
    player = attempt.intent.player
    named = hash_of(payer)
    known = PayerCheck.objects.filter(attempt=attempt, payer_hash=named).order_by("-checked_at").first()
    check = known or keep_check(payer, named, player, attempt=attempt, now=now)
    attempt.payer = check.state
    if known is None and is_held(attempt) and attempt.intent.state == DepositIntent.State.CAPTURED:
        tell_of_payer(
            attempt.intent, attempt, amount_minor=attempt.intent.captured_minor, occurred_at=now, about=attempt.public_id, now=now
        )


def note_owner(instrument: Instrument, answer: Any, *, now: datetime) -> bool:
    """Compare the owner that a verification names with the player (C24). False where it is another, or can't be said."""
    payer = payer_in(answer)
    if not payer:
        return True
    return keep_check(payer, hash_of(payer), instrument.player, instrument=instrument, now=now).state != PayerState.HELD


def is_held(attempt: Attempt) -> bool:
    """Whether money of this attempt may not be credited, for who paid it."""
    return attempt.payer in KEEPS_PENDING


def keep_check(
    payer: Payer, named: str, player: Player, *, attempt: Attempt | None = None, instrument: Instrument | None = None, now: datetime
) -> PayerCheck:
    """Compare, and write down what came of it."""
    policy = policy_of(player)
    verdict = judge_payer(payer, named, player, threshold=policy.name_threshold)
    return PayerCheck.objects.create(
        player=player,
        attempt=attempt,
        instrument=instrument,
        state=state_of(verdict, policy),
        reason=verdict.reason,
        score=verdict.score,
        threshold=policy.name_threshold,
        rule=RULE,
        payer_hash=named,
        sealed=seal_payer(payer, player, now=now),
        actor_kind=CHECKER.kind,
        actor_id=CHECKER.id,
        checked_at=now,
    )


def judge_payer(payer: Payer, named: str, player: Player, *, threshold: int) -> Verdict:
    """A payer whom a person accepted for this player before stays accepted."""
    if PayerCheck.objects.filter(player=player, payer_hash=named, state=PayerState.ACCEPTED).exists():
        return Verdict(True, "accepted_before")
    return compare(payer, person_of(player), threshold=threshold)


def state_of(verdict: Verdict, policy: PayerPolicy) -> PayerState:
    if verdict.is_same is None:
        return PayerState.LET if policy.unknown == PayerPolicy.Unknown.LET else PayerState.HELD
    return PayerState.SAME if verdict.is_same else PayerState.HELD


def policy_of(player: Player) -> PayerPolicy:
    """The brand's policy; the defaults where it has none."""
    return PayerPolicy.objects.filter(brand_id=player.brand_id).first() or PayerPolicy(brand_id=player.brand_id)


def person_of(player: Player) -> Person:
    """What the player is called, as far as it is known; nobody where the data was erased."""
    try:
        identity = read_identity(player)
    except CannotUnseal:
        return Person()
    whole = " ".join(identity[part] for part in ("first_name", "last_name") if identity.get(part))
    return Person([whole] if whole else [], [identity["iban"]] if identity.get("iban") else [])


def hash_of(payer: Payer) -> str:
    return lookup_hash(f"{payer.name}|{payer.iban}", purpose="payer")


def seal_payer(payer: Payer, player: Player, *, now: datetime) -> bytes:
    """Under the player's own key, so that erasing the player takes it too (S6)."""
    if not PlayerIdentity.objects.filter(player=player).exists():
        keep_identity(player, {}, now=now)
    wrapped = bytes(PlayerIdentity.objects.values_list("wrapped_key", flat=True).get(player=player))
    try:
        key = unwrap_key(wrapped, owner=player.public_id)
    except CannotUnseal:
        return b""
    return seal(json.dumps({"name": payer.name, "iban": payer.iban}).encode(), key=key, owner=player.public_id)


def open_payer(check: PayerCheck) -> Payer:
    """Who paid; nobody where it is erased. Who shows it to a person uses `show_payers`."""
    row = PlayerIdentity.objects.filter(player_id=check.player_id).first()
    if row is None or not check.sealed:
        return Payer()
    try:
        owner = check.player.public_id
        return Payer(**json.loads(unseal(bytes(check.sealed), key=unwrap_key(bytes(row.wrapped_key), owner=owner), owner=owner)))
    except CannotUnseal:
        return Payer()


def tell_of_payer(
    intent: DepositIntent, attempt: Attempt, *, amount_minor: int, occurred_at: datetime, about: str, now: datetime,
    capture: Capture | None = None,
) -> None:  # fmt: skip
    """The case, with what was compared and how alike it is; never a name."""
    check = attempt.payer_checks.order_by("-checked_at").first()
    facts = {"why": check.reason, "score": check.score, "threshold": check.threshold, "rule": check.rule} if check else {}
    raise_deposit_case(
        CODE, intent=intent, account=attempt.merchant_account, psp_ref=attempt.psp_ref, amount_minor=amount_minor, occurred_at=occurred_at,
        about=about, facts=dict(facts), capture=capture, now=now,
    )  # fmt: skip


def decide_on(attempt: Attempt, state: PayerState, *, note: str, actor: Actor, now: datetime) -> None:
    """Write a person's word on who paid beside the check that it is about."""
    check = attempt.payer_checks.order_by("-checked_at")[0]
    PayerCheck.objects.create(
        player_id=check.player_id,
        attempt=attempt,
        state=state,
        reason=check.reason,
        score=check.score,
        threshold=check.threshold,
        rule=check.rule,
        payer_hash=check.payer_hash,
        sealed=check.sealed,
        actor_kind=actor.kind,
        actor_id=actor.id,
        note=note,
        checked_at=now,
    )
    attempt.payer, attempt.updated_at = state, now
    attempt.save(update_fields=["payer", "updated_at"])


@dataclass(frozen=True, slots=True)
class Shown:
    """Who paid, and what the player is called. Personal data."""

    payer: Payer
    player: str = field(default="", repr=False)


def show_payer(*, check_id: UUID, reason: str, actor: Actor, now: datetime) -> Shown:
    """Show a person who paid beside the player's name: every look is an audited act (S5, S6). Raises Invalid without a reason."""
    if not reason.strip():
        raise Invalid("Say why.", field="reason", rule="required")
    with transaction.atomic():
        check = PayerCheck.objects.select_related("player").get(pk=check_id)
        record_audit(
            act="payer.unmasked", actor=actor, target_kind="player", target_id=check.player.public_id, detail={"check": check.public_id},
            reason=reason, now=now,
        )  # fmt: skip
        return Shown(open_payer(check), " ".join(person_of(check.player).names))
