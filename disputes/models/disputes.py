"""A dispute of a capture and its state graph (X1). Money follows its movements, never the name of a stage (X5).

INQUIRY ─ notify ─> NOTIFIED ─ collect ─> EVIDENCE ─ submit ─> SUBMITTED ─ go_to_pre_arbitration ─> PRE_ARBITRATION
PRE_ARBITRATION ─ go_to_arbitration ─> ARBITRATION
SUBMITTED, PRE_ARBITRATION, ARBITRATION ─ win_provisionally ─> WON_PROVISIONALLY
any open state ─ win | lose | accept | expire | withdraw ─> WON | LOST | ACCEPTED | EXPIRED | WITHDRAWN
INQUIRY ─ close_inquiry ─> INQUIRY_CLOSED; INQUIRY, NOTIFIED, EVIDENCE ─ auto_refund ─> AUTO_REFUNDED
WON, WON_PROVISIONALLY ─ reopen ─> PRE_ARBITRATION: the issuer goes on
"""

from django.db import models
from django_fsm import FSMModelMixin, transition
from simple_history.models import HistoricalRecords

from cashier.models.fields import CodeField
from cashier.models.stamped import Stamped
from ledger.models import MinorUnitsField, PublicIdModel
from ledger.models.state_field import StateField


class DisputeState(models.TextChoices):
    INQUIRY = "INQUIRY"
    NOTIFIED = "NOTIFIED"
    EVIDENCE = "EVIDENCE"
    SUBMITTED = "SUBMITTED"
    PRE_ARBITRATION = "PRE_ARBITRATION"
    ARBITRATION = "ARBITRATION"
    WON_PROVISIONALLY = "WON_PROVISIONALLY"
    WON = "WON"
    LOST = "LOST"
    ACCEPTED = "ACCEPTED"
    EXPIRED = "EXPIRED"
    WITHDRAWN = "WITHDRAWN"
    AUTO_REFUNDED = "AUTO_REFUNDED"
    INQUIRY_CLOSED = "INQUIRY_CLOSED"


D = DisputeState
NOTIFIED_STATES = (D.NOTIFIED, D.EVIDENCE, D.SUBMITTED, D.PRE_ARBITRATION, D.ARBITRATION, D.WON_PROVISIONALLY)
OPEN_STATES = (D.INQUIRY, *NOTIFIED_STATES)
ANSWERABLE_STATES = (D.NOTIFIED, D.EVIDENCE, D.PRE_ARBITRATION)


UNNAMED = "unnamed:"  # before our capture's id: what a case is called until the PSP names it


class Dispute(FSMModelMixin, PublicIdModel, Stamped):
    """One per provider case id and merchant account. `amount_minor` is what is disputed, in minor units of `currency`.

    `held_minor`: what an inquiry holds in `locked`. `disputed_minor`: what counts against the capture now, 0 once won or withdrawn.
    `answer_by`: the provider's date, or the scheme's; after it nothing can be submitted.
    """

    PREFIX = "dp_"
    State = DisputeState
    OPEN_STATES = OPEN_STATES

    class Flow(models.TextChoices):
        VISA_ALLOCATION = "visa_allocation"
        VISA_COLLABORATION = "visa_collaboration"
        MASTERCARD = "mastercard"
        AMEX = "amex"
        WALLET = "wallet"
        NONE = "none"

    class OpenedBy(models.TextChoices):
        WEBHOOK = "webhook"
        LINE = "line"
        HAND = "hand"

    merchant_account = models.ForeignKey("cashier.MerchantAccount", on_delete=models.PROTECT, related_name="disputes")
    capture = models.ForeignKey("cashier.Capture", on_delete=models.PROTECT, related_name="disputes")
    player = models.ForeignKey("cashier.Player", on_delete=models.PROTECT, related_name="disputes")
    entity = models.ForeignKey("ledger.LegalEntity", on_delete=models.PROTECT, related_name="disputes")
    provider_case_id = CodeField(max_length=80)
    psp_ref = CodeField(max_length=80, blank=True)
    amount_minor = MinorUnitsField()
    currency = CodeField(max_length=16)
    scheme = CodeField(max_length=16, blank=True)
    reason_code = CodeField(max_length=16, blank=True)
    flow = CodeField(max_length=24, choices=Flow.choices, default=Flow.NONE)
    opened_by = CodeField(max_length=8, choices=OpenedBy.choices)
    state = StateField(max_length=20, choices=DisputeState.choices, default=DisputeState.NOTIFIED, protected=True)
    held_minor = MinorUnitsField(default=0)
    disputed_minor = MinorUnitsField(default=0)
    answer_by = models.DateTimeField(null=True)
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)
    approval_id = CodeField(blank=True)
    history = HistoricalRecords()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["merchant_account", "provider_case_id"], name="disputes_dispute_once_per_case"),
            models.CheckConstraint(condition=models.Q(amount_minor__gt=0), name="disputes_dispute_positive"),
        ]
        indexes = [
            models.Index(fields=["answer_by"], name="disputes_dispute_due", condition=models.Q(state__in=ANSWERABLE_STATES)),
            models.Index(fields=["player", "-opened_at"], name="disputes_dispute_by_player"),
        ]
        permissions = [
            ("submit_dispute", "Can submit evidence and accept disputes"),
            ("approve_dispute", "Can approve a submission or an acceptance above the threshold"),
        ]

    def __str__(self) -> str:
        return self.public_id

    @property
    def is_open(self) -> bool:
        return self.state in OPEN_STATES

    @property
    def is_named(self) -> bool:
        """Whether the PSP has told us what it calls the case: a report may take money and name none."""
        return not self.provider_case_id.startswith(UNNAMED)

    @property
    def is_answerable(self) -> bool:
        """Whether evidence can still be sent, as far as the state goes; the date is checked apart."""
        return self.state in ANSWERABLE_STATES

    @transition("state", source=D.INQUIRY, target=D.NOTIFIED)
    def notify(self) -> None:
        """chargeback.opened"""

    @transition("state", source=D.INQUIRY, target=D.INQUIRY_CLOSED)
    def close_inquiry(self) -> None:
        """dispute.inquiry_released"""

    @transition("state", source=[D.INQUIRY, D.NOTIFIED, D.EVIDENCE], target=D.AUTO_REFUNDED)
    def auto_refund(self) -> None:
        """dispute.auto_refunded"""

    @transition("state", source=D.NOTIFIED, target=D.EVIDENCE)
    def collect(self) -> None:
        """dispute.evidence_attached"""

    @transition("state", source=[D.NOTIFIED, D.EVIDENCE, D.PRE_ARBITRATION], target=D.SUBMITTED)
    def submit(self) -> None:
        """dispute.submitted"""

    @transition("state", source=[D.NOTIFIED, D.EVIDENCE, D.SUBMITTED], target=D.PRE_ARBITRATION)
    def go_to_pre_arbitration(self) -> None:
        """dispute.pre_arbitration"""

    @transition("state", source=[D.SUBMITTED, D.PRE_ARBITRATION], target=D.ARBITRATION)
    def go_to_arbitration(self) -> None:
        """dispute.arbitration"""

    @transition("state", source=[D.NOTIFIED, D.EVIDENCE, D.SUBMITTED, D.PRE_ARBITRATION, D.ARBITRATION], target=D.WON_PROVISIONALLY)
    def win_provisionally(self) -> None:
        """chargeback.credited"""

    @transition("state", source=[D.WON, D.WON_PROVISIONALLY], target=D.PRE_ARBITRATION)
    def reopen(self) -> None:
        """dispute.reopened"""

    @transition("state", source=list(NOTIFIED_STATES), target=D.WON)
    def win(self) -> None:
        """dispute.won"""

    @transition("state", source=list(NOTIFIED_STATES), target=D.LOST)
    def lose(self) -> None:
        """dispute.lost"""

    @transition("state", source=list(NOTIFIED_STATES), target=D.ACCEPTED)
    def accept(self) -> None:
        """dispute.accepted"""

    @transition("state", source=list(NOTIFIED_STATES), target=D.EXPIRED)
    def expire(self) -> None:
        """dispute.expired"""

    @transition("state", source=list(NOTIFIED_STATES), target=D.WITHDRAWN)
    def withdraw(self) -> None:
        """dispute.withdrawn"""
