"""Files that come by themselves (R1): a place is looked into, what is new and stands still is taken, each look is kept."""

from reconciliation.operations.sources.pulling import SOURCES, Pulled, ask_pull, due_sources, pull_source

__all__ = ["SOURCES", "Pulled", "ask_pull", "due_sources", "pull_source"]
