"""The accountant's worked stories, as data: which rule posts what, line for line, and what all blocks leave."""

from tests.ledger.stories.bonuses import STORIES as BONUSES
from tests.ledger.stories.chains import STORIES as CHAINS
from tests.ledger.stories.conversions import STORIES as CONVERSIONS
from tests.ledger.stories.deposits import STORIES as DEPOSITS
from tests.ledger.stories.disputes import STORIES as DISPUTES
from tests.ledger.stories.payouts import STORIES as PAYOUTS
from tests.ledger.stories.settlements import STORIES as SETTLEMENTS
from tests.ledger.stories.telling import Story

STORIES: list[Story] = sorted(
    [*DEPOSITS, *CONVERSIONS, *PAYOUTS, *DISPUTES, *SETTLEMENTS, *BONUSES, *CHAINS], key=lambda story: story.number
)
