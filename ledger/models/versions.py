"""Data that people change in versions: of all versions of one thing one is in force, by the word of a second person (S1)."""

from typing import Any, ClassVar, Self

from django.db import models
from django_fsm import FSMModelMixin, transition

from ledger.canonical import canonical_json, sha256_hex
from ledger.models.base import CodeField, PublicIdModel
from ledger.models.state_field import StateField


class VersionState(models.TextChoices):
    DRAFT = "DRAFT"
    WAITING = "WAITING"
    ACTIVE = "ACTIVE"
    RETIRED = "RETIRED"
    DROPPED = "DROPPED"


class Version(FSMModelMixin, PublicIdModel):
    """One version; its operations are in ledger.operations.versions.

    DRAFT ─ submit ─> WAITING ─ activate ─> ACTIVE ─ retire ─> RETIRED
    WAITING ─ send_back ─> DRAFT; DRAFT ─ drop ─> DROPPED
    NOUN names its acts: of "column_map", events and audit records are column_map.drafted, .changed, .submitted, .sent_back, .activated,
    .retired and .dropped, and the request is column_map.activate. BODY: the field with what it says, exact JSON; `digest` is of that.
    """

    NOUN: ClassVar[str]
    BODY: ClassVar[str] = "body"
    State = VersionState

    version = models.PositiveIntegerField()
    state = StateField(max_length=16, choices=VersionState.choices, default=VersionState.DRAFT, protected=True)
    digest = CodeField()
    maker_kind = CodeField(max_length=16)
    maker_id = CodeField(max_length=255)
    activated_at = models.DateTimeField(null=True)
    retired_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    class Meta:
        abstract = True

    def versions(self) -> "models.QuerySet[Self]":
        """Every version of what this is a version of, newest first."""
        return type(self)._default_manager.order_by("-version")

    def in_force(self) -> Self | None:
        """The one of them that is in force."""
        return self.versions().filter(state=VersionState.ACTIVE).first()

    def say(self, body: dict[str, Any]) -> None:
        """Set what it says, and the digest of that."""
        setattr(self, self.BODY, body)
        self.digest = sha256_hex(canonical_json(body))

    def way_back(self) -> str:
        """The transition of a version whose request was not approved."""
        return "send_back"

    @transition("state", source=VersionState.DRAFT, target=VersionState.WAITING)
    def submit(self) -> None:
        """It is sent for approval."""

    @transition("state", source=VersionState.WAITING, target=VersionState.DRAFT)
    def send_back(self) -> None:
        """Its request was rejected, withdrawn or ran out."""

    @transition("state", source=VersionState.WAITING, target=VersionState.ACTIVE)
    def activate(self) -> None:
        """A second person put it in force."""

    @transition("state", source=VersionState.ACTIVE, target=VersionState.RETIRED)
    def retire(self) -> None:
        """Another version came into force."""

    @transition("state", source=VersionState.DRAFT, target=VersionState.DROPPED)
    def drop(self) -> None:
        """It was given up; it stays to be read."""


class VersionTrial(PublicIdModel):
    """A version tried on what was before anybody approves it: a job that a worker does under a lease (ledger.operations.version_trials).

    A subclass has `rules` (the version), `since` and `until`. `digest`: of the body that it runs. `result`: what would have been, of `done`
    of `total` rows. FIGURES: the fields that are saved at its end.
    """

    FIGURES: ClassVar[tuple[str, ...]] = ("done", "total", "result")

    class State(models.TextChoices):
        WAITING = "WAITING"
        RUNNING = "RUNNING"
        DONE = "DONE"
        FAILED = "FAILED"

    OPEN: ClassVar[tuple[str, ...]] = (State.WAITING, State.RUNNING)

    digest = CodeField()
    state = CodeField(max_length=16, choices=State.choices, default=State.WAITING)
    total = models.PositiveBigIntegerField(default=0)
    done = models.PositiveBigIntegerField(default=0)
    result = models.JSONField(default=dict)
    error = models.CharField(max_length=300, blank=True)
    asked_by_kind = CodeField(max_length=16)
    asked_by_id = CodeField(max_length=255)
    asked_at = models.DateTimeField()
    lease_until = models.DateTimeField(null=True)  # real time
    ended_at = models.DateTimeField(null=True)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.public_id
