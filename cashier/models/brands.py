"""A brand of a legal entity: players and regions belong to it."""

from django.db import models
from simple_history.models import HistoricalRecords

from cashier.models.fields import CodeField
from ledger.models.base import PublicIdModel


class Brand(PublicIdModel):
    """`code` is the `brand_id` of the API.

    fee_rules: {method: {"model": "player_on_top" | "player_taken_off", "percent": "2.00", "fixed_minor": {"EUR": 25}}}; a
    currency that fixed_minor does not name pays the percentage alone, a method without a rule is paid for by the operator (C19).
    bonus_first: stakes use bonus money before cash (cash first by default).
    licences: {region: licence, "*": licence elsewhere}; {} asks for none, and a region that is not named, without "*", is one in
    which the brand may not take payments. merchant_category: what its merchant accounts must be registered as, empty for any (C10).
    """

    PREFIX = "br_"

    class LateMoney(models.TextChoices):
        HOLD = "HOLD", "hold for a person"
        CREDIT = "CREDIT", "credit a player who may be credited, hold the rest"
        REFUND = "REFUND", "give it back"

    code = CodeField(unique=True)
    name = models.CharField(max_length=120)
    entity = models.ForeignKey("ledger.LegalEntity", on_delete=models.PROTECT, related_name="brands")
    late_money = CodeField(max_length=8, choices=LateMoney.choices, default=LateMoney.HOLD)
    fee_rules = models.JSONField(default=dict, blank=True)
    bonus_first = models.BooleanField(default=False)
    licences = models.JSONField(default=dict, blank=True)
    merchant_category = CodeField(max_length=8, blank=True)
    history = HistoricalRecords()

    def __str__(self) -> str:
        return self.code
