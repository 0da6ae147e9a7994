"""Choices of filters that are small tables: merchant accounts, brands, currencies, methods."""

from cashier.models import Brand, MerchantAccount
from cashier.queries.rails import rails_in_force


def accounts() -> list[tuple[str, str]]:
    return [(str(pk), code) for pk, code in MerchantAccount.objects.order_by("code").values_list("pk", "code")]


def brands() -> list[tuple[str, str]]:
    return [(str(pk), name) for pk, name in Brand.objects.order_by("name").values_list("pk", "name")]


def currencies() -> list[tuple[str, str]]:
    codes = {code for row in MerchantAccount.objects.values_list("currencies", flat=True) for code in row}
    return [(code, code) for code in sorted(codes)]


def methods() -> list[tuple[str, str]]:
    return [(rail.method, rail.name) for rail in rails_in_force().values()]
