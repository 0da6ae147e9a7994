"""Where files come from by themselves (R1): places that are looked into on a schedule, what lay there, and each look.

A look (SourcePull):
WAITING ─ begin ─> RUNNING ─ finish ─> DONE
WAITING, RUNNING ─ fail ─> FAILED
"""

from typing import ClassVar

from django.db import models
from django_fsm import FSMModelMixin, transition
from simple_history.models import HistoricalRecords

from ledger.models.base import PublicIdModel
from ledger.models.state_field import StateField
from reconciliation.models.fields import CodeField
from reconciliation.models.files import SourceFile


class SourceKind(models.TextChoices):
    SFTP = "sftp", "SFTP server"
    FOLDER = "folder", "Folder"


class FileSource(PublicIdModel):
    """One place, and what the files there are. Changed under four eyes.

    `account`: code that the files must be of; empty: as each file says. `directory` is a path on the server, or below DROP_DIR.
    `pattern`: names like "*.csv". `host_key`: "SHA256:…", the only key that the server may show; empty: none is right yet.
    Its password or key is read as <secret_ref>_SFTP_PASSWORD or <secret_ref>_SFTP_KEY (cashier/secrets.py), never from here.
    By which hour a day's file is in is agreed in the account's contract (`file_due`), wherever files come from.
    """

    PREFIX: ClassVar[str] = "src_"
    Kind = SourceKind

    code = CodeField(unique=True)
    kind = models.CharField(max_length=8, choices=SourceKind.choices)
    format = CodeField(max_length=32)
    account = CodeField(blank=True)
    host = models.CharField(max_length=255, blank=True)
    port = models.PositiveIntegerField(default=22)
    username = models.CharField(max_length=100, blank=True)
    host_key = CodeField(max_length=100, blank=True)
    secret_ref = CodeField(blank=True)
    directory = models.CharField(max_length=500, blank=True)
    pattern = models.CharField(max_length=200, default="*")
    every_minutes = models.PositiveIntegerField(default=15)
    is_on = models.BooleanField(default=True)
    history = HistoricalRecords(table_name="reconciliation_file_source_history")

    class Meta:
        db_table = "reconciliation_file_source"

    def __str__(self) -> str:
        return self.code


class LyingFile(models.Model):
    """A file as it lies, or lay, at a source: taken once its size and time have stood still.

    A file that changes after it was taken is taken anew. `source_file` is what it became; `problem` why it was not taken.
    `moved_to` is where a folder's file lies now, below that folder.
    """

    id = models.BigAutoField(primary_key=True)
    source = models.ForeignKey(FileSource, on_delete=models.PROTECT, related_name="files")
    name = models.CharField(max_length=255)
    byte_size = models.BigIntegerField()
    modified_at = models.DateTimeField()
    still_since = models.DateTimeField()
    source_file = models.ForeignKey(SourceFile, null=True, on_delete=models.PROTECT, related_name="origins")
    problem = models.CharField(max_length=300, blank=True)
    moved_to = models.CharField(max_length=400, blank=True)
    updated_at = models.DateTimeField()
    history = HistoricalRecords(table_name="reconciliation_lying_file_history")

    class Meta:
        db_table = "reconciliation_lying_file"
        verbose_name = "file at a source"
        verbose_name_plural = "files at sources"
        constraints = [models.UniqueConstraint(fields=["source", "name"], name="reconciliation_lying_file_once")]

    def __str__(self) -> str:
        return self.name


class PullState(models.TextChoices):
    WAITING = "WAITING"
    RUNNING = "RUNNING"
    DONE = "DONE"
    FAILED = "FAILED"


class SourcePull(FSMModelMixin, PublicIdModel):
    """One look at a source. found, waiting (not still yet), taken (files) and byte_size of what was taken.

    `failures`: how many looks failed in a row, this one included. `next_at`: when the source is looked at again.
    """

    PREFIX: ClassVar[str] = "pull_"
    State = PullState

    source = models.ForeignKey(FileSource, on_delete=models.PROTECT, related_name="pulls")
    state = StateField(max_length=8, choices=PullState.choices, default=PullState.RUNNING, protected=True)
    asked_by_kind = CodeField(max_length=16)
    asked_by_id = CodeField(max_length=255)
    found = models.PositiveIntegerField(default=0)
    waiting = models.PositiveIntegerField(default=0)
    taken = models.PositiveIntegerField(default=0)
    byte_size = models.BigIntegerField(default=0)
    error = models.CharField(max_length=1000, blank=True)
    failures = models.PositiveIntegerField(default=0)
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    next_at = models.DateTimeField(null=True)
    updated_at = models.DateTimeField()
    history = HistoricalRecords(table_name="reconciliation_pull_history")

    class Meta:
        db_table = "reconciliation_pull"
        verbose_name = "look at a source"
        verbose_name_plural = "looks at sources"
        indexes = [models.Index(fields=["source", "-started_at"], name="reconciliation_pull_latest")]

    @transition("state", source=PullState.WAITING, target=PullState.RUNNING)
    def begin(self) -> None:
        """pull.begun"""

    @transition("state", source=PullState.RUNNING, target=PullState.DONE)
    def finish(self) -> None:
        """pull.done"""

    @transition("state", source=[PullState.WAITING, PullState.RUNNING], target=PullState.FAILED)
    def fail(self) -> None:
        """pull.failed"""
