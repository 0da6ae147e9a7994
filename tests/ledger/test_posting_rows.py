"""Each row of POSTINGS.md section 3 that no story tells, posted through the one door: line for line (L8, L9)."""

import pytest
from django.conf import settings
from django.db import transaction

from ledger.models import LegalEntity
from ledger.operations import Posting, post
from ledger.proofs import replay_journal
from ledger.queries import trial_balance
from tests.ledger.books import NOON, TESTER, book, cr, dr, lines_of
from tests.ledger.stories import STORIES
from tests.ledger.stories.rows_of_papers import ROWS as PAPERS
from tests.ledger.stories.rows_of_players import ROWS as PLAYERS
from tests.ledger.stories.telling import P, Row, lines

ROWS = [*PLAYERS, *PAPERS]
ENOUGH = 10**12


@pytest.fixture
def funded(entity: LegalEntity) -> LegalEntity:
    """A player who has and owes plenty in every account, so that no row lacks what it takes."""
    for asset in ("EUR", "USDT"):
        owned = [cr(kind, P, ENOUGH, asset) for kind in ("playable", "pending", "locked", "bonus")]
        book(entity, f"start:{asset}", dr("receivable", P, ENOUGH, asset), dr("outside", "le_e", 3 * ENOUGH, asset), *owned)
    return entity


@pytest.mark.django_db
@pytest.mark.spec("L1", "L8", "L9", "L15", "L19", "C21")
@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.section} {row.words}")
def test_row(funded: LegalEntity, row: Row) -> None:
    rule, source = row.posting
    with transaction.atomic():
        posted = post(Posting(rule, "row", funded.pk, source, NOON), actor=TESTER, now=NOON)

    assert sorted(lines_of(posted.id)) == sorted(lines(row.told))
    assert sum(line.balance_minor for line in trial_balance(funded.pk)) == 0
    assert replay_journal().ok


@pytest.mark.spec("L8")
def test_every_rule_in_use_is_told_by_a_story_or_a_row() -> None:
    told = {rule for story in STORIES for step in story.steps for rule, _ in step.postings} | {row.posting[0] for row in ROWS}
    assert told == set(settings.POSTING_RULES)
