"""A casino with a sandbox of its own, as the runs' tests have it."""

from tests.reconciliation.runs.conftest import casino, own_receiver, own_sandbox, secrets

__all__ = ["casino", "own_receiver", "own_sandbox", "secrets"]
