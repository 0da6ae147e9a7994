from decimal import Decimal

import pytest

from ledger.canonical import canonical_json
from ledger.errors import BadSource


@pytest.mark.spec("L8")
def test_equal_content_has_one_text() -> None:
    assert (
        canonical_json({"b": [1, True, None], "a": "é"})
        == canonical_json({"a": "é", "b": [1, True, None]})
        == '{"a":"é","b":[1,true,null]}'
    )


@pytest.mark.spec("L8")
@pytest.mark.parametrize("value", [1.0, {"a": 0.1}, [float("nan")], {1: "a"}, {"a": Decimal(1)}, {"a": {1, 2}}])
def test_what_json_cannot_hold_exactly_is_refused(value: object) -> None:
    with pytest.raises(BadSource):
        canonical_json(value)
