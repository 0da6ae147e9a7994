"""Routing (C10 to C12): rules in versions, decisions as they were made, what was learned, and how often a card may be tried."""

from typing import ClassVar

from django.db import models
from simple_history.models import HistoricalRecords

from cashier.models.fields import CodeField, MinorUnitsField
from ledger.models.base import APPEND_ONLY, PublicIdModel
from ledger.models.versions import Version, VersionTrial


class RoutingRules(Version):
    """One version of the rules (C12). `body`: {"rules": [...], "options": {...}, "splits": [...]}, as cashier.routing.policies reads it.

    Without a version in force the built-in defaults hold. A version is sent for approval only with a dry run of its digest.
    """

    PREFIX: ClassVar[str] = "rr_"
    NOUN: ClassVar[str] = "routing"

    version = models.PositiveIntegerField(unique=True)
    body = models.JSONField(default=dict)
    based_on = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="followers")
    history = HistoricalRecords()

    class Meta:
        db_table = "cashier_routing_rules"
        verbose_name = "version of the routing rules"
        verbose_name_plural = "routing rules"
        constraints = [models.UniqueConstraint(fields=["state"], condition=models.Q(state="ACTIVE"), name="cashier_routing_one_active")]
        permissions = [("propose_routing", "Can draft routing rules"), ("approve_routing", "Can approve routing rules")]

    def __str__(self) -> str:
        return f"Rules v{self.version}"


class RoutingDecision(PublicIdModel):
    """One decision, written once (C10). `payment`: what was known; `candidates`: each with its scores and why it was taken or dropped.

    moment: authorize (the first try), cascade (after a decline), step_up (again with a challenge). `attempt` is the try that it led
    to, null where there is none: no route, declined, to be reviewed, or stopped by a scheme's cap (`note` says which).
    """

    PREFIX: ClassVar[str] = "rd_"

    class Moment(models.TextChoices):
        AUTHORIZE = "authorize"
        CASCADE = "cascade"
        STEP_UP = "step_up"

    class Outcome(models.TextChoices):
        ROUTE = "route"
        NO_ROUTE = "no_route"
        DECLINE = "decline"
        REVIEW = "review"
        CAPPED = "capped"

    intent = models.ForeignKey("cashier.DepositIntent", on_delete=models.PROTECT, related_name="routing_decisions")
    attempt = models.OneToOneField("cashier.Attempt", null=True, on_delete=models.PROTECT, related_name="decision")
    merchant_account = models.ForeignKey("cashier.MerchantAccount", null=True, on_delete=models.PROTECT, related_name="+")
    moment = CodeField(max_length=16, choices=Moment.choices)
    outcome = CodeField(max_length=16, choices=Outcome.choices)
    rules_version = models.PositiveIntegerField()  # 0: the built-in defaults
    rules_matched = models.JSONField(default=list)
    split = CodeField(max_length=32, blank=True)
    arm = CodeField(max_length=1, blank=True)
    is_explored = models.BooleanField(default=False)
    is_stepped_up = models.BooleanField(default=False)
    note = models.CharField(max_length=200, blank=True)
    payment = models.JSONField()
    candidates = models.JSONField()
    decided_at = models.DateTimeField()

    class Meta:
        db_table = "cashier_routing_decision"
        db_table_comment = APPEND_ONLY
        indexes = [
            models.Index(fields=["intent", "decided_at"], name="cashier_routing_by_intent"),
            models.Index(fields=["-decided_at"], name="cashier_routing_by_time"),
            models.Index(fields=["split", "decided_at"], name="cashier_routing_by_split", condition=~models.Q(split="")),
        ]

    def __str__(self) -> str:
        return self.public_id


class RoutingTally(models.Model):
    """Tries and successes of one segment at one account in one hour: what the sliding window sums. Made again from attempts."""

    merchant_account = models.ForeignKey("cashier.MerchantAccount", on_delete=models.CASCADE, related_name="+")
    method = CodeField(max_length=32)
    currency = CodeField(max_length=16)
    scheme = CodeField(max_length=32, blank=True)
    hour = models.DateTimeField()
    tries = models.PositiveIntegerField()
    successes = models.PositiveIntegerField()

    class Meta:
        db_table = "cashier_routing_tally"
        verbose_name = "tally of routing"
        verbose_name_plural = "tallies of routing"
        constraints = [
            models.UniqueConstraint(
                fields=["merchant_account", "hour", "method", "currency", "scheme"], include=["tries", "successes"],
                name="cashier_routing_tally_once",
            )
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.method} {self.currency} {self.hour}"


class RoutingFee(models.Model):
    """What sales of one account, method and currency cost by its settlement lines: learned, made again from time to time (C10)."""

    merchant_account = models.ForeignKey("cashier.MerchantAccount", on_delete=models.CASCADE, related_name="+")
    method = CodeField(max_length=40)
    currency = CodeField(max_length=16)
    lines = models.PositiveIntegerField()
    gross_minor = MinorUnitsField()
    fee_minor = MinorUnitsField()
    learned_at = models.DateTimeField()

    class Meta:
        db_table = "cashier_routing_fee"
        verbose_name = "learned fee"
        verbose_name_plural = "learned fees"
        constraints = [models.UniqueConstraint(fields=["merchant_account", "method", "currency"], name="cashier_routing_fee_once")]

    def __str__(self) -> str:
        return f"{self.method} {self.currency}"


class SplitStop(models.Model):
    """Arm B of a split test was stopped: by the guardrail, which it was losing (C10). Written once."""

    rules = models.ForeignKey(RoutingRules, on_delete=models.PROTECT, related_name="stops")
    split = CodeField(max_length=32)
    a_tries = models.PositiveIntegerField()
    a_successes = models.PositiveIntegerField()
    b_tries = models.PositiveIntegerField()
    b_successes = models.PositiveIntegerField()
    stopped_at = models.DateTimeField()

    class Meta:
        db_table = "cashier_split_stop"
        db_table_comment = APPEND_ONLY
        verbose_name = "stop of a split test"
        verbose_name_plural = "stops of split tests"
        constraints = [models.UniqueConstraint(fields=["rules", "split"], name="cashier_split_stop_once")]

    def __str__(self) -> str:
        return f"{self.split} stopped"


class RetryCap(PublicIdModel):
    """How often a scheme lets a declined card be tried again, per card and amount (C11). Scheme "": a card whose scheme is not known.

    limits: [[tries, hours], …]; never_codes: our decline codes, never_advice: the scheme's advice codes, after either of which the card
    is not tried again for never_hours.
    """

    PREFIX: ClassVar[str] = "rc_"

    scheme = CodeField(max_length=32, unique=True, blank=True)
    limits = models.JSONField(default=list)
    never_codes = models.JSONField(default=list)
    never_advice = models.JSONField(default=list)
    never_hours = models.PositiveIntegerField(default=720)
    source = models.CharField(max_length=200)
    history = HistoricalRecords()

    class Meta:
        db_table = "cashier_retry_cap"
        verbose_name = "retry cap of a scheme"
        verbose_name_plural = "retry caps of schemes"

    def __str__(self) -> str:
        return self.scheme or "scheme not known"


class RoutingTrial(VersionTrial):
    """A dry run of one version over past deposits (C12): what would have changed."""

    PREFIX: ClassVar[str] = "rt_"

    rules = models.ForeignKey(RoutingRules, on_delete=models.PROTECT, related_name="trials")
    since = models.DateTimeField()
    until = models.DateTimeField()

    class Meta:
        db_table = "cashier_routing_trial"
        verbose_name = "dry run of routing rules"
        verbose_name_plural = "dry runs of routing rules"
        indexes = [models.Index(fields=["rules", "-asked_at"], name="cashier_trial_by_rules")]
