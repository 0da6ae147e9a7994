"""What is watched by default, and from when it is an alert (R10, R13). Thresholds are texts of exact numbers."""

from typing import Any

_ROWS: tuple[tuple[str, str, str, dict[str, str]], ...] = (
    ("success_without_credit", "Captured at the PSP, not credited",
     "A PSP said that it captured a payment, and minutes later it is not booked: a player paid and has no money. Look at the event: its"
     " error says what is missing. A dead letter is replayed once the cause is mended.", {"minutes": "10"}),
    ("pending_past_usual", "Waiting longer than usual",
     "Deposits that wait at their rail longer than 99 of 100 did. The rail may be down, or its notifications don't reach us: look at PSP"
     " health, then ask the PSP.", {"minutes": "1440", "days": "30", "at_least": "50"}),
    ("approval_rate", "A rail approves less than usual",
     "Of what the rail answered within the hours, fewer were approved than in the days before. One reason that grows points to an issuer or"
     " a rule; all of them point to the PSP.", {"points": "5", "hours": "1", "days": "7", "at_least": "30"}),
    ("success_rate", "Success is off its usual value",
     "By method and country of the player: more, or fewer, succeed than in the days before. Fewer: something broke. More: somebody may be"
     " trying cards.", {"points": "5", "hours": "24", "days": "7", "at_least": "50"}),
    ("duplicate_events", "A PSP repeats its events",
     "The same events come again and again: our answer may not reach the PSP. Nothing is booked twice.",
     {"times": "3", "at_least": "20", "days": "7"}),
    ("retry_storm", "Calls need more tries than usual",
     "Calls to an account are tried again more often than in its usual hour: the PSP is slow or drops connections.",
     {"times": "3", "at_least": "20", "days": "7"}),
    ("mismatch_rate", "More lines without a match",
     "Of an account's newest day more lines found no item than in the days before. Look at the run: one reason code that grows names the"
     " cause.", {"points": "0.5", "days": "7", "at_least": "200"}),
    ("missing_platform_spike", "Many payments that we do not know",
     "In this hour far more payments came up at PSPs or banks that are not in our books than in the same hour of other days.",
     {"times": "3", "at_least": "5", "days": "7"}),
    ("amount_mismatch_growth", "More amounts differ",
     "An account has more differences of amount than in the days before: a fee or a rate may have changed.",
     {"times": "2", "at_least": "5", "days": "7"}),
    ("outstanding", "Cases stay open too long",
     "Cases of a reason code are older than the business days they may take.", {"business_days": "5"}),
    ("late_cases", "Cases are past their due time",
     "A team has cases that should have ended by now. Each of them is escalated to its second team.", {"cases": "1"}),
    ("backlog", "The queue grows",
     "More cases of a reason code are open than people can work, or far more come in than end.", {"open": "200", "inflow": "100"}),
)  # fmt: skip


def watch_rows() -> list[dict[str, Any]]:
    """Each watch as the columns of its row, less the moment."""
    return [
        {"code": code, "title": title, "explanation": text, "rank": rank, "thresholds": limits}
        for rank, (code, title, text, limits) in enumerate(_ROWS, 1)
    ]
