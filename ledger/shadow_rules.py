"""The shadows in force, as each process keeps them: postings ask a dict, the database is asked every few seconds at most (L11).

A change reaches the process that made it at its commit, every other one within KEEP_SECONDS of real time. Until then both rules post
side by side, and either is right: what posted stands in the journal, and beside it the stage and version that the posting saw.
"""

import time
from collections import defaultdict
from collections.abc import Mapping

from ledger.errors import BadPublicId
from ledger.models import Shadow
from ledger.notices import tell
from ledger.shadowing import Scope, ShadowRule

KEEP_SECONDS = 3.0
Rules = Mapping[str, tuple[ShadowRule, ...]]
_kept: tuple[float, Rules] = (0.0, {})


def rules_in_shadow() -> Rules:
    """Current rule -> its shadows, those of one rail first. Empty on most sites, most of the time."""
    expires, rules = _kept
    return rules if time.monotonic() < expires else _read()


def forget_rules() -> None:
    """Read again at the next posting of this process."""
    global _kept
    _kept = (0.0, {})


def find_shadow(shadows: tuple[ShadowRule, ...], *, intent: str, player: str) -> tuple[ShadowRule | None, Scope]:
    """The shadow of a posting, and where the posting belongs; that is asked only where a shadow depends on it."""
    scope = scope_of(intent, player) if any(shadow.asks_scope for shadow in shadows) else Scope()
    return next((shadow for shadow in shadows if shadow.is_about(scope)), None), scope


def scope_of(intent: str, player: str) -> Scope:
    """The rail and brand of a posting, from the floor that knows them (notice "posting.scope"); none where its ids name nothing."""
    try:
        told = tell("posting.scope", intent=intent, player=player)
    except BadPublicId:
        return Scope()
    return told if isinstance(told, Scope) else Scope()


def known_scopes() -> tuple[list[str], list[str]]:
    """All rails and all brands' codes, from the floor that knows them (notice "posting.scopes"); none where nobody does."""
    rails, brands = tell("posting.scopes") or ((), ())
    return list(rails), list(brands)


def _read() -> Rules:
    global _kept
    found: dict[str, list[ShadowRule]] = defaultdict(list)
    for row in Shadow.objects.exclude(state=Shadow.State.WITHDRAWN).order_by("-rail", "id"):
        found[row.rule].append(_rule_of(row))
    rules: Rules = {rule: tuple(shadows) for rule, shadows in found.items()}
    _kept = (time.monotonic() + KEEP_SECONDS, rules)
    return rules


def _rule_of(row: Shadow) -> ShadowRule:
    return ShadowRule(
        row.pk, row.version, row.rule, row.candidate, row.rail, str(row.state), row.percent, tuple(row.brands), str(row.cohort_by)
    )
