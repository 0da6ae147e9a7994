"""How a story of POSTINGS.md section 6 is told by operations: which act posts each block, and what it must have posted.

Blocks without an act are papers of a PSP or a bank: they are posted by their rule, as the run over papers does it.
"""

import json
from collections.abc import Callable
from typing import TypeVar

from django.db import transaction

from cashier.models import Capture
from ledger.models import Entry
from ledger.operations import Posting, post
from ledger.proofs import journal, prove_ledger, replay_journal
from tests.ledger.books import TESTER
from tests.ledger.stories import STORIES
from tests.ledger.stories.telling import P2, E, M, P, Source, Story, batch, transfer
from tests.ledger.test_worked_examples import balances, shown
from tests.stories.casino import Casino

Made = TypeVar("Made")


class Teller:
    """Goes through a story's blocks in order; names of the story stand for those of the casino: p, m, e."""

    def __init__(self, casino: Casino, told: Story) -> None:
        self.casino, self.story, self.left, self.papers_told = casino, told, list(told.steps), 0
        self.names = {P: casino.player.public_id, M: casino.account.public_id, E: casino.entity.public_id}

    def posts(self, act: Callable[[], Made], *, blocks: int = 1) -> Made:
        """The act posts what the next block says (or the next few together). Gives what the act gives."""
        told, self.left = self.left[:blocks], self.left[blocks:]
        last = Entry.objects.order_by("-id").values_list("pk", flat=True).first() or 0
        made = act()
        netted = any(step.netted for step in told) or told[0].name.startswith("start")
        expected = [line for step in told for line in step.lines]
        assert shown(self.posted_since(last), netted=netted) == shown(expected, netted=netted), told[0].name
        return made

    def papers(self, blocks: int = 1) -> None:
        """The next blocks are of reports and statements: posted by their rules, as the run over papers posts them."""
        for _ in range(blocks):
            step = self.left[0]
            self.posts(lambda postings=step.postings: self.by_rule(*postings))  # type: ignore[misc]
        self.papers_told += blocks

    def by_rule(self, *postings: tuple[str, Source]) -> None:
        for rule, source in postings:
            key, now = f"story:{Entry.objects.count()}", self.casino.now
            with transaction.atomic():
                post(Posting(rule, key, self.casino.entity.pk, self.renamed(source), now), actor=TESTER, now=now)

    def renamed(self, source: Source) -> Source:
        text = json.dumps(source)
        for name, real in self.names.items():
            text = text.replace(f'"{name}"', f'"{real}"')
        renamed: Source = json.loads(text)
        return renamed

    def posted_since(self, last: int) -> list[tuple[str, str, str, int]]:
        back = {real: name for name, real in self.names.items()}
        entries = Entry.objects.filter(pk__gt=last).select_related("account")
        return [(e.account.kind, back.get(e.account.owner_ref, e.account.owner_ref), e.asset, int(e.amount_minor)) for e in entries]

    def ends(self) -> None:
        """No block is left, the sums are the story's, and all that can be proved of such books is."""
        back = {real: name for name, real in self.names.items()}
        found = {(kind, back.get(holder, holder), asset): minor for (kind, holder, asset), minor in balances().items()}
        assert self.left == []
        assert found == {line[:3]: line[3] for line in self.story.after}
        checks = [proof() for proof in journal.ALL] if self.papers_told else prove_ledger().checks
        assert {check.name: check.differences for check in checks if not check.ok} == {}
        assert replay_journal().ok

    # --- beginnings that stories take as given ---

    def settled(self, amount_minor: int) -> Capture:
        """A deposit whose batch was settled without costs and is in the bank; gives its capture."""
        capture = self.casino.deposit(amount_minor)
        self.by_rule(batch(amount_minor, {"capture": amount_minor}, name="0"), transfer(amount_minor, name="0"))
        self.papers_told += 1
        return capture

    def other_player(self) -> None:
        """From here on the story's second player acts."""
        self.names[P2] = self.casino.another_player().public_id


def story(casino: Casino, number: int) -> Teller:
    return Teller(casino, next(each for each in STORIES if each.number == number))
