"""Stories 24 and 25: rounds with cash and bonus, a bonus forfeited above its face, one converted with a cap."""

from tests.ledger.stories.telling import E, P, Source, Story, lines, start, step


def bonus(event: str, **facts: int) -> tuple[str, Source]:
    """event: GRANTED, CONVERTED, FORFEITED."""
    return f"BONUS_{event}@1", {"entity": E, "player": P, "bonus": "bn_1", "asset": "EUR", **facts}


def round_move(event: str, playable: int, from_bonus: int) -> tuple[str, Source]:
    """event: DEBITED, CREDITED, ROLLED_BACK, with a part of the bonus."""
    source = {"player": P, "entity": E, "round": "gr_1", "asset": "EUR", "playable_minor": playable, "bonuses": [["bn_1", from_bonus]]}
    return f"ROUND_{event}@2", source


STORIES = [
    Story(
        24,
        "Round with cash and bonus, rolled back; then a bonus forfeited above its face",
        [
            start("Dr clearing[m] EUR 5.00\nCr playable[p] EUR 5.00"),
            step("granted", bonus("GRANTED", amount_minor=2000), "Dr bonus_cost[e] EUR 20.00\nCr bonus[p] EUR 20.00"),
            step(
                "debited, cash first",
                round_move("DEBITED", 500, 300),
                """
                Dr playable[p] EUR 5.00
                Dr bonus[p] EUR 3.00
                Cr gaming[e] EUR 8.00
                """,
            ),
            step(
                "rolled back",
                round_move("ROLLED_BACK", 500, 300),
                """
                Dr gaming[e] EUR 8.00
                Cr playable[p] EUR 5.00
                Cr bonus[p] EUR 3.00
                """,
            ),
            step("debited, of bonus", round_move("DEBITED", 0, 1000), "Dr bonus[p] EUR 10.00\nCr gaming[e] EUR 10.00"),
            step("credited", round_move("CREDITED", 0, 6000), "Dr gaming[e] EUR 60.00\nCr bonus[p] EUR 60.00"),
            step(
                "forfeited",
                bonus("FORFEITED", cost_minor=2000, gaming_minor=5000),
                """
                Dr bonus[p] EUR 70.00
                Cr bonus_cost[e] EUR 20.00
                Cr gaming[e] EUR 50.00
                """,
            ),
        ],
        lines("Dr clearing[m] EUR 5.00\nCr playable[p] EUR 5.00"),
    ),
    Story(
        25,
        "Bonus of 20.00 wagered to 90.00 and converted with a cap of 50.00",
        [
            step("granted", bonus("GRANTED", amount_minor=2000), "Dr bonus_cost[e] EUR 20.00\nCr bonus[p] EUR 20.00"),
            step("debited", round_move("DEBITED", 0, 2000), "Dr bonus[p] EUR 20.00\nCr gaming[e] EUR 20.00"),
            step("credited", round_move("CREDITED", 0, 9000), "Dr gaming[e] EUR 90.00\nCr bonus[p] EUR 90.00"),
            step(
                "converted",
                bonus("CONVERTED", converted_minor=5000, cost_minor=0, gaming_minor=4000),
                """
                Dr bonus[p] EUR 90.00
                Cr playable[p] EUR 50.00
                Cr gaming[e] EUR 40.00
                """,
            ),
        ],
        lines("Cr playable[p] EUR 50.00\nDr bonus_cost[e] EUR 20.00\nDr gaming[e] EUR 30.00"),
    ),
]
