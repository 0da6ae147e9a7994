"""A draft of routing rules with a dry run, and a decision, for the scene."""

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from cashier.models import RoutingDecision, RoutingRules, RoutingTrial
from cashier.routing.replaying import Sums
from ledger.canonical import canonical_json, sha256_hex

if TYPE_CHECKING:
    from tests.backoffice.scene import Scene


def make_routing(scene: "Scene") -> None:
    """Version 1, a draft with a rule and a split test, tried over a month in which nothing was; one decision of long ago."""
    code, long_ago = scene.accounts[0].code, scene.now - timedelta(days=60)
    split = {"name": "first", "percent": 10, "accounts": [code]}
    body: dict[str, Any] = {
        "rules": [{"when": {"region": ["MT"]}, "effect": "prefer", "accounts": [code]}],
        "options": {},
        "splits": [split],
    }
    rules = RoutingRules.objects.create(
        version=1, body=body, digest=sha256_hex(canonical_json(body)), maker_kind="user", maker_id=str(scene.staff["ada"].pk),
        created_at=scene.now,
        updated_at=scene.now,
    )  # fmt: skip
    RoutingTrial.objects.create(
        rules=rules, digest=rules.digest, since=long_ago, until=long_ago + timedelta(days=1), state="DONE", result=Sums().as_body(),
        asked_by_kind="user", asked_by_id=str(scene.staff["ada"].pk), asked_at=scene.now, ended_at=scene.now,
    )  # fmt: skip
    keep_past_decision(scene, len(scene.deposits) - 1, at=long_ago)


def keep_past_decision(scene: Any, number: int, *, winner: int = 0, at: Any = None) -> RoutingDecision:
    """A decision on one of the scene's deposits, as routing leaves it: two accounts, the second a little worse and cheaper."""
    intent, codes = scene.deposits[number], [account.code for account in scene.accounts[:2]]
    payment = {
        "key": intent.public_id, "brand": "lucky", "entity": "e", "region": "MT", "currency": "EUR", "amount_minor": 10_000 + number,
        "method": "card", "usd_minor": 10_900,
    }  # fmt: skip
    candidates = [
        {"account": code, "state": "taken" if place == winner else "next", "reason": "best_value" if place == winner else "next_in_line",
         "success_ppm": 900_000 - 10_000 * place, "tries": 500, "cost_minor": 150 - 50 * place, "fees_from": "schedule",
         "weight_percent": 100, "rank": place, "value_micro": str((900_000 - 10_000 * place) * 9_850)}
        for place, code in enumerate(codes)
    ]  # fmt: skip
    return RoutingDecision.objects.create(
        intent=intent, merchant_account=scene.accounts[winner], moment="authorize", outcome="route", rules_version=0, payment=payment,
        candidates=candidates, decided_at=at or scene.now,
    )  # fmt: skip
