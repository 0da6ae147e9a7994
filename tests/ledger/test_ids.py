import os
from uuid import UUID

import pytest

from ledger.ids import BadPublicId, bank_form, from_public, new_id, to_public


def test_ids_of_one_process_sort_as_they_were_made() -> None:
    made = [new_id() for _ in range(20_000)]

    assert made == sorted(made)
    assert len(set(made)) == len(made)
    assert {value.version for value in made} == {7}
    assert {value.variant for value in made} == {made[0].variant}


def test_a_child_process_draws_other_ids_than_its_parent() -> None:
    new_id()  # some randomness is drawn ahead
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.write(writer, b"".join(new_id().bytes for _ in range(20)))
        os._exit(0)
    os.waitpid(child, 0)
    theirs = os.read(reader, 20 * 16)
    os.close(reader)
    os.close(writer)

    low = {theirs[at + 8 : at + 16] for at in range(0, len(theirs), 16)}
    assert len(low) == 20
    assert not low & {new_id().bytes[8:] for _ in range(300)}


@pytest.mark.parametrize("value", [new_id(), UUID(int=0), UUID(int=2**128 - 1)])
def test_a_public_id_is_its_uuid(value: UUID) -> None:
    public = to_public("pi_", value)

    assert len(public) == 3 + 26
    assert from_public(public, "pi_") == value


def test_public_ids_sort_as_their_uuids() -> None:
    made = [new_id() for _ in range(1000)]
    assert [to_public("po_", value) for value in made] == sorted(to_public("po_", value) for value in made)


@pytest.mark.parametrize(
    "text", ["", "pi_", "po_" + "0" * 26, "pi_" + "0" * 25, "pi_" + "0" * 27, "pi_" + "u" * 26, "pi_" + "z" * 26, "pi_" + "A" * 26]
)
def test_what_is_no_id_of_this_kind_is_refused(text: str) -> None:
    with pytest.raises(BadPublicId):
        from_public(text, "pi_")


def test_the_bank_form_has_only_letters_and_digits() -> None:
    public = to_public("po_", UUID(int=7))
    assert bank_form(public) == "PO" + "0" * 25 + "7"
