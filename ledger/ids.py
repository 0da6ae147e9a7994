"""Public ids: UUIDv7 shown as a prefix and 26 lower-case Crockford base32 digits ("pi_01jd…")."""

import os
import re
import struct
import time
from collections.abc import Iterator
from threading import Lock
from uuid import UUID

from ledger.errors import BadPublicId

__all__ = ["BadPublicId", "bank_form", "from_public", "new_id", "to_public"]
_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
_VALUES = {letter: index for index, letter in enumerate(_ALPHABET)}
_PAIRS = [high + low for high in _ALPHABET for low in _ALPHABET]  # two digits for each ten bits
_LENGTH = 26
_NOT_ALPHANUMERIC = re.compile(r"[^A-Z0-9]")

_DRAWN = 2048  # bytes that are asked of the system at once: asking for eight costs as much
_lock = Lock()
_last_milliseconds = 0
_last_counter = 0
_random: Iterator[int] = iter(())


def new_id() -> UUID:
    """A new UUIDv7; ids made by one process sort in the order in which they were made.

    Real time, also in a simulation: an id says when it was made, not when its event happened.
    """
    milliseconds, counter, random = _next_tick()
    return UUID(int=(milliseconds << 80) | (0x7 << 76) | (counter << 64) | (0b10 << 62) | (random & ((1 << 62) - 1)))


def to_public(prefix: str, value: UUID) -> str:
    """("pi_", uuid) -> "pi_" and 26 digits."""
    number = value.int
    return prefix + "".join([_PAIRS[(number >> shift) & 1023] for shift in range(120, -1, -10)])


def from_public(text: str, prefix: str) -> UUID:
    """The uuid of a public id; raises BadPublicId for another prefix, length or letter."""
    body = text.removeprefix(prefix)
    if not text.startswith(prefix) or len(body) != _LENGTH:
        raise BadPublicId(f"{text!r} is not an id of the form {prefix}…")
    number = 0
    for letter in body:
        if letter not in _VALUES:
            raise BadPublicId(f"{text!r} is not an id of the form {prefix}…")
        number = (number << 5) | _VALUES[letter]
    if number >> 128:
        raise BadPublicId(f"{text!r} is not an id of the form {prefix}…")
    return UUID(int=number)


def bank_form(public_id: str) -> str:
    """The form that survives banks: upper-case letters and digits only ("PI01JD…")."""
    return _NOT_ALPHANUMERIC.sub("", public_id.upper())


def _next_tick() -> tuple[int, int, int]:
    """Milliseconds, a 12-bit counter that never goes back within this process, and 64 random bits."""
    global _last_milliseconds, _last_counter
    with _lock:
        milliseconds, random = time.time_ns() // 1_000_000, _next_random()
        if milliseconds > _last_milliseconds:
            _last_milliseconds, _last_counter = milliseconds, _next_random() & 0x3FF
        elif _last_counter < 0xFFF:
            _last_counter += 1
        else:
            _last_milliseconds, _last_counter = _last_milliseconds + 1, 0
        return _last_milliseconds, _last_counter, random


def _next_random() -> int:
    """64 bits of the system's randomness, each used once."""
    global _random
    drawn = next(_random, None)
    if drawn is None:
        _random = iter(struct.unpack(f"{_DRAWN // 8}Q", os.urandom(_DRAWN)))
        drawn = next(_random)
    return drawn


def _forget_random() -> None:
    """A child would draw what its parent draws."""
    global _random
    _random = iter(())


os.register_at_fork(after_in_child=_forget_random)
