"""The accountant's stories, posted through the one door by the rules in use: line for line, minor unit for minor unit."""

from collections import Counter
from datetime import UTC, datetime, time

import pytest
from django.db import transaction

from ledger.models import Entry, JournalTransaction, LegalEntity
from ledger.operations import Posting, close_to_postings, post
from ledger.proofs import journal, replay_journal
from ledger.queries import get_balance
from tests.ledger.books import TESTER, lines_of
from tests.ledger.stories import STORIES
from tests.ledger.stories.telling import NOVEMBER_20, Expected, Step, Story

pytestmark = pytest.mark.django_db


@pytest.mark.spec("L1", "L5", "L8", "L9", "L15", "L16", "C3", "R8", "X5")
@pytest.mark.parametrize("story", STORIES, ids=lambda story: f"story-{story.number}")
def test_story(entity: LegalEntity, story: Story) -> None:
    for number, step in enumerate(story.steps):
        posted = post_step(entity, story, number, step)
        assert shown(posted, netted=step.netted) == shown(step.lines, netted=step.netted), step.name

    assert balances() == {line[:3]: line[3] for line in story.after}
    for (kind, holder, asset), balance in balances().items():
        assert get_balance(entity.pk, kind, holder, asset) == balance
    assert [check.name for check in (proof() for proof in journal.ALL) if not check.ok] == []
    assert replay_journal().ok


def test_every_story_is_told() -> None:
    assert [story.number for story in STORIES] == [*range(1, 29)]


def post_step(entity: LegalEntity, story: Story, number: int, step: Step) -> list[Expected]:
    """Post a block; its lines in the order of posting. Days that close before it are closed first."""
    at = datetime.combine(step.asked_date, time(12), tzinfo=UTC)
    for day in step.closes:
        close_to_postings(entity_id=entity.pk, day=day, actor=TESTER, now=at)
    found: list[Expected] = []
    for part, (rule, source) in enumerate(step.postings):
        with transaction.atomic():
            posted = post(Posting(rule, f"story-{story.number}:{number}:{part}", entity.pk, source, at), actor=TESTER, now=at)
        assert posted.created
        assert posted.business_date == step.posted_date
        assert posted.corrects_date == (None if step.posted_date == step.asked_date else NOVEMBER_20)
        assert JournalTransaction.objects.get(pk=posted.id).kind == rule.partition("@")[0]
        found += lines_of(posted.id)
    return found


def shown(found: list[Expected], *, netted: bool) -> list[Expected]:
    """Lines, in any order; or summed per account where the story tells it so."""
    if not netted:
        return sorted(found)
    totals: Counter[tuple[str, str, str]] = Counter()
    for kind, holder, asset, amount in found:
        totals[(kind, holder, asset)] += amount
    return sorted((*account, amount) for account, amount in totals.items() if amount)


def balances() -> dict[tuple[str, str, str], int]:
    """All accounts that are not zero, from the entries alone."""
    totals: Counter[tuple[str, str, str]] = Counter()
    for entry in Entry.objects.select_related("account"):
        totals[(entry.account.kind, entry.account.owner_ref, entry.asset)] += entry.amount_minor
    return {account: amount for account, amount in totals.items() if amount}
