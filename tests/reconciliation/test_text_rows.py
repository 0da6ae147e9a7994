"""References of ours in a report, decoded while a million lines pass by (R3)."""

from uuid import UUID

import pytest

from ledger.ids import new_id, to_public
from reconciliation.bulk.text_rows import decode, escape


@pytest.mark.parametrize("prefix", ["pi_", "po_", "cap_", "rf_", "dp_"])
@pytest.mark.spec("R3")
def test_our_references_decode_to_their_uuid(prefix: str) -> None:
    value = new_id()

    kind, digits = decode(to_public(prefix, value)).split("\t")

    assert (kind, UUID(digits)) == (prefix.removesuffix("_"), value)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "WEB-48213377",
        "pi_",
        "pi_01",
        "PI_01KAHJ0000000000000000000A",
        "pi_01kahj0000000000000000000i",
        "cap0kahj00000000000000000000a",
        "pi_" + "z" * 26,
    ],
)
@pytest.mark.spec("R3")
def test_what_is_none_of_ours_stays_text(text: str) -> None:
    assert decode(text) == "\t\\N"


def test_text_is_escaped_as_copy_takes_it() -> None:
    assert escape("a\tb\\c\nd") == "a\\tb\\\\c\\nd"
