"""Views of the queue that people keep (E5): a name for filters, search and order; of one person, or shared."""

from django.db import models
from simple_history.models import HistoricalRecords


class SavedView(models.Model):
    """A named address of the queue. `query`: view, filters, search and order as the address has them, without the page."""

    id = models.BigAutoField(primary_key=True)
    name = models.CharField(max_length=40)
    query = models.CharField(max_length=1000)
    owner = models.ForeignKey("ledger.User", on_delete=models.PROTECT, related_name="saved_views")
    is_shared = models.BooleanField(default=False)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()
    history = HistoricalRecords(table_name="reconciliation_saved_view_history")

    class Meta:
        db_table = "reconciliation_saved_view"
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["owner", "name"], name="reconciliation_saved_view_once")]

    def __str__(self) -> str:
        return self.name
