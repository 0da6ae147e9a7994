"""Ids that the sandbox gives out: prefix and 16 characters, never all digits, so that none is taken for a card number."""

import hashlib
import secrets

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def new_ref(prefix: str) -> str:
    """A random id, as "psp_7K3M9QWX2F4T8ZAB"."""
    return prefix + "".join(secrets.choice(ALPHABET) for _ in range(15)) + secrets.choice(ALPHABET[10:])


def derived_ref(prefix: str, *parts: object) -> str:
    """An id that follows from `parts`: the same parts, the same id. For what a seed must reproduce."""
    digest = hashlib.sha256("\x1f".join(str(part) for part in parts).encode()).digest()
    body = "".join(ALPHABET[byte % 32] for byte in digest[:15])
    return prefix + body + ALPHABET[10 + digest[15] % 22]


def derived_number(*parts: object, digits: int) -> str:
    """`digits` decimal digits that follow from `parts`; the first is never 0."""
    value = int.from_bytes(hashlib.sha256("\x1f".join(str(part) for part in parts).encode()).digest()[:12], "big")
    low = 10 ** (digits - 1)
    return str(low + value % (9 * low))
