"""Why a candidate was taken or dropped, each with a sentence for people (UX 2.4)."""

REASONS: dict[str, str] = {
    "best_value": "highest expected value",
    "preferred": "named first by a rule",
    "split_arm": "the arm of a split test",
    "explored": "drawn by lot, to learn how it does",
    "same_account": "the same account again, with a challenge",
    "step_up_elsewhere": "a challenge is asked for where the issuer wanted it",
    "next_in_line": "next in line, should the one before decline",
    "inactive": "not in use",
    "captures_paused": "new captures are paused",
    "circuit_open": "its circuit is broken: it does not answer",
    "other_entity": "of another legal entity than the brand",
    "brand": "not for this brand",
    "region": "not for this region",
    "currency": "does not take this currency",
    "method": "does not take this method",
    "licence": "lacks the licence that this brand needs in this region",
    "jurisdiction": "the brand has no licence in this region",
    "merchant_category": "has another merchant category than the brand",
    "no_manual_capture": "can't authorise now and capture later",
    "no_challenge": "can't ask for a challenge, which this payment needs",
    "token_of_other_provider": "the stored token belongs to another provider",
    "excluded": "excluded by a rule",
    "tried": "was tried for this deposit already",
    "not_reached": "a rule decided before accounts were compared",
}


def words_of(reason: str) -> str:
    """The sentence of a reason; the name itself for one that later versions no longer know."""
    return REASONS.get(reason, reason)
