"""Kinds of acts that need a second person (S1): what executes them, who may decide, what the receipt shows."""

APPROVAL_KINDS: dict[str, dict[str, object]] = {}
