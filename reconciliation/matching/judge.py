"""Which code fits a line that no rule paired: the most specific first (REASON_CODES.md). Pure."""

from uuid import UUID

from reconciliation.matching.facts import CaptureFacts, Confirmation, Finding, IntentFacts, LineFacts, MovementFacts, World

_RELEASED = frozenset({"FAILED", "CANCELED", "REJECTED"})
_PAID = frozenset({"SETTLED", "RETURNED"})
_REFUND_OPEN = frozenset({"REFUND_SUBMITTED", "REFUND_PENDING"})


def judge(line: LineFacts, world: World) -> Finding:
    """The code of one unpaired line, with what the PSP must be asked first, if anything."""
    match line.kind, line.reverses:
        case "sale", _:
            return judge_sale(line, world)
        case "refund", _:
            return judge_refund(line, world)
        case "payout", _:
            return judge_payout(line, world)
        case "reversal", "refund":
            return judge_refund_reversal(line, world)
        case "reversal", "payout":
            return judge_payout_return(line, world)
        case ("chargeback", _) | ("reversal", "chargeback"):
            return judge_dispute(line, world)
        case _:
            return _finding("UNKNOWN_LINE_TYPE", line, reference=line.merchant_reference)


def judge_sale(line: LineFacts, world: World) -> Finding:
    """A sale: whose is it, which capture, and is that capture ours already."""
    intent = _intent(line, world)
    if intent is None:
        return _finding("PSP_LINE_UNKNOWN_REFERENCE", line, reference=line.merchant_reference)
    if (general := _wrong_account_or_currency(line, world, intent)) is not None:
        return general
    named = [capture for capture in intent.captures if capture.account_id == world.account_id and _is_named(line, capture)]
    if any(capture.held and line.object_reference in ("", capture.psp_ref) for capture in named):
        # Of several captures, a line that names the payment alone may be any: somebody has to say which.
        code = "DUPLICATE_PSP_LINE" if len(named) == 1 else "PSP_LINE_UNKNOWN_REFERENCE"
        return _of_intent(code, line, intent, about=f"line:{line.id}")
    # Money that is held already, here or at another PSP, was paid once; a capture of ours that nobody confirmed yet is no second one.
    is_second = any(capture.held for capture in intent.captures) and all(capture.held for capture in named)
    code = "PSP_SUCCESS_AFTER_TERMINAL" if intent.has_ended else "LEDGER_CREDIT_MISSING_PSP_SUCCESS"
    about = object_of(world.account_id, line.object_reference)
    return _of_intent("DUPLICATE_PSP_CAPTURE" if is_second else code, line, intent, about=about, ask="capture")


def judge_refund(line: LineFacts, world: World) -> Finding:
    """A refund: one of ours, a second one for it, or one that somebody made at the PSP."""
    refund = world.refunds.get(line.object_id) if line.object_id else None
    refund = refund or world.refunds_by_psp.get(line.object_reference)
    intent = _intent(line, world)
    if refund is None and intent is not None and _is_elsewhere(intent, world):
        return _of_intent("WRONG_MERCHANT_ACCOUNT", line, intent, about=f"line:{line.id}")
    if refund is None:
        reference = intent.public_id if intent else line.merchant_reference
        about = object_of(world.account_id, line.object_reference)
        found = _finding("REFUND_UNKNOWN_TO_PLATFORM", line, reference=reference, about=about)
        return _with(found, hold_player=intent.player_id, links=_links(intent)) if intent else found
    if (general := _another_place_or_currency(line, world, refund, "refund")) is not None:
        return general
    if refund.state in _REFUND_OPEN:
        return _of_movement("STATUS_DIFFERS", line, refund, "refund", ask="refund")
    if refund.state == "REFUND_FAILED":
        return _of_movement("STATUS_DIFFERS", line, refund, "refund")
    is_same = line.object_reference in ("", refund.psp_ref)
    return _of_movement("DUPLICATE_PSP_LINE" if is_same else "REFUND_PAID_TWICE", line, refund, "refund", about=f"line:{line.id}")


def judge_payout(line: LineFacts, world: World) -> Finding:
    """A payout: unknown, released before, not recorded yet, or paid a second time."""
    payout = world.payouts.get(line.reference_id) if line.reference_id else None
    if payout is None:
        return _finding("PSP_LINE_UNKNOWN_REFERENCE", line, reference=line.merchant_reference)
    if (general := _another_place_or_currency(line, world, payout, "payout")) is not None:
        return general
    if payout.state in _RELEASED:
        return _with(_of_movement("PAYOUT_PAID_AFTER_RELEASE", line, payout, "payout"), hold_player=payout.player_id)
    if payout.state not in _PAID:
        return _of_movement("PAYOUT_PAID_NOT_RECORDED", line, payout, "payout", ask="payout")
    is_same = payout.psp_ref in (line.psp_reference, line.object_reference) or not (line.psp_reference or line.object_reference)
    return _of_movement("DUPLICATE_PSP_LINE" if is_same else "PAYOUT_PAID_TWICE", line, payout, "payout", about=f"line:{line.id}")


def judge_refund_reversal(line: LineFacts, world: World) -> Finding:
    """A refund that came back, which we hold as processed."""
    refund = world.refunds.get(line.object_id) if line.object_id else None
    refund = refund or world.refunds_by_psp.get(line.object_reference)
    if refund is None:
        return _finding("PSP_LINE_UNKNOWN_REFERENCE", line, reference=line.merchant_reference)
    if (general := _another_place_or_currency(line, world, refund, "refund")) is not None:
        return general
    if refund.state == "REFUND_REVERSED":
        return _of_movement("DUPLICATE_PSP_LINE", line, refund, "refund", about=f"line:{line.id}")
    return _of_movement("REFUND_REVERSED", line, refund, "refund", about=refund.public_id, ask="refund_reversal")


def judge_payout_return(line: LineFacts, world: World) -> Finding:
    """A payout that came back, which we hold as settled."""
    payout = world.payouts.get(line.reference_id) if line.reference_id else None
    if payout is None:
        return _finding("PSP_LINE_UNKNOWN_REFERENCE", line, reference=line.merchant_reference)
    if (general := _another_place_or_currency(line, world, payout, "payout")) is not None:
        return general
    if payout.state == "RETURNED":
        return _of_movement("DUPLICATE_PSP_LINE", line, payout, "payout", about=f"line:{line.id}")
    return _of_movement("PAYOUT_RETURNED", line, payout, "payout", about=payout.public_id, ask="payout_return")


def judge_dispute(line: LineFacts, world: World) -> Finding:
    """A chargeback, or one given back, that could not be tied to a dispute."""
    code = "CHARGEBACK_REVERSAL_NOT_BOOKED" if line.kind == "reversal" else "CHARGEBACK_NOT_BOOKED"
    intent = _intent(line, world)
    if intent is None:
        return _finding(code, line, reference=line.merchant_reference, about=f"{line.object_reference}:{line.id}")
    if (general := _wrong_account_or_currency(line, world, intent)) is not None:
        return general
    return _of_intent(code, line, intent, about=f"{line.object_reference}:{line.id}")


def object_of(account_id: UUID, reference: str) -> str:
    """What a case about an object of the PSP is named after: two PSPs may number theirs alike. Empty where the PSP gives no reference."""
    return f"{account_id.hex}:{reference}" if reference else ""


# Fee rows that every contract has; an account's own are in fee_schedule["line_texts"].
SCHEDULED_TEXTS = ("Transaction Fees",)


def judge_fee(line: LineFacts, scheduled_texts: tuple[str, ...]) -> Finding | None:
    """A fee row that no text of the contract's schedule begins; None where one does."""
    text = " ".join(line.object_reference.split())
    if any(text.casefold().startswith(known.casefold()) for known in scheduled_texts):
        return None
    found = _finding("FEE_UNEXPECTED", line, reference="")
    return Finding(found.code, abs(line.net_minor), found.about, facts={**found.facts, "text": text})


def _intent(line: LineFacts, world: World) -> IntentFacts | None:
    if line.reference_kind == "pi" and line.reference_id and line.reference_id in world.intents:
        return world.intents[line.reference_id]
    if line.object_kind == "cap" and line.object_id and line.object_id in world.intent_of_capture:
        return world.intents.get(world.intent_of_capture[line.object_id])
    return None


def _is_named(line: LineFacts, capture: CaptureFacts) -> bool:
    """Whether the line names this capture: by our id, by the PSP's, or, where it gives no id of a capture, by its payment."""
    if line.object_kind == "cap":
        return line.object_id == capture.id or bool(line.object_reference) and line.object_reference == capture.psp_ref
    if line.object_reference:
        return line.object_reference == capture.psp_ref
    return line.psp_reference in ("", capture.payment_ref)


def _is_elsewhere(intent: IntentFacts, world: World) -> bool:
    """Whether the deposit was tried, and not on this account."""
    return bool(intent.account_ids) and world.account_id not in intent.account_ids


def _another_place_or_currency(line: LineFacts, world: World, movement: MovementFacts, kind: str) -> Finding | None:
    """A refund or payout of another account, or of another currency, than the line's. A payout that was never sent is of none yet."""
    if movement.account_id not in (None, world.account_id):
        return _of_movement("WRONG_MERCHANT_ACCOUNT", line, movement, kind)
    if movement.currency != line.gross_currency:
        return _of_movement("CURRENCY_DIFFERS", line, movement, kind)
    return None


def _wrong_account_or_currency(line: LineFacts, world: World, intent: IntentFacts) -> Finding | None:
    if _is_elsewhere(intent, world):
        return _of_intent("WRONG_MERCHANT_ACCOUNT", line, intent, about=f"line:{line.id}")
    if intent.currency != line.gross_currency:
        return _of_intent("CURRENCY_DIFFERS", line, intent, about=f"line:{line.id}")
    return None


def _of_intent(code: str, line: LineFacts, intent: IntentFacts, *, about: str, ask: str = "") -> Finding:
    found = _finding(code, line, reference=intent.public_id, about=about)
    confirmation = Confirmation(ask, intent.public_id, line.psp_reference) if ask else None
    return _with(found, ask=confirmation, links=_links(intent), state=intent.state)


def _of_movement(code: str, line: LineFacts, movement: MovementFacts, kind: str, *, about: str = "", ask: str = "") -> Finding:
    found = _finding(code, line, reference=movement.public_id, about=about or movement.public_id)
    confirmation = Confirmation(ask, movement.public_id, line.psp_reference) if ask else None
    links = [(kind, movement.public_id), ("player", movement.player_id)]
    return _with(found, ask=confirmation, links=links, state=movement.state)


def _finding(code: str, line: LineFacts, *, reference: str, about: str = "") -> Finding:
    facts = {
        "line": line.line_number,
        "type": line.type,
        "kind": line.kind,
        "gross_minor": line.gross_minor,
        "net_minor": line.net_minor,
        "currency": line.gross_currency,
        "psp_object": line.object_reference,
    }
    amount = line.gross_minor or line.value_minor
    return Finding(code, abs(amount), about or f"line:{line.id}", reference, line.psp_reference, facts=facts)


def _with(
    found: Finding, *, ask: Confirmation | None = None, hold_player: str = "", links: list[tuple[str, str]] | None = None, state: str = ""
) -> Finding:
    return Finding(
        found.code,
        found.amount_minor,
        found.about,
        found.merchant_reference,
        found.psp_reference,
        ask=ask or found.ask,
        hold_player=hold_player or found.hold_player,
        facts={**found.facts, **({"our_state": state} if state else {})},
        links=links if links is not None else found.links,
    )


def _links(intent: IntentFacts) -> list[tuple[str, str]]:
    return [("deposit", intent.public_id), ("player", intent.player_id)]
