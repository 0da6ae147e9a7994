"""The one door to the journal (L1 to L6, L8, L14, L16)."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

from django.conf import settings
from django.utils.module_loading import import_string

from ledger.actors import Actor
from ledger.assets import EXPONENTS
from ledger.canonical import canonical_json, sha256_hex
from ledger.chart import CHART
from ledger.errors import PostingKeyConflict, UnbalancedPosting, UnknownAccountKind, UnknownRule
from ledger.ids import new_id
from ledger.models import JournalTransaction, Shadow
from ledger.money import get_asset
from ledger.operations import posting_sql
from ledger.operations.days import wanted_date
from ledger.operations.posting_values import PostedTransaction, Posting, Prepared
from ledger.operations.shadow_postings import ToWrite, write_shadows
from ledger.shadow_rules import find_shadow, rules_in_shadow
from ledger.shadowing import Beside, ShadowRule, post_beside
from ledger.values import Line


def post(posting: Posting, *, actor: Actor, now: datetime) -> PostedTransaction:
    """Post one movement, or return the transaction that posted it before (L3). Needs an open transaction.

    The posting function assigns the database transaction's id, then reads the open day in a new statement (L16). A player's
    wallet row is locked first, then the key is taken; nothing is written where money is missing.
    Raises InsufficientFunds, PostingKeyConflict, UnbalancedPosting, UnknownRule, UnknownAccountKind, UnknownAsset, BadSource.
    """
    prepared = prepare(posting)
    try:
        row = _call_one(prepared, actor=actor, now=now)
    except PostingKeyConflict as conflict:
        row = _call_one(_as_it_was_posted(prepared, conflict), actor=actor, now=now)
    if prepared.beside is not None:
        _keep_shadows([prepared], [row], now=now)
    return _posted(row)


def post_many(postings: Sequence[Posting], *, actor: Actor, now: datetime) -> list[PostedTransaction]:
    """Post many movements in one round trip, all or nothing, with the guarantees of `post` (L14). Needs an open transaction.

    Results are in the order of `postings`; a key that comes twice with the same content posts once. Wallets are checked
    for the sum of all postings. Raises as `post`.
    """
    prepared = [prepare(posting) for posting in postings]
    firsts = _first_of_each_key(prepared)
    rows = _call_many(list(firsts.values()), actor=actor, now=now) if firsts else []
    if any(item.beside is not None for item in prepared):
        _keep_shadows(list(firsts.values()), rows, now=now)
    by_key = dict(zip(firsts, rows, strict=True))
    return [_posted(by_key[item.posting.key], repeated=firsts[item.posting.key] is not item) for item in prepared]


def lines_of(rule: str, source: dict[str, Any]) -> list[Line]:
    """The lines that a rule makes of a source (L8): pure. Raises UnknownRule."""
    path = settings.POSTING_RULES.get(rule)
    if path is None:
        raise UnknownRule(f"No posting rule {rule!r} is known.")
    return _function(path)(source)


def prepare(posting: Posting) -> Prepared:
    """Lines, checks and fingerprint of a posting; reads nothing but the entity's calendar, and every few seconds the shadows.

    Where a shadow has turned (L11), the candidate posts: the posting that comes back names its rule.
    """
    source = canonical_json(posting.source)
    lines, beside = None, None
    shadows = rules_in_shadow().get(posting.rule)
    if shadows:
        posting, lines, beside = _shadowed(posting, source, shadows)
    if lines is None:
        lines = lines_of(posting.rule, posting.source)
        require_balanced(lines, posting.key)
    day = posting.business_date or wanted_date(posting.entity_id, posting.occurred_at)
    return Prepared(new_id(), posting, lines, kind_of(posting.rule), source, fingerprint_of(posting, lines), day, beside)


def fingerprint_of(posting: Posting, lines: Sequence[Line]) -> str:
    """As content_hash, of a posting's own rule and entity."""
    return content_hash(posting.rule, posting.entity_id, lines)


def content_hash(rule: str, entity_id: UUID, lines: Sequence[Line]) -> str:
    """Hex SHA-256 of a posting's content: kind, entity and lines (L3). A newer version of a rule with the same lines is the same.

    Six texts per line, ended by NUL, which no text in the journal can hold: so different lines have different texts.
    """
    parts = [kind_of(rule), entity_id.hex]
    for kind, holder, asset, amount_minor, ref, label in lines:
        parts += (kind, holder, asset, str(amount_minor), ref, label)
    return sha256_hex("\0".join(parts))


def kind_of(rule: str) -> str:
    """Entry kind of a rule: "DEPOSIT_CAPTURED@1" -> "DEPOSIT_CAPTURED"."""
    return rule.partition("@")[0]


def require_balanced(lines: Sequence[Line], key: str) -> None:
    """Refuse lines that don't sum to zero per asset, fewer than two, zero ones, unknown kinds and assets (L1, L5)."""
    if len(lines) < 2:
        raise UnbalancedPosting(f"{key}: {len(lines)} lines; a transaction has two or more.")
    totals: dict[str, int] = {}
    for line in lines:
        if line.kind not in CHART:
            raise UnknownAccountKind(f"{key}: the chart of accounts has no {line.kind!r}.")
        if type(line.amount_minor) is not int or not line.amount_minor or not line.holder:
            raise UnbalancedPosting(f"{key}: {line} needs an amount, an int other than zero, and a holder.")
        totals[line.asset] = totals.get(line.asset, 0) + line.amount_minor
    for code, total in totals.items():
        if code not in EXPONENTS:
            get_asset(code)
        if total:
            raise UnbalancedPosting(f"{key}: lines in {code} sum to {total} minor units, not to zero.")


def touches_many_wallets(lines: Sequence[Line]) -> bool:
    """Whether the lines move more than one player's money, or one player's in more than one asset."""
    return len({(line.holder, line.asset) for line in lines if line.kind in posting_sql.WALLETED}) > 1


def _shadowed(posting: Posting, source: str, shadows: tuple[ShadowRule, ...]) -> tuple[Posting, list[Line] | None, Beside | None]:
    """The posting under the rule that posts, its lines where they are known, and what stands beside it (L11)."""

    def make(rule: str, read: dict[str, Any]) -> list[Line]:
        lines = lines_of(rule, read)
        require_balanced(lines, posting.key)
        return lines

    shadow, scope = find_shadow(shadows, intent=posting.intent_id, player=posting.player_id)
    if shadow is None:
        return posting, None, None
    has_turned = shadow.has_turned(scope, player=posting.player_id, intent=posting.intent_id, key=posting.key)
    lines, beside = post_beside(shadow, source, make, has_turned=has_turned)
    return replace(posting, rule=beside.posted_rule), lines, beside


def _as_it_was_posted(item: Prepared, conflict: PostingKeyConflict) -> Prepared:
    """The same posting under the version that posted it before its shadow changed stage: one movement, one posting (L3, L11).

    Raises the conflict where that is no such version, or its lines differ too.
    """
    posted = None if conflict.__cause__ else JournalTransaction.objects.filter(pk=conflict.existing_id).only("rule", "fingerprint").first()
    if posted is None or posted.rule == item.posting.rule:
        raise conflict
    versions = [posted.rule, item.posting.rule]
    if not Shadow.objects.filter(rule__in=versions, candidate__in=versions).exists():
        raise conflict
    posting = replace(item.posting, rule=posted.rule)
    try:
        lines = lines_of(posting.rule, posting.source)
    except Exception:
        raise conflict from None
    if fingerprint_of(posting, lines) != posted.fingerprint:
        raise conflict
    return item._replace(posting=posting, lines=lines, fingerprint=posted.fingerprint, beside=None)


def _call_one(item: Prepared, *, actor: Actor, now: datetime) -> posting_sql.Row:
    if touches_many_wallets(item.lines):
        return posting_sql.call_many([item], actor=actor, now=now)[0]
    return posting_sql.call_one(item, actor=actor, now=now)


def _call_many(items: list[Prepared], *, actor: Actor, now: datetime) -> list[posting_sql.Row]:
    """Post the batch; each key that conflicts is tried once more under the version that posted it."""
    while True:
        try:
            return posting_sql.call_many(items, actor=actor, now=now)
        except PostingKeyConflict as conflict:
            items = [_as_it_was_posted(item, conflict) if item.posting.key == conflict.key else item for item in items]


def _keep_shadows(items: Sequence[Prepared], rows: Sequence[posting_sql.Row], *, now: datetime) -> None:
    pairs = zip(items, rows, strict=True)
    found = [ToWrite(row.id, row.business_date, item.beside) for item, row in pairs if item.beside is not None and row.created]
    if found:
        write_shadows(found, now=now)


def _first_of_each_key(prepared: Sequence[Prepared]) -> dict[str, Prepared]:
    firsts: dict[str, Prepared] = {}
    for item in prepared:
        first = firsts.setdefault(item.posting.key, item)
        if first.fingerprint != item.fingerprint:
            raise PostingKeyConflict(item.posting.key, first.id)
    return firsts


def _posted(row: posting_sql.Row, *, repeated: bool = False) -> PostedTransaction:
    return PostedTransaction(row.id, row.created and not repeated, row.business_date, row.corrects_date)


@lru_cache(maxsize=1024)
def _function(path: str) -> Callable[[dict[str, Any]], list[Line]]:
    function: Callable[[dict[str, Any]], list[Line]] = import_string(path)
    return function
