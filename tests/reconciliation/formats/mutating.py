"""Ways in which a file is damaged on its way, each drawn from one random generator: the same seed, the same damage."""

import random
from collections.abc import Callable, Iterator

ENCODINGS = ("utf-16", "utf-16-le", "utf-32", "latin-1", "cp1252", "cp1250", "cp037", "utf-8-sig", "shift_jis")
RUBBISH = (b"\0", b"\xff\xfe", b"<!DOCTYPE a [<!ENTITY b 'c'>]>", b"&b;", b'"', b",,,,", b"\r", b"-}{1:")
Mutation = Callable[[random.Random, bytes], bytes]


def flip_bits(dice: random.Random, content: bytes) -> bytes:
    """One to eight bits turned."""
    changed = bytearray(content)
    for _ in range(dice.randint(1, 8)):
        changed[dice.randrange(len(changed))] ^= 1 << dice.randrange(8)
    return bytes(changed)


def cut(dice: random.Random, content: bytes) -> bytes:
    return content[: dice.randrange(len(content))]


def lose_a_piece(dice: random.Random, content: bytes) -> bytes:
    start = dice.randrange(len(content))
    return content[:start] + content[start + dice.randint(1, 200) :]


def double_a_piece(dice: random.Random, content: bytes) -> bytes:
    start = dice.randrange(len(content))
    piece = content[start : start + dice.randint(1, 2000)]
    return content[:start] + piece + content[start:]


def write_otherwise(dice: random.Random, content: bytes) -> bytes:
    """The same text in another encoding."""
    return content.decode("utf-8", "replace").encode(dice.choice(ENCODINGS), "replace")


def swap_lines(dice: random.Random, content: bytes) -> bytes:
    lines = content.split(b"\n")
    for _ in range(dice.randint(1, 3)):
        one, other = dice.randrange(len(lines)), dice.randrange(len(lines))
        lines[one], lines[other] = lines[other], lines[one]
    return b"\n".join(lines)


def drop_or_double_a_line(dice: random.Random, content: bytes) -> bytes:
    lines = content.split(b"\n")
    place = dice.randrange(len(lines))
    return b"\n".join([*lines[:place], *([lines[place]] * dice.choice((0, 2, 3))), *lines[place + 1 :]])


def change_digits(dice: random.Random, content: bytes) -> bytes:
    """A digit becomes another, or very many."""
    places = [place for place, byte in enumerate(content) if 48 <= byte <= 57]
    if not places:
        return content
    place = dice.choice(places)
    new = bytes(dice.choices(b"0123456789", k=dice.choice((1, 1, 1, 40, 5000))))
    return content[:place] + new + content[place + 1 :]


def put_in_rubbish(dice: random.Random, content: bytes) -> bytes:
    place = dice.randrange(len(content))
    rubbish = dice.choice(
        (b"\0", b"\xff\xfe", b"<!DOCTYPE a [<!ENTITY b 'c'>]>", b"&b;", b'"', b",,,,", b"\r", b"-}{1:", dice.randbytes(40))
    )
    return content[:place] + rubbish + content[place:]


def end_lines_otherwise(dice: random.Random, content: bytes) -> bytes:
    return content.replace(b"\r\n", b"\n").replace(b"\n", dice.choice((b"\r\n", b"\r", b"\n\n", b"\x85")))


MUTATIONS: tuple[Mutation, ...] = (
    flip_bits, cut, lose_a_piece, double_a_piece, write_otherwise, swap_lines, drop_or_double_a_line, change_digits, put_in_rubbish,
    end_lines_otherwise,
)  # fmt: skip


def mutated_copies(originals: dict[str, bytes], *, count: int, seed: int) -> Iterator[tuple[str, bytes]]:
    """(what was done, content): `count` copies, every original and every damage in turn, some damaged twice."""
    dice = random.Random(seed)
    names = sorted(originals)
    for number in range(count):
        name, mutation = names[number % len(names)], MUTATIONS[number // len(names) % len(MUTATIONS)]
        content, story = mutation(dice, originals[name]), f"{name}: {mutation.__name__}"
        if content and dice.random() < 0.3:
            again = dice.choice(MUTATIONS)
            content, story = again(dice, content), f"{story}, {again.__name__}"
        yield f"{number} {story}", content
