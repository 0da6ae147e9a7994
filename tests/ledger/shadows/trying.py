"""A rule and its next version for the tests of shadows, and how a shadow is brought to a stage."""

from datetime import datetime
from typing import Any

from django.conf import settings

from ledger.actors import user_actor
from ledger.models import LegalEntity, Shadow, User
from ledger.operations import Posting, decide, post, propose_shadow, propose_stage
from ledger.postings import opening_balance
from ledger.refusals import LedgerError
from ledger.shadow_rules import forget_rules
from ledger.shadowing import SIGN_OFF
from ledger.values import Line
from tests.ledger.books import NOON, TESTER, deposit, posting

RULE, CANDIDATE = "OPENING_BALANCE@1", "OPENING_BALANCE@2"
RULES = {CANDIDATE: "tests.ledger.shadows.trying.next_version"}
EVIDENCE = {item: f"Evidence of {words.lower()}, board of 3 March" for item, words in SIGN_OFF.items()}


def next_version(source: dict[str, Any]) -> list[Line]:
    """The lines of the first version, less `fee` units that go to fee_income; `way` says how to go wrong instead."""
    lines, way = opening_balance(source), source.get("way", "")
    if way == "refuse":
        raise LedgerError("The rate is not the one of the quote.")
    if way == "break":
        raise ZeroDivisionError("division by zero")
    if way == "unbalanced":
        return lines[:1] * 2
    if way == "long":
        return [Line(line.kind, line.holder, line.asset, line.amount_minor, "r" * 121) for line in lines]
    if way == "read":
        return [Line("fees", source["nobody"], "EUR", 1)]
    fee = source.get("fee", 0)
    if not fee:
        return lines[::-1]
    player = next(line for line in lines if line.kind == "playable")
    kept = Line("playable", player.holder, player.asset, player.amount_minor + fee, player.ref, player.label)
    return [*[line for line in lines if line is not player], kept, Line("fee_income", "le_1", player.asset, -fee)]


def told(entity: LegalEntity, key: str, *, player: str = "pl_1", amount: int = 1_000, **source: Any) -> Posting:
    """A deposit of `amount` into the wallet of a player; `source` reaches both rules."""
    base = posting(entity, key, *deposit(player, amount), player_id=player)
    base.source.update(source)
    return base


def put(entity: LegalEntity, key: str, **facts: Any) -> Any:
    """Post it in the test's transaction."""
    return post(told(entity, key, **facts), actor=TESTER, now=NOON)


def use_rules() -> None:
    """The candidate becomes known, and shadows are read anew; undone by the fixture `rules`."""
    settings.POSTING_RULES.update(RULES)
    forget_rules()


def drop_rules() -> None:
    for rule in RULES:
        settings.POSTING_RULES.pop(rule, None)
    forget_rules()


def open_shadow(maker: User, checker: User, **facts: Any) -> Shadow:
    wanted = {"rule": RULE, "candidate": CANDIDATE, **facts}
    request = propose_shadow(**wanted, reason="try the next version", maker=user_actor(maker), now=NOON)
    decide(request_id=request.pk, approve=True, checker=checker, reason="", now=NOON)
    forget_rules()
    return Shadow.objects.get(rule=wanted["rule"], rail=wanted.get("rail", ""), state="SHADOW")


def go(shadow: Shadow, stage: str, maker: User, checker: User, *, now: datetime = NOON, **facts: Any) -> Shadow:
    """To a stage, with the whole list signed where one is asked for."""
    if stage == "COHORT" and not shadow.sign_off:
        facts = {"sign_off": EVIDENCE, **facts}
    request = propose_stage(shadow_id=shadow.pk, stage=stage, reason="the report says so", maker=user_actor(maker), now=now, **facts)
    decide(request_id=request.pk, approve=True, checker=checker, reason="", now=now)
    forget_rules()
    shadow = Shadow.objects.get(pk=shadow.pk)
    assert shadow.state == stage
    return shadow
