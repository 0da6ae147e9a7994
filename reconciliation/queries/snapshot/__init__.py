"""What a day's snapshot holds, read from the database in one view of it and written row by row to a file (D4)."""

from reconciliation.queries.snapshot.tables import write_rows

__all__ = ["write_rows"]
