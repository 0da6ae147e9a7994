"""The casino with a sandbox of its own, as the tests of runs have it."""

from tests.cashier.conftest import secrets
from tests.reconciliation.runs.conftest import casino
from tests.sandbox.conftest import own_receiver, own_sandbox

__all__ = ["casino", "own_receiver", "own_sandbox", "secrets"]
