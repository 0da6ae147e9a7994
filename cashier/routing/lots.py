"""What is drawn by lot, from the payment's own name: the same payment always draws the same (C10)."""

from hashlib import sha256


def draw(key: str, purpose: str, *, of: int) -> int:
    """A number from 0 to `of` - 1, evenly spread over keys, another one for each purpose."""
    return int.from_bytes(sha256(f"{purpose}\x00{key}".encode()).digest()[:8], "big") % of
