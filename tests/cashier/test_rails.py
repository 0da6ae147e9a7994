"""The rail catalogue's words (C23)."""

import pytest

from cashier.models.rails import name_of

pytestmark = pytest.mark.spec("C23")


@pytest.mark.parametrize(("method", "name"), [("paybybank", "Pay by bank"), ("card", "Card"), ("usdt_tron", "Usdt tron")])
def test_a_method_is_told_by_its_name(method: str, name: str) -> None:
    assert name_of(method) == name
