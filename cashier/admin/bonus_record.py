"""The bonus's own page: wager progress, terms, what happened, the ledger lines that clear against it."""

from typing import Any

from cashier.models import Bonus, BonusMove
from ledger.admin.frames import Fact, Page, Record, Step, get_chip, moment_cell, money_cell, ref_cell, when_cell
from ledger.admin.frames.records import checklist, table, timeline, values
from ledger.admin.frames.text import money_text, sentence
from ledger.admin.story import entries_panel, transition_events
from ledger.models import Entry, JournalTransaction

MOST = 50


def bonus_record(obj: Bonus, page: Page) -> Record:
    money = obj.currency
    return Record(
        question="What is promised, and how far is it wagered?",
        headline=f"{money_text(obj.balance_minor, money)} left of {money_text(obj.face_minor, money)} · player {obj.player.external_id}",
        code=obj.public_id,
        chip=get_chip("bonus", obj.state),
        facts=[
            Fact("Left", money_cell(obj.balance_minor, money)),
            Fact("Player", ref_cell(obj.player.public_id)),
            Fact("Type", sentence(obj.kind)),
            Fact("Granted", moment_cell(obj.created_at, page.now)),
            Fact("Ends", moment_cell(obj.expires_at, page.now)),
            Fact("To playable", money_cell(obj.converted_minor, money)),
        ],
        main=[_progress(obj), _rounds(obj, page), timeline(transition_events(obj, "bonus", page)), _lines(obj, page)],
        side=[_terms(obj), _contribution(obj)],
    )


def _progress(obj: Bonus) -> Any:
    steps = [
        Step(
            "Wagered",
            "open" if obj.remaining_minor else "done",
            figure=f"{money_text(obj.wagered_minor, obj.currency)} of {money_text(obj.required_minor, obj.currency)}",
            note=f"{money_text(obj.remaining_minor, obj.currency)} remain" if obj.remaining_minor else "",
        )
    ]
    if obj.spins:
        steps.append(Step("Free spins played", "open" if obj.spins_left else "done", figure=f"{obj.spins_used} of {obj.spins}"))
    return checklist("Wager progress", steps)


def _rounds(obj: Bonus, page: Page) -> Any:
    found = BonusMove.objects.filter(bonus=obj).select_related("move__round").order_by("-id")[:MOST]
    rows = [
        [
            row.move.round.round_id,
            when_cell(row.created_at, page.now),
            sentence(row.move.kind.lower()) + (" of a free spin" if row.is_spin else ""),
            money_cell(row.amount_minor, obj.currency),
            money_cell(row.wagered_minor, obj.currency),
        ]
        for row in found
    ]
    headers = [("Round", "text"), ("At", "text"), ("Move", "text"), ("Bonus money", "num"), ("Counted", "num")]
    return table("Rounds, latest", headers, rows, empty="No round used it yet.")


def _lines(obj: Bonus, page: Page) -> Any:
    """Every transaction with a line that clears against this bonus: its own and those of rounds."""
    found = JournalTransaction.objects.filter(pk__in=Entry.objects.filter(ref=obj.public_id).values("transaction_id")).order_by("-id")
    return entries_panel(found[:MOST], "Postings", page)


def _terms(obj: Bonus) -> Any:
    pairs = [
        ("Wager", f"{obj.wager_times} times" if obj.wager_times else "—"),
        ("Highest bet", _limit(obj.max_bet_minor, obj.currency)),
        ("Converts at most", _limit(obj.cap_minor, obj.currency)),
        ("Prohibited games", ", ".join(obj.prohibited_games) or "—"),
        ("Free spin", f"{money_text(obj.spin_minor, obj.currency)} in {obj.game or 'any game'}" if obj.spins else "—"),
        ("A payout forfeits it", "Yes" if obj.forfeits_on_payout else "No"),
        ("Earned by", ref_cell(obj.deposit_ref) if obj.deposit_ref else "—"),
        ("Reason", obj.reason or "—"),
    ]
    return values("Terms", pairs)


def _contribution(obj: Bonus) -> Any:
    table_of = {"*": 100, **obj.contribution}
    rows = [["Every other game" if game == "*" else game, f"{percent} %"] for game, percent in sorted(table_of.items())]
    return table("Contribution to wagering", [("Game", "text"), ("Counts", "num")], rows)


def _limit(limit_minor: int | None, currency: str) -> str:
    return "No limit" if limit_minor is None else money_text(limit_minor, currency)
